# SPDX-License-Identifier: MIT
"""Hostile input on every operation that writes: refused in our own form, and nothing has changed.

The operations come from openapi.yaml, so a new one is under attack from its first day.
"""
import json
import re

import pytest
from support import corpora
from support.openapi_check import Spec, unique

SPEC = Spec()
WRITES = sorted(name for name, op in SPEC.operations.items() if op.method != "GET")
BODIES = sorted(name for name in WRITES if SPEC.operations[name].has_body)
WITH_ID = sorted(name for name, op in SPEC.operations.items() if "{" in op.path)

# Failed logins block an address, so what may fail a login comes from addresses of its own.
SOURCES = {"login": "127.0.0.81", "refreshSession": "127.0.0.82", "register": "127.0.0.83"}
CLIENT_FAULTS = {400, 401, 403, 404, 405, 413, 415, 422, 431}
BODY_FAULTS = {400, 413, 415, 422}


def target_of(name, request):
    path = SPEC.operations[name].path
    for key, value in request.get("path", {}).items():
        path = path.replace("{" + key + "}", value)
    return path


class Shooter:
    """Sends to one operation with everything right but what a case makes wrong."""

    def __init__(self, attacker, world, name):
        self.request = world.good(name, with_holdings=False)  # nothing of it may be done
        if SPEC.operations[name].tag == "Admin" and world.admin:
            self.request["token"] = world.admin.token
        self.needs_admin = SPEC.operations[name].tag == "Admin" and not world.admin
        self.method = SPEC.operations[name].method
        self.target = target_of(name, self.request)
        self.attacker = attacker
        # a logout ends the session whatever its body: each takes a session of its own
        leaver = world.account() if name == "logout" else None
        self.fresh_token = (lambda: world.login(leaver.username).token) if leaver else None
        attacker.source = SOURCES.get(name)

    def send(self, body, headers=(), target=None):
        token = self.fresh_token() if self.fresh_token else self.request.get("token")
        return self.attacker.send(self.method, target or self.target, body, token, headers)

    def statuses(self, wanted):
        return {403, 413} if self.needs_admin else wanted  # the size is looked at first


@pytest.fixture
def shooter(attacker, world):
    return lambda name: Shooter(attacker, world, name)


# ---- bodies ----

@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("corpus", ["MALFORMED_JSON", "ENCODINGS", "SIZES", "NOT_AN_OBJECT"])
def test_bad_bodies(shooter, judge, unchanged, name, corpus):
    gun = shooter(name)
    cases = getattr(corpora, corpus)
    for case, body in cases.items():
        wanted = {422} if corpus == "NOT_AN_OBJECT" else BODY_FAULTS
        judge.refused(f"{name} {case}", gun.send(body), gun.statuses(wanted))
    judge.verdict(len(cases))


@pytest.mark.parametrize("name", BODIES)
def test_wrong_media_types(shooter, judge, unchanged, name):
    gun = shooter(name)
    body = json.dumps(gun.request["body"]).encode()
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                  "application/xml", "application/jsonx", "text/json", "application/json/x", "*/*"):
        judge.refused(f"{name} {media}", gun.send(body, [("Content-Type", media)]), gun.statuses({415}))
    for coding in ("gzip", "deflate", "br"):
        reply = gun.send(b"\x1f\x8b\x08\x00", [("Content-Encoding", coding)])
        judge.refused(f"{name} {coding}", reply, gun.statuses({400, 415, 422}))
    judge.verdict(11)


# ---- money ----

def money_fields(name):
    """Paths of the members of the request that are amounts, by what their schema refers to."""
    content = SPEC.document["paths"][SPEC.operations[name].path][SPEC.operations[name].method.lower()]
    schema = SPEC.resolve(content["requestBody"])["content"]["application/json"]["schema"]

    def walk(node, path):
        node = SPEC.resolve(node)
        for part in node.get("anyOf", [])[:1] + node.get("allOf", []):  # a batch: what it places
            yield from walk(part, path)
        for member, value in node.get("properties", {}).items():
            reference = value.get("$ref", "").rsplit("/", 1)[-1]
            if reference in ("AmountInput", "QuantityInput", "PriceInput"):
                yield path + [member]
            elif "items" in SPEC.resolve(value):
                yield from walk(SPEC.resolve(value)["items"], path + [member])

    return list(walk(schema, []))


# An order ignores the price of a market order, whatever it is.
MONEY = [(name, path) for name in BODIES for path in money_fields(name)
         if not (path[-1] == "price" and SPEC.operations[name].tag == "Orders")]


def body_with(good, path, source):
    """The good body as text, with the member replaced by the source text of a value."""
    body = json.loads(json.dumps(good))
    node = body
    for member in path[:-1]:
        node = node[member][0]
    for other in ("quantity", "amount"):  # an order has one of the two
        node.pop(other, None)
    node[path[-1]] = "@@"
    return json.dumps(body).replace('"@@"', source).encode()


# Wrong for dollars only: a quantity may be too dear without being malformed, a price has ten decimals.
FINE_FOR = {"quantity": {"over_the_cap"}, "price": {"nine_decimals", "nine_zeros", "tiny"}}


def test_money_fields_are_found():
    assert len(MONEY) >= 8, MONEY
    assert {name for name, _ in MONEY} >= {"deposit", "withdraw", "createOrder", "createOrders", "setPrice"}


@pytest.mark.parametrize("name,path", MONEY, ids=[f"{name}-{path[-1]}" for name, path in MONEY])
def test_bad_amounts(shooter, judge, unchanged, name, path):
    gun = shooter(name)
    for case, source in corpora.AMOUNTS.items():
        if case in FINE_FOR.get(path[-1], ()):
            continue
        reply = gun.send(body_with(gun.request["body"], path, source))
        if name == "createOrders" and reply.status == 200:
            judge.count += 1
            batch = reply.json
            faults = [] if (batch["accepted"], batch["rejected"]) == (0, 1) else ["was not rejected"]
            judge.note(f"{name} {case}", reply, faults)
        else:
            # what is not even JSON (0x1 and the like are strings here) has no field to name
            judge.refused(f"{name} {path[-1]}={source[:40]}", reply, gun.statuses({400, 422}),
                          None if reply.status != 422 or case == "null" else path[-1])
    judge.verdict(60)


# ---- other members ----

WRONG_VALUES = ["", " ", "\t", 0, -1, 1.5, True, False, [], {}, ["x"], {"x": 1}, "x" * 5000, "\u202e",
                "\ud83d\ude00" * 300, "<script>alert(1)</script>", "'; DROP TABLE users; --", "%00", "${7*7}",
                "../../etc/passwd", "a\r\nb", 10 ** 30, "\u0001"]


def may_be_right(member, value):
    """Free text, and fields that may be left empty, at registration."""
    return member in ("marketing_emails_consent", "phone", "first_name", "last_name") or \
        (member == "password" and isinstance(value, str) and 12 <= len(value) <= 128) or \
        (member == "date_of_birth" and isinstance(value, str) and not value.strip())


# These take free text, or read nothing of their body.
FREE = {"logout", "claimGift", "updateProfile", "freezeAccount", "unfreezeAccount", "haltAsset", "setPrice", "setSilence",
        "endSilence"}


@pytest.mark.parametrize("name", sorted(set(BODIES) - FREE))
def test_wrong_types_of_every_member(shooter, judge, unchanged, name):
    """Every member of every request gets every wrong value; the answer may be 2xx only where the
    value is right for that member."""
    gun = shooter(name)
    gun.attacker.source = "127.0.0.84"  # failed logins of this test block nobody else
    good = gun.request["body"]
    node = good["orders"][0] if name == "createOrders" else good
    # amounts have a corpus of their own, and an operator's reason is free text
    for member in sorted(set(node) - {"amount", "quantity", "reason"}):
        for value in WRONG_VALUES:
            if (name, repr(value)) in (("cancelOrdersAfter", "0"), ("putWatchlist", "[]")):
                continue  # turns it off, or empties the list
            bad = {**node, member: value}
            if isinstance(value, bool) and isinstance(node[member], bool):
                continue
            if name == "register":
                if may_be_right(member, value):
                    continue
                fresh = unique("h_")
                bad = {**bad, "username": fresh, "email": f"{fresh}@example.com", member: value}
            body = {"orders": [bad]} if name == "createOrders" else bad
            reply = gun.send(json.dumps(body).encode())
            if name in ("previewOrder", "createOrders") and reply.status == 200:
                judge.count += 1
                rejected = name == "createOrders" and reply.json["accepted"] == 0
                judge.note(f"{name} {member}={value!r:.40}", reply, [] if rejected else ["accepted"])
                continue
            judge.refused(f"{name} {member}={value!r:.40}", reply, gun.statuses(CLIENT_FAULTS | {429}))
    judge.verdict(0 if set(node) <= {"amount", "quantity"} else 20)


FREE_TEXT = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "a\u0000b", "x" * 5000,
             "\u202e\u202d", "a\r\nSet-Cookie: x=1", "\x1b[31m", "'; DROP TABLE users; --"]


def test_free_text_is_kept_or_refused_never_run(attacker, world, judge):
    """Names of a profile: what comes back is exactly what was sent, or the old value."""
    account = world.account()
    for text in FREE_TEXT:
        body = json.dumps({"first_name": text}).encode()
        reply = attacker.send("PUT", "/api/v1/auth/profile", body, account.token)
        judge.count += 1
        shown = attacker.send("GET", "/api/v1/auth/profile", token=account.token)
        assert shown.headers["content-type"].startswith("application/json")
        assert shown.headers["x-content-type-options"] == "nosniff"
        name = shown.json["user"]["first_name"] if "user" in shown.json else shown.json["first_name"]
        if reply.status == 200:
            judge.note(repr(text), shown, [] if name == text else ["changed on the way"])
            judge.note(repr(text), shown, ["markup accepted"] if "<script" in text.lower() else [])
        else:
            judge.refused(repr(text), reply, {400, 422}, None if "\x00" in text else "first_name")
    judge.verdict(len(FREE_TEXT))


# ---- extra members: mass assignment ----

def test_extra_members_have_no_effect(attacker, world, judge):
    account = world.account("1000.00")

    def call(method, target, body):
        reply = attacker.send(method, target, json.dumps({**corpora.EXTRA_MEMBERS, **body}).encode(), account.token)
        judge.count += 1
        return reply

    def get(target):
        return attacker.send("GET", target, token=account.token).json

    profile = get("/api/v1/auth/profile")
    reply = call("PUT", "/api/v1/auth/profile", {"last_name": "Other", "username": "root", "user_id": 1})
    assert reply.status == 200, reply.brief()
    after = get("/api/v1/auth/profile")
    strip = {"last_name", "updated_at"}

    def fixed(value):
        value = value.get("user", value)
        return {k: v for k, v in value.items() if k not in strip}

    assert fixed(after) == fixed(profile)
    assert call("POST", "/api/v1/balance/deposit", {"amount": "10.00"}).status == 201
    assert get("/api/v1/balance")["current_balance"] == "1010.00"
    reply = call("POST", "/api/v1/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001",
                                            "price": "999999"})
    assert reply.status == 201, reply.brief()
    order = reply.json["data"]
    market = attacker.send("GET", "/api/v1/inventory/assets/BTC").json
    price = market.get("data", market)["price_usd"]
    assert abs(float(order["price"] if "price" in order else order["executed_price"]) / price - 1) < 0.2, order
    assert float(get("/api/v1/balance")["current_balance"]) < 1010 - 0.8 * 0.001 * price
    assert call("POST", "/api/v1/balance/withdraw", {"amount": "1.00"}).status == 201
    me = get("/api/v1/auth/me")
    assert me["role"] == "customer" and me["user_id"] == account.user_id


def test_extra_members_at_registration_give_no_rank(attacker, world):
    username = unique("h_")
    body = {**corpora.EXTRA_MEMBERS, **world.registration(username)}
    body.pop("id", None)
    reply = attacker.send("POST", "/api/v1/auth/register", json.dumps(body).encode())
    assert reply.status == 201, reply.brief()
    account = world.login(username)
    me = attacker.send("GET", "/api/v1/auth/me", token=account.token).json
    assert me["role"] == "customer"
    balance = attacker.send("GET", "/api/v1/balance", token=account.token).json
    assert float(balance["current_balance"]) == 0


# ---- ids and paths ----

# The name of a list is any text; that of another one makes another.
NAMES = {"putWatchlist"}


@pytest.mark.parametrize("name", sorted(set(WITH_ID) - NAMES))
def test_bad_ids(shooter, judge, unchanged, name):
    gun = shooter(name)
    template = SPEC.operations[name].path
    good = gun.request.get("path", {})
    for parameter in re.findall(r"\{(\w+)\}", template):
        if parameter not in good:
            continue
        for case, segment in corpora.IDS.items():
            target = template.replace("{" + parameter + "}", segment)
            for key, value in good.items():
                target = target.replace("{" + key + "}", value)
            body = json.dumps(gun.request["body"]).encode() if "body" in gun.request else None
            reply = gun.send(body, target=target)
            judge.refused(f"{name} {case}", reply, {400, 403, 404, 414, 422} if gun.needs_admin else {400, 404, 414, 422})
    judge.verdict(40)


def test_a_good_id_in_a_bad_place_is_unknown(attacker, judge, world):
    """Anonymous requests are refused before the id is looked at."""
    for name in WITH_ID:
        operation = SPEC.operations[name]
        if operation.needs_login:
            reply = attacker.send(operation.method, re.sub(r"\{\w+\}", "{id}", operation.path))
            judge.refused(name, reply, {401})
    judge.verdict(5)
