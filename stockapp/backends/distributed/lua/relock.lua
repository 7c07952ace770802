-- token, milliseconds, names... Holds for longer what the token holds.
for at = 3, #ARGV do
  local name = key('flight:' .. ARGV[at])
  if redis.call('GET', name) == ARGV[1] then redis.call('PEXPIRE', name, ARGV[2]) end
end
return 1
