# SPDX-License-Identifier: MIT
"""Orders that are amended while they wait: real processes, a private MariaDB. After each test cnop-audit proves the
ledger."""

import os
import pathlib
import signal
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ledger_stack import running_ledger  # noqa: E402
from people import Person, dollars, stale, tick  # noqa: E402

ETH = 2


@pytest.fixture(scope="module")
def stack():
    with running_ledger(fee_bps=20, maker_fee_bps=10, verify_pause="1s") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def users():
    return iter(range(1000, 1900))


@pytest.fixture
def person(stack, users):
    """Makes people with 10,000 dollars, in a market without a house; cancels what they leave behind."""
    made = []

    def make(units=0):
        number = next(users)
        stack.deposit(number)
        made.append(Person(stack, number))
        if units:
            assert made[-1].place("market_buy", units).status == 201
        return made[-1]

    tick(stack, ETH, 2000)
    yield make
    for one in made:
        assert one.ask(stack.engine, "DELETE", "/api/v1/orders").status == 200
    stack.prove()


def amend(who, order, **change):
    return who.ask(who.stack.engine, "PATCH", f"/api/v1/orders/{order['order_id']}", json_body=change)


def amended(who, order, **change):
    answer = amend(who, order, **change)
    assert answer.status == 200, answer.body
    assert who.look(order) == answer.json()["data"]
    return answer.json()["data"]


def filled(who, order):
    return who.look(order)["filled_quantity"]


def test_less_gives_back_and_keeps_the_place(stack, person):
    ada, bob, eve = person(), person(), person(units="2")
    stale(stack)
    mine, his = ada.limit("buy", "1", "1990", client_order_id="mine"), bob.limit("buy", "1", "1990")
    assert mine["held"]["amount"] == "1991.99" and ada.balance()[1] == dollars("1991.99")
    less = amended(ada, mine, quantity="0.5")
    assert less == {**mine, "quantity": "0.5", "remaining_quantity": "0.5", "updated_at": less["updated_at"],
                    "held": {"asset_id": "USD", "amount": "996.00"}}
    assert less["updated_at"] > mine["updated_at"] and ada.open() == [less]
    assert ada.balance() == (dollars("9004"), dollars("996"))
    eve.limit("sell", "0.7", "1990")
    assert (filled(ada, mine), filled(bob, his)) == ("0.5", "0.2")


def test_more_goes_behind_the_others(stack, person):
    ada, bob, eve = person(), person(), person(units="2")
    stale(stack)
    mine, his = ada.limit("buy", "0.5", "1990"), bob.limit("buy", "0.5", "1990")
    assert amended(ada, mine, quantity="0.8")["remaining_quantity"] == "0.8"
    eve.limit("sell", "0.6", "1990")
    assert (filled(ada, mine), filled(bob, his)) == ("0.1", "0.5")


def test_what_it_was_changes_nothing(stack, person):
    ada = person()
    mine = ada.limit("buy", "0.5", "1990")
    before = stack.ledger_sql("SELECT seq FROM writer")
    for change in ({"quantity": "0.5"}, {"price": "1990"}, {"quantity": "0.50", "price": "1990.00"}):
        assert amended(ada, mine, **change) == mine
    assert stack.ledger_sql("SELECT seq FROM writer") == before


@pytest.mark.parametrize("quantity", ["0.4", "0.1"])
def test_no_more_than_was_filled_ends_it(stack, person, quantity):
    ada, eve = person(), person(units="2")
    stale(stack)
    mine = ada.limit("buy", "1", "1990")
    eve.limit("sell", "0.4", "1990")
    gone = amended(ada, mine, quantity=quantity)
    assert (gone["status"], gone["reason"], gone["quantity"], gone["filled_quantity"]) == ("cancelled", "amended_to_filled", "1", "0.4")
    assert ada.balance() == (dollars("9203.20"), 0)  # 796, and 0.80 of fee
    assert ada.open() == [] and amend(ada, mine, quantity="2").code == "order_final"


def test_another_price_trades_as_if_it_had_just_come(stack, person):
    ada, bob = person(), person(units="1")
    stale(stack)
    mine, his = ada.limit("buy", "1", "1990"), bob.limit("sell", "0.4", "2000")
    assert ada.balance()[1] == dollars("1991.99")
    now = amended(ada, mine, price="2000")
    assert (now["status"], now["price"], now["filled_quantity"], now["total_amount"], now["fee"]) == (
        "partial", "2000.00", "0.4", "800.00", "1.60")
    assert now["held"] == {"asset_id": "USD", "amount": "1201.20"} and ada.balance() == (dollars("7997.20"), dollars("1201.20"))
    assert bob.look(his)["status"] == "completed"
    again = amended(ada, mine, quantity="0.9", price="1995.00")
    assert (again["filled_quantity"], again["remaining_quantity"]) == ("0.4", "0.5")


def test_all_of_it_may_be_filled(stack, person):
    ada, bob = person(), person(units="1")
    stale(stack)
    bob.limit("buy", "0.4", "1980")
    mine = bob.limit("sell", "0.5", "2100")
    ada.limit("buy", "0.5", "1990")
    done = amended(bob, mine, price="1990")
    assert (done["status"], done["average_price"], done["held"]["amount"]) == ("completed", "1990.00", "0")
    assert bob.balance(ETH) == (5 * 10**7, 0)


@pytest.mark.parametrize("change, code", [
    ({"price": "2000"}, "post_only_would_take"), ({"quantity": "5.1"}, "order_too_large"), ({"price": "1990.005"}, "price_tick"),
    ({"quantity": "0.0001"}, "order_too_small"), ({"price": "9000.1"}, "price_out_of_band"), ({}, "validation_failed"),
    ({"quantity": "0"}, "amount_invalid"), ({"quantity": "-1"}, "amount_invalid"), ({"price": "x"}, "amount_invalid"),
])
def test_a_refusal_changes_nothing(stack, person, change, code):
    ada, bob, eve = person(), person(), person(units="2")
    stale(stack)
    mine, his = ada.limit("buy", "0.5", "1990", post_only=True), bob.limit("buy", "0.5", "1990")
    eve.limit("sell", "0.4", "2000")
    assert amend(ada, mine, **change).code == code
    assert ada.look(mine) == mine and ada.open() == [mine]
    eve.limit("sell", "0.6", "1990")
    assert (filled(ada, mine), filled(bob, his)) == ("0.5", "0.1")


def test_without_the_means_it_stays_as_it_was(stack, person):
    ada, bob = person(), person(units="1")
    bids = [ada.limit("buy", "2.5", "1900") for _ in range(2)]
    assert amend(ada, bids[0], quantity="3.5").code == "insufficient_funds"
    assert amended(ada, bids[0], quantity="2.7")["held"]["amount"] == "5135.13"
    ask = bob.limit("sell", "1", "2100")
    assert amend(bob, ask, quantity="1.1").code == "insufficient_holdings"
    assert bob.open() == [ask]


def test_only_ones_own(stack, person):
    ada, bob = person(), person()
    mine = ada.limit("buy", "0.5", "1990")
    assert amend(bob, mine, quantity="0.4").status == 404
    assert ada.look(mine) == mine
    done = ada.place("market_buy", "0.1").json()["data"]
    assert amend(ada, done, quantity="0.4").code == "order_final"


def test_places_and_first_answers_outlive_a_kill(stack, person):
    ada, bob, cat, eve = person(), person(), person(), person(units="2")
    stale(stack)
    fields = {"client_order_id": "first"}
    first = ada.place("limit_buy", "0.5", "1980", **fields)
    mine, his, hers = first.json()["data"], bob.limit("buy", "0.5", "1990"), cat.limit("buy", "0.3", "1990")
    amended(ada, mine, price="1990")
    amended(bob, his, quantity="0.6")
    amended(cat, hers, quantity="0.2")  # cat, ada, bob
    os.kill(stack.engine.process.pid, signal.SIGKILL)
    stack.engine.stop()
    stack.start_engine(boot_keys=0)  # from the row
    again = ada.place("limit_buy", "0.5", "1980", **fields)
    assert again.body == first.body and again.headers["idempotency-replayed"] == "true"
    eve.limit("sell", "0.8", "1990")
    assert (filled(ada, mine), filled(bob, his), filled(cat, hers)) == ("0.5", "0.1", "0.2")


def test_the_verification_finds_no_fault(stack, person):
    ada, bob = person(), person(units="1")
    stale(stack)
    mine = ada.limit("buy", "1", "1990")
    bob.limit("sell", "0.4", "2000")
    amended(ada, mine, price="2000")
    stack.engine.stop()
    stack.start_engine()
    time.sleep(2.5)  # more than one pass
    people = f"{ada.number},{bob.number}"
    assert stack.ledger_sql(f"SELECT status FROM account WHERE id IN ({people})") == [["1"], ["1"]]
    assert ada.look(mine)["status"] == "partial"
