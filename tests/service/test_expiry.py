# SPDX-License-Identifier: MIT
"""Orders that wait until a time, or until the day is over: real processes, a private MariaDB. After each test
cnop-audit proves the ledger."""

import datetime
import os
import pathlib
import signal
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from harness import wait_until  # noqa: E402
from ledger_stack import running_ledger  # noqa: E402
from people import Person, dollars, price_of_the_next_start, tick  # noqa: E402

ETH = 2


@pytest.fixture(scope="module")
def stack():
    with running_ledger(verify_pause="1s") as ledger:
        yield ledger


@pytest.fixture(scope="module")
def users():
    return iter(range(1000, 1900))


@pytest.fixture
def ada(stack, users):
    tick(stack, ETH, 2000)
    number = next(users)
    stack.deposit(number)
    yield Person(stack, number)
    stack.prove()


def moment(seconds):
    """RFC 3339, so many seconds ahead."""
    then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return then.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def until(ada, seconds, **fields):
    return ada.limit("buy", "0.5", "1900", time_in_force="GTD", expires_at=moment(seconds), **fields)


def test_an_order_expires_and_gives_back_what_it_held(ada):
    order = until(ada, 1.5)
    assert order["status"] == "queued" and order["time_in_force"] == "GTD" and ada.look(order) == order
    assert ada.balance() == (dollars("9050"), dollars("950"))
    wait_until(lambda: ada.look(order)["status"] == "expired", 10, "the expiry")
    gone = ada.look(order)
    assert (gone["reason"], gone["filled_quantity"], gone["held"]["amount"]) == ("time", "0", "0.00")
    assert gone["updated_at"] >= gone["expires_at"] == order["expires_at"]
    assert ada.balance() == (dollars("10000"), 0) and ada.open() == []
    again = ada.cancel(order)
    assert again.status == 422 and again.code == "order_final" and "expired" in again.json()["detail"]


def test_an_order_of_the_day_ends_with_it(ada):
    order = ada.limit("buy", "0.5", "1900", time_in_force="DAY")
    day = datetime.date.fromisoformat(order["created_at"][:10]) + datetime.timedelta(days=1)
    assert order["expires_at"] == f"{day}T00:00:00.000000Z"
    cancelled = ada.cancel(order).json()["data"]
    assert (cancelled["status"], cancelled["expires_at"]) == ("cancelled", order["expires_at"])


def test_others_wait_on_and_the_first_goes_first(ada):
    orders = [until(ada, seconds) for seconds in (300, 1.2, 1.8)] + [ada.limit("buy", "0.5", "1900")]
    wait_until(lambda: len(ada.open()) == 2, 10, "two expiries")
    assert ada.open() == [orders[3], orders[0]]
    assert ada.look(orders[1])["updated_at"] <= ada.look(orders[2])["updated_at"]  # one step may end both
    assert "expires_at" not in orders[3]
    for order in (orders[0], orders[3]):
        assert ada.cancel(order).status == 200


def test_a_repeat_is_answered_with_the_first_body(stack, ada):
    when = moment(1.5)
    place = {"time_in_force": "GTD", "expires_at": when, "client_order_id": f"once-{ada.number}"}
    first = ada.place("limit_buy", "0.5", "1900", **place)
    wait_until(lambda: ada.open() == [], 10, "the expiry")
    again = ada.place("limit_buy", "0.5", "1900", **place)
    assert again.body == first.body and again.headers["idempotency-replayed"] == "true"
    other = ada.place("limit_buy", "0.5", "1900", **{**place, "expires_at": moment(60)})
    assert other.code == "idempotency_mismatch"
    stack.engine.stop()
    stack.start_engine(boot_keys=0)  # from the row
    assert ada.place("limit_buy", "0.5", "1900", **place).body == first.body


@pytest.mark.parametrize("terms, code", [
    ({"time_in_force": "GTD", "expires_at": "2020-01-01"}, "expiry_invalid"),
    ({"time_in_force": "GTD", "expires_at": "2100-01-01T00:00:00Z"}, "expiry_invalid"),
    ({"time_in_force": "GTD"}, "validation_failed"), ({"expires_at": "2100-01-01"}, "validation_failed"),
    ({"time_in_force": "DAY", "expires_at": "2100-01-01"}, "validation_failed"),
    ({"time_in_force": "GTD", "expires_at": "soon"}, "validation_failed"),
])
def test_times_that_are_none(ada, terms, code):
    assert ada.place("limit_buy", "0.5", "1900", **terms).code == code
    assert ada.place("market_buy", "0.5", expires_at="2100-01-01").code == "validation_failed"


def test_what_expired_while_the_engine_was_away_is_not_filled(stack, ada):
    order, stays = until(ada, 2), ada.limit("buy", "0.5", "1900")
    os.kill(stack.engine.process.pid, signal.SIGKILL)
    stack.engine.stop()
    time.sleep(2.5)
    price_of_the_next_start(stack, ETH, 1850)
    stack.start_engine()
    wait_until(lambda: ada.look(stays)["status"] == "completed", 10, "the house to sell")
    gone = ada.look(order)
    assert (gone["status"], gone["reason"], gone["filled_quantity"]) == ("expired", "time", "0")
    assert ada.balance(ETH) == (5 * 10**7, 0)


def test_a_time_changed_in_the_database_freezes_its_account(stack, ada):
    order = until(ada, 300)
    stack.engine.stop()
    stack.ledger_sql(f"UPDATE orders SET expires_us=expires_us+1 WHERE account_id={ada.number}")
    stack.start_engine()
    wait_until(lambda: stack.ledger_sql(f"SELECT status FROM account WHERE id={ada.number}") == [["2"]], 10, "the freeze")
    stack.engine.stop()
    stack.ledger_sql(f"UPDATE orders SET expires_us=expires_us-1 WHERE account_id={ada.number}")
    price_of_the_next_start(stack, ETH, 1850)  # which reaches it: the freeze is first
    stack.start_engine()
    wait_until(lambda: ada.look(order)["status"] != "queued", 10, "the freeze to cancel")
    assert (ada.look(order)["status"], ada.look(order)["reason"]) == ("cancelled", "account_frozen")


# ---- accounts that have to be heard of ----


def switch(ada, seconds):
    answer = ada.ask(ada.stack.engine, "POST", "/api/v1/orders/cancel-after", json_body={"seconds": seconds})
    assert answer.status == 200, answer.body
    return answer.json()["data"]["cancel_at"]


def test_orders_end_unless_their_account_is_heard_of(ada):
    orders = [ada.limit("buy", "0.5", price) for price in ("1900", "1910")]
    first = switch(ada, 5)
    time.sleep(3)
    assert switch(ada, 5) > first
    time.sleep(3)
    assert len(ada.open()) == 2
    wait_until(lambda: ada.open() == [], 10, "the orders to end")
    for order in orders:
        gone = ada.look(order)
        assert (gone["status"], gone["reason"]) == ("cancelled", "cancel_after")
    assert ada.balance() == (dollars("10000"), 0)
    later = ada.limit("buy", "0.5", "1900")  # it is off
    time.sleep(1.5)
    assert ada.open() == [later] and ada.cancel(later).status == 200


def test_a_switch_that_is_off_does_nothing(ada):
    order = ada.limit("buy", "0.5", "1900")
    assert switch(ada, 5) is not None and switch(ada, 0) is None and switch(ada, 0) is None
    time.sleep(6.5)
    assert ada.open() == [order] and ada.cancel(order).status == 200


def test_a_switch_that_became_due_without_an_engine_comes_first(stack, ada):
    order = ada.limit("buy", "0.5", "1900")
    due = switch(ada, 5)
    os.kill(stack.engine.process.pid, signal.SIGKILL)
    stack.engine.stop()
    time.sleep(6)
    price_of_the_next_start(stack, ETH, 1850)
    stack.start_engine()
    wait_until(lambda: ada.look(order)["status"] == "cancelled", 10, "the order to end")
    assert ada.look(order)["filled_quantity"] == "0" and ada.look(order)["updated_at"] > due
    assert stack.ledger_sql(f"SELECT switch_us FROM account WHERE id={ada.number}") == [["NULL"]]


@pytest.mark.parametrize("seconds", [-1, 1, 4, 86401, "x", None, 5.5])
def test_seconds_that_are_none(ada, seconds):
    answer = ada.ask(ada.stack.engine, "POST", "/api/v1/orders/cancel-after", json_body={"seconds": seconds})
    assert answer.status == 422 and answer.json()["errors"][0]["field"] == "seconds"
