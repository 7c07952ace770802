-- id, now. Returns the task, and whether this ended it; false for an unknown one.
local id = ARGV[1]
local status = field(id, 'status')
if not status then return false end
local changed = status == 'pending' or status == 'running'
if changed then finish(id, 'cancelled', ARGV[2]) end
return { load(id, false), changed and 1 or 0 }
