# SPDX-License-Identifier: MIT
"""Limit orders through the engine and the reader: real processes, a private MariaDB. After each test the
ledger is proven by cnop-audit, which matches every order again."""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from engine_wire import E10  # noqa: E402
from harness import wait_until  # noqa: E402
from ledger_stack import running_ledger  # noqa: E402
from people import Person, dollars, price_of_the_next_start, stale, tick  # noqa: E402

ETH, SOL = 2, 4


@pytest.fixture(scope="module")
def stack():
    with running_ledger(fee_bps=20, maker_fee_bps=10, verify_pause="1s") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def users():
    return iter(range(1000, 100000))


@pytest.fixture(autouse=True)
def proven(stack):
    yield
    stack.prove()


@pytest.fixture
def person(stack, users):
    """Makes people with 10,000 dollars."""

    def make():
        number = next(users)
        stack.deposit(number)
        return Person(stack, number)

    return make


# ---- one order ----


def test_an_order_rests_holds_and_is_cancelled(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    order = ada.limit("buy", "0.5", "1999.99", client_order_id="first")
    assert order["status"] == "queued" and order["order_type"] == "limit_buy"
    assert (order["quantity"], order["price"], order["total_amount"], order["fee"]) == ("0.5", "1999.99", "0.00", "0.00")
    assert (order["filled_quantity"], order["remaining_quantity"], order["average_price"]) == ("0", "0.5", None)
    assert order["held"] == {"asset_id": "USD", "amount": "1001.00"}
    assert order["time_in_force"] == "GTC" and order["post_only"] is False and order["reason"] is None
    assert ada.balance() == (dollars("8999"), dollars("1001"))
    assert ada.look(order) == order and ada.open() == [order]
    answer = ada.cancel(order)
    assert answer.status == 200
    final = answer.json()["data"]
    assert final["status"] == "cancelled" and final["reason"] == "user" and final["client_order_id"] == "first"
    assert final["held"]["amount"] == "0.00"
    assert ada.balance() == (dollars("10000"), 0)
    assert ada.look(order) == final and ada.open() == []
    again = ada.cancel(order)
    assert again.status == 422 and again.code == "order_final" and "cancelled" in again.json()["detail"]


def test_what_cannot_be_cancelled(stack, person):
    tick(stack, ETH, 2000)
    ada, bob = person(), person()
    order = ada.limit("buy", "1", "1900")
    assert bob.cancel(order).status == 404
    assert ada.ask(stack.engine, "DELETE", "/api/v1/orders/order_none").status in (404, 422)
    done = ada.place("market_buy", "0.1").json()["data"]
    assert ada.cancel(done).code == "order_final"
    assert ada.cancel(order).status == 200


def test_a_repeat_is_answered_with_the_first_answer(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    first = ada.place("limit_buy", "0.5", "1990", client_order_id="k")
    tick(stack, ETH, 1980)
    wait_until(lambda: ada.look(first.json()["data"])["status"] == "completed", 10)
    second = ada.place("limit_buy", "0.5", "1990", client_order_id="k")
    assert second.headers["idempotency-replayed"] == "true" and second.body == first.body
    stack.engine.stop()
    stack.start_engine()
    third = ada.place("limit_buy", "0.5", "1990", client_order_id="k")
    assert third.headers["idempotency-replayed"] == "true" and third.body == first.body
    assert ada.place("limit_buy", "0.5", "1991", client_order_id="k").code == "idempotency_mismatch"
    assert ada.place("market_buy", "0.5", client_order_id="k").code == "idempotency_mismatch"


@pytest.mark.parametrize("fields, code", [
    ({"price": "2000.005"}, "price_tick"),
    ({"price": "4000.01"}, "price_out_of_band"),
    ({"price": "1990", "quantity": "6"}, "order_too_large"),
    ({"price": "1990", "quantity": "0.0001"}, "order_too_small"),
    ({"price": "1990", "post_only": True, "time_in_force": "IOC"}, "order_combination"),
    ({"price": "2010", "post_only": True}, "post_only_would_take"),
    ({"price": "1990", "kind": "limit_sell"}, "insufficient_holdings"),
    ({"price": "1990", "time_in_force": "GTD"}, "validation_failed"),
])
def test_refusals_leave_nothing_behind(stack, person, fields, code):
    tick(stack, ETH, 2000)
    ada = person()
    values = {"kind": "limit_buy", "quantity": "1", **fields}
    assert ada.place(values.pop("kind"), values.pop("quantity"), values.pop("price"), **values).code == code
    assert ada.balance() == (dollars("10000"), 0) and ada.open() == []


def test_immediate_orders_expire_and_leave_a_row(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    for tif, reason in (("IOC", "ioc_remainder"), ("FOK", "fok_unfillable")):
        order = ada.limit("buy", "1", "1990", time_in_force=tif)
        assert (order["status"], order["reason"], order["filled_quantity"]) == ("expired", reason, "0")
        assert ada.look(order) == order
    taken = ada.limit("buy", "1", "2010", time_in_force="FOK")
    assert (taken["status"], taken["average_price"], taken["fee"]) == ("completed", "2000.00", "4.00")
    assert ada.balance() == (dollars("7996"), 0) and ada.balance(ETH) == (10**8, 0)


def test_preview_says_what_it_would_hold(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    answer = ada.ask(stack.engine, "POST", "/api/v1/orders/preview",
                     json_body={"order_type": "limit_buy", "asset_id": "ETH", "quantity": "0.5", "price": "1999.99"})
    data = answer.json()["data"]
    assert data["accepted"] is True and data["violations"] == []
    assert (data["price"], data["total_amount"], data["fee"], data["quantity_after"]) == ("1999.99", "1000.00", "2.00", "0.5")


def test_preview_counts_on_nothing_that_another_order_holds(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    assert ada.place("market_buy", "1").status == 201  # 2000 and 4 of fee
    ada.limit("buy", "1", "1000")  # holds 1000, and 1 of fee as it waits
    ada.limit("sell", "0.25", "3000")
    free = ada.balance()[0], ada.balance(ETH)[0]
    assert free == (dollars("6995"), 75 * 10**6)
    for kind, price in (("limit_buy", "1900"), ("market_buy", None)):
        body = {"order_type": kind, "asset_id": "ETH", "quantity": "0.5"} | ({"price": price} if price else {})
        data = ada.ask(stack.engine, "POST", "/api/v1/orders/preview", json_body=body).json()["data"]
        paid = dollars(data["total_amount"]) + dollars(data["fee"])
        assert (dollars(data["balance_after"]), data["quantity_after"]) == (free[0] - paid, "1.25"), kind


def cancel_all(stack, who, query="", status=200):
    answer = who.ask(stack.engine, "DELETE", "/api/v1/orders", query=query)
    assert answer.status == status, answer.body
    return answer.json()["data"]["cancelled_count"] if status == 200 else answer.json()["code"]


def test_all_open_orders_are_cancelled_or_those_that_a_filter_names(stack, person):
    tick(stack, ETH, 2000)
    tick(stack, SOL, 150)
    ada, bob = person(), person()
    assert ada.place("market_buy", "1").status == 201
    other = bob.limit("buy", "0.1", "1500")
    waiting = [ada.limit("buy", "0.1", "1500"), ada.limit("buy", "0.2", "1400"), ada.limit("sell", "0.3", "2500"),
               ada.limit("buy", "1", "100", asset="SOL"), ada.limit("buy", "1", "101", asset="SOL")]
    before = ada.balance()[0] + ada.balance()[1]
    for query, code in (("side=up", "validation_failed"), ("asset_id=", "validation_failed"), ("asset_id=b!", "validation_failed"),
                        ("asset_id=XYZ", "asset_unknown"), ("asset=SOL", "validation_failed"), ("limit=1", "validation_failed")):
        assert cancel_all(stack, ada, query, 422) == code, query
    assert cancel_all(stack, ada, "asset_id=sol&side=sell") == 0
    assert cancel_all(stack, ada, "asset_id=sol") == 2
    assert [ada.look(order)["status"] for order in waiting] == ["queued"] * 3 + ["cancelled"] * 2
    assert cancel_all(stack, ada, "side=sell") == 1 and ada.balance(ETH) == (10**8, 0)
    assert ada.look(waiting[2])["reason"] == "user"
    assert cancel_all(stack, ada) == 2 and cancel_all(stack, ada) == 0
    assert ada.balance() == (before, 0) and bob.look(other)["status"] == "queued"
    assert cancel_all(stack, bob) == 1


# ---- two people ----


def test_two_people_trade_with_each_other(stack, person):
    tick(stack, ETH, 2000)
    ada, bob = person(), person()
    assert bob.place("market_buy", "2").status == 201  # 4000 and 8 of fee
    stale(stack)
    ask = bob.limit("sell", "1.5", "2010")
    assert bob.balance(ETH) == (5 * 10**7, 15 * 10**7)
    bid = ada.limit("buy", "1", "2020")
    assert (bid["status"], bid["average_price"], bid["total_amount"], bid["fee"]) == ("completed", "2010.00", "2010.00", "4.02")
    assert ada.balance() == (dollars("7985.98"), 0) and ada.balance(ETH) == (10**8, 0)
    half = bob.look(ask)
    assert (half["status"], half["filled_quantity"], half["remaining_quantity"], half["total_amount"], half["fee"]) == (
        "partial", "1", "0.5", "2010.00", "2.01")
    assert half["held"] == {"asset_id": "ETH", "amount": "0.5"}
    assert bob.balance() == (dollars("5992") + dollars("2007.99"), 0)
    trade = stack.ledger_sql("SELECT order_id,maker_order_id,price_e10,qty_e8,fee_e8,maker_fee_e8 FROM trade ORDER BY id DESC LIMIT 1")[0]
    assert [int(cell) for cell in trade[2:]] == [2010 * E10, 10**8, 402 * 10**6, 201 * 10**6]
    assert bob.cancel(ask).json()["data"]["filled_quantity"] == "1"


def test_a_price_reaches_resting_orders(stack, person):
    tick(stack, ETH, 2000)
    people = [person() for _ in range(3)]
    orders = [one.limit("buy", "0.5", price) for one, price in zip(people, ("1990", "1985", "1970"))]
    tick(stack, ETH, 1980)
    wait_until(lambda: people[1].look(orders[1])["status"] == "completed", 10)
    done = people[0].look(orders[0])
    assert (done["status"], done["average_price"], done["total_amount"], done["fee"]) == ("completed", "1980.00", "990.00", "0.99")
    assert people[0].balance() == (dollars("9009.01"), 0)
    assert people[2].look(orders[2])["status"] == "queued"
    assert people[2].cancel(orders[2]).status == 200


def test_many_orders_of_one_price_are_taken_in_steps(stack, person):
    tick(stack, SOL, 150)
    people = [person() for _ in range(3)]
    for number in range(300):
        people[number % 3].limit("buy", "0.1", "149", asset="SOL")
    assert len(people[0].open(limit=100)) == 100
    tick(stack, SOL, 148)
    wait_until(lambda: not any(one.open() for one in people), 30)
    assert all(one.balance(SOL) == (10 * 10**8, 0) for one in people)


def test_a_halted_market_cancels_and_resumes(stack, person):
    tick(stack, ETH, 2000)
    ada, bob = person(), person()
    mine, his = ada.limit("buy", "0.5", "1990"), bob.limit("buy", "0.5", "1990")
    with stack.commands() as commands:
        assert commands.command("halt", asset_id=ETH)[0] == "OK"
        assert ada.place("limit_buy", "0.5", "1990").code == "market_halted"
        tick(stack, ETH, 1980)
        assert ada.cancel(mine).status == 200
        assert bob.look(his)["status"] == "queued"
        assert commands.command("resume", asset_id=ETH)[0] == "OK"
    wait_until(lambda: bob.look(his)["status"] == "completed", 10)


def test_a_freeze_cancels(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    order = ada.limit("buy", "0.5", "1990")
    with stack.commands() as commands:
        assert commands.command("freeze", account_id=ada.number)[0] == "OK"
    found = ada.look(order)
    assert (found["status"], found["reason"]) == ("cancelled", "account_frozen")
    assert ada.balance() == (dollars("10000"), 0)


# ---- starts ----


def test_orders_survive_a_kill_in_their_places(stack, person):
    tick(stack, ETH, 2000)
    ada, bob, eve = person(), person(), person()
    first, second = ada.limit("buy", "0.3", "1990"), bob.limit("buy", "0.5", "1990")
    os.kill(stack.engine.process.pid, signal.SIGKILL)
    stack.engine.stop()
    stack.start_engine()
    assert ada.open() == [first] and bob.open() == [second]
    tick(stack, ETH, 2000)
    assert eve.place("market_buy", "1").status == 201
    stale(stack)
    eve.limit("sell", "0.4", "1990")
    assert ada.look(first)["status"] == "completed"
    assert bob.look(second)["filled_quantity"] == "0.1"
    assert bob.cancel(second).status == 200


def test_a_start_gives_what_became_due(stack, person):
    tick(stack, ETH, 2000)
    ada = person()
    order = ada.limit("buy", "0.5", "1990")
    stack.engine.stop()
    price_of_the_next_start(stack, ETH, 1980)
    stack.start_engine()
    wait_until(lambda: ada.look(order)["status"] == "completed", 10)
    assert ada.look(order)["average_price"] == "1980.00"


def test_an_order_changed_in_the_database_freezes_its_account(stack, person):
    tick(stack, ETH, 2000)
    ada, bob = person(), person()
    bad, good = ada.limit("buy", "0.5", "1900"), bob.limit("buy", "0.5", "1900")
    number = int(stack.ledger_sql(f"SELECT MAX(id) FROM orders WHERE account_id={ada.number}")[0][0])
    stack.engine.stop()
    stack.ledger_sql(f"UPDATE orders SET limit_price_e10={3000 * E10} WHERE id={number}")
    stack.start_engine()
    wait_until(lambda: int(stack.ledger_sql(f"SELECT status FROM account WHERE id={ada.number}")[0][0]) == 2, 10)
    assert bob.open() == [good]
    stack.engine.stop()
    stack.ledger_sql(f"UPDATE orders SET limit_price_e10={1900 * E10} WHERE id={number}")
    stack.start_engine()
    wait_until(lambda: ada.look(bad)["status"] == "cancelled", 10)  # as the freeze would have it
    assert ada.look(bad)["reason"] == "account_frozen" and ada.balance() == (dollars("10000"), 0)
    with stack.commands() as commands:
        assert commands.command("unfreeze", account_id=ada.number)[0] == "OK"
    assert ada.open() == [] and bob.cancel(good).status == 200
