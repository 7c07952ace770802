-- Every request starts a task of its own.
local path = "/api/watchlist/live-prices-async?force=true&symbols="
local count = 0

function request()
  count = count + 1
  return wrk.format("POST", path .. "S" .. count .. ".SIM")
end
