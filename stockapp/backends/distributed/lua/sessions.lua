-- Returns all sessions.
local found = {}
for _, digest in ipairs(redis.call('HVALS', key('sessions'))) do
  local session = redis.call('HGETALL', key('session:' .. digest))
  if #session > 0 then found[#found + 1] = session end
end
return found
