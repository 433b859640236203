# SPDX-License-Identifier: MIT
"""A refusal names the rule that applies: wrong values for every input that the description knows.

The inputs come from openapi.yaml, so that a new one without a row here fails.
"""
import re

import pytest
from support.openapi_check import Spec
from world import NEW_PASSWORD, PASSWORD, buy

SPEC = Spec()

LONG = "x" * 3000
INTEGER, STRING, BOOLEAN = "must be an integer", "must be a string", "must be true or false"
TIME = "must be an RFC 3339 time such as 2026-11-22T12:00:00Z"
MOMENT = "must be a date such as 2026-11-22 or an RFC 3339 time such as 2026-11-22T12:00:00Z"
SYMBOL = "must be 1 to 10 letters (and|or) digits"
PLAIN = r"must be a plain decimal number such as 100\.50"
DECIMAL = "must be a decimal, as a string or number"
KEY = "must be 1 to 64 letters, digits, '_' and '-'"
NAME = ("may contain only letters, blanks, hyphens, apostrophes, and a full stop after a .*"
        "|may contain only letters.*")
STEPS_BACK = "must be at most 1000: pages further back are read with cursor, the next_cursor of the page before"
ORDER_TYPES = ("must be one of: market_buy, market_sell, limit_buy, limit_sell, stop_buy, stop_sell, stop_limit_buy, "
               "stop_limit_sell, take_profit_buy, take_profit_sell, take_profit_limit_buy, take_profit_limit_sell")
STATUSES = ("must be one of: pending, confirmed, queued, triggered, partial, processing, completed, "
            "cancelled, failed, expired, open")
TIMES_IN_FORCE = "must be one of: GTC, IOC, FOK, GTD, DAY"
SELF_TRADE = "must be one of: cancel_newest, cancel_oldest, cancel_both"


def length(most, least=0):
    """The rule, both as one sentence and as two."""
    return f"must have {least} to {most} characters" if least else f"must have at most {most} characters?"


MONEY = [("", PLAIN), ("x", PLAIN), ("1e3", PLAIN), (True, DECIMAL), ("-1", "must be .*"), ("0", "must be greater than 0"),
         (0.30000000000000004, "must have at most 2 decimal places"), ("1.005", "must have at most 2 decimal places")]
PERSON_NAME = [("", length(50, 1)), (LONG, length(50, 1)), (5, STRING), ("Rob3rt", NAME), ("<b>", NAME)]

# (place, input) -> wrong values and the rule that each breaks; (operation, place, input) wins over it.
RULES = {
    ("query", "channels"): [(value, "must be orders, fills, balances, trades or tickers, .*") for value in ("", "order", "trades,")],
    ("openStream", "query", "after"): [(value, "must be an integer of at least 0") for value in ("", "-1", "x", "1e3", "9" * 20)],
    ("header", "Last-Event-ID"): [(value, "must be an integer of at least 0") for value in ("-1", "x", "1 2", "9" * 20)],
    ("query", "limit"): [("", INTEGER), ("abc", INTEGER), ("0", r"must be an integer between 1 and \d+"),
                         ("9" * 30, r"must be an integer between 1 and \d+")],
    ("query", "offset"): [("", INTEGER), ("-1", "must be an integer of at least 0"), ("1001", STEPS_BACK), ("9" * 30, STEPS_BACK)],
    ("listAssets", "query", "offset"): [("x", INTEGER), ("-1", "must be an integer between 0 and 1000000"),
                                        ("9" * 30, "must be an integer between 0 and 1000000")],
    ("listMarkets", "query", "offset"): [("x", INTEGER), ("-1", "must be an integer between 0 and 1024"),
                                         ("1025", "must be an integer between 0 and 1024")],
    ("query", "levels"): [("", INTEGER), ("0", "must be an integer between 1 and 50"),
                          ("51", "must be an integer between 1 and 50")],
    ("query", "cursor"): [("abc", "must be the next_cursor of an earlier answer")],
    ("query", "from"): [("", MOMENT), ("yesterday", MOMENT), ("2026-02-30", MOMENT)],
    ("query", "to"): [("", MOMENT), ("9999-99-99", MOMENT)],
    ("getPanel", "query", "from"): [("", INTEGER), ("0", "must be an integer between 1 and 1099511627776"),
                                    ("1", "must be at most 31 days before to")],
    ("getPanel", "query", "to"): [("x", INTEGER), ("9" * 30, "must be an integer between 1 and 1099511627776")],
    ("query", "step"): [("", INTEGER), ("1", "must be an integer between 5 and 86400"),
                        ("5", "must divide the span into at most 240 parts")],
    ("query", "action"): [("", "must have at least 1 character"), ("x" * 65, length(64))],
    ("query", "actor"): [("x" * 129, length(128))],
    ("query", "object"): [("x" * 129, length(128))],
    ("query", "request_id"): [("x" * 65, length(64))],
    ("query", "match"): [("", "must have at least 1 character|must have 1 to 2048 characters"), (LONG, ".*2048 characters"),
                         ("{}", "must be a JSON array of at most 16 tests"),
                         ("[1]", "must be a list of objects of field, op, values and not"),
                         ('[{"field":"a","op":"like","values":["x"]}]', "must have an op of is, contains, .*")],
    ("listEvents", "query", "after"): [("", INTEGER), ("x", INTEGER), ("-1", "must be an integer between 0 and 9007199254740991"),
                                       ("9" * 17, "must be an integer between 0 and 9007199254740991")],
    ("query", "before"): [("", INTEGER), ("0", "must be an integer of at least 1")],
    ("query", "tz"): [("CET!", r"must be UTC, an offset from it such as \+02:00, or the name of a time zone such as Europe/Berlin")],
    ("query", "format"): [("pdf", "must be one of: csv, jsonl")],
    ("query", "asset_id"): [("b!", SYMBOL), ("x" * 11, "must have at most 10 characters")],
    ("query", "order_type"): [("BUY", ORDER_TYPES)],
    ("query", "order_id"): [("short", "must be 10 to 50 letters, digits and '_'"), ("has-a-dash-in-it", "must be 10 to 50 letters, digits and '_'"),
                            ("x" * 51, r"must have (1 to|at most) 50 characters")],
    ("query", "side"): [("up", "must be one of: buy, sell")],
    ("query", "status"): [("done", STATUSES)],
    ("getPortfolio", "query", "status"): [("gone", "must be one of: open, closed, all")],
    ("query", "active_only"): [("", BOOLEAN), ("yes", BOOLEAN)],
    ("query", "search"): [("x" * 300, r"must have at most \d+ characters")],
    ("query", "category"): [("a b", "must hold letters, digits and hyphens only")],
    ("query", "sort"): [("size", "must be one of: rank, name, price, change_24h, market_cap, volume")],
    ("query", "order"): [("up", "must be one of: asc, desc")],
    ("query", "interval"): [("2m", "must be one of: 1m, 5m, 15m, 1h, 4h, 1d")],
    ("path", "asset_id"): [("b!", SYMBOL), ("x" * 11, SYMBOL)],
    ("path", "client_order_id"): [("b!", KEY), ("x" * 65, KEY)],
    ("path", "session_id"): [("b!", "must be the id of a session: 32 hexadecimal digits")],
    ("path", "order_id"): [("b!", "must be 10 to 50 letters, digits and '_'")],
    ("path", "name"): [("x" * 41, length(40, 1)), ("<b>", "must begin with a letter or digit, and may contain .*"),
                       ("-x", "must begin with a letter or digit, and may contain .*")],
    ("path", "user_id"): [("b!", "must be .*")],
    ("header", "Idempotency-Key"): [("b!", KEY), ("x" * 65, KEY)],
    ("body", "username"): [("", length(30, 6)), (LONG, length(30, 6)), (5, STRING), ("jane doe", "may contain only .*")],
    ("login", "body", "username"): [("", length(30, 6)), (LONG, length(30, 6)), (5, STRING)],
    ("body", "email"): [("", length(254, 6)), (LONG, length(254, 6)), (5, STRING), ("jane.example.com", "must have a mailbox of letters, digits and .*")],
    ("body", "password"): [("", length(r"\d+", 12)), (LONG, length(r"\d+", 12)), (5, STRING)],
    ("body", "new_password"): [("", length(r"\d+", 12)), (LONG, length(r"\d+", 12)), (5, STRING)],
    ("body", "current_password"): [(5, STRING), (LONG, r"must have at most \d+ characters|is wrong|.*password.*")],
    ("body", "first_name"): PERSON_NAME,
    ("body", "last_name"): PERSON_NAME,
    ("body", "phone"): [(LONG, r"may contain only digits, blanks and \+ - \( \) \."), (5, STRING),
                        ("1" * 16, "must have .* digits"), ("123", "must have .* digits")],
    ("body", "date_of_birth"): [("17.4.1990", "must be a calendar date written YYYY-MM-DD"),
                                (LONG, "must be a calendar date written YYYY-MM-DD"), (5, STRING),
                                ("1800-01-01", "must .*"), ("2026-01-01", "must .*")],
    ("body", "marketing_emails_consent"): [("yes", BOOLEAN), (1, BOOLEAN)],
    ("body", "refresh_token"): [("", "must have at least 1 character"), (5, STRING), (LONG, length(200))],
    ("body", "amount"): MONEY,
    ("body", "quantity"): [("", PLAIN), ("1e3", PLAIN), (True, DECIMAL), ("0", "must be greater than 0"),
                           ("0.000000001", "must have at most 8 decimal places")],
    ("body", "price"): [("", PLAIN), (True, DECIMAL), ("0", "must be greater than 0"),
                        ("0.00000000001", "must have at most 10 decimal places"),
                        ("1000000.01", "must be less than or equal to 1000000")],
    ("body", "stop_price"): [("", PLAIN), (True, DECIMAL), ("0", "must be greater than 0"),
                             ("1000000.01", "must be less than or equal to 1000000"),
                             ("1", "must be absent: an order of this type waits for no price")],
    ("body", "below"): [("", PLAIN), (True, DECIMAL)],
    ("body", "order_type"): [("buy", ORDER_TYPES), (5, ORDER_TYPES)],
    ("body", "asset_id"): [("", "must have at least 1 character"), (LONG, length(10)), (5, STRING), ("b!", SYMBOL)],
    ("body", "client_order_id"): [("", "must have at least 1 character"), (LONG, length(64)), (5, STRING),
                                  ("b!", "must be letters, digits, '_' and '-'")],
    ("body", "time_in_force"): [("", TIMES_IN_FORCE), ("gtd", TIMES_IN_FORCE), (5, TIMES_IN_FORCE)],
    ("body", "expires_at"): [("soon", TIME), (5, TIME), ("2030-01-01", "must be absent: a market order does not wait")],
    ("body", "post_only"): [("yes", BOOLEAN), (1, BOOLEAN)],
    ("body", "self_trade_prevention"): [("", SELF_TRADE), ("none", SELF_TRADE), (5, SELF_TRADE)],
    ("cancelOrdersAfter", "body", "seconds"): [("soon", INTEGER), (4, "must be 0, which turns it off, or 5 to 86400"),
                          (86401, "must be an integer between 0 and 86400")],
    ("body", "phrase"): [("", "must have at least 1 character"), (LONG, length(200)), (5, STRING)],
    ("body", "asset_ids"): [("", "must be an array"), (["BTC"] * 101, "must hold at most 100 assets")],
    ("body", "orders"): [("", "must be an array"), ([], "must hold between 1 and 100 items"),
                         ([buy("0.001")] * 101, "must hold between 1 and 100 items")],
    ("body", "reason"): [("", r"must have at least \d+ characters?"), (LONG, r"must have at most \d+ characters"), (5, STRING)],
    ("body", "halted"): [("yes", BOOLEAN)],
    ("body", "address"): [("", "must have at least 2 characters"), (LONG, length(45)), (5, STRING),
                          ("example.com", "must be an IPv4 or IPv6 address, not a name or a network")],
    ("body", "blocked"): [("yes", BOOLEAN), (1, BOOLEAN)],
    ("body", "seconds"): [("x", INTEGER), (1, "must be an integer between 60 and 2592000"),
                          (2592001, "must be an integer between 60 and 2592000")],
    ("setSilence", "body", "seconds"): [("x", INTEGER), (299, "must be an integer between 300 and 604800"),
                                        (604801, "must be an integer between 300 and 604800")],
    ("body", "fingerprint"): [("", "must have at least 1 character"), (LONG, length(64)), (5, STRING)],
}
# Read by programs, ignored where they say nothing: there is no wrong value. A panel or a silence exists or not.
FREE = {("header", "If-None-Match"), ("header", "X-Session-Mode"), ("path", "panel_id"), ("path", "silence_id")}


def properties(schema):
    schema = SPEC.resolve(schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= properties(part)
    return found


def inputs():
    for name, operation in sorted(SPEC.operations.items()):
        if "422" not in operation.responses:
            continue
        raw = SPEC.document["paths"][operation.path][operation.method.lower()]
        for parameter in map(SPEC.resolve, raw.get("parameters", [])):
            yield name, parameter["in"], parameter["name"]
        if operation.has_body:
            content = SPEC.resolve(raw["requestBody"])["content"]["application/json"]
            for field in properties(content["schema"]):
                yield name, "body", field


INPUTS = [one for one in inputs() if one[1:] not in FREE]


def test_the_tables_hold_nothing_else():
    used = {one if one in RULES else one[1:] for one in INPUTS}
    assert used == set(RULES)


def request(world, name, place, field, value):
    wrong = world.good(name, with_holdings=False)
    if SPEC.operations[name].tag == "Admin":
        wrong["token"] = world.admin.token
    if (name, field) == ("createOrder", "amount") or (name, field) == ("previewOrder", "amount"):
        wrong["body"] = {key: text for key, text in wrong["body"].items() if key != "quantity"}
    part = {"query": "query", "path": "path", "header": "headers", "body": "body"}[place]
    return {**wrong, part: {**wrong.get(part, {}), field: value}}


@pytest.mark.parametrize("name,place,field", INPUTS)
def test_a_refusal_names_its_rule(api, world, name, place, field):
    if SPEC.operations[name].tag in ("Admin", "Operations") and world.admin is None:
        pytest.skip("no operator's account: set CNOP_VAR")
    rows = RULES.get((name, place, field)) or RULES[place, field]
    for value, rule in rows:
        reply = api.call(name, **request(world, name, place, field, value), expect=422)
        faults = {fault["field"]: fault["message"] for fault in reply.json["errors"]}
        assert list(faults) == [field], (value, reply.json)
        assert re.fullmatch(rule, faults[field]), (value, faults)
        assert reply.json["detail"].startswith(f"{field} {faults[field]}"[:80]), reply.json
