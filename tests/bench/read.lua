-- Reads one page and looks into every answer: wrk -s read.lua URL -- STATUS MARKER ETAG SECONDS

local told = require("told")
setup, done = told.setup, told.done

function init(arguments)
  expected, marker, etag, seconds = tonumber(arguments[1]), arguments[2], arguments[3], tonumber(arguments[4])
  sent, right, first, last, wrong = 0, 0, 0, 0, {}
  local headers = {
    ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ["Accept-Language"] = "en-US,en;q=0.5",
    ["Accept-Encoding"] = "gzip, deflate, br",
    ["X-Forwarded-For"] = "10.1.2.3",
  }
  if etag ~= "" then
    headers["If-None-Match"] = etag
  end
  plain = wrk.format("GET", wrk.path, headers)
end

function request()
  if first == 0 then
    first = told.now()
  end
  return plain
end

function response(status, _, body)
  if status == expected and (marker == "" or body:find(marker, 1, true)) then
    right = right + 1
  else
    wrong[status .. ""] = (wrong[status .. ""] or 0) + 1
  end
  if told.now() > first + seconds then
    told.stop()
  end
end
