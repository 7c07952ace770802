-- id, kind, kind_json, dedupe_key, params, now, most_pending or '', done, total, told, items...
-- Returns the task that is there now and whether it was joined; nil where too many wait.
local id, dedupe, now, most = ARGV[1], ARGV[4], ARGV[6], ARGV[7]
local equal = redis.call('GET', key('dedupe:' .. dedupe))
if equal then return { load(equal, false), 1 } end
if most ~= '' and redis.call('ZCARD', key('status:pending')) >= tonumber(most) then return false end
local member = string.format('%016d:%s', redis.call('INCR', key('tasks:last')), id)
redis.call('HSET', key('task:' .. id), 'id', id, 'kind', ARGV[2], 'kind_json', ARGV[3],
  'dedupe_key', dedupe, 'params', ARGV[5], 'created_at', now, 'member', member,
  'done', ARGV[8], 'total', ARGV[9], 'message', '', 'told', ARGV[10], 'retries', '0')
redis.call('SET', key('dedupe:' .. dedupe), id)
redis.call('ZADD', key('tasks'), now, member)
set_status(id, 'pending')
for at = 11, #ARGV, 3 do store_item(id, at) end
tell_progress(id, now)
return { load(id, false), 0 }
