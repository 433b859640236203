# SPDX-License-Identifier: MIT
"""Settings by which orders are accepted and matched, changed in the middle of a history: the journal has them,
and cnop-audit, which knows no settings, proves the whole of it."""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402
from people import Person, dollars, tick  # noqa: E402

ETH = 2
ADA, BOB = 1000, 1001


@pytest.fixture
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory, verify_pause="1s")
        try:
            ledger.start_engine()
            ledger.start_reader()
            ledger.deposit(ADA, BOB)
            tick(ledger, ETH, 2000)
            yield ledger
        finally:
            ledger.stop()


def restart(stack, kill=False, **settings):
    if kill:
        os.kill(stack.engine.process.pid, signal.SIGKILL)
    stack.engine.stop()
    stack.start_engine(**settings)
    tick(stack, ETH, 2000)


def writer(stack):
    return [None if cell == "NULL" else int(cell) for cell in stack.ledger_sql("SELECT seq,rules_seq FROM writer")[0]]


def test_the_first_start_journals_its_rules_and_others_only_new_ones(stack):
    assert writer(stack)[1] == 1
    seq, _ = writer(stack)
    restart(stack)
    restart(stack, kill=True)
    assert writer(stack) == [seq, 1]
    restart(stack, fee_bps=20)
    assert writer(stack) == [seq + 1, seq + 1]
    restart(stack, fee_bps=20)
    assert writer(stack) == [seq + 1, seq + 1]
    assert '"fee_bps":20' in stack.engines[-2].output()
    restart(stack)  # back to what they were
    assert writer(stack) == [seq + 2, seq + 2]
    stack.prove()


def test_a_history_under_changing_rules_is_proven(stack):
    ada, bob = Person(stack, ADA), Person(stack, BOB)

    def bought(**fields):
        answer = ada.place("market_buy", "0.1", **fields)
        assert answer.status == 201, answer.body
        return answer.json()["data"]

    assert (bought()["price"], bought()["fee"]) == ("2000.00", "0.00")
    restart(stack, house_spread_bps=100)
    assert bought()["price"] == "2010.00"
    bob.limit("buy", "0.1", "1999")
    restart(stack, house_spread_bps=20, fee_bps=25, maker_fee_bps=10)
    order = bought()
    assert (order["price"], order["fee"]) == ("2002.00", "0.51")
    assert ada.place("market_sell", "0.1").json()["data"]["price"] == "1999.00"  # to Bob, at rest without a fee
    assert bob.balance() == (dollars("9800.10"), 0)
    restart(stack, kill=True, min_notional="300")
    assert ada.place("market_buy", "0.1").code == "order_too_small"
    restart(stack, max_notional="100")
    assert ada.place("market_buy", "0.1").code == "order_too_large"
    restart(stack)
    assert bought()["price"] == "2000.00"
    stack.prove()


def test_a_resting_order_never_pays_more_than_when_it_was_accepted(stack):
    ada, bob = Person(stack, ADA), Person(stack, BOB)
    restart(stack, house_spread_bps=100, maker_fee_bps=10)
    orders = [ada.limit("buy", "0.1", price) for price in ("1999", "1998")]
    assert bob.place("market_buy", "0.2").status == 201
    restart(stack, house_spread_bps=100, maker_fee_bps=50)
    assert bob.place("market_sell", "0.1").status == 201
    restart(stack, house_spread_bps=100, maker_fee_bps=5)
    assert bob.place("market_sell", "0.1").status == 201
    assert [ada.look(order)["fee"] for order in orders] == ["0.20", "0.10"]
    stack.prove()


def test_a_narrower_spread_reaches_resting_orders(stack):
    ada = Person(stack, ADA)
    restart(stack, house_spread_bps=100)
    order = ada.limit("buy", "0.1", "2003")
    assert order["status"] == "queued"
    restart(stack, house_spread_bps=20)
    wait_until(lambda: ada.look(order)["status"] == "completed", 10, "the house to sell")
    assert ada.look(order)["average_price"] == "2002.00"
    stack.prove()


def test_a_house_that_is_shorter_than_it_may_be(stack):
    ada = Person(stack, ADA)
    assert ada.place("market_buy", "1").status == 201
    restart(stack, house_max_short="0.5")
    assert ada.place("market_buy", "0.1").code == "no_liquidity"
    restart(stack, kill=True, house_max_short="0.9")
    assert ada.place("market_buy", "0.1").code == "no_liquidity"
    restart(stack, house_max_short="100000000")
    assert ada.place("market_buy", "0.1").status == 201
    stack.prove()


def test_a_writer_that_has_lost_its_rules_gets_them_again(stack):
    stack.engine.stop()
    stack.ledger_sql("UPDATE writer SET rules_seq=NULL")
    found = stack.audit()
    assert found.returncode == 1 and "writer row has the rules of 0" in found.stdout
    for lost in ("NULL", "2", "999"):  # none; a row without any; no row
        stack.engine.stop()
        stack.ledger_sql(f"UPDATE writer SET rules_seq={lost}")
        stack.start_engine()
        seq, rules_seq = writer(stack)
        assert rules_seq == seq
    stack.prove()
