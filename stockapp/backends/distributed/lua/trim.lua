-- boundary: the id before which all events go. Returns how many went.
local boundary = ARGV[1]
local count = redis.call('XTRIM', key('events'), 'MINID', '=', boundary .. '-0')
if count > 0 then
  local known = tonumber(redis.call('GET', key('events:trimmed')) or '0')
  redis.call('SET', key('events:trimmed'), string.format('%d', math.max(known, tonumber(boundary) - 1)))
end
for _, topic in ipairs(redis.call('ZRANGEBYSCORE', key('topics'), '-inf', '(' .. boundary)) do
  redis.call('DEL', key('topic:' .. topic))
  redis.call('ZREM', key('topics'), topic)
end
for _, topic in ipairs(redis.call('ZRANGEBYSCORE', key('topics'), boundary, '+inf')) do
  redis.call('XTRIM', key('topic:' .. topic), 'MINID', '=', boundary .. '-0')
end
return count
