-- Changes the register of a server's people in a channel, and tells the other servers.
--
-- KEYS  1, 2 as for register.lua
-- ARGV  1 the server   2 how long its register lasts   3 its version from here on; empty if it does not change
--       4 `whole` if the register is to have nobody but those who come
--       5 where to publish, and 6 what; nothing if that is empty
--       7 how many come, then their names, then the names of those who go

local server = ARGV[1]
if ARGV[3] ~= '' then
  if ARGV[4] == 'whole' then
    for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
      if string.match(field, '^[^%z]*') == server then redis.call('HDEL', KEYS[1], field) end
    end
  end
  local last_comer = 7 + tonumber(ARGV[7])
  for i = 8, last_comer do redis.call('HSET', KEYS[1], server .. '\0' .. ARGV[i], '') end
  for i = last_comer + 1, #ARGV do redis.call('HDEL', KEYS[1], server .. '\0' .. ARGV[i]) end
  redis.call('HSET', KEYS[1], server, ARGV[3])
  note_change(KEYS[1])
  redis.call('ZADD', KEYS[2], text(math.floor(clock_us() / 1000) + ARGV[2]), server)
end
if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
return 0
