-- token, names... Lets go of those that the token holds.
for at = 2, #ARGV do
  local name = key('flight:' .. ARGV[at])
  if redis.call('GET', name) == ARGV[1] then redis.call('DEL', name) end
end
return 1
