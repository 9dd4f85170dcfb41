/**
 * The operations of `store.ts` as Lua for Redis. Keys: `hereabouts:lives` (hash of process to life: who is in it lives),
 * `beats` (process to the time of its last one), `members` (process to what it says of itself), `homes` (key to
 * "process life fence value"), `era` (label; run: of Redis; isEmpty: whether it began so; isOpened; at: when
 * somebody came last before it was; quietUntil; openAt; fence: the last one), `missing` (process to 1 until it is back in
 * this run), `left` (processes that went in order, for a minute).
 */
import { gapMs, openMs, quietMs } from "./store.ts";

/** ARGV of every script begins with the time by Redis's clock after which its caller has given up, the process, its life. */
const prelude = `
local lives, beats, members, homes = 'hereabouts:lives', 'hereabouts:beats', 'hereabouts:members', 'hereabouts:homes'
local era, missing = 'hereabouts:era', 'hereabouts:missing'
local id, life = ARGV[2], ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now > tonumber(ARGV[1]) then return redis.error_reply('LATE') end

local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
local function isOpen()
  local current, isOpened, at, quietUntil, openAt =
    unpack(redis.call('HMGET', era, 'run', 'isOpened', 'at', 'quietUntil', 'openAt'))
  if current ~= run then return false end
  if isOpened == '1' then return true end
  local gap = now - at > ${gapMs} and now - at or 0
  quietUntil, openAt = quietUntil + gap, openAt + gap
  redis.call('HSET', era, 'at', now, 'quietUntil', quietUntil, 'openAt', openAt)
  if now < quietUntil then return false end
  if now < openAt then
    for _, is in ipairs(redis.call('HVALS', missing)) do if is == '1' then return false end end
  end
  redis.call('HSET', era, 'isOpened', 1)
  return true
end
-- process, life, fence, value
local function homeOf(key)
  local home = redis.call('HGET', homes, key)
  if home then return string.match(home, '^(%S+) (%S+) (%S+) (.*)$') end
end
local function put(key, fence, value)
  redis.call('HSET', homes, key, id .. ' ' .. life .. ' ' .. fence .. ' ' .. value)
end
local function raise(fence)
  if tonumber(fence) > tonumber(redis.call('HGET', era, 'fence') or 0) then redis.call('HSET', era, 'fence', fence) end
end
-- all that it had and those in 'but' have not
local function clear(process, but)
  local found = redis.call('HGETALL', homes)
  for i = 1, #found, 2 do
    local owner = string.match(found[i + 1], '^(%S+) ')
    if owner == process and not but[found[i]] then redis.call('HDEL', homes, found[i]) end
  end
end
local function remove(process)
  redis.call('HDEL', lives, process)
  redis.call('HDEL', beats, process)
  redis.call('HDEL', members, process)
  if redis.call('HEXISTS', missing, process) == 1 then redis.call('HSET', missing, process, 0) end
  clear(process, {})
end
local function write(member)
  redis.call('HSET', lives, id, life)
  redis.call('HSET', beats, id, now)
  redis.call('HSET', members, id, member)
end
local function view()
  local rows, gone = {}, {}
  local all = redis.call('HGETALL', lives)
  for i = 1, #all, 2 do
    rows[#rows + 1] = all[i + 1]
    rows[#rows + 1] = redis.call('HGET', beats, all[i])
    rows[#rows + 1] = redis.call('HGET', members, all[i])
  end
  if not isOpen() then
    local waited = redis.call('HGETALL', missing)
    for i = 1, #waited, 2 do if waited[i + 1] == '1' then gone[#gone + 1] = waited[i] end end
  end
  return { now, rows, gone, redis.call('HKEYS', 'hereabouts:left') }
end
`;

/** era, member -> view, or why not */
const beat = `
if redis.call('HGET', era, 'run') ~= run or redis.call('HGET', era, 'label') ~= ARGV[4] then return 'new' end
if redis.call('HGET', lives, id) ~= life then return 'buried' end
write(ARGV[5])
return view()
`;

/** era that was known, member, known as JSON, homes as JSON, whether it is sure of them -> view, era, isEmpty, lost */
const enter = `
local known, mine = cjson.decode(ARGV[6]), cjson.decode(ARGV[7])
local before = redis.call('HGET', era, 'run')
if before ~= run then
  redis.call('DEL', missing)
  for _, other in ipairs(redis.call('HKEYS', lives)) do redis.call('HSET', missing, other, 1) end
  redis.call('HSET', era, 'run', run, 'label', run .. ':' .. now, 'isOpened', 0, 'isEmpty', before and 0 or 1, 'at', now,
    'quietUntil', now + ${quietMs}, 'openAt', now + ${openMs})
end
if not isOpen() then
  for _, other in ipairs(known) do
    if redis.call('HSETNX', missing, other, 1) == 1 then redis.call('HSET', era, 'openAt', now + ${openMs}) end
  end
end
redis.call('HSET', missing, id, 0)
write(ARGV[5])

local lost, kept, label = {}, {}, redis.call('HGET', era, 'label')
for _, home in ipairs(mine) do
  local key, fence, value = home[1], home[2], home[3]
  raise(fence)
  local owner, ownerLife, theirs = homeOf(key)
  if ARGV[4] ~= label and ARGV[8] ~= '1' or not owner and ARGV[4] == label then
    lost[#lost + 1] = key
  elseif owner and tonumber(theirs) > tonumber(fence) then
    lost[#lost + 1] = key
  elseif owner and theirs == fence and (owner ~= id or ownerLife ~= life) then
    lost[#lost + 1] = key
  else
    put(key, fence, value)
    kept[key] = true
  end
end
clear(id, kept)
local isEmpty = ARGV[4] ~= label and redis.call('HGET', era, 'isEmpty') == '1'
return { view(), label, isEmpty and 1 or 0, lost }
`;

/** beat -> whether */
const bury = `
if (redis.call('HGET', lives, id) or life) ~= life or (redis.call('HGET', beats, id) or ARGV[4]) ~= ARGV[4] then return 0 end
remove(id)
return 1
`;

const vouch = `
if not isOpen() and redis.call('HGET', missing, id) == '1' then redis.call('HSET', era, 'openAt', now + ${openMs}) end
return 1
`;

const leave = `
if redis.call('HGET', lives, id) ~= life then return 0 end
remove(id)
redis.call('HSET', 'hereabouts:left', id, 1)
redis.call('EXPIRE', 'hereabouts:left', 60)
return 1
`;

/** key, value, whether it may be taken -> process, fence, value, or why not */
const claim = `
local owner, ownerLife, fence, value = homeOf(ARGV[4])
local open = isOpen()
if owner and owner ~= id and redis.call('HGET', lives, owner) == ownerLife
    and (open or redis.call('HGET', missing, owner) ~= '1' and redis.call('HGET', era, 'run') == run) then
  return { owner, fence, value }
end
if not open then return 'closed' end
if ARGV[6] ~= '1' then return 'none' end
if redis.call('HGET', lives, id) ~= life then return 'out' end
local last = tonumber(redis.call('HGET', era, 'fence') or 0)
local next = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
raise(next)
put(ARGV[4], next, ARGV[5])
return { id, next, ARGV[5] }
`;

/** key, fence */
const release = `
local owner, ownerLife, fence = homeOf(ARGV[4])
if owner == id and fence == ARGV[5] then redis.call('HDEL', homes, ARGV[4]) end
return 1
`;

const bodies = { beat, enter, bury, vouch, leave, claim, release };
export type ScriptName = keyof typeof bodies;
export const scripts = Object.fromEntries(
  Object.entries(bodies).map(([name, body]) => [name, prelude + body]),
) as Record<ScriptName, string>;
