-- Forgets a person and the inbox, unless that person was seen since: whoever takes the name next must not read what
-- was meant for another.
--
-- KEYS  1–6 the inbox   7 the people   8 folded names, by when they were seen last   9 who is online
-- ARGV  1 the name, folded

local claim = redis.call('HGET', KEYS[7], ARGV[1])
if not claim then return 0 end
for _, field in ipairs(redis.call('HKEYS', KEYS[9])) do
  if string.match(field, '%z(.*)$') == string.sub(claim, 65) then return 0 end
end
redis.call('HDEL', KEYS[7], ARGV[1])
redis.call('ZREM', KEYS[8], ARGV[1])
redis.call('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6])
return 1
