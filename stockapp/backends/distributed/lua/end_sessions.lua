-- now, ids... Returns the ids of those that were there.
local ended = {}
for at = 2, #ARGV do
  if end_session(ARGV[at], ARGV[1]) then ended[#ended + 1] = ARGV[at] end
end
return ended
