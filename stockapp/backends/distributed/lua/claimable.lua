-- Functions for claiming; follows common.lua.
local function fits(id, kinds, most_items)
  local task = redis.call('HMGET', key('task:' .. id), 'kind', 'total')
  return (not kinds or kinds[task[1]]) and (not most_items or tonumber(task[2]) <= most_items)
end

local function kinds_from(first)
  if ARGV[first] == '' then return nil end
  local kinds = {}
  for at = first + 1, #ARGV do kinds[ARGV[at]] = true end
  return kinds
end

local function before(one, other)
  if one.created ~= other.created then return one.created < other.created end
  return one.member < other.member
end

local function candidate(member)
  return { member = member, created = tonumber(field(id_of(member), 'created_at')) }
end

-- The oldest that waits, or whose lease has lapsed, and fits; nil for none.
local function oldest(now, kinds, most_items)
  local found
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now)) do
    if fits(id_of(member), kinds, most_items) then
      local one = candidate(member)
      if not found or before(one, found) then found = one end
    end
  end
  local first, step = 0, 100
  while true do
    local part = redis.call('ZRANGE', key('status:pending'), first, first + step - 1)
    for _, member in ipairs(part) do
      if fits(id_of(member), kinds, most_items) then
        local one = candidate(member)
        return (found and before(found, one)) and found or one
      end
    end
    if #part < step then return found end
    first = first + step
  end
end
