-- ids of ended tasks...
local count = 0
for at = 1, #ARGV do
  local id = ARGV[at]
  local task = redis.call('HMGET', key('task:' .. id), 'member', 'status')
  redis.call('ZREM', key('ended'), id)
  if task[1] then
    for _, index in ipairs(ended_by_parameter(id)) do redis.call('ZREM', index, id) end
    redis.call('ZREM', key('tasks'), task[1])
    redis.call('ZREM', key('status:' .. task[2]), task[1])
    redis.call('DEL', key('task:' .. id), key('result:' .. id), key('order:' .. id),
      key('states:' .. id), key('results:' .. id))
    count = count + 1
  end
end
return count
