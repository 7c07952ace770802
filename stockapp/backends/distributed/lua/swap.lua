-- name, expected or '', value or '', milliseconds to keep. Sets the fact if it is as expected.
local name = key('shared:' .. ARGV[1])
local present = redis.call('GET', name) or ''
if present ~= ARGV[2] then return 0 end
if ARGV[3] == '' then
  redis.call('DEL', name)
  redis.call('ZREM', key('shared'), ARGV[1])
else
  redis.call('SET', name, ARGV[3], 'PX', ARGV[4])
  redis.call('ZADD', key('shared'), 0, ARGV[1])
end
return 1
