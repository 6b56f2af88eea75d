-- What everybody may know of a room: how many people are there, each counted once, and the number of its last
-- message. A room that nobody is in, and that never had a message, is forgotten.
--
-- KEYS  1, 2 as for register.lua   3 the room's `meta`   4 the set of all rooms
-- ARGV  1 the room's name

local now_ms = math.floor(clock_us() / 1000)
local servers = redis.call('ZRANGEBYSCORE', KEYS[2], '(' .. text(now_ms), '+inf')
local head = tonumber(redis.call('HGET', KEYS[3], 'head') or 0)
if head == 0 and #servers == 0 then
  redis.call('SREM', KEYS[4], ARGV[1])
  redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
  return { 0, 0 }
end
local is_there, is_counted, people = {}, {}, 0
for _, server in ipairs(servers) do is_there[server] = true end
if #servers > 0 then
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    local server, person = string.match(field, '^([^%z]*)%z(.*)$')
    if person and is_there[server] and not is_counted[person] then
      is_counted[person] = true
      people = people + 1
    end
  end
end
return { people, head }
