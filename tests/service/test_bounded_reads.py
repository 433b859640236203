# SPDX-License-Identifier: MIT
"""What reads cost on an account with a long, skewed history: rows touched in the database, counted by
the server itself. Whatever is asked for, a page costs the rows it shows and a constant."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fcgi import Connection  # noqa: E402
from harness import run_dir  # noqa: E402
from ledger_stack import LedgerStack, insert_fills, insert_history  # noqa: E402

WHALE, OTHER, TRADER = 1000, 1001, 1002
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
            insert_fills(ledger, TRADER, COUNT)
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


# ---- executions: rows of orders that may rest, and as many market orders between them ----

FILL_ROWS = 2   # a line and its order
STREAMS = 2     # sides of an asset


def fills_cost(lines, orders):
    return FILL_ROWS * STREAMS * lines + KINDS * orders + CONSTANT


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("query", ["", "&side=sell", "&asset_id=ETH", "&asset_id=ETH&side=buy", "&asset_id=BTC"])
def test_a_page_of_fills_costs_a_page_at_any_depth(cost, share, query):
    end = rfc3339(1_700_000_000 + int(COUNT * share))
    cursor = cost("/api/v1/fills", f"limit=1&to={end}", user=TRADER)[0].json()["next_cursor"]
    answer, rows = cost("/api/v1/fills", f"limit={LIMIT}{query}&cursor={cursor}", user=TRADER)
    assert answer.status == 200
    assert rows <= fills_cost(PAGE, PAGE + 1)


@pytest.mark.parametrize("query, found", [
    ("asset_id=SOL", 0), ("asset_id=BTC", 80), ("asset_id=BTC&side=sell", 0), ("side=sell", PAGE), ("", PAGE)])
def test_a_filter_of_fills_costs_what_it_finds(cost, query, found):
    answer, rows = cost("/api/v1/fills", f"limit={LIMIT}&{query}", user=TRADER)
    assert answer.status == 200 and len(answer.json()["data"]) == min(found, LIMIT)
    assert rows <= fills_cost(min(found, PAGE), min(found, PAGE + 1))


def test_the_fills_of_an_order_cost_themselves(cost):
    newest = cost("/api/v1/fills", "limit=2", user=TRADER)[0].json()["data"]
    for fill in newest:  # one of each sort
        answer, rows = cost("/api/v1/fills", f"limit={LIMIT}&order_id={fill['order_id']}", user=TRADER)
        assert answer.json()["data"] == [fill]
        assert rows <= FILL_ROWS + CONSTANT


def test_a_period_of_fills_costs_a_few_seeks_more(cost):
    start = 1_700_000_000 + COUNT // 2
    answer, rows = cost("/api/v1/fills", f"limit={LIMIT}&from={rfc3339(start)}&to={rfc3339(start + 20)}", user=TRADER)
    assert answer.status == 200 and len(answer.json()["data"]) == 40  # two a second
    assert rows <= 2 * 2 * BISECTION + fills_cost(20, 20)


def test_an_order_that_met_many_costs_twice_its_trades(stack, cost):
    first, count = 900_000_000, 100
    columns = ("id,account_id,asset_id,side,type,tif,status,qty_e8,filled_qty_e8,filled_quote_e8,fee_e8,cost_e8,price_e10,"
               "price_seq,cash_after_e8,fill_count,created_us,updated_us")
    stack.ledger_sql(
        f"INSERT INTO orders ({columns}) VALUES ({first},{OTHER},1,1,1,1,4,{count},{count},{count},0,{count},1,0,1,1,"
        "1800000000000000,1800000000000000);"
        f"INSERT INTO trade (id,order_id,maker_order_id,asset_id,side,price_e10,qty_e8,quote_e8,fee_e8,cost_e8,created_us) "
        f"SELECT {first}+seq,{first},1,1,1,1,1,1,0,1,1800000000000000 FROM seq_1_to_{count};"
        f"INSERT INTO trade (id,order_id,asset_id,side,price_e10,qty_e8,quote_e8,fee_e8,created_us) "
        f"SELECT {first}+{count}+seq,7,1,1,1,1,1,0,1800000000000000 FROM seq_1_to_1000")
    answer, rows = cost("/api/v1/fills", "limit=100", user=OTHER)
    page = answer.json()
    assert len(page["data"]) == count and page["has_more"] is True  # the one of before
    assert rows <= 2 * count + CONSTANT + KINDS * 2
    rest = cost("/api/v1/fills", f"limit=100&cursor={page['next_cursor']}", user=OTHER)[0].json()
    assert len(rest["data"]) == 1 and rest["has_more"] is False
    stack.ledger_sql(f"DELETE FROM orders WHERE id={first}; DELETE FROM trade WHERE id>{first}")
