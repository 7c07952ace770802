-- hash, expected or '', now. Sets the hash if it is as expected, and ends all sessions.
if (redis.call('GET', key('password')) or '') ~= ARGV[2] then return 0 end
redis.call('SET', key('password'), ARGV[1])
for _, id in ipairs(redis.call('HKEYS', key('sessions'))) do end_session(id, ARGV[3]) end
return 1
