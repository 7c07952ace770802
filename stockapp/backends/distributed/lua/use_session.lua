-- id, at. Notes when it was used, unless it was used later.
local digest = redis.call('HGET', key('sessions'), ARGV[1])
if not digest then return 0 end
local name = key('session:' .. digest)
local used = redis.call('HGET', name, 'last_used_at')
if used and tonumber(ARGV[2]) > tonumber(used) then
  redis.call('HSET', name, 'last_used_at', ARGV[2])
end
return 1
