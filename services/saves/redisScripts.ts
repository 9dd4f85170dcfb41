/**
 * World saves as Lua for Redis, each atomic. Keys after the prefix: `slugs` (set of all that have poses); of a world
 * `fence:<slug>` (the highest that opened it), `poses:<slug>` (hash of person to pose), `seen:<slug>` (sorted by when they
 * were last written), `props:<slug>` (hash of saved props) and `live:<slug>` (hash of those that live with the world).
 */

/** ARGV begins with the slug, the fence and the time in ms. */
const prelude = `
local prefix, slug, fence, now = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local function key(kind) return prefix .. kind .. ':' .. slug end
local highest = redis.call('GET', key('fence'))
if highest and fence < tonumber(highest) then return false end
local function take() redis.call('SET', key('fence'), ARGV[2], 'PX', 86400000) end
`;

/** most poses, liveMs -> saved props, live props, people, their poses, how many there are */
const open = `
take()
redis.call('PEXPIRE', key('live'), ARGV[5])
local people = redis.call('ZREVRANGE', key('seen'), 0, ARGV[4] - 1)
local poses = #people > 0 and redis.call('HMGET', key('poses'), unpack(people)) or {}
return {
  redis.call('HGETALL', key('props')), redis.call('HGETALL', key('live')),
  people, poses, redis.call('ZCARD', key('seen')),
}
`;

/**
 * keepMs, liveMs, how ('', 'whole': this is all there is, 'end'), number of poses, then person and pose of each, then
 * what, key and prop of each prop -> 1, or 0 if all that came before is forgotten
 */
const write = `
local keepMs, how, last = ARGV[4], ARGV[6], 7 + ARGV[7] * 2
-- a lower fence is that of somebody who lost the world before, and was the first to write after everything was forgotten
local isKnown = how == 'whole' or (highest and tonumber(highest) == fence)
if isKnown then take() end
if how == 'whole' then redis.call('DEL', key('props'), key('live'), key('poses'), key('seen')) end
-- as many at once as Lua hands on
for from = 8, last, 2000 do
  local to, seen = math.min(last, from + 1999), {}
  for i = from, to, 2 do
    seen[#seen + 1] = now
    seen[#seen + 1] = ARGV[i]
  end
  redis.call('HSET', key('poses'), unpack(ARGV, from, to))
  redis.call('ZADD', key('seen'), unpack(seen))
end
if last > 7 then
  redis.call('SADD', prefix .. 'slugs', slug)
  local old = redis.call('ZRANGE', key('seen'), '-inf', now - keepMs, 'BYSCORE', 'LIMIT', 0, 100)
  if #old > 0 then
    redis.call('HDEL', key('poses'), unpack(old))
    redis.call('ZREM', key('seen'), unpack(old))
  end
  redis.call('PEXPIRE', key('poses'), keepMs)
  redis.call('PEXPIRE', key('seen'), keepMs)
end
for i = last + 1, #ARGV, 3 do
  local what, name, prop = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if what == 'saved' then redis.call('HSET', key('props'), name, prop) else redis.call('HDEL', key('props'), name) end
  if what == 'live' then redis.call('HSET', key('live'), name, prop) else redis.call('HDEL', key('live'), name) end
end
if how == 'end' then redis.call('DEL', key('live')) else redis.call('PEXPIRE', key('live'), ARGV[5]) end
return isKnown and 1 or 0
`;

export const scripts = { open: prelude + open, write: prelude + write };
