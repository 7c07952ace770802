-- id, digest, milliseconds to keep, then names and values of the session.
local index, keep = key('sessions'), tonumber(ARGV[3])
local known = redis.call('HGETALL', index)
for at = 1, #known, 2 do
  if redis.call('EXISTS', key('session:' .. known[at + 1])) == 0 then
    redis.call('HDEL', index, known[at])
  end
end
redis.call('HSET', key('session:' .. ARGV[2]), unpack(ARGV, 4))
redis.call('PEXPIRE', key('session:' .. ARGV[2]), keep)
redis.call('HSET', index, ARGV[1], ARGV[2])
-- The index lasts as long as the session that lasts longest.
if redis.call('PTTL', index) < keep then redis.call('PEXPIRE', index, keep) end
return 1
