-- One request in twenty starts a small task, the others poll the one that was started last.
local path = "/api/watchlist/live-prices-async?force=true&symbols="
local polled = nil
local count = 0

function request()
  count = count + 1
  if polled == nil or count % 20 == 1 then
    return wrk.format("POST", path .. "Q" .. (count % 400))
  end
  return wrk.format("GET", polled)
end

function response(status, headers, body)
  local id = body:match('"poll_url":"([^"]+)"')
  if id then polled = id end
end
