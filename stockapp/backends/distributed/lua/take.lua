-- id, who, milliseconds. The arguments, and a note of who took them; nothing where nobody waits.
local name = key('computing:' .. ARGV[1])
local arguments = redis.call('GET', name)
if arguments then
  redis.call('DEL', name)
  redis.call('SET', key('taken:' .. ARGV[1]), ARGV[2], 'PX', ARGV[3])
end
return arguments
