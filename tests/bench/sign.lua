-- Signs pledges, each with an address of its own: wrk -s sign.lua URL -- TOKEN MARK PLEDGES SECONDS [WHERE MORE]
-- WHERE is the address before its number, MORE what a form has besides: seats at events are asked for so.

local told = require("told")
setup, done = told.setup, told.done

function init(arguments)
  token, mark, pledges, seconds = arguments[1], arguments[2], tonumber(arguments[3]), tonumber(arguments[4])
  where_to, more = arguments[5] or "/pledges/p", arguments[6] or "&place=90012&message=&show_name=y&old_enough=y"
  -- wrk asks for one request that it never sends, to look at it; so counting begins at -1.
  sent, right, first, last, wrong = -1, 0, 0, 0, {}
  answered = 0
  headers = {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Origin"] = wrk.scheme .. "://" .. wrk.headers["Host"],
    ["Sec-Fetch-Site"] = "same-origin",
    ["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    ["Accept-Language"] = "en-US,en;q=0.5",
    ["Accept-Encoding"] = "gzip, deflate, br",
  }
end

-- When the time is over nothing new is sent, so that no request is cut off before its answer.
function delay()
  if first > 0 and told.now() > first + seconds then
    return 3600000
  end
  return 0
end

function request()
  sent = sent + 1
  if sent == 1 then
    first = told.now()
  end
  headers["X-Forwarded-For"] = string.format("10.%d.%d.7", math.floor(sent / 256) % 256, sent % 256)
  local body = "name=Sample+Signer+" .. sent .. "&email=" .. mark .. "." .. sent .. "%40example.org"
    .. more .. "&website=&suggestion=&rendered=" .. token
  return wrk.format("POST", where_to .. (sent % pledges + 1), headers, body)
end

function response(status, headers)
  local where = headers["location"] or headers["Location"] or ""
  if status == 303 and where:sub(-7) == "/thanks" then
    right = right + 1
    last = told.now()
  else
    wrong[status .. " " .. where] = (wrong[status .. " " .. where] or 0) + 1
  end
  answered = answered + 1
  if answered == sent and told.now() > first + seconds then
    told.stop()
  end
end
