-- Takes messages into a room, many at a time: each gets the next number, unless it is refused or has been taken
-- before. What was taken is published at once, as one text.
--
-- KEYS  the room's
-- ARGV  1 the epoch in which the sender's server is
--       2 how many messages at least are remembered against doubles   3 how many messages are kept
--       4 how long a token of a person's bucket takes, in µs          5 … and all but one of them
--       6 where to publish, and how that begins: {"room":"lobby",     7 (the second of these)
--       then four for each message: from, id, since (the sender's position at the first attempt; -1 if it is none of
--       this epoch), and ["id","from","text"]
--
-- Answers the epoch, the head, the oldest number and the time; then for each message what became of it:
--   above 0    it was taken, with this number
--   {n, at}    it had been taken before, with that number at that time
--   0          it comes too late to tell whether it had been taken before
--   below 0    its sender is too fast, by so many milliseconds
-- or nothing but 0, if the epoch is another one: then nothing was taken.

local of = channel(1)
local window, retained = tonumber(ARGV[2]), tonumber(ARGV[3])
local interval, tolerance = tonumber(ARGV[4]), tonumber(ARGV[5])
local book = begin(of, window)
if not book or text(book.epoch) ~= ARGV[1] then return { 0 } end

local keys, people, is_listed = {}, {}, {}
for i = 8, #ARGV, 4 do
  local from = ARGV[i]
  keys[#keys + 1] = from .. '\0' .. ARGV[i + 1]
  if not is_listed[from] then
    is_listed[from] = true
    people[#people + 1] = from
  end
end
local known = redis.call('HMGET', of.ids, unpack(keys))
local known_before = redis.call('HMGET', of.ids_before, unpack(keys))
learn_rates(book, people)

local answers = { book.epoch, 0, 0, book.at }
local taken, taken_now = {}, {}
for i, key in ipairs(keys) do
  local arg = 4 + 4 * i
  local from, since, m = ARGV[arg], tonumber(ARGV[arg + 2]), ARGV[arg + 3]
  local before = known[i] or known_before[i]
  local answer
  if before then
    answer = { place(before) }
  elseif taken_now[key] then
    answer = { taken_now[key], book.at }
  elseif since >= 0 and since + 1 < book.ids_from then
    answer = 0
  else
    local wait_ms = take(book, from, interval, tolerance)
    if wait_ms then
      answer = -wait_ms
    else
      answer = append(book, key, m)
      taken_now[key] = answer
      taken[#taken + 1] = m
    end
  end
  answers[#answers + 1] = answer
end

if #taken > 0 then
  keep_rates(book, people, math.max(60000000, tolerance + interval))
  finish(book, retained)
  redis.call('PUBLISH', ARGV[6], ARGV[7] .. '"epoch":' .. text(book.epoch) .. ',"seq":' .. text(book.first)
    .. ',"at_ms":' .. text(book.at) .. ',"messages":[' .. table.concat(taken, ',') .. ']}')
end
answers[2], answers[3] = book.head, book.oldest
return answers
