-- The load of wrk: one request after another, each as the next visitor in a file of cookies, or
-- all as newcomers. In the environment:
--
--   BENCH_COOKIES   a file with a cookie on each line; without it nobody has one
--   BENCH_PORTS     ports, one thread for each; the cookies of a port are in BENCH_COOKIES.PORT

local file = os.getenv("BENCH_COOKIES")
local ports = {}
for number in (os.getenv("BENCH_PORTS") or ""):gmatch("%d+") do
  ports[#ports + 1] = number
end

local threads = 0
function setup(thread)
  if #ports > 0 then
    local number = ports[threads % #ports + 1]
    threads = threads + 1
    thread.addr = wrk.lookup("127.0.0.1", number)[1]
    thread:set("own_port", number)
  end
end

local requests = {}
function init()
  if file == nil then
    requests[1] = wrk.format()
    return
  end
  local name = own_port and (file .. "." .. own_port) or file
  for cookie in io.lines(name) do
    requests[#requests + 1] = wrk.format(nil, nil, { cookie = cookie })
  end
end

local last = 0
function request()
  last = last % #requests + 1
  return requests[last]
end

-- For the program that started this: requests, microseconds, failures, and the two latencies.
function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format("\nmeasured %d %d %d %d %d\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
