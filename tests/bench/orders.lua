-- SPDX-License-Identifier: MIT
-- wrk script: durable orders from many accounts, each with its own client_order_id.
-- Arguments: first account, number of accounts, run label, orders per request (1: POST /orders),
-- file of tokens by account ("-": say who it is in a header), pause of a connection in ms.

local thread_count = 0

function setup(thread)
    thread_count = thread_count + 1
    thread:set("number", thread_count)
end

function init(args)
    first = tonumber(args[1]) or 1000
    accounts = tonumber(args[2]) or 1000
    label = args[3] or "run"
    per_request = tonumber(args[4]) or 1
    tokens = args[5] and args[5] ~= "-" and dofile(args[5])
    pause_ms = tonumber(args[6]) or 0
    sent = 0
    accepted, refused, failed = 0, 0, 0
    headers = {["Content-Type"] = "application/json"}
end

local function order(with_key)
    sent = sent + 1
    local is_sell = sent % 3 == 0
    local key = with_key and string.format(',"client_order_id":"%s-%d-%d"', label, number, sent) or ""
    return string.format('{"order_type":"%s","asset_id":"DOGE","quantity":"%d"%s}',
        is_sell and "market_sell" or "market_buy", is_sell and 30 or 20, key)
end

function request()
    local account = first + (sent * 7919 + number) % accounts
    if tokens then
        headers["Authorization"] = "Bearer " .. tokens[account]
    else
        headers["X-Bench-User"] = tostring(account)
    end
    if per_request == 1 then
        return wrk.format("POST", "/api/v1/orders", headers, order(true))
    end
    local list = {}
    for i = 1, per_request do
        list[i] = order(true)
    end
    return wrk.format("POST", "/api/v1/orders/batch", headers, '{"orders":[' .. table.concat(list, ",") .. "]}")
end

-- A closed loop with pauses: about connections / (pause + answer time) requests a second.
function delay()
    return pause_ms > 0 and math.random(0, 2 * pause_ms) or 0
end

function response(status)
    if status == 201 or status == 200 then
        accepted = accepted + 1
    elseif status == 422 then
        refused = refused + 1
    else
        failed = failed + 1
    end
end

local threads = {}
local base_setup = setup
function setup(thread)
    base_setup(thread)
    table.insert(threads, thread)
end

function done(summary, latency)
    local accepted, refused, failed = 0, 0, 0
    for _, thread in ipairs(threads) do
        accepted = accepted + thread:get("accepted")
        refused = refused + thread:get("refused")
        failed = failed + thread:get("failed")
    end
    io.write(string.format(
        '{"seconds":%.3f,"accepted":%d,"refused":%d,"failed":%d,"socket_errors":%d,"p50_ms":%.3f,"p99_ms":%.3f}\n',
        summary.duration / 1e6, accepted, refused, failed,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
