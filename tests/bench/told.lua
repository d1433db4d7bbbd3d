-- What every script has in common: counting right and wrong answers, and telling of them as one line of JSON.

local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds; long nanoseconds; } moment; int clock_gettime(int, moment *);"
  .. "int getpid(void); int kill(int, int);")
local moment = ffi.new("moment")

local told = {}

function told.now()
  ffi.C.clock_gettime(1, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

-- Ends the run when it is over, as Ctrl-C would: wrk itself counts in whole seconds, and does not wait for answers.
function told.stop()
  ffi.C.kill(ffi.C.getpid(), 2)
end

-- The generator runs one thread; its variables are fetched when all is done.
local only
function told.setup(thread)
  only = thread
end

local function quoted(text)
  return '"' .. tostring(text):gsub('[%c"\\]', " ") .. '"'
end

function told.done(summary, latency)
  local wrong = {}
  for what, count in pairs(only:get("wrong")) do
    table.insert(wrong, quoted(what) .. ":" .. count)
  end
  local errors = {}
  for what, count in pairs(summary.errors) do
    -- A status of 400 and above is among the wrong answers already, with what it was.
    if what ~= "status" then
      table.insert(errors, quoted(what) .. ":" .. count)
    end
  end
  io.write(string.format(
    '{"sent":%d,"right":%d,"first":%.6f,"last":%.6f,"seconds":%.6f,"p50":%d,"p99":%d,"longest":%d,"wrong":{%s},"errors":{%s}}\n',
    only:get("sent"), only:get("right"), only:get("first"), only:get("last"), summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), latency.max,
    table.concat(wrong, ","), table.concat(errors, ",")))
end

return told
