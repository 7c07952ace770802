-- id, the queue. Leaves nothing of it; nor the oldest messages, as long as nobody waits for those.
for _, kind in ipairs({ 'computing:', 'computed:', 'taken:' }) do
  redis.call('DEL', key(kind .. ARGV[1]))
end
local message = redis.call('LINDEX', ARGV[2], -1)
while message do
  local id = cjson.decode(message).headers.id
  if redis.call('EXISTS', key('computing:' .. id)) == 1 then break end
  redis.call('RPOP', ARGV[2])
  message = redis.call('LINDEX', ARGV[2], -1)
end
return 1
