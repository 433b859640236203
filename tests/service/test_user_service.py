# SPDX-License-Identifier: MIT
"""cnop-user as the gateway sees it: the real worker and the real order engine on a private MariaDB."""

import concurrent.futures
import contextlib
import csv
import datetime
import io
import json
import os
import signal
import time

import pytest

import domain_stack
from support import fcgi, harness

PHRASES = "# test\n88.88 gong xi fa cai\n168 年年有余\n"


class Stack:
    def __init__(self, directory):
        self.directory = directory
        self.stack = contextlib.ExitStack()
        self.database = self.stack.enter_context(harness.database(directory))
        domain_stack.apply_schemas(self.database)
        self.passwords = domain_stack.create_users(self.database)
        self.next_user = 1000
        self.add_assets()
        key = directory / "order-id.key"
        key.write_bytes(os.urandom(16))
        key.chmod(0o600)
        phrases = directory / "phrases.txt"
        phrases.write_text(PHRASES, encoding="utf-8")
        self.command_socket = directory / "engine-cmd.sock"
        self.engine_config = {
            "db_socket": self.database.socket, "db_user": "cnop_engine",
            "db_password_file": self.passwords["cnop_engine"], "command_socket": self.command_socket,
            "order_id_key_file": key, "price_max_age": "1d", "max_accounts": 1000, "max_balances": 4000,
            "recent_keys": 1024, "processes": 1}
        self.audit = directory / "audit.jsonl"
        self.config = {
            "db_socket": self.database.socket, "db_user": "cnop_user",
            "db_password_file": self.passwords["cnop_user"], "engine_socket": self.command_socket,
            "engine_timeout": "3s", "order_id_key_file": key, "gift_phrases": phrases,
            "audit_file": self.audit, "threads": 4}
        self.start_engine()
        self.worker = self.stack.enter_context(
            harness.worker(harness.built("cnop-user"), directory, name="user", **self.config))

    def start_engine(self):
        self.engine = self.stack.enter_context(harness.worker(
            harness.built("cnop-order"), self.directory, name="order", **self.engine_config))
        harness.wait_until(self.command_socket.exists, 15, "the engine's command socket")

    def add_assets(self):
        now = time.time_ns() // 1000
        for number, (symbol, name, price) in enumerate(
                [("BTC", "Bitcoin", "67123.45"), ("ETH", "Ethereum", "3000"), ("XY", "Short symbol", "0.5")], 1):
            whole, _, part = price.partition(".")
            price_e10 = int(whole) * 10**10 + int(part.ljust(10, "0"))
            self.database.sql(
                "INSERT INTO asset (id, symbol, name, category, base_price_e10, base_volume_usd, updated_us)"
                f" VALUES ({number}, '{symbol}', '{name}', 'major', {price_e10}, 1, {now});"
                "INSERT INTO quote (asset_id, price_e10, seq, source, ts_us)"
                f" VALUES ({number}, {price_e10}, 1, 'model', {now})", schema="cnop_market")

    def add_user(self):
        user, now = self.next_user, time.time_ns() // 1000
        self.next_user += 1
        self.database.sql(
            "INSERT INTO profile (user_id, username, email, first_name, last_name, created_us, updated_us)"
            f" VALUES ({user}, 'trader_{user}', 'trader_{user}@example.com', 'Jane', 'Doe', {now}, {now})",
            schema="cnop_user")
        return user

    def get(self, path, user, query="", **options):
        return fcgi.request(self.worker.socket, "GET", f"/api/v1/{path}", user=user, query=query, **options)

    def send(self, method, path, user, body, key=None, **options):
        headers = {"Idempotency-Key": key} if key else {}
        return fcgi.request(self.worker.socket, method, f"/api/v1/{path}", user=user, json_body=body,
                            headers=headers, **options)

    def deposit(self, user, amount, **options):
        return self.send("POST", "balance/deposit", user, {"amount": amount}, **options)

    def withdraw(self, user, amount, **options):
        return self.send("POST", "balance/withdraw", user, {"amount": amount}, **options)

    def order(self, user, side, asset, quantity):
        return fcgi.request(self.engine.socket, "POST", "/api/v1/orders", user=user, json_body={
            "order_type": f"market_{side}", "asset_id": asset, "quantity": quantity})

    def balance(self, user):
        return self.get("balance", user).json()["current_balance"]

    def gift(self, user, phrase, **options):
        return self.send("POST", "cny/claim", user, {"phrase": phrase}, **options)


@pytest.fixture(scope="module")
def service():
    with harness.run_dir() as directory:
        stack = Stack(directory)
        with stack.stack:
            yield stack


# ---- operators ----

def test_operators_freeze_accounts_that_exist(service):
    user, operator = service.add_user(), {"user": service.add_user(), "role": "admin"}

    def post(number, verb, body, **who):
        return fcgi.request(service.worker.socket, "POST", f"/api/v1/accounts/{number}/{verb}", json_body=body,
                            **(who or operator))

    assert post(user, "freeze", {"reason": "x"}, user=user).status == 403
    assert post(user, "freeze", {"reason": "x"}, user=999, role="admin").code == "AUTH_001"  # nobody
    for verb in ("freeze", "unfreeze"):
        for number, status in ((user + 5000, 404), (2, 404), ("abc", 422), (0, 422), (-1, 422)):
            assert post(number, verb, {"reason": "x"}).status == status
        for body in ({}, {"reason": " "}, {"reason": "x" * 201}, {"reason": 7}):
            assert post(user, verb, body).status == 422, body
    frozen = post(user, "freeze", {"reason": " lost phone "})
    assert frozen.status == 200, frozen
    assert (frozen.json()["status"], frozen.json()["reason"]) == ("frozen", "lost phone")
    assert service.deposit(user, "5").code == "account_frozen"
    assert post(user, "freeze", {"reason": "again"}).json()["updated_at"] == frozen.json()["updated_at"]
    assert post(user, "unfreeze", {"reason": "found"}).json()["status"] == "active"
    assert service.deposit(user, "5").status == 201
    lines = [json.loads(line) for line in service.audit.read_text(encoding="utf-8").splitlines()]
    actions = [line for line in lines if line["action"].startswith("account_")]
    refused = [line for line in actions if line["extra"]["outcome"] == "failure"]
    assert len(refused) == 19 and {line["action"] for line in refused} == {"account_freeze_failed", "account_unfreeze_failed"}
    actions = [line for line in actions if line not in refused]
    assert [line["action"] for line in actions] == ["account_freeze", "account_freeze", "account_unfreeze"]
    assert "lost phone" in json.dumps(actions[0]) and str(user) in json.dumps(actions[0])


# ---- profile ----

def test_new_users_see_zero(service):
    user = service.add_user()
    profile = service.get("auth/profile", user).json()
    assert set(profile) == {"username", "email", "first_name", "last_name", "phone", "date_of_birth",
                            "marketing_emails_consent", "created_at", "updated_at"}
    assert profile["phone"] is None and profile["date_of_birth"] is None
    balance = service.get("balance", user).json()
    assert balance == {"current_balance": "0.00", "held_balance": "0.00", "updated_at": profile["created_at"]}
    assert service.get("balance/transactions", user).json() == {
        "transactions": [], "total_count": 0, "has_more": False, "next_cursor": None}
    assert service.get("portfolio", user).json()["assets"] == []
    assert service.get("assets/balances", user).json() == {"data": [], "total_count": 0}
    assert service.get("balance/asset/BTC", user).status == 404


@pytest.mark.parametrize("method, path, body", [
    ("GET", "auth/profile", None), ("PUT", "auth/profile", {"first_name": "Eve"}), ("GET", "balance", None),
    ("POST", "balance/deposit", {"amount": "1"}), ("POST", "balance/withdraw", {"amount": "1"}),
    ("GET", "balance/transactions", None), ("GET", "balance/limits", None), ("GET", "balance/statement", None),
    ("GET", "balance/asset/BTC", None), ("GET", "assets/balances", None), ("GET", "portfolio", None),
    ("POST", "cny/claim", {"phrase": "x"}), ("GET", "watchlists", None), ("PUT", "watchlists/a", {"asset_ids": []}),
    ("DELETE", "watchlists/a", None)])
def test_a_token_that_outlived_its_user_is_401(service, method, path, body):
    """Weakness 11: it was a 500."""
    for user in (999999, None):
        answer = fcgi.request(service.worker.socket, method, f"/api/v1/{path}", user=user, json_body=body)
        assert answer.status == 401, answer


def test_profile_changes_what_is_present_only(service):
    user = service.add_user()
    answer = service.send("PUT", "auth/profile", user, {"first_name": " Jürgen ", "phone": "+1 (415) 555-0123",
                                                        "marketing_emails_consent": True})
    body = answer.json()
    assert answer.status == 200 and body["success"] is True
    assert body["message"] == "Profile updated successfully"
    assert body["user"]["first_name"] == "Jürgen" and body["user"]["last_name"] == "Doe"
    assert body["user"]["phone"] == "14155550123" and body["user"]["marketing_emails_consent"] is True
    assert body["user"] == service.get("auth/profile", user).json()
    kept = service.send("PUT", "auth/profile", user, {"phone": "", "date_of_birth": "1990-04-17"}).json()["user"]
    assert kept["phone"] == "14155550123" and kept["date_of_birth"] == "1990-04-17"
    gone = service.send("PUT", "auth/profile", user, {"phone": None, "marketing_emails_consent": False}).json()
    assert gone["user"]["phone"] is None and gone["user"]["marketing_emails_consent"] is False
    assert service.send("PUT", "auth/profile", user, {}).status == 200
    assert service.send("PUT", "auth/profile", user, {"username": "x", "role": "admin", "user_id": 1}).json()[
        "user"]["username"] == f"trader_{user}"


def test_email_is_lowered_and_unique(service):
    user, other = service.add_user(), service.add_user()
    changed = service.send("PUT", "auth/profile", user, {"email": "New.Jane@Example.COM"})
    assert changed.json()["user"]["email"] == "new.jane@example.com"
    assert service.send("PUT", "auth/profile", user, {"email": "new.jane@example.com"}).status == 200
    clash = service.send("PUT", "auth/profile", other, {"email": "NEW.JANE@example.com"})
    assert (clash.status, clash.code) == (409, "email_taken")


@pytest.mark.parametrize("field, value, rule", [
    ("first_name", "", "name_length"), ("first_name", "   ", "name_length"), ("last_name", "x" * 51, "name_length"),
    ("first_name", "John@123", "name_characters"), ("first_name", "<script>", "name_script"),
    ("phone", "123456789", "phone_digits"), ("phone", "1" * 16, "phone_digits"),
    ("date_of_birth", "1990/01/01", "birth_date"), ("date_of_birth", "2150-01-01", "birth_past"),
    ("date_of_birth", "2020-01-01", "birth_age"), ("email", "nobody", "email_mailbox"), ("email", "", "email_length")])
def test_profile_names_the_broken_rule(service, field, value, rule):
    user = service.add_user()
    before = service.get("auth/profile", user).json()
    answer = service.send("PUT", "auth/profile", user, {field: value})
    assert answer.status == 422
    assert [(e["field"], e["type"]) for e in answer.json()["errors"]] == [(field, rule)]
    assert service.get("auth/profile", user).json() == before


def test_parallel_partial_updates_do_not_undo_each_other(service):
    user = service.add_user()
    changes = [{"first_name": "Ada"}, {"last_name": "Byron"}, {"phone": "1234567890"},
               {"date_of_birth": "1990-01-01"}, {"marketing_emails_consent": True}]
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        statuses = list(pool.map(lambda c: service.send("PUT", "auth/profile", user, c).status, changes))
    assert statuses == [200] * 5
    now = service.get("auth/profile", user).json()
    assert all(now[k] == v for change in changes for k, v in change.items())


# ---- money in and out ----

def test_deposit_and_withdraw(service):
    user = service.add_user()
    answer = service.deposit(user, "100.00")
    body = answer.json()
    assert answer.status == 201 and body["success"] is True
    assert body["message"] == "Successfully deposited $100"
    assert set(body) == {"success", "message", "transaction_id", "timestamp"}
    assert service.balance(user) == "100.00"
    answer = service.withdraw(user, 30.5)
    assert answer.status == 201 and answer.json()["message"] == "Successfully withdrew $30.5"
    assert service.balance(user) == "69.50"
    listed = service.get("balance/transactions", user).json()
    assert [(t["transaction_type"], t["amount"], t["status"]) for t in listed["transactions"]] == [
        ("withdraw", "-30.50", "completed"), ("deposit", "100.00", "completed")]
    assert listed["transactions"][1]["transaction_id"] == body["transaction_id"]
    lines = [json.loads(line) for line in service.audit.read_text().splitlines()]
    assert {"deposit_success", "withdraw_success"} <= {
        line["action"] for line in lines if line["extra"].get("user_id") == user}


def test_large_decimals_keep_their_digits(service):
    """Weakness 8: numbers went through binary floating point."""
    user = service.add_user()
    raw = b'{"amount": 9007.19}'
    answer = fcgi.request(service.worker.socket, "POST", "/api/v1/balance/deposit", user=user, body=raw)
    assert answer.status == 201 and service.balance(user) == "9007.19"


@pytest.mark.parametrize("amount, message", [
    (0.30000000000000004, "must have at most 2 decimal places"), ("0.005", "must have at most 2 decimal places"),
    ("0", "must be greater than 0"), ("-1", "must be greater than 0"),
    ("1000000.01", "must be less than or equal to 1000000"),
    ("1e3", "must be a plain decimal number such as 100.50"), (True, "must be a decimal, as a string or number")])
@pytest.mark.parametrize("path", ["deposit", "withdraw"])
def test_refused_amounts_name_the_rule(service, path, amount, message):
    answer = service.send("POST", f"balance/{path}", service.add_user(), {"amount": amount})
    assert answer.status == 422
    assert [e["message"] for e in answer.json()["errors"]] == [message], answer


@pytest.mark.parametrize("amount, code", [
    ("0", None), ("0.00", None), ("-1", None), ("0.001", "amount_precision"), ("1.999", "amount_precision"),
    ("1000000.01", None), ("1e3", None), ("1E3", None), ("NaN", None), ("Infinity", None), ("+1", None),
    (" 1", None), ("1 ", None), ("1,000", None), ("1.", None), (".5", None), ("0x10", None), ("", None), ("abc", None),
    ("１", None), ("1_000", None), ("--1", None), ("1.0.0", None), ("9" * 30, None), ("1" + "0" * 40, None),
    (True, None), (None, None), ([], None), ({}, None), ([1], None), (-0.01, None), (0, None),
    (1000001, None), ("٣", None), ("1/2", None), ("$5", None), ("5USD", None), ("1e-2", None)])
@pytest.mark.parametrize("path", ["deposit", "withdraw"])
def test_hostile_amounts_move_nothing(service, path, amount, code):
    user = service.add_user()
    answer = service.send("POST", f"balance/{path}", user, {"amount": amount})
    assert answer.status == 422, (amount, answer)
    assert answer.json()["errors"][0]["field"] == "amount"
    if code:
        assert answer.code == code
    assert service.get("balance/transactions", user).json()["total_count"] == 0


@pytest.mark.parametrize("raw, status", [
    (b"", 422), (b"{}", 422), (b"[]", 422), (b'"1"', 422), (b"{", 400), (b'{"amount":1,"amount":2}', 400),
    (b'{"amount":NaN}', 400), (b'{"amount":01}', 400), (b'{"amount":1.}', 400), (b"{'amount':1}", 400),
    (b'{"amount":"1"', 400), (b'\xff{"amount":1}', 400), (b'{"amount":1}x', 400), (b'{"amount":"1\\u0000"}', 400), (b'{"amount":"1e2"}', 422),
    (b'{"amount":' + b"[" * 200 + b"]" * 200 + b"}", 400), (b'{"amount":"' + b"1" * 5000 + b'"}', 413)])
def test_hostile_bodies_move_nothing(service, raw, status):
    user = service.add_user()
    answer = fcgi.request(service.worker.socket, "POST", "/api/v1/balance/deposit", user=user, body=raw)
    assert answer.status == status, answer
    assert service.balance(user) == "0.00"


def test_limits_of_a_day(service):
    user = service.add_user()
    assert service.deposit(user, "10000").status == 201, "equality passes"
    answer = service.deposit(user, "0.01")
    assert (answer.status, answer.code) == (422, "daily_limit_exceeded")
    for figure in ("$10000.00", "$0.01", "tomorrow"):
        assert figure in answer.json()["detail"], answer
    assert service.withdraw(user, "5000").status == 201
    assert service.withdraw(user, "1").code == "daily_limit_exceeded"
    limits = service.get("balance/limits", user).json()
    assert limits["deposit"] == {"limit": "10000.00", "used": "10000.00", "remaining": "0.00"}
    assert limits["withdraw"] == {"limit": "5000.00", "used": "5000.00", "remaining": "0.00"}
    tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%d")
    assert limits["resets_at"] == f"{tomorrow}T00:00:00.000000Z" and limits["max_order_value"] == "10000.00"


def test_parallel_deposits_never_pass_the_limit(service):
    """Weakness 6: the limit was checked outside the lock."""
    user = service.add_user()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: service.deposit(user, "1500").status, range(8)))
    assert statuses == [201] * 6 + [422] * 2
    assert service.balance(user) == "9000.00"


def test_insufficient_funds_names_the_shortfall(service):
    user = service.add_user()
    service.deposit(user, "100")
    answer = service.withdraw(user, "300")
    assert (answer.status, answer.code) == (422, "insufficient_funds")
    for figure in ("$100.00", "$300.00", "$200.00"):
        assert figure in answer.json()["detail"]
    assert service.balance(user) == "100.00"


def test_idempotency_keys(service):
    """Weakness 7: a retry doubled a deposit."""
    user = service.add_user()
    first = service.deposit(user, "100", key="deposit-7f31")
    again = service.deposit(user, "100", key="deposit-7f31")
    assert first.status == again.status == 201
    assert first.json()["transaction_id"] == again.json()["transaction_id"]
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers and again.headers["idempotency-replayed"] == "true"
    other = service.deposit(user, "101", key="deposit-7f31")
    assert (other.status, other.code) == (422, "idempotency_mismatch")
    assert service.withdraw(user, "100", key="deposit-7f31").code == "idempotency_mismatch"
    assert service.deposit(user, "100", key="bad key!").status == 422
    assert service.deposit(user, "100", key="k" * 65).status == 422
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        ids = {a.json()["transaction_id"] for a in
               pool.map(lambda _: service.deposit(user, "5", key="parallel"), range(8))}
    assert len(ids) == 1 and service.balance(user) == "105.00"


# ---- lists and exports ----

def test_transactions_page_newest_first(service):
    """Weakness 14: the oldest 50 only, offset ignored, has_more wrong."""
    user, stranger = service.add_user(), service.add_user()
    for number in range(1, 8):
        assert service.deposit(user, str(number)).status == 201
    service.deposit(stranger, "77")
    amounts = [f"{n}.00" for n in range(7, 0, -1)]

    def page(query):
        body = service.get("balance/transactions", user, query=query).json()
        assert body["total_count"] == 7
        return [t["amount"] for t in body["transactions"]], body["has_more"], body["next_cursor"]

    assert page("") == (amounts, False, None)
    assert page("limit=7") == (amounts, False, None), "exact multiples have nothing more"
    assert page("limit=3&offset=5") == (amounts[5:], False, None)
    seen, cursor = [], None
    for _ in range(5):
        rows, more, cursor = page("limit=3" + (f"&cursor={cursor}" if cursor else ""))
        seen += rows
        if not more:
            break
        service.deposit(stranger, "1")
    assert seen == amounts and cursor is None
    assert service.get("balance/transactions", stranger, query="limit=1").json()["transactions"][0]["amount"] == "1.00"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=abc", "limit=1e1", "offset=-1",
                                   "offset=1000001", "cursor=e123", "cursor=" + "A" * 24, "cursor=" + "x" * 300,
                                   "limit=99999999999999999999", "cursor=%27%20OR%201%3D1", "limit=%F0%9F%98%80"])
def test_hostile_queries(service, query):
    assert service.get("balance/transactions", service.add_user(), query=query).status == 422


def test_unknown_parameters_are_ignored(service):
    user = service.add_user()
    assert service.get("balance/transactions", user, query="user_id=1000&nonsense=1").status == 200


def test_cursors_are_not_other_ids(service):
    user = service.add_user()
    transaction = service.deposit(user, "1").json()["transaction_id"]
    assert service.get("balance/transactions", user, query=f"cursor={transaction}").status == 422


def test_statement_exports_agree(service):
    user = service.add_user()
    service.deposit(user, "1000")
    assert service.order(user, "buy", "ETH", "0.1").status == 201
    service.withdraw(user, "50")
    answer = service.get("balance/statement", user)
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="cnop-statement.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    lines = [json.loads(line) for line in
             service.get("balance/statement", user, query="format=jsonl").body.decode().splitlines()]
    assert [row["transaction_type"] for row in rows] == ["deposit", "order_payment", "withdraw"]
    assert [{k: v or None for k, v in row.items()} for row in rows] == lines
    assert [row["balance_after"] for row in rows] == ["1000.00", "700.00", "650.00"]
    assert lines[1]["reference_id"].startswith("o") and lines[0]["reference_id"] is None
    total = sum(round(float(row["amount"]) * 100) for row in rows)
    assert total == 65000
    first = service.get("balance/statement", user, query="limit=2&format=jsonl")
    rest = service.get("balance/statement", user,
                       query=f"format=jsonl&cursor={first.headers['x-next-cursor']}")
    assert first.body + rest.body == service.get("balance/statement", user, query="format=jsonl").body
    assert "x-next-cursor" not in rest.headers
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    assert service.get("balance/statement", user, query=f"from={today}&to={today}").body == answer.body
    assert len(service.get("balance/statement", user, query="to=2020-01-01").body.splitlines()) == 1
    for bad in ("format=pdf", "from=yesterday", "from=2026-02-30", "from=2026-02-02&to=2026-02-01", "limit=1001"):
        assert service.get("balance/statement", user, query=bad).status == 422, bad


# ---- holdings ----

def test_portfolio_with_cost_and_profit(service):
    user = service.add_user()
    service.deposit(user, "10000")
    assert service.order(user, "buy", "BTC", "0.1").status == 201
    assert service.order(user, "buy", "XY", "100").status == 201, "short symbols too (weakness 10)"
    assert service.order(user, "sell", "XY", "50").status == 201
    body = service.get("portfolio", user).json()
    assert [a["asset_id"] for a in body["assets"]] == ["BTC", "XY"]
    bitcoin = body["assets"][0]
    assert bitcoin == {"asset_id": "BTC", "quantity": "0.1", "held_quantity": "0", "current_price": "67123.45", "market_value": "6712.345",
                       "percentage": "67.1235", "average_cost": "67123.50", "cost_basis": "6712.35",
                       "unrealised_pnl": "-0.005", "realised_pnl": "0.00", "status": "open", "closed_at": None}
    assert (body["cash"], body["held_cash"], body["total_value"]) == ("3262.65", "0.00", "9999.995"), "the buyer's half cent went to rounding"
    assert body["cost_basis"] == "6737.35" and body["realised_pnl"] == "0.00"
    service.database.sql("UPDATE cnop_market.quote SET price_e10 = price_e10 * 2 WHERE asset_id = 1")
    try:
        doubled = service.get("portfolio", user).json()
        assert doubled["assets"][0]["unrealised_pnl"] == "6712.34"
        assert doubled["unrealised_pnl"] == "6712.34"
    finally:
        service.database.sql("UPDATE cnop_market.quote SET price_e10 = price_e10 / 2 WHERE asset_id = 1")


def test_asset_balances(service):
    """Weakness 18: /assets/balances was always 404."""
    user = service.add_user()
    service.deposit(user, "5000")
    service.order(user, "buy", "ETH", "0.5")
    service.order(user, "buy", "XY", "10")
    listed = service.get("assets/balances", user).json()
    assert [a["asset_id"] for a in listed["data"]] == ["ETH", "XY"] and listed["total_count"] == 2
    one = service.get("balance/asset/eth", user)
    assert one.json() == listed["data"][0]
    assert one.json()["quantity"] == "0.5" and one.json()["asset_name"] == "Ethereum"
    assert b'"current_price":3000' in one.body.replace(b" ", b"") and one.json()["total_value"] == 1500
    service.order(user, "sell", "XY", "10")
    assert service.get("balance/asset/XY", user).status == 404
    assert service.get("balance/asset/NOPE", user).status == 404
    for bad in ("BTC!", "BTC@123", "   ", "A" * 11, "UNKNOWN_ASSET", "{asset_id}", "Б"):
        assert service.get(f"balance/asset/{bad}", user).status == 422, bad
    assert service.get("balance/asset/ETH", service.add_user()).status == 404, "never somebody else's"


# ---- watchlists ----

def names(service, user):
    return [row["name"] for row in service.get("watchlists", user).json()["data"]]


def watch(service, user, name, symbols, **options):
    return service.send("PUT", f"watchlists/{name}", user, {"asset_ids": symbols}, **options)


def test_watchlists_are_replaced_whole_and_keep_their_order(service):
    user, other = service.add_user(), service.add_user()
    assert service.get("watchlists", user).json() == {"data": []}
    kept = watch(service, user, " My coins ", ["eth", "BTC"])
    assert kept.status == 200 and kept.json()["name"] == "My coins" and kept.json()["asset_ids"] == ["ETH", "BTC"]
    assert service.get("watchlists", user).json()["data"] == [kept.json()]
    again = watch(service, user, "My coins", ["ETH", "BTC"]).json()
    assert {**again, "updated_at": ""} == {**kept.json(), "updated_at": ""}
    assert watch(service, user, "My coins", []).json()["asset_ids"] == []
    assert watch(service, user, "my coins", ["XY"]).status == 200, "case is told apart"
    assert watch(service, user, "自选", ["XY"]).json()["name"] == "自选"
    assert names(service, user) == ["My coins", "my coins", "自选"] and names(service, other) == []
    assert service.send("DELETE", "watchlists/My coins", other, None).status == 404, "never somebody else's"
    assert service.send("DELETE", "watchlists/My coins", user, None).status == 200
    assert service.send("DELETE", "watchlists/My coins", user, None).status == 404
    assert names(service, user) == ["my coins", "自选"]


@pytest.mark.parametrize("name, body, field", [
    ("a", {}, "asset_ids"), ("a", {"asset_ids": "BTC"}, "asset_ids"), ("a", {"asset_ids": [1]}, "asset_ids[0]"),
    ("a", {"asset_ids": ["BTC", "ZZZ"]}, "asset_ids[1]"), ("a", {"asset_ids": ["BTC", "btc"]}, "asset_ids[1]"),
    ("a", {"asset_ids": ["BTC", "B,C"]}, "asset_ids[1]"), ("a", {"asset_ids": ["BTC"] * 101}, "asset_ids"),
    ("x" * 41, {"asset_ids": []}, "name"), ("<script", {"asset_ids": []}, "name"), ("a\x07", {"asset_ids": []}, "name"),
    (".a", {"asset_ids": []}, "name")])
def test_refused_watchlists_name_the_field(service, name, body, field):
    user = service.add_user()
    answer = service.send("PUT", f"watchlists/{name}", user, body)
    assert answer.status == 422 and [fault["field"] for fault in answer.json()["errors"]] == [field]
    assert names(service, user) == []


def test_parallel_watchlists_never_pass_the_limit(service):
    user = service.add_user()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: watch(service, user, f"list {number}", ["BTC"]), range(16)))
    refused = [answer for answer in answers if answer.status != 200]
    assert len(refused) == 6 and len(names(service, user)) == 10
    assert {(answer.status, answer.json()["errors"][0]["field"]) for answer in refused} == {(422, "name")}
    assert watch(service, user, names(service, user)[0], ["ETH"]).status == 200, "one that is there may change"


# ---- gift ----

def test_gift(service):
    """Weakness 3: unlimited consolations."""
    user = service.add_user()
    small = service.gift(user, "hello")
    assert small.status == 201 and small.json()["amount"] == "8.88" and small.json()["got_red_pocket"] is False
    assert set(small.json()) == {"success", "message", "amount", "got_red_pocket", "timestamp"}
    assert (service.gift(user, "again").status, service.gift(user, "again").code) == (422, "gift_taken")
    red = service.gift(user, "  gong xi fa cai ")
    assert red.status == 201 and red.json()["amount"] == "88.88" and red.json()["got_red_pocket"] is True
    assert service.gift(user, "年年有余").code == "gift_taken"
    assert service.gift(user, "hello").code == "gift_taken"
    assert service.balance(user) == "97.76"
    kinds = [t["transaction_type"] for t in service.get("balance/transactions", user).json()["transactions"]]
    assert kinds == ["system_adjustment"] * 2


def test_a_win_blocks_the_consolation(service):
    user = service.add_user()
    assert service.gift(user, "年年有余").json()["amount"] == "168.00"
    assert service.gift(user, "GONG XI FA CAI").code == "gift_taken", "phrases are compared exactly"


@pytest.mark.parametrize("body", [{}, {"phrase": ""}, {"phrase": "   "}, {"phrase": 7}, {"phrase": None},
                                  {"phrase": "x" * 201}])
def test_bad_phrases(service, body):
    user = service.add_user()
    assert service.send("POST", "cny/claim", user, body).status == 422
    assert service.balance(user) == "0.00"


def test_gifts_with_a_key_replay(service):
    user = service.add_user()
    first, again = (service.gift(user, "hello", key="gift-1") for _ in range(2))
    assert first.status == again.status == 201 and first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert service.gift(user, "other", key="gift-1").code == "idempotency_mismatch"
    assert service.gift(user, "hello", key="gift-2").code == "gift_taken"
    assert service.balance(user) == "8.88"


def test_parallel_gifts_pay_once(service):
    user = service.add_user()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: service.gift(user, "gong xi fa cai").status, range(8)))
    assert statuses == [201] + [422] * 7
    assert service.balance(user) == "88.88"


def test_a_crash_between_row_and_money_pays_exactly_once(service):
    user = service.add_user()
    assert service.gift(user, "gong xi fa cai", key="crashed").status == 201
    service.database.sql("UPDATE cnop_user.red_packet_claim SET paid_us = NULL,"
                         f" claimed_us = claimed_us - 10000000 WHERE user_id = {user}")
    assert service.gift(user, "anything").code == "gift_taken"
    paid = service.database.sql(f"SELECT paid_us IS NOT NULL FROM cnop_user.red_packet_claim WHERE user_id = {user}")
    assert paid == [["1"]] and service.balance(user) == "88.88", "the gift was there: noted, not repeated"
    other = service.add_user()
    service.database.sql("INSERT INTO cnop_user.red_packet_claim (user_id, utc_day, got_red_pocket, amount_e8,"
                         f" claimed_us, phrase_hash) VALUES ({other}, UTC_DATE(), 0, 888000000, 1, REPEAT('x', 32))")
    assert service.gift(other, "hello").code == "gift_taken"
    assert service.balance(other) == "8.88", "the gift was missing: paid"


# ---- failures ----

def test_engine_outage_is_503_and_moves_nothing(service):
    user = service.add_user()
    service.deposit(user, "100")
    assert service.engine.stop() == 0
    try:
        refused = service.deposit(user, "50", key="outage")
        assert refused.status == 503 and "retry-after" in refused.headers, refused
        assert service.gift(user, "hello").status == 503
        assert service.balance(user) == "100.00", "reading goes on"
    finally:
        service.start_engine()
    assert service.deposit(user, "50", key="outage").status == 201
    assert service.gift(user, "hello").status == 201, "the refused gift was taken back"
    assert service.balance(user) == "158.88"


def test_killed_workers_and_engines_lose_and_double_nothing(service):
    user = service.add_user()
    keys = [f"storm-{number}" for number in range(40)]

    def deposit(key):
        for _ in range(200):
            with contextlib.suppress(fcgi.Closed, OSError):
                answer = service.deposit(user, "10", key=key)
                if answer.status == 201:
                    return True
                assert answer.status == 503, answer
            time.sleep(0.05)
        return False

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = [pool.submit(deposit, key) for key in keys]
        for _ in range(3):
            time.sleep(0.1)
            for victim in (service.worker, service.engine):
                for child in victim.children()[:1]:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
        assert all(future.result() for future in done)
    harness.wait_until(lambda: service.get("balance", user).status == 200, 10, "recovery")
    assert service.balance(user) == "400.00"
    assert service.get("balance/transactions", user).json()["total_count"] == 40


def test_every_service_is_ready(service):
    ready = fcgi.request(service.worker.socket, "GET", "/health/ready")
    assert ready.status == 200, ready
