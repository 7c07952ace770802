-- id, worker, now, progress (6), status, result or '', error or ''
local id = ARGV[1]
if not set_progress(id, ARGV[2], 4) then return 0 end
if ARGV[11] ~= '' then
  redis.call('SET', key('result:' .. id), ARGV[11])
  redis.call('HSET', key('task:' .. id), 'has_result', '1')
end
if ARGV[12] ~= '' then redis.call('HSET', key('task:' .. id), 'error', ARGV[12]) end
finish(id, ARGV[10], ARGV[3])
return 1
