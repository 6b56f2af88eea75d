-- Makes sure that a channel has a history, the same that the caller has seen; see `settle` in history.lua.
--
-- KEYS  the channel's; 7 the set of all rooms, if the channel is one
-- ARGV  1–5 epoch, head, last, at and start of what the caller has seen   6 the room's name
--       7 how many rooms there may be
--
-- Answers epoch, head and oldest number; or nothing, if this would be one room too many.

if KEYS[7] and redis.call('SISMEMBER', KEYS[7], ARGV[6]) == 0 then
  if redis.call('SCARD', KEYS[7]) >= tonumber(ARGV[7]) then return {} end
  redis.call('SADD', KEYS[7], ARGV[6])
end
return { settle(channel(1), tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]),
  tonumber(ARGV[4]), ARGV[5]) }
