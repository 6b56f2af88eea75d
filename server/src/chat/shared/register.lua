-- Renews the register of a server's people in a channel, and tells who is at which server.
--
-- KEYS  1 who is present: a hash with `<server>` to the version of its register, `<server> NUL <person>` to nothing for
--         each person, and `changed`, the time of the last change
--       2 servers, by when their registers expire, in milliseconds since 1970
-- ARGV  1 the server   2 how long a register lasts without being renewed, in ms
--       3 the last change that the server knows of; empty to be told in any case
--
-- Answers the last change and the version of the server's own register (0 if there is none); then, if that change is
-- another than the known one, all servers that have not expired, and field and value of everything present.

local now_ms = math.floor(clock_us() / 1000)
redis.call('ZADD', KEYS[2], text(now_ms + ARGV[2]), ARGV[1])
local expired = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', text(now_ms))
if #expired > 0 then
  local is_gone = {}
  for _, server in ipairs(expired) do is_gone[server] = true end
  for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
    if is_gone[string.match(field, '^[^%z]*')] then redis.call('HDEL', KEYS[1], field) end
  end
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', text(now_ms))
  note_change(KEYS[1])
end
local changed = redis.call('HGET', KEYS[1], 'changed') or '0'
local own = redis.call('HGET', KEYS[1], ARGV[1]) or '0'
if changed == ARGV[3] then return { changed, own } end
return { changed, own, redis.call('ZRANGE', KEYS[2], 0, -1), redis.call('HGETALL', KEYS[1]) }
