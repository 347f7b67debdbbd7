-- Requests of a file, a body a line, in their order from a given place on; a line of JSON at the end.
--
-- wrk … URL -- FILE PLACE [MARK FIRST]
-- Where a MARK is given, a number takes its place in each body: FIRST, and one more for each request.
local requests, place, mark, number = {}, 0, nil, 0

function init(args)
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  mark = args[3]
  number = tonumber(args[4] or "0")
  for body in io.lines(args[1]) do
    local request = wrk.format(nil, nil, nil, body)
    if mark then
      local parts = {}
      for part in (request .. mark):gmatch("(.-)" .. mark) do parts[#parts + 1] = part end
      requests[#requests + 1] = parts
    else
      requests[#requests + 1] = request
    end
  end
  place = tonumber(args[2]) % #requests
end

function request()
  place = place % #requests + 1
  if not mark then return requests[place] end
  number = number + 1
  return table.concat(requests[place], string.format("%08d", number))
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"errors":%d,"p50":%.6f,"p99":%.6f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3
  ))
end
