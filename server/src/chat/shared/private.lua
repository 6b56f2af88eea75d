-- Takes a private message into two inboxes, the receiver's and the sender's, or into neither.
--
-- KEYS  1–6 the sender's inbox   7–12 the receiver's, the same for who writes to oneself   13 the people
-- ARGV  1 the epoch of the sender's inbox as the sender's server knows it
--       2–5 window, retained messages, interval and tolerance: as for submit.lua
--       6 from   7 the receiver's name, folded   8 id   9 since, or -1   10 ["id","from","text"]
--       11, 12 where to publish: the sender's inbox, the receiver's
--
-- Answers {'taken', epoch, number, at, 0} or, for what had been taken before, {'taken', epoch, number, at, 1}: places in
-- the sender's inbox; {'nobody'} if there is no such receiver; {'late'}; {'fast', ms}; {'moved'} if the epoch is another.

local function as_json(book, name, to, m)
  return '{"room":' .. cjson.encode('@' .. name) .. ',"to":' .. cjson.encode(to) .. ',"epoch":' .. text(book.epoch)
    .. ',"seq":' .. text(book.head) .. ',"at_ms":' .. text(book.at) .. ',"messages":[' .. m .. ']}'
end

local window, retained = tonumber(ARGV[2]), tonumber(ARGV[3])
local from, id, since, m = ARGV[6], ARGV[8], tonumber(ARGV[9]), ARGV[10]
local claim = redis.call('HGET', KEYS[13], ARGV[7])
if not claim then return { 'nobody' } end
local to = string.sub(claim, 65) -- behind the hash of the secret
local sent = begin(channel(1), window)
if not sent or text(sent.epoch) ~= ARGV[1] then return { 'moved' } end

local key = from .. '\0' .. id
local before = redis.call('HGET', sent.of.ids, key) or redis.call('HGET', sent.of.ids_before, key)
if before then
  local number, at = place(before)
  return { 'taken', sent.epoch, number, at, 1 }
end
if since >= 0 and since + 1 < sent.ids_from then return { 'late' } end
learn_rates(sent, { from })
local wait_ms = take(sent, from, tonumber(ARGV[4]), tonumber(ARGV[5]))
if wait_ms then return { 'fast', wait_ms } end

if KEYS[7] ~= KEYS[1] then
  local inbox = channel(7)
  if not bounds(inbox) then settle(inbox, 0, 0, 0, 0, '') end
  local received = begin(inbox, window)
  append(received, nil, m, to)
  finish(received, retained)
  -- The receiver first: whoever knows that it has arrived knows that it was sent.
  redis.call('PUBLISH', ARGV[12], as_json(received, to, to, m))
end
append(sent, key, m, to)
keep_rates(sent, { from }, math.max(60000000, ARGV[4] + ARGV[5]))
finish(sent, retained)
redis.call('PUBLISH', ARGV[11], as_json(sent, from, to, m))
return { 'taken', sent.epoch, sent.head, sent.at, 0 }
