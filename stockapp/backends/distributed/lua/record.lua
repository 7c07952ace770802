-- id, worker, now, progress (6), count of events, events..., items...
local id, now = ARGV[1], ARGV[3]
if not set_progress(id, ARGV[2], 4) then return 0 end
local count = tonumber(ARGV[10])
store_items(id, 11 + count)
for at = 11, 10 + count do emit('task:' .. id, 'item', ARGV[at], now) end
tell_progress(id, now)
return 1
