-- kind, keys... Returns key, state, key, state, ...
local found = {}
for _, status in ipairs({ 'pending', 'running' }) do
  for _, member in ipairs(redis.call('ZRANGE', key('status:' .. status), 0, -1)) do
    local id = id_of(member)
    if field(id, 'kind') == ARGV[1] then
      for at = 2, #ARGV do
        local state = redis.call('HGET', key('states:' .. id), ARGV[at])
        if state == 'queued' or state == 'running' then
          found[#found + 1] = ARGV[at]
          found[#found + 1] = state
        end
      end
    end
  end
end
return found
