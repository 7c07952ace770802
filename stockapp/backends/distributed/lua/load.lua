-- id. Returns the task, and the id of the newest event.
return { load(ARGV[1], false) or false, redis.call('GET', key('events:last')) or '0' }
