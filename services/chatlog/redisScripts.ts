/**
 * The chat log's operations as Lua for Redis, each atomic. The rules are those of `rules.ts`.
 *
 * Keys of an instance, each after the prefix: `lines:<instance>` (hash of sequence number to JSON), `meta:<instance>`
 * (last, at, first, notes, firstNote, slow, fence, lostBefore), `notes:<instance>` (hash of number to JSON), `rules:<instance>` (hash of restrictions),
 * `hearts:<seq>:<instance>` (sorted by when they were given), `again:<seq>:<instance>` (client ids that counted up) and
 * `receipt:...`, one per client id. `places:<person>` is the set of instances where a person left something, `ruled` that of
 * those with restrictions. The scripts make their keys from the prefix: this is for one Redis with its replicas, not for a
 * cluster.
 */

/** ARGV of every script begins with the instance and what is kept; KEYS[1] is the prefix. */
const prelude = `
local prefix, instance, keep = KEYS[1], ARGV[1], tonumber(ARGV[2])
local function key(kind, seq)
  return prefix .. kind .. (seq and ':' .. string.format('%d', seq) or '') .. ':' .. instance
end
local lines, meta, notes = key('lines'), key('meta'), key('notes')

-- lengths keep apart what could read the same when joined
local function receiptOf(author, client)
  return prefix .. 'receipt:' .. #instance .. ':' .. #author .. ':' .. instance .. author .. client
end
local function find(seq)
  local json = redis.call('HGET', lines, seq)
  return json and cjson.decode(json)
end
local function put(line)
  redis.call('HSET', lines, line.seq, cjson.encode(line))
end
-- a line and its hearts, as it is answered
local function view(seq)
  local json = redis.call('HGET', lines, seq)
  if not json then return false end
  local found = redis.call('ZRANGE', key('hearts', seq), 0, -1)
  table.insert(found, 1, json)
  return found
end
-- whoever lost the instance while it was stalled has a lower fence than who has it now; 0: asks for none
local function isStale(fence)
  local highest = fence > 0 and tonumber(redis.call('HGET', meta, 'fence') or 0) or 0
  if fence > highest then redis.call('HSET', meta, 'fence', string.format('%d', fence)) end
  return fence < highest
end
local function place(person)
  redis.call('SADD', prefix .. 'places:' .. person, instance)
end
local function note(entry)
  local n = redis.call('HINCRBY', meta, 'notes', 1)
  redis.call('HSET', notes, n, cjson.encode(entry))
  -- two go for each that comes, so that it catches up when less is to be kept than before
  local first = tonumber(redis.call('HGET', meta, 'firstNote') or 1)
  if n - first >= keep then
    redis.call('HDEL', notes, first, n - first > keep and first + 1 or first)
    redis.call('HSET', meta, 'firstNote', n - first > keep and first + 2 or first + 1)
  end
  if entry.person ~= '' then place(entry.person) end
  if entry.action == 'slow' then redis.call('HSET', meta, 'slow', entry.detail) end
end
local function noted(at, by, action, person, reason, detail)
  note({ instance = instance, at = at, by = by, action = action, person = person, reason = reason, detail = detail })
end
`;

/** fence -> lostBefore; or nothing under a lower fence */
const begin = `return not isStale(tonumber(ARGV[3])) and (redis.call('HGET', meta, 'lostBefore') or 0)`;

/**
 * now, attempt, line as JSON, clientId, shadow, hasOriginal, original, receiptMs, floor, fence
 * -> repeat, counted, seq, at, view, lostBefore; or nothing under a lower fence
 */
const append = `
if isStale(tonumber(ARGV[12])) then return false end
local lostBefore = redis.call('HGET', meta, 'lostBefore') or 0
local now, attempt, said, client = tonumber(ARGV[3]), ARGV[4], cjson.decode(ARGV[5]), ARGV[6]
local isShadow, dayMs = ARGV[7] == '1', ARGV[10]
local receipt = receiptOf(said.author.id, client)
local kept = redis.call('GET', receipt)
if kept then
  local seq, count, at, by = string.match(kept, '^(%d+) (%d+) (%d+) (.*)$')
  -- the client library sends a command again if the connection broke: that is the same call, not a repeat
  return { by == attempt and 0 or 1, tonumber(count) > 1 and 1 or 0, seq, at, view(seq), lostBefore }
end
local state = redis.call('HMGET', meta, 'last', 'at', 'first')
local last, first = tonumber(state[1] or 0), tonumber(state[3] or 1)
local at = math.max(now, tonumber(state[2] or 0))
local floor = tonumber(ARGV[11])
if last < floor then
  if last == 0 then first = floor + 1 end
  last, lostBefore = floor, floor + 1
  redis.call('HSET', meta, 'lostBefore', lostBefore)
end
if ARGV[8] == '1' then noted(at, 'filter', 'filter', said.author.id, '', ARGV[9]) end

local newest = last > 0 and find(last)
if newest and newest.state == (isShadow and 'shadow' or 'shown') and newest.text == said.text
  and newest.author.id == said.author.id and newest.author.handle == said.author.handle
  and newest.author.via == said.author.via then
  newest.count = newest.count + 1
  put(newest)
  redis.call('RPUSH', key('again', last), client)
  redis.call('SET', receipt, string.format('%d %d %d %s', last, newest.count, newest.at, attempt))
  return { 0, 1, last, newest.at, view(last), lostBefore }
end

last = last + 1
said.seq, said.at, said.count, said.editedAt, said.client = last, at, 1, 0, client
said.state = isShadow and 'shadow' or 'shown'
put(said)
redis.call('SET', receipt, string.format('%d 1 %d %s', last, at, attempt))
place(said.author.id)

-- two go for each that comes, as with notes
local function drop(seq)
  local line = find(seq)
  if line then
    redis.call('PEXPIRE', receiptOf(line.author.id, line.client), dayMs)
    for _, other in ipairs(redis.call('LPOP', key('again', seq), 100) or {}) do
      redis.call('PEXPIRE', receiptOf(line.author.id, other), dayMs)
    end
    if redis.call('EXISTS', key('again', seq)) == 1 then return false end
    redis.call('DEL', key('hearts', seq))
    redis.call('HDEL', lines, seq)
  end
  return true
end
for _ = 1, 2 do
  if last - first < keep or not drop(first) then break end
  first = first + 1
end
redis.call('HSET', meta, 'last', last, 'at', at, 'first', first)
return { 0, 0, last, at, view(last), lostBefore }
`;

/** limit, before or '' -> views, oldest first */
const read = `
local state = redis.call('HMGET', meta, 'last', 'first')
local last, first = tonumber(state[1] or 0), tonumber(state[2] or 1)
local to = math.min(last, (tonumber(ARGV[4]) or last + 1) - 1)
local found = {}
-- lines that were lost leave a hole: it is passed over, as far as others can wait for
for seq = to, math.max(first, to - 20000), -1 do
  if #found == tonumber(ARGV[3]) then break end
  found[#found + 1] = view(seq) or nil
end
for i = 1, math.floor(#found / 2) do
  found[i], found[#found - i + 1] = found[#found - i + 1], found[i]
end
return found
`;

/** seq -> view */
const line = `return view(ARGV[3])`;

/** now, seq, text, hasOriginal, original, by or '' -> view */
const edit = `
local line = find(ARGV[4])
if not line or line.state == 'gone' then return false end
local at = math.max(tonumber(ARGV[3]), line.at, line.editedAt)
noted(at, ARGV[8] ~= '' and ARGV[8] or line.author.id, 'edit', line.author.id, '', line.text)
if ARGV[6] == '1' then noted(at, 'filter', 'filter', line.author.id, '', ARGV[7]) end
line.text, line.editedAt = ARGV[5], at
put(line)
return view(line.seq)
`;

/** now, seq, by, reason -> view */
const remove = `
local line = find(ARGV[4])
if not line or line.state == 'gone' then return false end
noted(math.max(tonumber(ARGV[3]), line.at), ARGV[5], 'delete', line.author.id, ARGV[6], line.text)
line.text, line.state = '', 'gone'
put(line)
redis.call('DEL', key('hearts', line.seq))
return view(line.seq)
`;

/** seq, person, on -> view */
const heart = `
local line = find(ARGV[3])
if not line or line.state == 'gone' then return false end
local given = key('hearts', line.seq)
if ARGV[5] == '1' then
  local newest = redis.call('ZRANGE', given, -1, -1, 'WITHSCORES')
  redis.call('ZADD', given, 'NX', tonumber(newest[2] or 0) + 1, ARGV[4])
  place(ARGV[4])
else
  redis.call('ZREM', given, ARGV[4])
end
return view(line.seq)
`;

/** field, restriction as JSON, note as JSON */
const restrict = `
redis.call('HSET', key('rules'), ARGV[3], ARGV[4])
redis.call('SADD', prefix .. 'ruled', instance)
note(cjson.decode(ARGV[5]))
`;

/** field, note as JSON */
const lift = `
if redis.call('HDEL', key('rules'), ARGV[3]) == 1 then note(cjson.decode(ARGV[4])) end
if redis.call('EXISTS', key('rules')) == 0 then redis.call('SREM', prefix .. 'ruled', instance) end
`;

/** note as JSON */
const write = `note(cjson.decode(ARGV[3]))`;

/** limit -> notes as JSON, newest first */
const log = `
local last, found = tonumber(redis.call('HGET', meta, 'notes') or 0), {}
for n = last, math.max(1, last - tonumber(ARGV[3]) + 1), -1 do
  found[#found + 1] = redis.call('HGET', notes, n) or nil
end
return found
`;

/** person, from, to -> the sequence numbers of this page that were touched */
const eraseLines = `
local person, touched = ARGV[3], {}
for seq = tonumber(ARGV[4]), tonumber(ARGV[5]) do
  local line = find(seq)
  if line then
    local author = line.author
    local isTouched = redis.call('ZREM', key('hearts', seq), person) == 1
    if author.id == person
      and (line.state ~= 'gone' or author.handle ~= '' or author.name ~= '' or author.via) then
      author.handle, author.name, author.via, line.text, line.state = '', '', nil, '', 'gone'
      put(line)
      redis.call('DEL', key('hearts', seq))
      isTouched = true
    end
    if isTouched then touched[#touched + 1] = seq end
  end
end
return touched
`;

/** person, from, to: takes what the person said out of the moderation log */
const eraseNotes = `
for n = tonumber(ARGV[4]), tonumber(ARGV[5]) do
  local json = redis.call('HGET', notes, n)
  local entry = json and cjson.decode(json)
  if entry and entry.person == ARGV[3] and entry.detail ~= ''
    and (entry.action == 'filter' or entry.action == 'edit' or entry.action == 'delete') then
    entry.detail = ''
    redis.call('HSET', notes, n, cjson.encode(entry))
  end
end
`;

const bodies = { begin, append, read, line, edit, remove, heart, restrict, lift, write, log, eraseLines, eraseNotes };

export type ScriptName = keyof typeof bodies;

/** Comments and indentation are for people. */
const compact = (lua: string) => lua.replace(/^\s*--.*\n/gm, "").replace(/^\s+/gm, "");

export const scripts = Object.fromEntries(
  Object.entries(bodies).map(([name, body]) => [name, compact(prelude + body)]),
) as Record<ScriptName, string>;
