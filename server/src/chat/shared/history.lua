-- The history of a channel: what all scripts here share. Each is loaded behind this text.
--
-- A channel has six keys, which are handed over in this order:
--
--   meta          a hash: `epoch`, `head` and `oldest` bound the history; `at` is the time of the last message;
--                 `ids_from` is the first number that `ids_before` knows, `ids_mid` the first that `ids` knows;
--                 `rates_at` is when `rates` was begun
--   log           a stream: the entry `<number>-0` has `at`, `m` = ["id","from","text"], and `to` if it is private
--   ids           a hash, `<from> NUL <id>` to `<number>:<at>`: the messages of the last while, against doubles
--   ids_before    the same of the while before that; each is as long as a window
--   rates         a hash, person to the time (in µs) at which that person's bucket is full again
--   rates_before  the same of the while before that
--
-- A script runs alone, and all it writes is written or nothing: nobody else sees a state between.

local function channel(first)
  return {
    meta = KEYS[first],
    log = KEYS[first + 1],
    ids = KEYS[first + 2],
    ids_before = KEYS[first + 3],
    rates = KEYS[first + 4],
    rates_before = KEYS[first + 5],
  }
end

-- Numbers become text exactly: Lua's own way keeps only 14 digits.
local function text(number)
  return string.format('%.0f', number)
end

-- What time it is, in microseconds since 1970.
local function clock_us()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- Notes in a register (see register.lua) that it has changed: by the time, so that one which was lost and made anew
-- never looks like the lost one.
local function note_change(present)
  local last = tonumber(redis.call('HGET', present, 'changed') or 0)
  redis.call('HSET', present, 'changed', text(math.max(clock_us(), last + 1)))
end

-- Epoch, head and oldest of a channel; nothing if it is not there.
local function bounds(of)
  local found = redis.call('HMGET', of.meta, 'epoch', 'head', 'oldest')
  if found[1] and found[2] and found[3] then
    return tonumber(found[1]), tonumber(found[2]), tonumber(found[3])
  end
end

-- Makes sure that there is a history, and that it is the one that the caller has seen. `epoch` and `head` are its epoch
-- and the highest number that was heard of; `last`, `at` and `start` are number, time and first bytes of the last
-- message that was seen itself; zero or empty what the caller has not seen.
--
-- Where the log has lost its end (with a machine whose last second was not on disk, or by a failover), its numbers
-- may be given again to other messages. So it gets another epoch, and whoever has seen the lost end learns that.
local function settle(of, epoch, head, last, at, start)
  local now_ms = math.floor(clock_us() / 1000)
  local stored, stored_head, oldest = bounds(of)
  if not stored then
    redis.call('DEL', of.meta, of.log, of.ids, of.ids_before, of.rates, of.rates_before)
    stored = math.max(now_ms, epoch + 1)
    redis.call('HSET', of.meta, 'epoch', text(stored), 'head', 0, 'oldest', 1, 'at', 0,
      'ids_from', 1, 'ids_mid', 1, 'rates_at', 0)
    return stored, 0, 1
  end
  local is_another = epoch > stored or (epoch == stored and head > stored_head)
  if epoch == stored and start ~= '' then
    local entry = redis.call('XRANGE', of.log, text(last) .. '-0', text(last) .. '-0')[1]
    -- What has been trimmed since cannot be compared, nor need it be.
    is_another = is_another or (entry ~= nil
      and not (entry[2][2] == text(at) and string.sub(entry[2][4], 1, #start) == start))
  end
  if is_another then
    stored = math.max(now_ms, epoch + 1, stored + 1)
    redis.call('HSET', of.meta, 'epoch', text(stored))
  end
  return stored, stored_head, oldest
end

-- Makes what is remembered now that of the while before.
local function age(now, before)
  redis.call('UNLINK', before)
  if redis.call('EXISTS', now) == 1 then redis.call('RENAME', now, before) end
end

-- Begins to take messages into a channel: what is known of it, in numbers. Nothing if it is not there.
local function begin(of, window)
  local found = redis.call('HMGET', of.meta, 'epoch', 'head', 'oldest', 'at', 'ids_from', 'ids_mid')
  if not (found[1] and found[2] and found[3]) then return nil end
  local book = {
    of = of,
    now_us = clock_us(),
    epoch = tonumber(found[1]),
    head = tonumber(found[2]),
    oldest = tonumber(found[3]),
    ids_from = tonumber(found[5] or 1),
    ids_mid = tonumber(found[6] or 1),
    fresh = {}, -- what is added to `ids`: field, value, field, value …
    tats = {}, -- what is changed in `rates`, by person
  }
  book.first = book.head + 1
  -- A clock that was set back must not make a later message look earlier.
  book.at = math.max(math.floor(book.now_us / 1000), tonumber(found[4] or 0))
  if book.first - book.ids_mid >= window then
    book.ids_from, book.ids_mid = book.ids_mid, book.first
    -- First what may fail for want of memory: then nothing has been done.
    redis.call('HSET', of.meta, 'ids_from', text(book.ids_from), 'ids_mid', text(book.ids_mid))
    age(of.ids, of.ids_before)
  end
  return book
end

-- Takes from the bucket of a person, whose fill is known by the time at which it is full again (the generic cell rate
-- algorithm, ITU-T I.371). `interval` is how long a token takes, `tolerance` how long all but one of them take, in µs.
-- How long to wait in ms, if there is no token.
local function take(book, person, interval, tolerance)
  local full_at = math.max(book.tats[person] or 0, book.now_us)
  local wait_us = full_at - book.now_us - tolerance
  if wait_us > 0 then return math.max(1, math.ceil(wait_us / 1000)) end
  book.tats[person] = full_at + interval
end

-- Learns the buckets of these people, each named once.
local function learn_rates(book, people)
  local now = redis.call('HMGET', book.of.rates, unpack(people))
  local before = redis.call('HMGET', book.of.rates_before, unpack(people))
  for i, person in ipairs(people) do
    book.tats[person] = tonumber(now[i] or before[i] or 0)
  end
end

-- Writes the buckets of these people. What is older than `lasts_us` can only say that a bucket is full.
local function keep_rates(book, people, lasts_us)
  local of = book.of
  local begun = tonumber(redis.call('HGET', of.meta, 'rates_at') or 0)
  local begins = book.now_us - begun >= lasts_us or book.now_us < begun
  if begins then
    redis.call('HSET', of.meta, 'rates_at', text(book.now_us))
    age(of.rates, of.rates_before)
  end
  local pairs_of = {}
  for _, person in ipairs(people) do
    if book.tats[person] > book.now_us then
      pairs_of[#pairs_of + 1] = person
      pairs_of[#pairs_of + 1] = text(book.tats[person])
    end
  end
  if #pairs_of > 0 then
    redis.call('HSET', of.rates, unpack(pairs_of))
    if begins then redis.call('PEXPIRE', of.rates, math.floor(lasts_us / 1000) * 3) end
  end
end

-- Gives a message its number, and appends it. `key` is its sender and id; `to` is its receiver if it is private.
local function append(book, key, m, to)
  book.head = book.head + 1
  local id = text(book.head) .. '-0'
  if to then
    redis.call('XADD', book.of.log, id, 'at', text(book.at), 'm', m, 'to', to)
  else
    redis.call('XADD', book.of.log, id, 'at', text(book.at), 'm', m)
  end
  if key then
    book.fresh[#book.fresh + 1] = key
    book.fresh[#book.fresh + 1] = text(book.head) .. ':' .. text(book.at)
  end
  return book.head
end

-- Writes what the channel has come to, and trims what is too old: an eighth at a time.
local function finish(book, retained)
  if book.head < book.first then return end
  local of = book.of
  if #book.fresh > 0 then redis.call('HSET', of.ids, unpack(book.fresh)) end
  local kept = math.max(1, retained)
  if book.head + 1 - book.oldest >= kept + math.max(1, math.floor(kept / 8)) then
    book.oldest = book.head + 1 - kept
    redis.call('XTRIM', of.log, 'MINID', text(book.oldest) .. '-0')
  end
  redis.call('HSET', of.meta, 'head', text(book.head), 'oldest', text(book.oldest), 'at', text(book.at))
end

-- Number and time of a message, as `ids` has them.
local function place(value)
  local colon = string.find(value, ':', 1, true)
  return tonumber(string.sub(value, 1, colon - 1)), tonumber(string.sub(value, colon + 1))
end

