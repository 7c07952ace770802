-- worker, until, ids...
for at = 3, #ARGV do
  local task = redis.call('HMGET', key('task:' .. ARGV[at]), 'status', 'worker', 'member')
  if task[1] == 'running' and task[2] == ARGV[1] then
    redis.call('ZADD', key('leases'), ARGV[2], task[3])
  end
end
return 1
