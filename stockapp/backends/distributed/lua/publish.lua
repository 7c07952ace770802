-- at, then topic, type and data of each event.
for at = 2, #ARGV, 3 do emit(ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[1]) end
return 1
