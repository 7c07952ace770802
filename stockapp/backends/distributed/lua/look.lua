-- id, where Celery tells of its failure. The outcome, the failure, and whether it is 'waiting' to be
-- taken, 'taken', or 'lost' with the worker that took it.
local function stage()
  if redis.call('EXISTS', key('computing:' .. ARGV[1])) == 1 then return 'waiting' end
  local who = redis.call('GET', key('taken:' .. ARGV[1]))
  if who and redis.call('EXISTS', key('pulse:' .. who)) == 1 then return 'taken' end
  return 'lost'
end
return { redis.call('GET', key('computed:' .. ARGV[1])), redis.call('GET', ARGV[2]), stage() }
