-- What all scripts share. KEYS[1] is the prefix of all keys: which tasks a script touches is known
-- only in the course of it, so that one server holds them all.
local prefix = KEYS[1]
local function key(name) return prefix .. name end

local function emit(topic, type, data, at)
  local id = redis.call('INCR', key('events:last'))
  redis.call('XADD', key('events'), id .. '-0', 'topic', topic, 'type', type, 'data', data, 'at', at)
  -- A topic's own stream holds ids only; what happened stands once.
  redis.call('XADD', key('topic:' .. topic), id .. '-0', '', '')
  redis.call('ZADD', key('topics'), id, topic)
  return id
end

local function field(id, name) return redis.call('HGET', key('task:' .. id), name) end

local function tell_progress(id, at)
  local task = redis.call('HMGET', key('task:' .. id), 'told', 'status', 'kind_json')
  local data = task[1] .. ',"status":"' .. task[2] .. '","kind":' .. task[3] .. '}'
  emit('task:' .. id, 'progress', data, at)
end

local function set_status(id, status)
  local task = redis.call('HMGET', key('task:' .. id), 'status', 'member', 'created_at')
  if task[1] then redis.call('ZREM', key('status:' .. task[1]), task[2]) end
  redis.call('ZADD', key('status:' .. status), task[3], task[2])
  redis.call('HSET', key('task:' .. id), 'status', status)
end

local function id_of(member) return string.sub(member, 18) end

local function store_item(id, at)
  local item, state, result = ARGV[at], ARGV[at + 1], ARGV[at + 2]
  if redis.call('HSET', key('states:' .. id), item, state) == 1 then
    redis.call('RPUSH', key('order:' .. id), item)
  end
  if result == '' then
    redis.call('HDEL', key('results:' .. id), item)
  else
    redis.call('HSET', key('results:' .. id), item, result)
  end
end

local function change_states(id, from, to)
  local states = redis.call('HGETALL', key('states:' .. id))
  for at = 1, #states, 2 do
    if from[states[at + 1]] then redis.call('HSET', key('states:' .. id), states[at], to) end
  end
end

local function requeue(id) change_states(id, { running = true }, 'queued') end

-- A task with its result, and its items without or with theirs; nil for none.
local function load(id, whole)
  local task = redis.call('HGETALL', key('task:' .. id))
  if #task == 0 then return nil end
  return {
    task,
    redis.call('GET', key('result:' .. id)),
    redis.call('LRANGE', key('order:' .. id), 0, -1),
    redis.call('HGETALL', key('states:' .. id)),
    whole and redis.call('HGETALL', key('results:' .. id)) or {},
  }
end

-- Sets the progress if the worker runs the task; PROGRESS: done, total, message, eta, share, told.
local function set_progress(id, worker, first)
  local task = redis.call('HMGET', key('task:' .. id), 'status', 'worker')
  if task[1] ~= 'running' or task[2] ~= worker then return false end
  redis.call('HSET', key('task:' .. id), 'done', ARGV[first], 'total', ARGV[first + 1],
    'message', ARGV[first + 2], 'eta_seconds', ARGV[first + 3], 'share', ARGV[first + 4],
    'told', ARGV[first + 5])
  return true
end

-- Indices of ended tasks by the parameters that are set: some are looked for among many others.
local function ended_by_parameter(id)
  local names = {}
  for name, value in pairs(cjson.decode(field(id, 'params'))) do
    if value == true then names[#names + 1] = key('ended:' .. name) end
  end
  return names
end

local function finish(id, status, now)
  set_status(id, status)
  local name = key('task:' .. id)
  redis.call('HSET', name, 'finished_at', now)
  redis.call('ZREM', key('leases'), field(id, 'member'))
  redis.call('ZADD', key('ended'), now, id)
  for _, index in ipairs(ended_by_parameter(id)) do redis.call('ZADD', index, now, id) end
  -- Nothing is left of what was not brought to its end.
  if status ~= 'completed' then redis.call('HSET', name, 'eta_seconds', '') end
  if status == 'cancelled' then
    redis.call('HSET', name, 'message', 'Cancelled')
    change_states(id, { queued = true, running = true }, 'cancelled')
  end
  redis.call('DEL', key('dedupe:' .. field(id, 'dedupe_key')))
  emit('task:' .. id, status, '{"status":"' .. status .. '"}', now)
end
