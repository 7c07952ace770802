-- kind, keys... Returns key, state, key, state, ..., each key once.
local step, wanted, states, news = 1000, {}, {}, 0
for at = 2, #ARGV do wanted[at - 1] = ARGV[at] end

local function note(item, state)
  -- In two tasks at once an item is running if it runs in one.
  if state == 'running' or (state == 'queued' and not states[item]) then
    states[item], news = state, news + 1
  end
end

local function look(id, total)
  local name = key('states:' .. id)
  -- Others wait while this runs, and Redis finds one in a hash of some hundred by going through it.
  if total <= #wanted then
    local all = redis.call('HGETALL', name)
    for at = 1, #all, 2 do note(all[at], all[at + 1]) end
    return
  end
  for first = 1, #wanted, step do
    local last = math.min(first + step - 1, #wanted)
    for number, state in ipairs(redis.call('HMGET', name, unpack(wanted, first, last))) do
      if state then note(wanted[first + number - 1], state) end
    end
  end
end

-- Nothing runs in a task that waits: what is known need not be looked for in more of them.
local function narrow()
  local left = {}
  for _, item in ipairs(wanted) do
    if not states[item] then left[#left + 1] = item end
  end
  wanted, news = left, 0
end

for _, status in ipairs({ 'running', 'pending' }) do
  for _, member in ipairs(redis.call('ZRANGE', key('status:' .. status), 0, -1)) do
    if status == 'pending' and 2 * news >= #wanted then narrow() end
    if #wanted == 0 then break end
    local id = id_of(member)
    local task = redis.call('HMGET', key('task:' .. id), 'kind', 'total')
    if task[1] == ARGV[1] then look(id, tonumber(task[2])) end
  end
end

local found = {}
for at = 2, #ARGV do
  if states[ARGV[at]] then
    found[#found + 1] = ARGV[at]
    found[#found + 1] = states[ARGV[at]]
  end
end
return found
