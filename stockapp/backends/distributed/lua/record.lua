-- id, worker, now, progress (6), count of items, their events..., items...
local id, now, count = ARGV[1], ARGV[3], tonumber(ARGV[10])
if not set_progress(id, ARGV[2], 4) then return 0 end
-- What stands there already is told again by who did not hear that it was taken.
local function is_kept(at)
  local state = redis.call('HGET', key('states:' .. id), ARGV[at])
  if state ~= ARGV[at + 1] or state == 'queued' or state == 'running' then return false end
  return (redis.call('HGET', key('results:' .. id), ARGV[at]) or '') == ARGV[at + 2]
end
for number = 1, count do
  local at = 11 + count + 3 * (number - 1)
  if not is_kept(at) then
    store_item(id, at)
    emit('task:' .. id, 'item', ARGV[10 + number], now)
  end
end
tell_progress(id, now)
return 1
