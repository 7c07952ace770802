-- worker, now, until, id or '', most_items or '', 'kinds' or '', kinds...
-- Returns the task with its items' results; false for none.
local worker, now, until_, id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local most_items, kinds = tonumber(ARGV[5]), kinds_from(6)
if id ~= '' then
  local status = field(id, 'status')
  local lapsed = status == 'running'
    and tonumber(redis.call('ZSCORE', key('leases'), field(id, 'member'))) <= tonumber(now)
  if not (status == 'pending' or lapsed) or not fits(id, kinds, most_items) then return false end
else
  local found = oldest(now, kinds, most_items)
  if not found then return false end
  id = id_of(found.member)
end
local name = key('task:' .. id)
if field(id, 'status') == 'running' then redis.call('HINCRBY', name, 'retries', 1) end
set_status(id, 'running')
redis.call('HSETNX', name, 'started_at', now)
redis.call('HSET', name, 'worker', worker)
redis.call('ZADD', key('leases'), until_, field(id, 'member'))
requeue(id)
tell_progress(id, now)
return load(id, true)
