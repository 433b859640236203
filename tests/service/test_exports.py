# SPDX-License-Identifier: MIT
"""Files of any length (shared/web/export.c) and of any period (shared/web/period.c): everything that is
asked for, in little memory, one at a time (shared/web/request_share.c), or a connection that visibly
breaks off."""

import csv
import io
import json
import pathlib
import struct

import pytest

import domain_stack  # noqa: F401 - finds tests/support
from support import fcgi, harness
from trading_stack import TradingStack

ENTRIES = 1101  # once the longest file had 1,000 rows, and nothing said so
MANY = 60_000


@pytest.fixture(scope="module")
def stack():
    with harness.run_dir() as directory:
        made = TradingStack(directory)
        with made.stack:
            yield made


@pytest.fixture(scope="module")
def saver(stack):
    user = stack.add_user()
    stack.insert_entries(user, ENTRIES)
    return user


def rows_of(answer, form):
    assert answer.status == 200, answer
    text = answer.body.decode()
    if form == "csv":
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(io.StringIO(text))]
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_statement_is_whole(stack, saver, form):
    answer = stack.get("balance/statement", saver, query=f"format={form}")
    rows = rows_of(answer, form)
    assert len(rows) == ENTRIES and len({row["transaction_id"] for row in rows}) == ENTRIES
    assert rows[-1]["balance_after"] == "11.01" and "x-next-cursor" not in answer.headers
    assert answer.headers["content-disposition"] == f'attachment; filename="cnop-statement.{form}"'


@pytest.mark.parametrize("query, first, count", [
    ("from=2024-01-02&to=2024-01-02", "2024-01-02T00", 24),
    ("from=2024-01-02&to=2024-01-02&tz=%2B02:00", "2024-01-01T22", 24),
    ("from=2024-01-02&to=2024-01-02&tz=+02:00", "2024-01-01T22", 24),  # a plus that nobody encoded
    ("from=2024-01-02&to=2024-01-02&tz=-05:30", "2024-01-02T06", 24),
    ("from=2024-01-02&to=2024-01-02&tz=Europe/Berlin", "2024-01-01T23", 24),
    ("from=2024-01-02&to=2024-01-03&tz=America/New_York", "2024-01-02T05", 48),
    ("from=2024-01-02&to=2024-01-02&tz=Asia/Kathmandu", "2024-01-01T19", 24),  # 18:15 UTC
    ("from=2024-01-02T10:00:00Z&to=2024-01-02T12:00:00Z", "2024-01-02T10", 2),
    ("from=2024-01-02T10:00:00%2B01:00&to=2024-01-02T12:00:00%2B01:00", "2024-01-02T09", 2),
    ("from=2024-01-01&to=2024-01-01", "2024-01-01T00", 24),
    ("from=2024-02-15", "2024-02-15T00", 21),
    ("to=2023-12-31", None, 0), ("from=2025-01-01", None, 0)])
def test_a_period_is_exact(stack, saver, query, first, count):
    rows = rows_of(stack.get("balance/statement", saver, query=query), "csv")
    assert len(rows) == count
    assert count == 0 or rows[0]["created_at"].startswith(first)
    page = stack.get("balance/transactions", saver, query=f"limit=100&{query}").json()
    assert [line["transaction_id"] for line in page["transactions"]] == [row["transaction_id"] for row in rows][::-1]
    assert page["has_more"] is False and page["total_count"] == 0  # these entries came without their balance


@pytest.mark.parametrize("query", ["tz=Mars", "tz=%2B2", "tz=Europe/Atlantis", "tz=Europe", "tz=../../../etc/passwd",
                                   "tz=Europe/../Europe/Berlin", "tz=/etc/localtime", "tz=right/UTC",
                                   "from=2024-01-02&to=2024-01-01", "to=tomorrow"])
def test_broken_periods_are_refused(stack, saver, query):
    for path in ("balance/statement", "balance/transactions"):
        assert stack.get(path, saver, query=query).status == 422
    for path in ("orders", "orders/export", "trades/export"):
        assert stack.read(path, saver, query=query).status == 422


@pytest.fixture(scope="module")
def trader(stack):
    user = stack.add_user()
    assert stack.deposit(user, "10000").status == 201
    for side, asset, quantity in [
            ("buy", "ETH", "1"), ("buy", "XY", "300.5"), ("sell", "ETH", "0.3"), ("buy", "BTC", "0.01"), ("sell", "ETH", "0.7"),
            ("sell", "XY", "100"), ("buy", "ETH", "0.5"), ("sell", "XY", "200.5")]:
        if asset == "ETH" and side == "sell":  # at another price than it was bought
            move_price(stack, 2)
        assert stack.order(user, side, asset, quantity).status == 201
    return user


def move_price(stack, asset):
    """The engine learns of it when it loads its assets again."""
    stack.database.sql(f"UPDATE quote SET price_e10 = price_e10 * 1.07 + 1234567, seq = seq + 1 WHERE asset_id = {asset}",
                       "cnop_market")
    stack.engine.stop()
    stack.start_engine()


@pytest.mark.parametrize("form", ["csv", "jsonl"])
@pytest.mark.parametrize("query", ["", "&asset_id=ETH", "&side=sell", "&asset_id=XY&side=sell", "&status=cancelled",
                                   "&asset_id=NOPE"])
def test_orders_are_those_of_the_list(stack, trader, form, query):
    listed = stack.read("orders", trader, query=f"limit=100{query}").json()["data"]
    rows = rows_of(stack.read("orders/export", trader, query=f"format={form}{query}"), form)
    assert rows == [{key: order[key] for key in rows[0]} for order in listed[::-1]]


def cents(text):
    whole, _, part = text.lstrip("-").partition(".")
    value = int(whole + part.ljust(8, "0"))
    return -value if text.startswith("-") else value


def test_gains_add_up_to_the_portfolio(stack, trader):
    rows = rows_of(stack.read("trades/export", trader, query="format=jsonl"), "jsonl")
    portfolio = stack.get("portfolio", trader, query="status=all").json()
    assert [asset["status"] for asset in portfolio["assets"]] == ["open", "open", "closed"]
    for asset in portfolio["assets"]:
        name = asset["asset_id"]
        gains = [cents(row["realised_gain"]) for row in rows if row["asset_id"] == name and row["side"] == "sell"]
        costs = sum(cents(row["cost_basis"]) * (1 if row["side"] == "buy" else -1) for row in rows if row["asset_id"] == name)
        assert sum(gains) == cents(asset["realised_pnl"]), name
        assert costs == cents(asset["cost_basis"]), name
        fills = stack.read(f"assets/{name}/transactions", trader, query="limit=100").json()["data"]
        assert [cents(fill["realised_pnl"]) for fill in fills[::-1] if fill["transaction_type"] == "SELL"] == gains
        assert all(fill["realised_pnl"] is None for fill in fills if fill["transaction_type"] == "BUY")
    assert sum(cents(asset["realised_pnl"]) for asset in portfolio["assets"]) == cents(portfolio["realised_pnl"])
    assert any(cents(row["realised_gain"]) != 0 for row in rows if row["side"] == "sell")
    closed = stack.get("portfolio", trader, query="status=closed").json()
    assert [asset["asset_id"] for asset in closed["assets"]] == ["XY"] and closed["assets"][0]["closed_at"] is not None
    assert closed["realised_pnl"] == portfolio["realised_pnl"] and closed["total_value"] == portfolio["total_value"]
    assert stack.get("portfolio", trader, query="status=sold").status == 422


# ---- long ones ----

@pytest.fixture(scope="module")
def hoarder(stack):
    user = stack.add_user()
    stack.insert_entries(user, MANY, first_id=20_000_000)
    return user


def resident_kib(worker):
    return sum(int(line.split()[1]) for pid in worker.children()
               for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))


def test_memory_does_not_grow_with_the_file(stack, saver, hoarder):
    stack.get("balance/statement", saver)
    before = resident_kib(stack.worker)
    rows = rows_of(stack.get("balance/statement", hoarder), "csv")
    assert len(rows) == MANY  # some 6 MB
    assert resident_kib(stack.worker) - before < 3072  # one answer's buffer, one chunk of rows


def test_a_file_that_ends_early_breaks_the_connection(stack, hoarder):
    values = fcgi.values_of("GET", "/api/v1/balance/statement", user=hoarder)
    with fcgi.Connection(stack.worker.socket) as connection:
        connection.send(fcgi.encode(*values))
        kind, = struct.unpack(">xB6x", connection._take(8))
        assert kind == fcgi.STDOUT  # it has begun
        for number, user in stack.database.sql("SELECT id, user FROM information_schema.processlist"):
            if user == "cnop_user":
                stack.database.sql(f"KILL {number}", check=False)
        connection.buffer = b""
        size = 0
        while True:
            data = connection.socket.recv(65536)
            if not data:
                break
            size += len(data)
            assert size < 64 << 20
        assert size < MANY * 80  # it is not all there
    # and the service goes on
    assert stack.get("balance", hoarder).status in (200, 503)
    harness.wait_until(lambda: stack.get("balance", hoarder).status == 200, what="a new connection to the database")


def test_one_file_an_account_at_a_time(stack, hoarder, saver):
    values = fcgi.values_of("GET", "/api/v1/balance/statement", user=hoarder)
    with fcgi.Connection(stack.worker.socket) as connection:
        connection.send(fcgi.encode(*values))  # and nothing is read: the file waits in the middle
        connection._take(8)
        second = stack.get("balance/statement", hoarder)
        assert second.status == 429 and second.headers["retry-after"] == "1"
        assert stack.get("balance", hoarder).status == 200
        assert stack.get("balance/statement", saver).status == 200
