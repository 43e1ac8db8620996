-- A new person each, as many requests as the connections take; counts the right answers alone.
-- Arguments: mark of this run, "202" or "wait=5", seconds between two requests of one connection (0: none).
local threads = {}
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  mark, mode, pause = args[1], args[2], tonumber(args[3])
  sent, right = 0, 0
  headers = { ["Content-Type"] = "application/json" }
  if mode ~= "202" then headers["Prefer"] = mode end
end

function delay()
  if pause == 0 then return 0 end
  return -math.log(1 - math.random()) * pause * 1000
end

function request()
  sent = sent + 1
  local who = mark .. "-" .. number .. "-" .. sent
  headers["Idempotency-Key"] = who
  local body = '{"participant":{"name":"Ni Wayan Sari ' .. who .. '","email":"sari' .. who
    .. '@sekolah.example","nip":"193504012005012' .. string.format("%03d", sent % 1000) .. '","phone":"0000-1111-2222"},'
    .. '"category":"guru-penggerak","regency":"51.03","institution":{"name":"SMPN 1 Uji"},"cohort":2}'
  return wrk.format("POST", nil, headers, body)
end

function response(status, _, body)
  if mode == "202" then
    if status == 202 then right = right + 1 end
  elseif status == 200 and body:find('"state":"decided"', 1, true) then
    right = right + 1
  end
end

function done(summary, latency)
  local answered = 0
  for _, thread in ipairs(threads) do answered = answered + thread:get("right") end
  io.write(string.format('\n{"right": %d, "all": %d, "seconds": %f, "p50": %f, "p99": %f}\n',
    answered, summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000))
end
