-- status or '', kind or '', limit, before or ''. Returns tasks, newest first.
local index = ARGV[1] == '' and key('tasks') or key('status:' .. ARGV[1])
local kind, limit, first, step = ARGV[2], tonumber(ARGV[3]), 0, 200
if ARGV[4] ~= '' then
  local known = redis.call('HMGET', key('task:' .. ARGV[4]), 'member', 'created_at')
  if not known[1] then return {} end
  -- Placed among the others of that status for a moment, to be counted from.
  local rank = redis.call('ZREVRANK', index, known[1])
  if not rank then
    redis.call('ZADD', index, known[2], known[1])
    rank = redis.call('ZREVRANK', index, known[1])
    redis.call('ZREM', index, known[1])
    first = rank
  else
    first = rank + 1
  end
end
local found = {}
while #found < limit do
  local part = redis.call('ZREVRANGE', index, first, first + step - 1)
  for _, member in ipairs(part) do
    local id = id_of(member)
    if kind == '' or field(id, 'kind') == kind then
      found[#found + 1] = redis.call('HGETALL', key('task:' .. id))
      if #found == limit then break end
    end
  end
  if #part < step then break end
  first = first + step
end
return found
