-- after, limit, topic or ''. Returns entries as XRANGE does, and the id of the newest event.
local first, limit, topic = '(' .. ARGV[1] .. '-0', ARGV[2], ARGV[3]
local newest = redis.call('GET', key('events:last')) or '0'
if topic == '' then
  return { redis.call('XRANGE', key('events'), first, '+', 'COUNT', limit), newest }
end
local found = {}
for _, entry in ipairs(redis.call('XRANGE', key('topic:' .. topic), first, '+', 'COUNT', limit)) do
  local whole = redis.call('XRANGE', key('events'), entry[1], entry[1])
  if whole[1] then found[#found + 1] = whole[1] end
end
return { found, newest }
