-- worker, now. Returns how many were handed back.
local count = 0
for _, member in ipairs(redis.call('ZRANGE', key('status:running'), 0, -1)) do
  local id = id_of(member)
  if field(id, 'worker') == ARGV[1] then
    set_status(id, 'pending')
    redis.call('ZREM', key('leases'), member)
    requeue(id)
    tell_progress(id, ARGV[2])
    count = count + 1
  end
end
return count
