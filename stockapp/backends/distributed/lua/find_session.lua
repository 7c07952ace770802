-- digest. Returns the session; false for none.
local name = key('session:' .. ARGV[1])
local id = redis.call('HGET', name, 'id')
-- What the index has lost, as a server short of memory may, could not be ended: so it has ended.
if not id or redis.call('HGET', key('sessions'), id) ~= ARGV[1] then return false end
return redis.call('HGETALL', name)
