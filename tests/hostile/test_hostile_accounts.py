# SPDX-License-Identifier: MIT
"""One customer against another, and against the clock: foreign ids, stolen sessions, races for the
same money."""
import json
import threading
from dataclasses import replace
from decimal import Decimal

import pytest
from support.api import loopback_address
from support.attack import Attacker
from support.openapi_check import Spec, unique

SPEC = Spec()
CLIENTS = 24
OWNED = ("order_id", "client_order_id", "session_id", "user_id")
WITH_OWNER = sorted(name for name, op in SPEC.operations.items() if any("{%s}" % p in op.path for p in OWNED))


@pytest.fixture
def call(base_url):
    clients = []

    def send(account, method, target, body=None, headers=()):
        if not clients:
            clients.append(Attacker(base_url))
        data = json.dumps(body).encode() if body is not None else None
        return clients[0].send(method, f"/api/v1{target}", data, account.token if account else None, headers)

    yield send
    for client in clients:
        client.close()


def all_at_once(base_url, token, method, target, bodies, headers=()):
    """The same moment, one connection each. headers: pairs for all of them."""
    barrier = threading.Barrier(len(bodies))
    replies = [None] * len(bodies)

    def shoot(index):
        client = Attacker(base_url)
        try:
            client.send("GET", "/health")
            barrier.wait(15)
            replies[index] = client.send(method, f"/api/v1{target}", json.dumps(bodies[index]).encode(), token, headers)
        finally:
            client.close()

    threads = [threading.Thread(target=shoot, args=(i,)) for i in range(len(bodies))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(replies), "a request got no answer"
    shed = [r for r in replies if r.status == 503 and r.json["code"] == "overloaded" and "retry-after" in r.headers]
    assert not [r.brief() for r in replies if r.status >= 500 and r not in shed]
    return replies


def statuses(replies):
    return sorted(reply.status for reply in replies)


def balance(call, account):
    return Decimal(call(account, "GET", "/balance").json["current_balance"])


# ---- whose is it ----

@pytest.mark.parametrize("name", WITH_OWNER)
def test_objects_of_another_user_do_not_exist(call, world, stranger, unchanged, name):
    operation = SPEC.operations[name]
    session = call(world.jane, "GET", "/auth/sessions").json["data"][0]["session_id"]
    mine = {"order_id": world.order["order_id"], "client_order_id": world.order["client_order_id"],
            "session_id": session, "user_id": world.jane.user_id}
    target = operation.path.removeprefix("/api/v1")
    for key, value in mine.items():
        target = target.replace("{%s}" % key, value)
    body = ({"reason": "x"} if operation.tag == "Admin" else {"quantity": "1"}) if operation.has_body else None
    reply = call(stranger, operation.method, target, body)
    assert reply.status == (403 if operation.tag == "Admin" else 404), reply.brief()
    for value in mine.values():
        assert value not in json.dumps({k: v for k, v in reply.json.items() if k != "instance"})
    if operation.tag != "Admin":  # and the answer is that of an object that never was
        invented = target[:-4] + ("AAAA" if target[-4:] != "AAAA" else "BBBB")
        other = call(stranger, operation.method, invented, body)
        assert (other.status, other.json["code"], other.json["detail"]) == \
            (reply.status, reply.json["code"], reply.json["detail"])


def test_lists_hold_only_ones_own(call, world, stranger):
    order = world.order["order_id"]
    for target in ("/orders?limit=100", "/balance/transactions?limit=100", "/assets/balances", "/portfolio",
                   "/assets/BTC/transactions", "/auth/sessions", "/balance/statement?format=jsonl", "/auth/profile"):
        for query in ("", "user_id={0}", "account_id={0}", "username={1}", "sub={0}"):
            query = query.format(world.jane.user_id, world.jane.username)
            sep = "&" if "?" in target else "?"
            reply = call(stranger, "GET", target + (sep + query if query else ""))
            assert reply.status == 200, (target, reply.brief())
            assert order.encode() not in reply.raw and world.jane.username.encode() not in reply.raw, target


def test_a_cursor_of_another_user_shows_nothing_of_theirs(call, world, stranger):
    account = world.account("100.00")
    for _ in range(3):
        assert call(account, "POST", "/balance/deposit", {"amount": "1.00"}).status == 201
    page = call(account, "GET", "/balance/transactions?limit=1").json
    cursor = next((page[k] for k in ("next_cursor", "cursor") if page.get(k)), None)
    ids = {row["transaction_id"] for row in call(account, "GET", "/balance/transactions?limit=10").json["transactions"]} \
        if "transactions" in page else {row["transaction_id"] for row in page["data"]}
    for stolen in filter(None, (cursor, "AAAA", "0", "-1", "' OR 1=1 --", "a" * 200)):
        reply = call(stranger, "GET", f"/balance/transactions?limit=10&cursor={stolen.replace(' ', '%20')}")
        assert reply.status in (200, 422), reply.brief()
        assert not any(i.encode() in reply.raw for i in ids)


def test_customers_reach_nothing_of_the_operators(call, stranger, base_url):
    client = Attacker(base_url)
    for target in ("/metrics", "/internal/order/metrics", "/internal/auth/health/ready", "/control/revocations",
                   "/nginx_status", "/state", "/api/v1/internal", "/api/v1/admin", "/api/v1/accounts",
                   "/api/v1/users", "/debug", "/keys/jwks.json"):
        for token in (None, stranger.token):
            reply = client.send("GET", target, token=token)
            assert reply.status in (401, 403, 404, 405), (target, reply.brief())
    client.close()


# ---- races for money ----

def test_the_same_money_is_withdrawn_once(call, world, base_url):
    account = world.account("100.00")
    replies = all_at_once(base_url, account.token, "POST", "/balance/withdraw", [{"amount": "60.00"}] * CLIENTS)
    assert statuses(replies) == [201] + [422] * (CLIENTS - 1)
    assert balance(call, account) == Decimal("40.00")


def test_the_same_money_buys_once(call, world, base_url):
    account = world.account("100.00")
    order = {"order_type": "market_buy", "asset_id": "BTC", "amount": "60.00"}
    # 60 dollars are less than the least quantity where one costs more than 60,000
    if call(account, "POST", "/orders/preview", order).status != 200:
        order = {"order_type": "market_buy", "asset_id": "USDC", "amount": "60.00"}
    replies = all_at_once(base_url, account.token, "POST", "/orders", [order] * CLIENTS)
    assert statuses(replies) == [201] + [422] * (CLIENTS - 1), [r.brief() for r in replies[:3]]
    assert Decimal("39") < balance(call, account) < Decimal("41")


def test_the_same_holding_is_sold_once(call, world, base_url):
    account = world.account("1000.00")
    assert call(account, "POST", "/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.004"}).status == 201
    replies = all_at_once(base_url, account.token, "POST", "/orders",
                          [{"order_type": "market_sell", "asset_id": "BTC", "quantity": "0.003"}] * CLIENTS)
    assert statuses(replies) == [201] + [422] * (CLIENTS - 1)
    held = call(account, "GET", "/balance/asset/BTC").json
    held = held.get("data", held)
    assert Decimal(held["quantity"]) == Decimal("0.001")


def test_the_daily_limit_holds_at_once(call, world, base_url):
    account = world.account("1.00")
    replies = all_at_once(base_url, account.token, "POST", "/balance/deposit", [{"amount": "999.00"}] * CLIENTS)
    assert statuses(replies) == [201] * 10 + [422] * (CLIENTS - 10)
    assert balance(call, account) == Decimal("9991.00")


@pytest.mark.parametrize("target,body,effect", [
    ("/balance/deposit", {"amount": "7.00"}, Decimal("7.00")),
    ("/balance/withdraw", {"amount": "7.00"}, Decimal("-7.00")),
    ("/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}, None)])
def test_one_key_has_one_effect(call, world, base_url, target, body, effect):
    account = world.account("500.00")
    key = [("Idempotency-Key", unique("key-"))]
    replies = all_at_once(base_url, account.token, "POST", target, [body] * CLIENTS, key)
    assert statuses(replies) == [201] * CLIENTS
    ids = {json.dumps(reply.json.get("data", reply.json).get("order_id") or
                      reply.json.get("data", reply.json).get("transaction_id"))
           for reply in replies}
    assert len(ids) == 1 and ids != {"null"}, ids
    assert [r.headers.get("idempotency-replayed") for r in replies].count("true") == CLIENTS - 1
    if effect is not None:
        assert balance(call, account) == Decimal("500.00") + effect
    else:
        assert len(call(account, "GET", "/orders?limit=10").json["data"]) == 1
    changed = {**body, next(iter(set(body) & {"amount", "quantity"})): "8.00" if "amount" in body else "0.002"}
    assert call(account, "POST", target, changed, key).status == 422


def test_a_key_of_another_user_is_another_key(call, world):
    key = [("Idempotency-Key", unique("key-"))]
    first, second = world.account("10.00"), world.account("10.00")
    mine = call(first, "POST", "/balance/deposit", {"amount": "1.00"}, key)
    theirs = call(second, "POST", "/balance/deposit", {"amount": "1.00"}, key)
    assert (mine.status, theirs.status) == (201, 201)
    assert "idempotency-replayed" not in theirs.headers
    assert balance(call, second) == Decimal("11.00")


def test_hostile_keys(call, world, judge, unchanged):
    for key in ("a" * 65, "a b", "'", "a;b", "<x>", "a/../b", "\xe9", "{}", "a,b", "%00", "a\tb"):
        reply = call(world.jane, "POST", "/balance/deposit", {"amount": "1.00"}, [("Idempotency-Key", key)])
        judge.refused(repr(key), reply, {400, 422})
    judge.verdict(10)


# ---- sessions ----

def refresh_all(base_url, token):
    return all_at_once(base_url, None, "POST", "/auth/refresh", [{"refresh_token": token}] * 12)


def test_a_stolen_refresh_token_ends_the_session(call, world, base_url):
    """Used at once by two, at most one gets a session, and its reuse ends the family."""
    account = world.account()
    replies = refresh_all(base_url, account.refresh_token)
    good = [reply for reply in replies if reply.status == 200]
    assert len(good) <= 1, statuses(replies)
    assert all(reply.status in (200, 401) for reply in replies), statuses(replies)
    again = call(None, "POST", "/auth/refresh", {"refresh_token": account.refresh_token})
    assert again.status == 401
    for reply in good:
        token = type(account)(account.username, reply.json["access_token"], "", account.user_id)
        assert call(token, "GET", "/balance").status == 401
        assert call(None, "POST", "/auth/refresh", {"refresh_token": reply.json["refresh_token"]}).status == 401


def test_no_request_wins_against_a_logout(call, world, base_url):
    account = world.account("100.00")
    assert call(account, "POST", "/auth/logout", {}).status == 200
    replies = all_at_once(base_url, account.token, "POST", "/balance/withdraw", [{"amount": "1.00"}] * CLIENTS)
    assert statuses(replies) == [401] * CLIENTS
    assert call(None, "POST", "/auth/refresh", {"refresh_token": account.refresh_token}).status == 401


def test_one_name_is_registered_once(call, world, base_url):
    body = world.registration(unique("h_"))
    replies = all_at_once(base_url, None, "POST", "/auth/register", [body] * 12)
    # hashing a password is dear, so a crowd may be told to come back
    assert statuses(replies).count(201) == 1 and set(statuses(replies)) <= {201, 409, 503}
    assert world.login(body["username"])


def test_an_access_token_does_not_refresh_and_the_reverse(call, world, judge):
    account = world.account()
    judge.refused("access as refresh", call(None, "POST", "/auth/refresh", {"refresh_token": account.token}), {401, 422})
    swapped = type(account)(account.username, account.refresh_token, "", account.user_id)
    judge.refused("refresh as access", call(swapped, "GET", "/balance"), {401})
    assert call(account, "GET", "/balance").status == 200
    judge.verdict(2)


# ---- one against all ----

def test_a_flood_of_logins_leaves_orders_alone(call, world, base_url):
    """Hashing is dear on purpose; how much of it runs at once is bounded over all processes."""
    account, over, seen = world.account("5000.00"), threading.Event(), []

    def flood():
        while not over.is_set():
            client = Attacker(base_url, loopback_address())
            try:
                for _ in range(4):
                    seen.append(client.send("POST", "/api/v1/auth/login", json.dumps(
                        {"username": unique("f_"), "password": "Wrong-Guess-11"}).encode()))
            finally:
                client.close()

    floods = [threading.Thread(target=flood) for _ in range(32)]
    for thread in floods:
        thread.start()
    try:
        for _ in range(100):
            order = {"order_type": "market_buy", "asset_id": "USDC", "quantity": "2"}
            assert call(account, "POST", "/orders", order).status == 201
            assert call(account, "GET", "/balance").status == 200
    finally:
        over.set()
        for thread in floods:
            thread.join()
    shed = [reply for reply in seen if reply.status == 503]
    assert shed, "not enough of a flood to show anything"
    assert {(reply.json["code"], reply.headers["retry-after"]) for reply in shed} == {("overloaded", "1")}
    assert {reply.status for reply in seen} <= {401, 404, 503}


@pytest.mark.parametrize("phrases", [["gong xi fa cai"] * CLIENTS, [f"nonsense {n}" for n in range(CLIENTS)]],
                         ids=["red pocket", "consolation"])
def test_gifts_are_paid_once(call, world, base_url, phrases):
    account = world.account()
    replies = all_at_once(base_url, account.token, "POST", "/cny/claim", [{"phrase": text} for text in phrases])
    assert statuses(replies) == [201] + [422] * (CLIENTS - 1)
    (paid,) = [reply.json for reply in replies if reply.status == 201]
    assert paid["got_red_pocket"] is (phrases[0] == phrases[1])
    assert balance(call, account) == Decimal(paid["amount"])


def test_a_refresh_token_is_exchanged_once(call, world, base_url):
    account = world.account()
    replies = all_at_once(base_url, None, "POST", "/auth/refresh", [{"refresh_token": account.refresh_token}] * CLIENTS)
    renewed = [reply.json for reply in replies if reply.status == 200]
    assert len(renewed) <= 1 and statuses(replies)[-1] == 401
    # somebody else has the token, too: neither of them keeps the session
    for token in [account.token] + [answer["access_token"] for answer in renewed]:
        assert call(replace(account, token=token), "GET", "/auth/me").status == 401
