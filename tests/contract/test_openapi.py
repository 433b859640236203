# SPDX-License-Identifier: MIT
"""Drives every operation, status and error code of openapi.yaml on a running stack.

Each reply is validated as it arrives; the last test fails when anything documented was not seen.
"""
import csv
import io
import json
import os
from decimal import Decimal
from urllib.parse import quote

import pytest
from support import admin as admin_program
from support.api import loopback_address
from support.harness import wait_until
from support.openapi_check import Spec, exhaust_rate_limit, reply_faults, unique
from world import NEW_PASSWORD, PASSWORD, buy, sell

SPEC = Spec()
OPERATIONS = SPEC.operations
REFERENCE_PROFILE = os.environ.get("CNOP_PROFILE") == "reference"

COMMON_PASSWORD = "Password123!"  # although it has all four classes
NO_ADMIN = "no operator's account: set CNOP_VAR"

# Spending a limit leaves the other tests theirs.
FLOOD_SOURCE, GUESS_SOURCE, DISABLED_SOURCE = (loopback_address() for _ in range(3))
PROXY_SOURCE = "127.77.77.77"  # the address that tests/run.py lets the gateway trust as a proxy
NO_PROXY = f"the stack does not trust {PROXY_SOURCE} as a proxy"

FAULT_STATUSES = {500, 503, 504}  # test_broken_backends.py brings them about
# What these files cannot bring about, and who does.
FAULT_CODES = {
    ("Unauthenticated", "401", "AUTH_002"): "needs an expired token: tests of shared/token",
    ("CredentialInvalid", "401", "AUTH_002"): "as above",
    ("login", "401", "AUTH_002"): "as above",
    ("Unavailable", "503", "overloaded"): "needs a flood: tests/service/test_auth_service.py",
    ("TradingUnavailable", "503", "overloaded"): "as above",
    ("TradingUnavailable", "503", "price_stale"): "needs a silent feed: tests/unit/shared/ledger",
    ("TradingUnavailable", "503", "outcome_unknown"): "tests/service/test_order_engine.py",
    ("MonitoringUnavailable", "503", "monitoring_failed"): "needs a bad monitor: tests/service/test_ops_service.py",
    ("createOrder", "422", "too_many_open_orders"): "needs hundreds of open orders: tests/unit/shared/ledger",
}


def having(predicate):
    return sorted(name for name, operation in OPERATIONS.items() if predicate(operation))


def documents(status, shared=None):
    """Operations that document the status, optionally with the named shared response."""
    return having(lambda o: str(status) in o.responses
                  and (shared is None or o.responses[str(status)][0] == shared))


def has_monitoring():
    folder = admin_program.state_folder()
    return folder is not None and (folder / "keys/monitoring.pw").exists()


def need_admin(world):
    if world.admin is None:
        pytest.skip(NO_ADMIN)
    return world.admin.token


# ---- what works ----------------------------------------------------------------------------------

# Answered with what a stack's monitoring knows; tests/monitoring looks at one that has it.
MONITORED = {"getOperationsHealth", "getPanel", "listAlerts", "listSilences"}
SILENCES = {"setSilence", "endSilence"}  # need an alert to succeed
SEPARATE_SUCCESS = MONITORED | SILENCES | {
    "logout", "changePassword", "endSession", "cancelOrder", "cancelOrderByClientId", "amendOrder", "refreshSession",
    "setPrice", "haltAsset", "freezeAccount", "unfreezeAccount", "claimGift"}


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - SEPARATE_SUCCESS))
def test_success(api, world, name):
    if OPERATIONS[name].tag == "Operations":
        need_admin(world)
    success = min(OPERATIONS[name].statuses())
    api.call(name, **world.good(name), expect=success)


def test_session_life(api, world):
    account = world.account()
    me = api.call("getMe", token=account.token, expect=200).json
    assert (me["user_id"], me["username"]) == (account.user_id, account.username)

    renewed = api.call("refreshSession", body={"refresh_token": account.refresh_token}, expect=200).json
    other = world.login(account.username)
    sessions = api.call("listSessions", token=other.token, expect=200).json["data"]
    assert len(sessions) == 2 and [s["current"] for s in sessions].count(True) == 1
    gone = next(s["session_id"] for s in sessions if not s["current"])
    api.call("endSession", token=other.token, path={"session_id": gone}, expect=200)
    api.call("getMe", token=renewed["access_token"], expect=401, code="AUTH_003")
    api.call("endSession", token=other.token, path={"session_id": gone}, expect=404)

    reply = api.call("logout", token=other.token, body={"anything": 1}, expect=200)
    assert reply.json["message"] == "Logged out successfully"
    api.call("getBalance", token=other.token, expect=401, code="AUTH_003")
    for name in ("listAssets", "login"):  # nobody's token on a public route
        api.call(name, **{**world.good(name), "token": other.token}, expect=200)


def test_refresh_token_works_once(api, world):
    account = world.account()
    first = {"refresh_token": account.refresh_token}
    renewed = api.call("refreshSession", body=first, expect=200).json
    api.call("refreshSession", body=first, expect=401, code="refresh_reused")
    api.call("refreshSession", body={"refresh_token": renewed["refresh_token"]}, expect=401)
    api.call("refreshSession", body={"refresh_token": "rt_" + "0" * 40}, expect=401,
             code="refresh_invalid")


def test_cookie_session(api, world):
    account = world.account()
    cookies = world.cookies(account.username)
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    api.call("getMe", headers=cookie, expect=200)
    reply = api.call("refreshSession", headers={**cookie, **same_origin, "X-Session-Mode": "cookie"},
                     body={}, expect=200)
    assert "access_token" not in reply.json and reply.cookies()
    api.call("refreshSession", headers={**cookie, "Sec-Fetch-Site": "cross-site"}, body={},
             expect=403, code="csrf_rejected")


def test_password_change_ends_every_session(api, world):
    account = world.account()
    other = world.login(account.username)

    def change(current, new, status, code=None):
        return api.call("changePassword", token=account.token, expect=status, code=code,
                        body={"current_password": current, "new_password": new})

    change("Not-The-Password-1", NEW_PASSWORD, 422, "password_wrong")
    change(PASSWORD, "Short-1", 422, "password_policy")
    change(PASSWORD, PASSWORD, 422, "password_unchanged")
    if not REFERENCE_PROFILE:
        change(PASSWORD, COMMON_PASSWORD, 422, "password_common")
    change(PASSWORD, NEW_PASSWORD, 200)
    for token in (account.token, other.token):
        api.call("getMe", token=token, expect=401)
    api.call("login", body={"username": account.username, "password": PASSWORD}, expect=401)
    world.login(account.username, NEW_PASSWORD)


def test_profile(api, world):
    account, other = world.account(), world.account()
    before = api.call("getProfile", token=account.token, expect=200).json
    assert before["date_of_birth"] == "1990-04-17" and before["marketing_emails_consent"] is True
    assert before["phone"] == "14155550123"
    after = api.call("updateProfile", token=account.token, expect=200,
                     body={"marketing_emails_consent": False, "first_name": "Joan"}).json["user"]
    assert (after["first_name"], after["marketing_emails_consent"]) == ("Joan", False)
    assert after["last_name"] == before["last_name"]
    api.call("updateProfile", token=account.token, expect=409, code="email_taken",
             body={"email": f"{other.username}@example.com"})


def test_a_disabled_account(api, world):
    if admin_program.state_folder() is None:
        pytest.skip(NO_ADMIN)
    account = world.account()
    admin_program.user("disable", account.username)
    wrong = {"username": account.username, "password": "Wrong-Guess-11"}
    good = {"username": account.username, "password": PASSWORD}
    api.call("login", body=wrong, source=DISABLED_SOURCE, expect=401, code="bad_credentials")
    api.call("login", body=good, expect=403, code="PERM_001")
    admin_program.user("enable", account.username)
    api.call("login", body=good, expect=200)


def from_elsewhere(api, name, **request):
    """A cookie session asked for by a client of another machine, behind the test stack's proxy."""
    headers = {"X-Session-Mode": "cookie", "X-Forwarded-For": "198.51.100.7"}
    return api.call(name, headers=headers, source=PROXY_SOURCE, **request)


def test_cookies_are_not_sent_in_the_clear(api, world):
    account = world.account()
    login = {"body": {"username": account.username, "password": PASSWORD}}
    if from_elsewhere(api, "login", **login).status == 200:
        pytest.skip(NO_PROXY)
    from_elsewhere(api, "login", **login, expect=400, code="cookie_mode_refused")
    from_elsewhere(api, "refreshSession", body={"refresh_token": account.refresh_token}, expect=400,
                   code="cookie_mode_refused")
    api.call("refreshSession", body={"refresh_token": account.refresh_token}, expect=200)


def test_guessing_earns_a_pause(api, world):
    """Wherever the guesses come from; somebody who is logged in is held up in the same way."""
    account = world.account()
    guess = {"username": account.username, "password": "Wrong-Guess-11"}
    for _ in range(20):
        reply = api.call("login", body=guess, source=loopback_address())
        if reply.status == 429:
            break
        assert reply.status == 401
    assert reply.status == 429 and int(reply.headers["retry-after"]) >= 1
    change = {"current_password": "Wrong-Guess-11", "new_password": NEW_PASSWORD}
    for _ in range(20):
        reply = api.call("changePassword", token=account.token, body=change)
        if reply.status == 429:
            break
    assert reply.status == 429 and int(reply.headers["retry-after"]) >= 1


@pytest.mark.parametrize("name", documents(304))
def test_unchanged_content_is_not_sent_again(api, world, name):
    for _ in range(20):  # a new price may come between the two
        tag = api.call(name, **world.good(name), expect=200).headers["etag"]
        reply = api.call(name, **world.good(name), headers={"If-None-Match": f'"0", {tag}'})
        if reply.status == 304:
            break
    assert (reply.status, reply.raw) == (304, b"")
    api.call(name, **world.good(name), headers={"If-None-Match": '"0123456789abcdef"'}, expect=200)


def test_gift(api, world):
    account = world.account()
    key = {"Idempotency-Key": unique("g-")}
    first = api.call("claimGift", token=account.token, headers=key, body={"phrase": "nonsense"},
                     expect=201)
    again = api.call("claimGift", token=account.token, headers=key, body={"phrase": "nonsense"},
                     expect=201)
    assert again.headers.get("idempotency-replayed") == "true" and again.json == first.json
    api.call("claimGift", token=account.token, headers=key, body={"phrase": "other"}, expect=422,
             code="idempotency_mismatch")
    api.call("claimGift", token=account.token, body={"phrase": "nonsense"}, expect=422,
             code="gift_taken")
    api.call("claimGift", token=account.token, body={}, expect=422, code="validation_failed")


# ---- money and orders ----------------------------------------------------------------------------

def test_money_movements(api, world):
    account = world.account("6000.00")
    for name in ("deposit", "withdraw"):
        for amount, code in (("abc", "amount_invalid"), ("1e3", "amount_invalid"),
                             ("-5", "amount_invalid"), ("1.001", "amount_precision"),
                             ("1000000.01", "amount_too_large")):
            api.call(name, token=account.token, body={"amount": amount}, expect=422, code=code)
        key = {"Idempotency-Key": unique("m-")}
        first = api.call(name, token=account.token, headers=key, body={"amount": 10.5}, expect=201)
        again = api.call(name, token=account.token, headers=key, body={"amount": 10.5}, expect=201)
        assert again.raw == first.raw and again.headers.get("idempotency-replayed") == "true"
        api.call(name, token=account.token, headers=key, body={"amount": "11"}, expect=422,
                 code="idempotency_mismatch")
    api.call("deposit", token=account.token, body={"amount": "3990"}, expect=422,
             code="daily_limit_exceeded")
    api.call("withdraw", token=account.token, body={"amount": "4989.51"}, expect=422,
             code="daily_limit_exceeded")
    api.call("withdraw", token=world.account("5.00").token, body={"amount": "5.01"}, expect=422,
             code="insufficient_funds")

    limits = api.call("getLimits", token=account.token, expect=200).json
    assert Decimal(limits["deposit"]["used"]) == Decimal("6010.5")
    assert Decimal(limits["withdraw"]["remaining"]) == Decimal("4989.5")

    page = api.call("listTransactions", token=account.token, query={"limit": 2}, expect=200).json
    assert [row["transaction_type"] for row in page["transactions"]] == ["withdraw", "deposit"]
    assert page["total_count"] == 3 and page["has_more"] is True
    rest = api.call("listTransactions", token=account.token, expect=200,
                    query={"limit": 2, "cursor": page["next_cursor"]}).json
    assert len(rest["transactions"]) == 1 and rest["has_more"] is False
    assert rest["next_cursor"] is None

    csv_reply = api.call("getStatement", token=account.token, query={"format": "csv"}, expect=200)
    rows = list(csv.DictReader(io.StringIO(csv_reply.raw.decode())))
    assert [Decimal(row["balance_after"]) for row in rows] == [6000, Decimal("6010.5"), 6000]
    lines = api.call("getStatement", token=account.token, query={"format": "jsonl"}, expect=200)
    assert len(lines.raw.splitlines()) == 3


def test_orders_that_wait_for_a_price(api, world):
    account = world.account("1000.00")
    market = api.call("createOrder", token=account.token, body=buy("0.002"), expect=201).json["data"]
    near = int(Decimal(market["price"]))
    stop = {"order_type": "stop_sell", "asset_id": "BTC", "quantity": "0.002", "stop_price": str(near * 6 // 10)}
    for change, code in (({"stop_price": str(near * 2)}, "trigger_already_met"), ({"stop_price": "1"}, "price_out_of_band"),
                         ({"stop_price": stop["stop_price"] + ".001"}, "price_tick"), ({"stop_price": None}, "validation_failed"),
                         ({"time_in_force": "FOK"}, "order_combination"), ({"order_type": "stop_limit_sell"}, "validation_failed"),
                         ({"order_type": "limit_sell", "price": str(near)}, "validation_failed")):
        api.call("createOrder", token=account.token, body={**stop, **change}, expect=422, code=code)
    preview = api.call("previewOrder", token=account.token, body=stop, expect=200).json["data"]
    assert preview["accepted"] and Decimal(preview["stop_price"]) == near * 6 // 10
    order = api.call("createOrder", token=account.token, body=stop, expect=201).json["data"]
    assert order["status"] == "pending" and order["held"] == {"asset_id": "BTC", "amount": "0.002"}
    assert api.call("listOrders", token=account.token, query={"order_type": "stop_sell"}, expect=200).json["data"] == [order]
    path = {"order_id": order["order_id"]}
    amended = api.call("amendOrder", token=account.token, path=path, body={"quantity": "0.001"}, expect=200).json["data"]
    assert (amended["status"], amended["quantity"], amended["held"]["amount"]) == ("pending", "0.001", "0.001")
    assert api.call("cancelOrder", token=account.token, path=path, expect=200).json["data"]["status"] == "cancelled"


def test_limit_orders(api, world):
    account = world.account("1000.00")
    market = api.call("createOrder", token=account.token, body=buy("0.002"), expect=201).json["data"]
    near = int(Decimal(market["price"]))
    low = {"order_type": "limit_buy", "asset_id": "BTC", "quantity": "0.002", "price": str(near * 6 // 10)}
    for change, code in (({"price": "1"}, "price_out_of_band"), ({"price": low["price"] + ".001"}, "price_tick"),
                         ({"post_only": True, "time_in_force": "IOC"}, "order_combination"),
                         ({"time_in_force": "GTD", "expires_at": "2020-01-01T00:00:00Z"}, "expiry_invalid"),
                         ({"time_in_force": "GTD"}, "validation_failed"), ({"expires_at": "2100-01-01"}, "validation_failed"),
                         ({"post_only": True, "price": str(near * 12 // 10)}, "post_only_would_take")):
        api.call("createOrder", token=account.token, body={**low, **change}, expect=422, code=code)
    order = api.call("createOrder", token=account.token, body=low, expect=201).json["data"]
    assert order["status"] == "queued" and Decimal(order["price"]) == Decimal(low["price"])
    page = api.call("listOrders", token=account.token, query={"status": "open"}, expect=200).json
    assert page["data"] == [order]
    path = {"order_id": order["order_id"]}
    assert api.call("getOrder", token=account.token, path=path, expect=200).json["data"] == order
    api.call("amendOrder", token=world.jane.token, path=path, body={"quantity": "1"}, expect=404)
    for change, code in (({"quantity": "0.0000001"}, "order_too_small"), ({"quantity": "0"}, "amount_invalid"),
                         ({}, "validation_failed"), ({"price": "0"}, "amount_invalid"),
                         ({"price": str(near * 3)}, "price_out_of_band"), ({"price": low["price"] + ".001"}, "price_tick"),
                         ({"quantity": f"{5000 / near:.3f}"}, "insufficient_funds")):
        api.call("amendOrder", token=account.token, path=path, body=change, expect=422, code=code)
    assert api.call("getOrder", token=account.token, path=path, expect=200).json["data"] == order
    same = {"quantity": low["quantity"], "price": low["price"]}
    assert api.call("amendOrder", token=account.token, path=path, body=same, expect=200).json["data"] == order
    api.call("cancelOrder", token=world.jane.token, path=path, expect=404)
    gone = api.call("cancelOrder", token=account.token, path=path, expect=200).json["data"]
    assert gone["status"] == "cancelled"
    api.call("cancelOrder", token=account.token, path=path, expect=422, code="order_final")
    api.call("amendOrder", token=account.token, path=path, body=same, expect=422, code="order_final")
    api.call("createOrder", token=account.token, body=low, expect=201)
    api.call("cancelOrders", token=account.token, query={"asset_id": "XYZ"}, expect=422, code="asset_unknown")
    api.call("cancelOrders", token=account.token, query={"asset": "BTC"}, expect=422, code="validation_failed")
    named = {"client_order_id": unique("named-")}
    api.call("createOrder", token=account.token, body={**low, **named}, expect=201)
    api.call("cancelOrderByClientId", token=world.jane.token, path=named, expect=404)
    gone = api.call("cancelOrderByClientId", token=account.token, path=named, expect=200).json["data"]
    assert (gone["status"], gone["client_order_id"]) == ("cancelled", named["client_order_id"])
    late = api.call("cancelOrderByClientId", token=account.token, path=named, expect=422, code="order_final").json
    assert late["detail"] == "The order is cancelled; nothing of 0.002 was filled."
    for seconds, on in ((60, True), (0, False), (0, False)):
        reply = api.call("cancelOrdersAfter", token=account.token, body={"seconds": seconds}, expect=200).json["data"]
        assert (reply["cancel_at"] is not None) is on
    for seconds in (-1, 4, 86401, "soon", None):
        api.call("cancelOrdersAfter", token=account.token, body={"seconds": seconds}, expect=422, code="validation_failed")
    for count in (1, 0):
        gone = api.call("cancelOrders", token=account.token, query={"asset_id": "btc"}, expect=200).json["data"]
        assert gone == {"cancelled_count": count, "limit": 200}


def test_orders(api, world):
    account = world.account("5000.00")
    key = {"Idempotency-Key": unique("o-")}
    first = api.call("createOrder", token=account.token, headers=key, body=buy("0.01"), expect=201)
    again = api.call("createOrder", token=account.token, headers=key, body=buy("0.01"), expect=201)
    assert again.raw == first.raw and again.headers.get("idempotency-replayed") == "true"
    by_amount = api.call("createOrder", token=account.token, expect=201,
                         body={"order_type": "market_buy", "asset_id": "eth", "amount": "250"})
    assert Decimal(by_amount.json["data"]["total_amount"]) <= 250
    api.call("createOrder", token=account.token, body=sell("0.004"), expect=201)

    def refuse(body, code, headers=None, token=account.token):
        api.call("createOrder", token=token, body=body, headers=headers, expect=422, code=code)

    refuse(buy("0.02"), "idempotency_mismatch", headers=key)
    refuse({}, "validation_failed")
    refuse({**buy("1"), "order_type": "stop"}, "validation_failed")
    refuse({**buy("0.01"), "amount": "10"}, "validation_failed")
    refuse(buy("0.01", "ZZZZZZZZZ9"), "asset_unknown")
    refuse(buy("0.0001"), "order_too_small")
    refuse(buy("900"), "order_too_large")
    refuse(buy("0.05"), "insufficient_funds", token=world.account("5.00").token)
    refuse(sell("0.0061"), "insufficient_holdings")

    order = first.json["data"]
    assert api.call("getOrder", token=account.token, path={"order_id": order["order_id"]},
                    expect=200).json["data"] == order
    api.call("getOrder", token=world.jane.token, path={"order_id": order["order_id"]}, expect=404)
    api.call("cancelOrder", token=account.token, path={"order_id": order["order_id"]}, expect=422,
             code="order_final")
    page = api.call("listOrders", token=account.token, query={"limit": 2}, expect=200).json
    assert page["has_more"] is True and len(page["data"]) == 2
    rest = api.call("listOrders", token=account.token, expect=200,
                    query={"limit": 2, "cursor": page["next_cursor"]}).json
    assert [row["order_id"] for row in rest["data"]] == [order["order_id"]]
    assert rest["has_more"] is False
    for filters, count in (({"asset_id": "btc"}, 2), ({"order_type": "market_sell"}, 1),
                           ({"status": "completed"}, 3), ({"status": "failed"}, 0)):
        found = api.call("listOrders", token=account.token, query=filters, expect=200).json["data"]
        assert len(found) == count, filters

    history = api.call("listAssetTransactions", token=account.token, path={"asset_id": "BTC"},
                       expect=200).json["data"]
    assert [row["transaction_type"] for row in history] == ["SELL", "BUY"]


def test_fills(api, world):
    account = world.account("1000.00")
    bought = api.call("createOrder", token=account.token, body=buy("0.002"), expect=201).json["data"]
    sold = api.call("createOrder", token=account.token, body=sell("0.001"), expect=201).json["data"]
    page = api.call("listFills", token=account.token, query={"limit": 1}, expect=200).json
    assert page["has_more"] is True
    rest = api.call("listFills", token=account.token, query={"limit": 1, "cursor": page["next_cursor"]}, expect=200).json
    assert rest["has_more"] is False and rest["next_cursor"] is None
    newest, oldest = page["data"] + rest["data"]
    assert (newest["order_id"], newest["side"], newest["liquidity"]) == (sold["order_id"], "sell", "taker")
    profit = Decimal(sold["total_amount"]) - Decimal(bought["total_amount"]) / 2  # may be half a cent
    assert abs(Decimal(newest["realised_pnl"]) - profit) < Decimal("0.01")
    assert (oldest["order_id"], oldest["value"], oldest["realised_pnl"]) == (bought["order_id"], bought["total_amount"], None)
    for filters, found in (({"order_id": sold["order_id"]}, [newest]), ({"side": "buy"}, [oldest]),
                           ({"asset_id": "btc"}, [newest, oldest]), ({"asset_id": "ETH"}, []),
                           ({"order_id": world.order["order_id"]}, []), ({"to": "2020-01-01"}, [])):
        assert api.call("listFills", token=account.token, query=filters, expect=200).json["data"] == found, filters


def test_events(api, world):
    account = world.account("1000.00")
    bought = api.call("createOrder", token=account.token, body={**buy("0.002"), "client_order_id": "told"}, expect=201).json["data"]
    after, told = world.last_event, []
    while True:
        page = api.call("listEvents", token=account.token, query={"after": after, "limit": 500}, expect=200).json
        told += page["events"]
        assert after <= page["next_after"] <= page["last_seq"]
        after = page["next_after"]
        if not page["has_more"]:
            break
    numbers = [event["seq"] for event in told]
    assert numbers == sorted(set(numbers)) and all(event["data"]["seq"] == event["seq"] for event in told)
    own = [event for event in told if event["type"] != "trade"]
    order, fill = (next(event["data"] for event in own if event["type"] == kind) for kind in ("order", "fill"))
    assert {name: order[name] for name in bought} == bought
    assert fill["order_id"] == bought["order_id"] and fill["value"] == bought["total_amount"]
    assert {event["data"]["asset_id"] for event in own if event["type"] == "balance"} == {"USD", "BTC"}
    assert fill["trade_id"] in {event["data"]["trade_id"] for event in told if event["type"] == "trade"}
    # nobody else is told of it
    others = api.call("listEvents", token=world.jane.token, query={"after": own[0]["seq"] - 1, "limit": 500}, expect=200).json["events"]
    assert not {event["seq"] for event in others} & {event["seq"] for event in own}
    api.call("listEvents", token=account.token, query={"after": 2**53 - 1}, expect=410, code="events_gone")
    api.call("listEvents", token=account.token, query={"limit": 501}, expect=422, code="validation_failed")


def test_preview_changes_nothing(api, world):
    account = world.account("100.00")
    preview = api.call("previewOrder", token=account.token, body=buy("0.05"), expect=200).json["data"]
    assert preview["accepted"] is False
    assert "insufficient_funds" in [v["code"] for v in preview["violations"]]
    fine = api.call("previewOrder", token=account.token, body=buy("0.001"), expect=200).json["data"]
    assert fine["accepted"] is True and fine["violations"] == []
    api.call("previewOrder", token=account.token, body=buy("1", "ZZZZZZZZZ9"), expect=422,
             code="asset_unknown")
    for size in ({"quantity": "92233720368"}, {"quantity": 90000000000}):
        reply = api.call("previewOrder", token=account.token, body={**buy("1"), **size}, expect=422,
                         code="order_too_large")
        assert [fault["field"] for fault in reply.json["errors"]] == ["quantity"]
    balance = api.call("getBalance", token=account.token, expect=200).json["current_balance"]
    assert Decimal(balance) == 100


def test_positions_are_closed_and_swept(api, world):
    account = world.account("100.00")
    eth = {"path": {"asset_id": "ETH"}, "token": account.token}
    api.call("closePosition", **eth, body={}, expect=422, code="insufficient_holdings")
    api.call("createOrder", token=account.token, expect=201,
             body={"order_type": "market_buy", "asset_id": "ETH", "amount": "2.00"})
    preview = api.call("previewClose", **eth, body={"price": "0.01"}, expect=200).json["data"]
    assert (preview["accepted"], preview["quantity_after"]) == (True, "0")
    assert preview["price_limit"] == (None if REFERENCE_PROFILE else "0.01")
    if not REFERENCE_PROFILE:
        api.call("closePosition", **eth, body={"price": "999999"}, expect=422, code="price_limit_exceeded")
    key = {"Idempotency-Key": unique("close-")}
    sold = api.call("closePosition", **eth, body={}, headers=key, expect=201)
    again = api.call("closePosition", **eth, body={}, headers=key, expect=201)
    assert again.raw == sold.raw and again.headers.get("idempotency-replayed") == "true"
    api.call("closePosition", **{**eth, "path": {"asset_id": "ETH!"}}, body={}, expect=422, code="validation_failed")
    api.call("sweepPositions", token=account.token, body={"below": "0.001"}, expect=422, code="amount_precision")
    api.call("closePosition", **{**eth, "path": {"asset_id": "BTC"}}, body={}, headers=key, expect=422,
             code="idempotency_mismatch")
    for name in ("closePosition", "previewClose"):
        api.call(name, token=account.token, path={"asset_id": "ZZZZZZZZZ9"}, body={}, expect=422, code="asset_unknown")
        for price, code in (("1e3", "amount_invalid"), ("0.00000000001", "amount_precision"),
                            ("99999999999999", "amount_too_large")):
            api.call(name, **eth, body={"price": price}, expect=422, code=code)
    for below, code in (("1e3", "amount_invalid"), ("99999999999999", "amount_too_large")):
        api.call("sweepPositions", token=account.token, body={"below": below}, expect=422, code=code)
    api.call("sweepPositions", token=account.token, raw_body=b"[]", expect=422, code="validation_failed")
    once = {"Idempotency-Key": unique("sweep-")}
    for below, expect, code in (("5.00", 200, None), ("6.00", 422, "idempotency_mismatch")):
        api.call("createOrder", token=account.token, expect=201,
                 body={"order_type": "market_buy", "asset_id": "ETH", "amount": "2.00"})
        api.call("sweepPositions", token=account.token, body={"below": below}, headers=once, expect=expect, code=code)
    swept = api.call("sweepPositions", token=account.token, body={}, expect=200).json
    assert swept == {"results": [], "accepted": 0, "rejected": 0}


def test_a_market_order_has_a_worst_price(api, world):
    account = world.account("100.00")
    order = {**buy("0.001"), "price": 1e-7}
    if REFERENCE_PROFILE:  # which ignores it, and fills
        api.call("createOrder", token=account.token, body=order, expect=201)
        return
    api.call("createOrder", token=account.token, body=order, expect=422, code="price_limit_exceeded")
    asset = api.call("getAsset", path={"asset_id": "BTC"}, expect=200).json["data"]
    assert Decimal(asset["price_tick"]) > 0 and asset["state"] == "trading"
    assert Decimal(asset["min_order_value"]) > 0
    order = {**buy("0.001"), "price": asset["price_usd"] * 2}
    api.call("createOrder", token=account.token, body=order, expect=201)


def test_batch(api, world):
    account = world.account("5000.00")
    key = {"Idempotency-Key": unique("b-")}
    body = {"orders": [buy("0.01"), sell("5", "ETH"), sell("0.005")]}
    first = api.call("createOrders", token=account.token, headers=key, body=body, expect=200).json
    assert [row["status"] for row in first["results"]] == [201, 422, 201]
    assert (first["accepted"], first["rejected"]) == (2, 1)
    again = api.call("createOrders", token=account.token, headers=key, body=body, expect=200).json
    assert [row.get("data") for row in again["results"]] == [row.get("data") for row in first["results"]]
    assert [row["replayed"] for row in again["results"]] == [True, False, True]
    held = api.call("getAssetBalance", token=account.token, path={"asset_id": "BTC"}, expect=200).json
    assert Decimal(held["quantity"]) == Decimal("0.005")
    # what was refused left nothing behind and is judged anew
    api.call("createOrder", token=account.token, body=buy("0.1", "ETH"), expect=201)
    sale = {"orders": [sell("0.05", "ETH"), sell("4", "ETH")]}
    later = {"Idempotency-Key": unique("b-")}
    once = api.call("createOrders", token=account.token, headers=later, body=sale, expect=200).json
    api.call("createOrder", token=account.token, body=sell("0.05", "ETH"), expect=201)
    twice = api.call("createOrders", token=account.token, headers=later, body=sale, expect=200)
    assert twice.json["results"][0] == {**once["results"][0], "replayed": True}
    assert (twice.json["results"][1]["status"], twice.headers["idempotency-replayed"]) == (422, "true")
    api.call("createOrders", token=account.token, headers=key, body={"orders": [buy("0.03")]},
             expect=422, code="idempotency_mismatch")
    for orders in ([], [buy("0.001")] * 101, None):
        api.call("createOrders", token=account.token, body={"orders": orders}, expect=422,
                 code="validation_failed")


def test_a_batch_cancels_and_amends(api, world):
    account = world.account("1000.00")
    near = int(Decimal(api.call("previewOrder", token=account.token, body=buy("0.001"), expect=200).json["data"]["price"]))
    low = {"order_type": "limit_buy", "asset_id": "BTC", "quantity": "0.002", "price": str(near * 6 // 10)}
    old, new, kept = ({"client_order_id": unique(name)} for name in ("old-", "new-", "kept-"))
    api.call("createOrder", token=account.token, body={**low, **old}, expect=201)
    order = api.call("createOrder", token=account.token, body={**low, **kept}, expect=201).json["data"]
    body = {"orders": [{"action": "cancel", **old}, {"action": "place", **low, **new}, {"action": "cancel", **old},
                       {"action": "amend", "order_id": order["order_id"], "quantity": "0.001"},
                       {"action": "amend", **kept, "price": str(near * 3)}, {"action": "cancel", "client_order_id": unique("none-")}]}
    reply = api.call("createOrders", token=account.token, body=body, expect=200).json
    assert [row["status"] for row in reply["results"]] == [200, 201, 422, 200, 422, 404]
    assert [row["error"]["code"] for row in reply["results"] if "error" in row] == ["order_final", "price_out_of_band", "not_found"]
    assert (reply["accepted"], reply["rejected"]) == (3, 3)
    open_ones = api.call("listOrders", token=account.token, query={"status": "open"}, expect=200).json["data"]
    assert {one["client_order_id"] for one in open_ones} == {new["client_order_id"], kept["client_order_id"]}
    api.call("createOrders", token=account.token, body={"orders": [{"action": "cancel"}]}, expect=422, code="validation_failed")


@pytest.mark.parametrize("noise", [{}, {f"k{n}": ["1"] * 8 if n == 0 else "z" for n in range(26)}],
                         ids=["longest members", "most values"])
def test_the_largest_batch(api, world, noise):
    account = world.account("9000.00")
    orders = [{**buy("0.00100000"), "client_order_id": f"{n:02}{unique('x' * 52)}", "price": "999999.5", **noise}
              for n in range(100)]
    reply = api.call("createOrders", token=account.token, body={"orders": orders}, expect=200).json
    assert reply["accepted"] + reply["rejected"] == 100
    assert {row["status"] for row in reply["results"]} <= {201, 422}
    again = api.call("createOrders", token=account.token, body={"orders": orders}, expect=200).json
    assert again["accepted"] == reply["accepted"] and all(
        row["replayed"] for row in again["results"] if row["status"] == 201)


def test_market_pages(api):
    everything = api.call("listAssets", query={"limit": "250", "active_only": "false"}, expect=200).json
    first = api.call("listAssets", query={"limit": "10"}, expect=200).json
    assert first["has_more"] is True and len(first["data"]) == 10
    second = api.call("listAssets", query={"limit": "10", "offset": "10"}, expect=200).json
    assert not {a["asset_id"] for a in first["data"]} & {a["asset_id"] for a in second["data"]}
    found = api.call("listAssets", query={"search": "bitcoin"}, expect=200).json
    assert "BTC" in [a["asset_id"] for a in found["data"]]
    dear = api.call("listAssets", query={"sort": "price", "order": "desc"}, expect=200).json["data"]
    assert [a["price_usd"] for a in dear] == sorted((a["price_usd"] for a in dear), reverse=True)
    assert everything["total_count"] >= 200
    for interval in ("1m", "5m", "15m", "1h", "4h", "1d"):
        candles = api.call("listCandles", path={"asset_id": "btc"}, query={"interval": interval},
                           expect=200).json["data"]
        assert all(c["low"] <= min(c["open"], c["close"]) for c in candles)
        assert all(c["high"] >= max(c["open"], c["close"]) for c in candles)


def test_an_inactive_asset_cannot_be_bought(api, world):
    listed = [asset for offset in ("0", "250") for asset in api.call("listAssets", expect=200, query={
        "limit": "250", "offset": offset, "active_only": "false"}).json["data"]]
    inactive = [a["asset_id"] for a in listed if not a["is_active"]]
    assert inactive, "the catalogue has no inactive asset to try"
    api.call("createOrder", token=world.jane.token, body=buy("0.01", inactive[0]), expect=422,
             code="asset_inactive")
    api.call("closePosition", token=world.jane.token, path={"asset_id": inactive[0]}, body={}, expect=422,
             code="asset_inactive")


# ---- operators -----------------------------------------------------------------------------------

def test_price_and_halt(api, world):
    admin = need_admin(world)
    asset = {"asset_id": "USDC"}
    api.call("setPrice", token=admin, path=asset, body={"price": "1.01", "reason": "contract test"},
             expect=200)
    halt = {"token": admin, "path": asset}
    api.call("haltAsset", **halt, body={"halted": True, "reason": "contract test"}, expect=200)
    try:
        api.call("createOrder", token=world.jane.token, body=buy("1", "USDC"), expect=422,
                 code="market_halted")
        api.call("closePosition", token=world.jane.token, path=asset, body={}, expect=422, code="market_halted")
    finally:
        api.call("haltAsset", **halt, body={"halted": False, "reason": "contract test"}, expect=200)
    api.call("createOrder", token=world.jane.token, body=buy("1", "USDC"), expect=201)


def test_freeze(api, world):
    admin, account = need_admin(world), world.account("100.00")
    user = {"user_id": account.user_id}
    api.call("freezeAccount", token=admin, path=user, body={"reason": "contract test"}, expect=200)
    for name in ("createOrder", "deposit", "withdraw", "claimGift"):
        api.call(name, **{**world.good(name), "token": account.token}, expect=403,
                 code="account_frozen")
    batch = api.call("createOrders", **{**world.good("createOrders"), "token": account.token}, expect=200)
    assert [row["error"]["code"] for row in batch.json["results"]] == ["account_frozen"]
    api.call("getBalance", token=account.token, expect=200)
    api.call("unfreezeAccount", token=admin, path=user, body={"reason": "contract test"}, expect=200)
    api.call("withdraw", token=account.token, body={"amount": "1"}, expect=201)


@pytest.mark.parametrize("name", having(lambda o: o.tag == "Admin"))
def test_admin_refusals(api, world, name):
    admin = need_admin(world)
    request = {**world.good(name), "token": admin}
    parameter, unknown, malformed = (("user_id", "999999999", "abc") if "user_id" in request["path"]
                                     else ("asset_id", "ZZZZZZZZZ9", "BTC!"))
    api.call(name, **{**request, "path": {parameter: unknown}}, expect=404)
    api.call(name, **{**request, "path": {parameter: malformed}}, expect=422)
    api.call(name, **{**request, "body": {}}, expect=422, code="validation_failed")


@pytest.mark.parametrize("name", documents(403, "AdminOnly"))
def test_a_customer_is_no_admin(api, world, name):
    api.call(name, **{**world.good(name), "token": world.jane.token}, expect=403, code="PERM_001")


@pytest.mark.parametrize("name", sorted(MONITORED))
def test_operations_know_what_monitoring_knows(api, world, name):
    need_admin(world)
    if has_monitoring():
        api.call(name, **world.good(name), expect=200)
    else:
        api.call(name, **world.good(name), expect=503, code="monitoring_absent")


def test_silences_are_judged_before_monitoring_is_asked(api, world):
    need_admin(world)
    silence = world.good("setSilence")
    for body, field in (({}, "fingerprint"), ({**silence["body"], "seconds": 299}, "seconds")):
        reply = api.call("setSilence", **{**silence, "body": body}, expect=422, code="validation_failed")
        assert reply.json["errors"][0]["field"] == field
    api.call("endSilence", **{**world.good("endSilence"), "body": {}}, expect=422, code="validation_failed")
    if has_monitoring():
        api.call("setSilence", **silence, expect=404, code="not_found")
    else:
        api.call("setSilence", **silence, expect=503, code="monitoring_absent")


def test_the_audit_trail_is_filtered_by_one_thing(api, world):
    need_admin(world)
    operator = {"token": world.admin.token}
    page = api.call("listAudit", **operator, query={"action": "auth_success", "limit": "1"}, expect=200).json
    assert [line["action"] for line in page["data"]] == ["auth_success"]
    reply = api.call("listAudit", **operator, query={"action": "a", "actor": "b"}, expect=422, code="validation_failed")
    assert [fault["field"] for fault in reply.json["errors"]] == ["actor"]


def test_a_refusal_is_found_in_the_logs(api, world):
    """The reference's query: what one service has refused."""
    need_admin(world)
    refused = api.call("getAsset", path={"asset_id": "BTC!"}, expect=422)
    match = json.dumps([{"field": "service", "op": "is", "values": ["inventory"]},
                        {"field": "status", "op": "is", "values": ["422"]},
                        {"field": "request_id", "op": "is", "values": [refused.json["trace_id"]]}])

    def found():
        page = api.call("listLogs", token=world.admin.token, query={"match": match}, expect=200).json
        return page["data"]

    lines = wait_until(found, what="the line of a refused request")
    assert [line["line"]["extra"]["code"] for line in lines] == ["validation_failed"]
    chart = api.call("getLogHistogram", token=world.admin.token, query={"match": match}, expect=200).json["data"]
    assert [sum(kind) for kind in zip(*chart["bars"])] == [0, 1, 0]

    match = json.dumps([{"field": "request_id", "op": "is", "values": [refused.json["trace_id"]]},
                        {"field": "dur_us", "op": "at_least", "values": ["1"]}])
    wait_until(lambda: {line["line"]["service"] for line in found()} == {"gateway", "inventory"},
               what="the duration in the lines of both")


@pytest.mark.parametrize("name", ["listLogs", "getLogHistogram"])
@pytest.mark.parametrize("query, field", [({"match": "{}"}, "match"), ({"match": "x" * 3000}, "match"),
                                          ({"from": "2020-01-01"}, "from"), ({"tz": "Nowhere/Land"}, "tz")])
def test_bad_searches_of_the_logs(api, world, name, query, field):
    need_admin(world)
    reply = api.call(name, **world.good(name) | {"query": query}, expect=422, code="validation_failed")
    assert [fault["field"] for fault in reply.json["errors"]] == [field]


@pytest.mark.parametrize("query, field", [({"step": "1"}, "step"), ({"from": "x"}, "from"), ({"to": "0"}, "to"),
                                          ({"from": "1000", "to": "999"}, "from")])
def test_bad_spans_of_a_chart(api, world, query, field):
    need_admin(world)
    reply = api.call("getPanel", **world.good("getPanel"), query=query, expect=422, code="validation_failed")
    assert [fault["field"] for fault in reply.json["errors"]] == [field]


@pytest.mark.parametrize("change, field", [({"address": "example.com"}, "address"), ({"address": "10.0.0.0/8"}, "address"),
                                           ({"reason": ""}, "reason"), ({"blocked": None}, "blocked"),
                                           ({"seconds": 1}, "seconds")])
def test_bad_blocks(api, world, change, field):
    need_admin(world)
    request = world.good("setGuard")
    reply = api.call("setGuard", **{**request, "body": request["body"] | change}, expect=422, code="validation_failed")
    assert [fault["field"] for fault in reply.json["errors"]] == [field]


def test_an_address_is_blocked_and_freed(api, world):
    need_admin(world)
    address = {"address": "203.0.113.251", "reason": "contract test"}
    operator = {"token": world.admin.token}
    reply = api.call("setGuard", **operator, body={**address, "blocked": True, "seconds": 600}, expect=200)
    assert reply.json["data"]["blocked_until"] is not None
    listed = {row["address"]: row for row in api.call("listGuard", **operator, expect=200).json["data"]}
    assert listed[address["address"]]["blocked_until"] is not None
    reply = api.call("setGuard", **operator, body={**address, "blocked": False}, expect=200)
    assert reply.json["data"] == {"address": address["address"], "blocked_until": None}
    listed = {row["address"]: row for row in api.call("listGuard", **operator, expect=200).json["data"]}
    assert listed.get(address["address"], {"blocked_until": None})["blocked_until"] is None


# ---- refusals that look alike everywhere ---------------------------------------------------------

@pytest.mark.parametrize("name", having(lambda o: o.needs_login))
def test_anonymous_is_refused_before_anything_else(api, name):
    path = {"order_id": "{order_id}", "asset_id": "BTC!", "user_id": "{}", "session_id": "!",
            "client_order_id": "!", "panel_id": "{}", "silence_id": "{}"}
    body = b"{" if OPERATIONS[name].has_body else None
    api.call(name, path=path, raw_body=body, expect=401, code="AUTH_001")
    api.call(name, path=path, raw_body=body, headers={"Authorization": ""}, expect=401)


@pytest.mark.parametrize("name", having(lambda o: o.needs_login))
@pytest.mark.parametrize("value", ["Bearer not.a.token", "Bearer", "Token abc", "abc"])
def test_bad_credentials_are_refused(api, world, name, value):
    request = {**world.good(name), "token": None}
    api.call(name, **request, headers={"Authorization": value}, expect=401, code="AUTH_001")


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - {"openStream"} - set(having(lambda o: o.needs_login))))
def test_a_bad_token_means_nobody_on_public_routes(api, world, name):
    request = world.good(name)
    if name == "refreshSession":
        request = {"body": {"refresh_token": world.account().refresh_token}}
    reply = api.call(name, **request, headers={"Authorization": "Bearer not.a.token"},
                     expect=201 if name == "register" else 200)
    assert "WWW-Authenticate" not in reply.headers


def test_a_stream_is_somebody_s_or_nobody_s(api, world):
    """A token that does not hold opens none: what is private would be missing without a word."""
    for headers in ({"Authorization": "Bearer not.a.token"}, {"Cookie": "cnop_at=not.a.token"}):
        api.call("openStream", headers=headers, expect=401, code="AUTH_001")
    api.call("openStream", query={"channels": "orders"}, expect=401, code="AUTH_001")
    for token, channels in ((None, "trades,tickers"), (world.jane.token, "orders,fills,balances")):
        reply = api.call("openStream", query={"channels": channels}, token=token, expect=200)
        assert reply.raw.split(b"\n")[1] == b"event: hello"


@pytest.mark.parametrize("name", having(lambda o: o.has_body))
def test_malformed_json(api, world, name):
    request = {**world.good(name), "body": None, "raw_body": b'{"amount": '}
    if OPERATIONS[name].tag in ("Admin", "Operations") and world.admin:
        request["token"] = world.admin.token
    elif OPERATIONS[name].tag in ("Admin", "Operations"):
        pytest.skip(NO_ADMIN)
    api.call(name, **request, expect=400)


@pytest.mark.parametrize("name", having(lambda o: o.has_body))
def test_body_too_large(api, world, name):
    request = {**world.good(name), "body": None, "raw_body": b'{"x":"' + b"a" * 3_000_000 + b'"}'}
    api.call(name, **request, expect=413)


@pytest.mark.parametrize("name", having(lambda o: o.has_body))
def test_wrong_media_type(api, world, name):
    if OPERATIONS[name].tag in ("Admin", "Operations"):
        need_admin(world)
    request = world.good(name)
    if OPERATIONS[name].tag in ("Admin", "Operations"):
        request["token"] = world.admin.token
    api.call(name, **request, headers={"Content-Type": "text/xml"}, expect=415)


@pytest.mark.parametrize("name", having(lambda o: o.method != "GET" and o.needs_login))
def test_a_cookie_from_another_site_is_refused(api, world, name):
    if OPERATIONS[name].tag in ("Admin", "Operations"):
        need_admin(world)
        cookies = world.admin_cookies
    else:
        cookies = world.jane_cookies
    cookie = "; ".join(f"{key}={value}" for key, value in cookies.items())
    request = {**world.good(name), "token": None}
    for sign in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        api.call(name, **request, headers={"Cookie": cookie, **sign}, expect=403,
                 code="csrf_rejected")


QUERY_FAULTS = {
    "listTransactions": {"limit": "0"}, "getStatement": {"format": "pdf"},
    "getPortfolio": {"status": "sold"}, "exportOrders": {"format": "pdf"}, "exportTrades": {"tz": "Mars"},
    "listAssetTransactions": {"limit": "101"}, "listAssets": {"limit": "251"},
    "listCandles": {"interval": "2h"}, "listOrders": {"offset": "-1"},
    "listFills": {"order_id": "short"}, "listEvents": {"after": "-1"}, "openStream": {"channels": "secrets"},
    "listMarkets": {"limit": "251"}, "getBook": {"levels": "51"}, "listMarketTrades": {"limit": "101"},
}


@pytest.mark.parametrize("name", sorted(QUERY_FAULTS))
def test_bad_query(api, world, name):
    request = {**world.good(name), "query": QUERY_FAULTS[name]}
    reply = api.call(name, **request, expect=422, code="validation_failed")
    assert [fault["field"] for fault in reply.json["errors"]] == list(QUERY_FAULTS[name])
    request["query"] = {"no_such_parameter": "1"}
    api.call(name, **request, expect=200)


BAD_IDS = {"asset_id": ["BTC!", "   ", "A" * 11], "order_id": ["short", "has-a-dash-in-it", "a" * 51],
           "client_order_id": ["dot.ted", "a" * 65], "session_id": ["!!!!!!!!"],
           "name": ["   ", "a" * 41, "<script>"]}


@pytest.mark.parametrize("name", having(lambda o: "{" in o.path and "422" in o.responses
                                        and o.tag not in ("Admin", "Operations")))
def test_bad_id(api, world, name):
    request = world.good(name)
    (parameter,) = request["path"]
    for value in BAD_IDS[parameter]:
        api.call(name, **{**request, "path": {parameter: value}}, expect=422,
                 code="validation_failed")


UNKNOWN_IDS = {"asset_id": "ZZZZZZZZZ9", "order_id": "ord_0000000000000", "client_order_id": "never",
               "session_id": "0" * 32, "panel_id": "nosuch", "silence_id": "nosuch", "name": "No such list"}


@pytest.mark.parametrize("name", having(lambda o: "{" in o.path and "404" in o.responses
                                        and o.tag != "Admin"))
def test_unknown_id(api, world, name):
    if OPERATIONS[name].tag == "Operations":
        need_admin(world)
    request = world.good(name)
    (parameter,) = request["path"]
    api.call(name, **{**request, "path": {parameter: UNKNOWN_IDS[parameter]}}, expect=404,
             code="not_found")


@pytest.mark.parametrize("name, body", [
    ("register", {}), ("login", {}), ("refreshSession", {"refresh_token": 7}),
    ("changePassword", {}), ("updateProfile", {"phone": "12"}), ("putWatchlist", {"asset_ids": ["ZZZZZZZZZ9"]}), ("previewOrder", {}),
])
def test_bad_fields(api, world, name, body):
    reply = api.call(name, **{**world.good(name), "body": body}, expect=422, code="validation_failed")
    assert reply.json["errors"]


@pytest.mark.parametrize("value, code", [("1e3", "amount_invalid"), ("0.00000000001", "amount_precision"),
                                         ("99999999999999", "amount_too_large")])
@pytest.mark.parametrize("name, body, field", [
    ("createOrder", buy, "quantity"), ("previewOrder", buy, "quantity"),
    ("createOrders", lambda value: {"orders": [buy("0.001"), buy(value)]}, "orders[1].quantity"),
    ("setPrice", lambda value: {"price": value, "reason": "contract test"}, "price"),
], ids=["createOrder", "previewOrder", "createOrders", "setPrice"])
def test_bad_amounts(api, world, name, body, field, value, code):
    request = {**world.good(name), "body": body(value)}
    if name == "setPrice":
        request["token"] = need_admin(world)
    reply = api.call(name, **request, expect=422, code=code)
    assert [fault["field"] for fault in reply.json["errors"]] == [field]


def test_logout_needs_a_body(api, world):
    spare = world.account()
    api.call("logout", token=spare.token, expect=422, code="validation_failed")
    api.call("getMe", token=spare.token, expect=401, code="AUTH_003")  # it has ended all the same


def test_registration_conflicts(api, world):
    body = world.registration(world.jane.username)
    api.call("register", body={**body, "email": f"{unique('c_')}@example.com"}, expect=409,
             code="username_taken")
    api.call("register", body={**body, "username": unique("c_")}, expect=409, code="email_taken")
    fresh = world.registration(unique("c_"))
    api.call("register", body={**fresh, "password": "Short-1"}, expect=422, code="password_policy")
    if not REFERENCE_PROFILE:
        api.call("register", body={**fresh, "password": COMMON_PASSWORD}, expect=422,
                 code="password_common")


def test_unknown_user(api):
    status, code = (404, "user_unknown") if REFERENCE_PROFILE else (401, "bad_credentials")
    api.call("login", body={"username": unique("n_"), "password": PASSWORD}, source=GUESS_SOURCE,
             expect=status, code=code)


def test_guessing_is_stopped(api, world):
    guess = {"username": world.jane.username, "password": "Wrong-Guess-11"}
    replies = [api.call("login", body=guess, source=GUESS_SOURCE) for _ in range(6)]
    assert replies[-1].code == "AUTH_004" and replies[-1].status == 403
    good = {"username": world.jane.username, "password": PASSWORD}
    api.call("login", body=good, source=GUESS_SOURCE, expect=403, code="AUTH_004")
    api.call("login", body=good, expect=200)


# ---- paths and methods outside the description ---------------------------------------------------

@pytest.mark.parametrize("path", sorted(SPEC.document["paths"]))
def test_other_methods_do_not_exist(api, path):
    known = SPEC.document["paths"][path]
    for method in ("GET", "PUT", "POST", "DELETE", "PATCH"):
        if method.lower() not in known:
            target = path.replace("{asset_id}", "BTC").replace("{order_id}", "ord_0000000000000")
            reply = api.send(method, target, {}, b"{}" if method in ("PUT", "POST", "PATCH") else None)
            assert reply.status in (401, 404, 405), f"{method} {target} -> {reply.status}"
            assert not SPEC.schema_faults({"$ref": "#/components/schemas/Problem"}, reply.json)
            if reply.status == 405:
                assert {m.upper() for m in known} <= set(reply.headers["allow"].replace(" ", "").split(","))


@pytest.mark.parametrize("target", ["/api/v1/nothing", "/api/v2/orders", "/api/v1/orders/a/b/c", "/api"])
def test_unknown_paths(api, target):
    reply = api.send("GET", target, {}, None)
    assert reply.status in (401, 404)
    assert not SPEC.schema_faults({"$ref": "#/components/schemas/Problem"}, reply.json)


def test_preflight(api):
    reply = api.send("OPTIONS", "/api/v1/orders", {
        "Origin": "https://example.com", "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type"}, None)
    assert reply.status == 204 and reply.raw == b""
    assert "POST" in reply.headers["access-control-allow-methods"]


# ---- last: spend the limit, then take stock ------------------------------------------------------

def test_rate_limit(api, world):
    limit = int(api.call("getBalance", token=world.jane.token, expect=200).headers["x-ratelimit-limit"])
    requests = {name: world.good(name) for name in documents(429)}

    def flood():
        assert exhaust_rate_limit(api.base_url, FLOOD_SOURCE, "/api/v1/balance", 2 * limit + 1000)

    flood()
    for name, request in requests.items():
        operation = OPERATIONS[name]
        target = operation.path
        for parameter, value in request.get("path", {}).items():
            target = target.replace("{" + parameter + "}", quote(value))
        for _ in range(3):
            reply = api.send(operation.method, target, {}, None, FLOOD_SOURCE)
            if reply.status == 429:
                break
            flood()  # the window ended meanwhile
        assert reply.status == 429, f"{name} -> {reply.status}"
        assert not reply_faults(SPEC, operation, reply), name
        assert int(reply.headers["retry-after"]) == reply.json["retry_after"]
        api.seen.add((name, 429))
        api.seen_codes.add(("RateLimited", "429", reply.code))


def unreachable(world, name, status):
    """Why this run could not bring the status about, or None."""
    if status in FAULT_STATUSES and admin_program.state_folder() is None:
        return "needs a stack that may be broken: set CNOP_VAR"
    if name in MONITORED and status == 200 and not has_monitoring():
        return "needs monitoring"
    if name in SILENCES and status in (200, 201):
        return "needs an alert: tests/monitoring/test_operations.py"
    if (name, status) == ("setSilence", 404) and not has_monitoring():
        return "needs monitoring"
    if world.admin is None and OPERATIONS[name].tag in ("Admin", "Operations") and status in (200, 400, 404, 415, 422):
        return NO_ADMIN
    if (name, status) == ("login", 404) and not REFERENCE_PROFILE:
        return "profile reference only"
    return None


def test_every_status_was_exercised(api, world):
    documented = {(name, status) for name, o in OPERATIONS.items() for status in o.statuses()}
    missing = sorted(item for item in documented - api.seen if not unreachable(world, *item))
    assert not missing, f"{len(missing)} documented statuses were not exercised: {missing}"


def test_every_code_seen_is_documented(api):
    assert not sorted(api.seen_codes - SPEC.documented_codes())


def test_every_code_was_exercised(api, world):
    skipped = set(FAULT_CODES)
    if world.admin is None:
        skipped |= {("TradingForbidden", "403", "account_frozen"), ("createOrder", "422", "market_halted")}
        skipped |= {item for item in SPEC.documented_codes()
                    if item[0] in OPERATIONS and OPERATIONS[item[0]].tag in ("Admin", "Operations")}
    if REFERENCE_PROFILE:  # which knows no list of common passwords
        skipped |= {(name, "422", "password_common") for name in ("register", "changePassword")}
        # ... and ignores the price of a market order
        skipped |= {(name, "422", "price_limit_exceeded") for name in ("createOrder", "closePosition")}
    else:
        skipped.add(("login", "404", "user_unknown"))
    if admin_program.state_folder() is None:
        skipped |= {item for item in SPEC.documented_codes() if int(item[1]) in FAULT_STATUSES}
    if has_monitoring():
        skipped.add(("MonitoringUnavailable", "503", "monitoring_absent"))
    if "cookie_mode_refused" not in {code for _, _, code in api.seen_codes}:
        skipped.add(("SessionRefused", "400", "cookie_mode_refused"))  # NO_PROXY
    missing = sorted(SPEC.documented_codes() - api.seen_codes - skipped)
    assert not missing, f"{len(missing)} documented error codes were not exercised: {missing}"
