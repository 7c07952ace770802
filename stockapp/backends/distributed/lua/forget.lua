-- names... Takes those out of the index of which nothing is left.
for at = 1, #ARGV do
  if redis.call('EXISTS', key('shared:' .. ARGV[at])) == 0 then
    redis.call('ZREM', key('shared'), ARGV[at])
  end
end
return 1
