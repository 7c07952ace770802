-- number, at, topic, type and data of each row of the outbox. Several nodes send the same rows at a
-- time, and again where the answer was lost. `at` tells them from those of a database that was
-- restored, and counts anew.
local name = key('outbox')
for at = 1, #ARGV, 5 do
  local row = ARGV[at] .. ' ' .. ARGV[at + 1]
  if not redis.call('ZSCORE', name, row) then
    redis.call('ZADD', name, emit(ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 1]), row)
  end
end
-- Whoever still holds older ones was given up long ago.
for _, row in ipairs(redis.call('ZRANGE', name, 0, -5001)) do redis.call('ZREM', name, row) end
return 1
