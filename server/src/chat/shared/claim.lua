-- Gives a name to whoever used it first: the same secret is the same person.
--
-- KEYS  1 the people: a hash, folded name to the hash of the secret (64 hexadecimal digits) and then the name
--       2 folded names, by when they were seen last   3 who is online, as for register.lua
-- ARGV  1 the name, folded   2 the name   3 the hash of the secret   4 the time   5 how many people are remembered
--
-- Answers {'ok', name} with the name as it was used first; {'taken'}; {'full', somebody} if somebody, who is not
-- online and has been away longest, has to be forgotten first; {'full'} if everybody is online.

local claim = redis.call('HGET', KEYS[1], ARGV[1])
if claim and string.sub(claim, 1, 64) ~= ARGV[3] then return { 'taken' } end
if not claim then
  if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[5]) then
    local is_online = {}
    for _, field in ipairs(redis.call('HKEYS', KEYS[3])) do
      local person = string.match(field, '%z(.*)$')
      if person then is_online[person] = true end
    end
    for _, name in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
      local other = redis.call('HGET', KEYS[1], name)
      if not other then
        redis.call('ZREM', KEYS[2], name)
      elseif not is_online[string.sub(other, 65)] then
        return { 'full', name }
      end
    end
    return { 'full' }
  end
  claim = ARGV[3] .. ARGV[2]
  redis.call('HSET', KEYS[1], ARGV[1], claim)
end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
return { 'ok', string.sub(claim, 65) }
