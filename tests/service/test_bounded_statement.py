# SPDX-License-Identifier: MIT
"""What lists of the user service cost on a long history: rows touched in the database, counted by the
server itself, as in test_bounded_reads.py for those of the order reader."""

import datetime
import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "support"), str(pathlib.Path(__file__).resolve().parents[1])]

from ledger_stack import insert_history  # noqa: E402
from support import harness  # noqa: E402
from trading_stack import TradingStack  # noqa: E402

COUNT = 20_000  # cash movements, one an hour; and as many orders, one a second
LIMIT = 50
PAGE = LIMIT + 1
HALVES = 2      # cash movements and orders
MERGE = 3       # each row is read, then once or twice more to put the halves in order
CONSTANT = 10
BISECTION = 30  # seeks that turn a time into an id

COUNTERS = ("Handler_read_first", "Handler_read_key", "Handler_read_last", "Handler_read_next",
            "Handler_read_prev", "Handler_read_rnd", "Handler_read_rnd_next")


class Whale:
    """A stack whose ledger_sql is what insert_history wants."""

    def __init__(self, stack):
        self.stack = stack
        self.user = stack.add_user()
        stack.insert_entries(self.user, COUNT)
        insert_history(self, self.user, COUNT)
        self.ledger_sql("ANALYZE TABLE cash_entry")

    def ledger_sql(self, text):
        return self.stack.database.sql(text, schema="cnop_ledger")


@pytest.fixture(scope="module")
def whale():
    with harness.run_dir() as directory:
        made = TradingStack(directory)
        with made.stack:
            yield Whale(made)


def rows_read(stack):
    names = ",".join(f"'{name}'" for name in COUNTERS)
    return int(stack.database.sql(f"SELECT SUM(VARIABLE_VALUE) FROM information_schema.GLOBAL_STATUS "
                                  f"WHERE VARIABLE_NAME IN ({names})")[0][0])


def cost(whale, path, query="", ask=None):
    """The answer, and the fewest rows that it took: the feed and the engine read beside it."""
    ask = ask or (lambda: whale.stack.get(path, whale.user, query=query))
    counts = []
    for _ in range(5):
        before = rows_read(whale.stack)
        idle = rows_read(whale.stack) - before
        before = rows_read(whale.stack)
        answer = ask()
        counts.append(rows_read(whale.stack) - before - idle)
    assert answer.status == 200, answer
    return answer, min(counts)


def rfc3339(second):
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("share", [0, 0.05, 0.5, 0.95])
def test_a_page_of_movements_costs_a_page_at_any_depth(whale, share):
    start = rfc3339(1_704_067_200 + int(3600 * COUNT * share))
    cursor = whale.stack.get("balance/transactions", whale.user, query=f"limit=1&to={start}").json()["next_cursor"] if share else None
    _, rows = cost(whale, "balance/transactions", f"limit={LIMIT}" + (f"&cursor={cursor}" if cursor else ""))
    assert rows <= MERGE * HALVES * PAGE + CONSTANT


def test_the_farthest_offset_of_movements_is_bounded(whale):
    _, rows = cost(whale, "balance/transactions", f"limit={LIMIT}&offset=1000")
    assert rows <= MERGE * HALVES * (1000 + PAGE) + CONSTANT
    assert whale.stack.get("balance/transactions", whale.user, query="offset=1001").status == 422


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_a_period_of_movements_costs_a_few_seeks_more(whale, zone):
    answer, rows = cost(whale, "balance/transactions", f"limit=100&from=2025-03-30&to=2025-03-30&tz={zone}")
    assert len(answer.json()["transactions"]) == (23 if zone == "Europe/Berlin" else 24)  # clocks go forward
    assert rows <= 2 * BISECTION * MERGE * HALVES + MERGE * HALVES * 101 + CONSTANT


@pytest.mark.parametrize("path", ["portfolio", "portfolio?status=all", "balance", "balance/limits", "assets/balances"])
def test_what_is_owned_does_not_depend_on_the_history(whale, path):
    path, _, query = path.partition("?")
    _, rows = cost(whale, path, query)
    assert rows <= 40


def test_insights_read_so_many_orders_at_most(whale):
    _, rows = cost(whale, "insights", ask=lambda: whale.stack.insight(whale.user))
    assert rows <= 200 + 20
