# SPDX-License-Identifier: MIT
"""Orders that wait for a price, through the engine and the reader: real processes, a private MariaDB. After each
test the ledger is proven by cnop-audit, which applies every command again."""

import os
import signal
import sys
import pathlib

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from harness import wait_until  # noqa: E402
from ledger_stack import running_ledger  # noqa: E402
from people import Person, dollars, price_of_the_next_start, tick  # noqa: E402

ETH = 2


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
    """Makes people with 10,000 dollars and 2 ETH at 2,000."""

    def make():
        number = next(users)
        tick(stack, ETH, 2000)
        stack.deposit(number)
        someone = Person(stack, number)
        assert someone.place("market_buy", "2").status == 201
        return someone

    return make


def placed(answer):
    assert answer.status == 201, answer.body
    return answer.json()["data"]


def test_a_stop_sale_waits_and_is_sold(stack, person):
    ada = person()
    order = placed(ada.place("stop_sell", "1.5", stop_price="1900", client_order_id="stop"))
    assert (order["order_type"], order["status"], order["stop_price"], order["price"]) == ("stop_sell", "pending", "1900.00", "1805.00")
    assert order["held"] == {"asset_id": "ETH", "amount": "1.5"} and order["time_in_force"] == "GTC"
    assert ada.look(order) == order and ada.open() == [order] and ada.open(status="pending") == [order]
    assert ada.balance(ETH) == (dollars("0.5"), dollars("1.5"))
    tick(stack, ETH, 1900.01)
    assert ada.look(order)["status"] == "pending"
    tick(stack, ETH, 1899)
    wait_until(lambda: ada.look(order)["status"] == "completed", 10)
    final = ada.look(order)
    assert (final["average_price"], final["total_amount"], final["stop_price"]) == ("1899.00", "2848.50", "1900.00")
    assert ada.balance(ETH) == (dollars("0.5"), 0) and ada.open() == []
    again = ada.place("stop_sell", "1.5", stop_price="1900", client_order_id="stop")
    assert again.headers["idempotency-replayed"] == "true" and again.json()["data"] == order


def test_each_kind_waits_its_own_way(stack, person):
    ada = person()
    rising = [placed(ada.place("stop_buy", "0.1", stop_price="2100")),
              placed(ada.place("stop_limit_buy", "0.1", "2150", stop_price="2100")),
              placed(ada.place("take_profit_sell", "0.1", stop_price="2100")),
              placed(ada.place("take_profit_limit_sell", "0.1", "2090", stop_price="2100"))]
    falling = [placed(ada.place("stop_sell", "0.1", stop_price="1900")),
               placed(ada.place("stop_limit_sell", "0.1", "1850", stop_price="1900")),
               placed(ada.place("take_profit_buy", "0.1", stop_price="1900")),
               placed(ada.place("take_profit_limit_buy", "0.1", "1910", stop_price="1900"))]
    tick(stack, ETH, 2105)
    wait_until(lambda: [ada.look(order)["status"] for order in rising] == ["completed"] * 4, 10)
    assert [ada.look(order)["status"] for order in falling] == ["pending"] * 4
    tick(stack, ETH, 1895)
    wait_until(lambda: [ada.look(order)["status"] for order in falling] == ["completed"] * 4, 10)


def test_a_market_that_jumps_leaves_it_protected_on_the_book(stack, person):
    ada = person()
    order = placed(ada.place("stop_sell", "1", stop_price="1900"))
    tick(stack, ETH, 1700)
    wait_until(lambda: ada.look(order)["status"] == "queued", 10)
    assert ada.look(order)["held"]["amount"] == "1"
    tick(stack, ETH, 1806)
    wait_until(lambda: ada.look(order)["status"] == "completed", 10)


@pytest.mark.parametrize("kind, fields, code", [
    ("stop_sell", {"stop_price": "2000"}, "trigger_already_met"),
    ("stop_buy", {"stop_price": "2000"}, "trigger_already_met"),
    ("take_profit_sell", {"stop_price": "1999"}, "trigger_already_met"),
    ("stop_sell", {"stop_price": "1900.001"}, "price_tick"),
    ("stop_sell", {"stop_price": "190"}, "price_out_of_band"),
    ("stop_sell", {"stop_price": "1900", "time_in_force": "IOC"}, "order_combination"),
    ("stop_sell", {"stop_price": "1900", "post_only": True}, "order_combination"),
    ("stop_sell", {}, "validation_failed"),
    ("stop_limit_sell", {"stop_price": "1900"}, "validation_failed"),
    ("limit_sell", {"stop_price": "1900", "price": "2100"}, "validation_failed"),
    ("market_sell", {"stop_price": "1900"}, "validation_failed"),
    ("stop_sell", {"stop_price": "1900", "quantity": "3"}, "insufficient_holdings"),
])
def test_what_cannot_wait_is_refused(person, kind, fields, code):
    ada = person()
    answer = ada.place(kind, fields.pop("quantity", "1"), **fields)
    assert answer.status == 422 and answer.code == code, answer.body
    assert ada.open() == []


def test_it_is_cancelled_amended_and_previewed(stack, person):
    ada = person()
    preview = ada.ask(stack.engine, "POST", "/api/v1/orders/preview",
                      json_body={"order_type": "stop_sell", "asset_id": "ETH", "quantity": "1", "stop_price": "1900"}).json()["data"]
    assert preview["accepted"] and (preview["stop_price"], preview["price"]) == ("1900.00", "1805.00")
    order = placed(ada.place("stop_limit_buy", "1", "2110", stop_price="2100"))
    changed = ada.ask(stack.engine, "PATCH", f"/api/v1/orders/{order['order_id']}", json_body={"quantity": "2", "price": "2120"}).json()["data"]
    assert (changed["status"], changed["quantity"], changed["price"], changed["stop_price"]) == ("pending", "2", "2120.00", "2100.00")
    final = ada.cancel(order).json()["data"]
    assert (final["status"], final["reason"], final["held"]["amount"]) == ("cancelled", "user", "0.00")
    tick(stack, ETH, 2200)
    assert ada.look(order)["status"] == "cancelled"


def test_it_waits_on_after_kills(stack, person):
    ada = person()
    orders = [placed(ada.place("stop_sell", "0.01", stop_price=str(1900 - number))) for number in range(100)]
    os.kill(stack.engine.process.pid, signal.SIGKILL)
    stack.engine.process.wait()
    stack.start_engine()
    assert ada.look(orders[0])["status"] == "pending"
    held = ada.balance(ETH)
    assert held == (dollars("1"), dollars("1"))
    tick(stack, ETH, 1850)
    wait_until(lambda: len(ada.open(status="pending")) == 49, 10)
    stack.engine.stop()
    price_of_the_next_start(stack, ETH, 1700)
    stack.start_engine()
    wait_until(lambda: ada.open(status="pending") == [], 10)  # what passed in the meantime is seen at the start
    assert {order["status"] for order in ada.open()} == {"queued"}  # 1,700 is beyond what protects them
    assert ada.place("stop_sell", "0.01", stop_price="1650").status == 201
