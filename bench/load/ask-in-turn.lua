-- Asks for the paths of a file in turn, and prints what came of it as JSON.
-- wrk runs `init` in each thread and `done` in the first one's place.
local paths = {}
local next = 0

function init(args)
  for line in io.lines(args[1]) do
    paths[#paths + 1] = wrk.format("GET", line)
  end
end

function request()
  next = next % #paths + 1
  return paths[next]
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"microseconds":%d,"p50":%d,"p95":%d,"p99":%d,"longest":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(95), latency:percentile(99),
    latency.max, errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
