-- Ending a session; follows common.lua. The index `sessions` leads from ids to digests.
local function end_session(id, now)
  local digest = redis.call('HGET', key('sessions'), id)
  if not digest then return false end
  redis.call('HDEL', key('sessions'), id)
  -- It may have expired, and nobody took it out of the index since.
  if redis.call('DEL', key('session:' .. digest)) == 0 then return false end
  emit('access', 'access', cjson.encode({ id = id }), now)
  return true
end
