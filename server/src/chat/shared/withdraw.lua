-- Removes the register of a server's people in a channel: the server has left it in good order.
--
-- KEYS  1, 2 as for register.lua
-- ARGV  1 the server

for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.match(field, '^[^%z]*') == ARGV[1] then redis.call('HDEL', KEYS[1], field) end
end
if redis.call('ZREM', KEYS[2], ARGV[1]) == 1 then note_change(KEYS[1]) end
if redis.call('ZCARD', KEYS[2]) == 0 then redis.call('DEL', KEYS[1]) end
return 0
