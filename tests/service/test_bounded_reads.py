# SPDX-License-Identifier: MIT
"""What reads cost on an account with a long, skewed history: rows touched in the database, counted by
the server itself. Whatever is asked for, a page costs the rows it shows and a constant."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fcgi import Connection  # noqa: E402
from harness import run_dir  # noqa: E402
from ledger_stack import LedgerStack, insert_history  # noqa: E402

WHALE, OTHER = 1000, 1001
COUNT = 40_000
LIMIT = 50
PAGE = LIMIT + 1
KINDS = 2       # the account has bought and has sold
CONSTANT = 10
BISECTION = 30  # seeks that turn a time into an id

COUNTERS = ("Handler_read_first", "Handler_read_key", "Handler_read_last", "Handler_read_next",
            "Handler_read_prev", "Handler_read_rnd", "Handler_read_rnd_next")


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory)
        try:
            insert_history(ledger, WHALE, COUNT, other=OTHER)
            ledger.start_reader(processes=0, threads=1)
            yield ledger
        finally:
            ledger.stop()


def rows_read(stack):
    names = ",".join(f"'{name}'" for name in COUNTERS)
    return int(stack.database.sql(f"SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS "
                                  f"WHERE VARIABLE_NAME IN ({names})")[0][0])


@pytest.fixture
def cost(stack):
    """The answer, and how many rows the server read for it."""
    with Connection(stack.reader.socket) as connection:
        def ask(path, query="", user=WHALE):
            connection.request("GET", path, query=query, user=user)  # prepares statements, fills caches
            before = rows_read(stack)
            idle = rows_read(stack) - before
            before = rows_read(stack)
            answer = connection.request("GET", path, query=query, user=user)
            return answer, rows_read(stack) - before - idle
        yield ask


def cursor_at(cost, share):
    """A cursor in the middle of the history: of the page that begins at that share of its time."""
    end = 1_700_000_000 + int(COUNT * share)
    answer, _ = cost("/api/v1/orders", f"limit=1&to={rfc3339(end)}")
    return answer.json()["next_cursor"]


def rfc3339(second):
    import datetime
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("query", ["", "&side=buy", "&asset_id=ETH", "&asset_id=BTC"])
def test_a_page_by_cursor_costs_a_page_at_any_depth(cost, share, query):
    cursor = cursor_at(cost, share)
    answer, rows = cost("/api/v1/orders", f"limit={LIMIT}{query}&cursor={cursor}")
    assert answer.status == 200
    kinds = KINDS if "asset_id" in query else 1
    assert rows <= kinds * PAGE + CONSTANT


@pytest.mark.parametrize("query, found", [
    ("asset_id=SOL", 0), ("asset_id=BTC", 40), ("side=sell", PAGE), ("order_type=limit_buy", 0),
    ("status=cancelled", 0), ("status=completed", PAGE), ("asset_id=SOL&side=sell", 0),
    ("asset_id=BTC&order_type=market_sell", 0), ("side=buy&status=expired", 0), ("", PAGE)])
def test_a_filter_costs_what_it_finds(cost, query, found):
    answer, rows = cost("/api/v1/orders", f"limit={LIMIT}&{query}")
    assert answer.status == 200 and len(answer.json()["data"]) == min(found, LIMIT)
    assert rows <= KINDS * PAGE + CONSTANT
    assert rows <= KINDS * found + CONSTANT


def test_rare_orders_are_found_among_many(cost):
    answer, rows = cost("/api/v1/assets/BTC/transactions", f"limit={LIMIT}")
    assert len(answer.json()["data"]) == 40 and answer.json()["has_more"] is False
    assert rows <= 40 + CONSTANT


def test_an_offset_is_bounded_and_points_to_the_cursor(cost):
    answer, rows = cost("/api/v1/orders", f"limit={LIMIT}&offset=1000")
    assert answer.status == 200 and len(answer.json()["data"]) == LIMIT
    assert rows <= 1000 + PAGE + CONSTANT
    refused, rows = cost("/api/v1/orders", "offset=1001")
    fault = refused.json()["errors"][0]
    assert refused.status == 422 and fault["field"] == "offset" and "next_cursor" in fault["message"]
    assert rows == 0


@pytest.mark.parametrize("query", ["", "&asset_id=BTC", "&side=sell"])
def test_a_period_costs_a_few_seeks_more(cost, query):
    start = 1_700_000_000 + COUNT // 2
    answer, rows = cost("/api/v1/orders", f"limit={LIMIT}&from={rfc3339(start)}&to={rfc3339(start + 20)}{query}")
    assert answer.status == 200
    assert rows <= 2 * BISECTION + KINDS * PAGE + CONSTANT
    if not query:  # one order a second
        times = [order["created_at"] for order in answer.json()["data"]]
        assert len(times) == 20
        assert times[-1].startswith(rfc3339(start)[:-1]) and times[0].startswith(rfc3339(start + 19)[:-1])


def test_the_account_beside_it_pays_for_itself_only(cost):
    answer, rows = cost("/api/v1/orders", f"limit={LIMIT}", user=OTHER)
    assert len(answer.json()["data"]) == 1 and rows <= 1 + CONSTANT


def test_pages_under_every_filter_hold_every_order_once(stack, cost):
    for query in ("", "&side=sell", "&asset_id=BTC", "&asset_id=ETH&side=sell", "&status=completed"):
        seen, cursor = [], ""
        for _ in range(12):
            page = cost("/api/v1/orders", f"limit=37{query}{cursor}")[0].json()
            seen += [order["order_id"] for order in page["data"]]
            if not page["has_more"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        flat, offset = [], 0
        while offset < len(seen):
            flat += [o["order_id"] for o in cost("/api/v1/orders", f"limit=100{query}&offset={offset}")[0].json()["data"]]
            offset += 100
        assert len(set(seen)) == len(seen) and seen == flat[:len(seen)]
