# SPDX-License-Identifier: MIT
"""Answers that join several figures show one moment: an account that buys and sells all it has, over
and over, is always worth the same."""

import itertools
import threading

import pytest

import domain_stack  # noqa: F401 - finds tests/support
from support import harness
from trading_stack import TradingStack

CASH = "10000.00"
ROUNDS = 40


@pytest.fixture(scope="module")
def stack():
    with harness.run_dir() as directory:
        made = TradingStack(directory)
        with made.stack:
            yield made


@pytest.fixture
def trader(stack):
    """A user who turns 9,000 dollars into ether and back, until the test has seen enough."""
    user = stack.add_user()
    assert stack.deposit(user, CASH).status == 201
    done = threading.Event()
    done.seen = 0
    failures = []

    def trade():
        for turn in itertools.count():
            if turn >= ROUNDS and (done.seen > ROUNDS // 2 or turn == ROUNDS * 20):  # readers may be slow
                break
            for side in ("buy", "sell"):
                answer = stack.order(user, side, "ETH", "3")
                if answer.status != 201:
                    failures.append(answer)
        done.set()

    thread = threading.Thread(target=trade)
    thread.start()
    yield user, done
    thread.join()
    assert not failures


def watch(done, look):
    """Looks until the trading ends; everything seen."""
    seen = []
    while not done.is_set():
        seen.append(look())
        done.seen = len(seen)
    assert len(seen) > ROUNDS // 2
    return seen


def test_the_portfolio_is_worth_the_same_all_the_time(stack, trader):
    user, done = trader
    seen = watch(done, lambda: stack.get("portfolio", user).json()["total_value"])
    assert set(seen) == {CASH}


def test_insights_see_the_same_worth_all_the_time(stack, trader):
    user, done = trader
    seen = watch(done, lambda: stack.insight(user).json()["data"]["summary"].split(",")[0:2])
    assert {",".join(parts) for parts in seen} == {"Your portfolio is worth $10,000.00"}


def test_a_statement_has_as_many_lines_as_it_says(stack, trader):
    user, done = trader
    pages = watch(done, lambda: stack.get("balance/transactions", user, query="limit=100").json())
    assert {page["total_count"] - len(page["transactions"]) for page in pages} == {0}
    assert not any(page["has_more"] for page in pages)


def test_a_file_is_of_one_moment(stack, trader):
    user, done = trader
    files = watch(done, lambda: stack.get("balance/statement", user, query="format=csv").body.decode().splitlines())
    for lines in files:
        assert len(lines) > 1, lines  # one export follows the other without a refusal
        amounts = [line.split(",") for line in lines[1:]]
        total = sum(round(float(row[3]) * 100) for row in amounts)
        assert total == round(float(amounts[-1][4]) * 100)
