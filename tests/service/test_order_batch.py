# SPDX-License-Identifier: MIT
"""Orders by the ids that their clients gave them, and batches that place, cancel and amend: real processes, a private
MariaDB. After each test cnop-audit proves the ledger."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ledger_stack import running_ledger  # noqa: E402
from people import Person, price_of_the_next_start, tick  # noqa: E402

ETH = 2


@pytest.fixture(scope="module")
def stack():
    with running_ledger(fee_bps=20, maker_fee_bps=10, house_spread_bps=100) as ledger:
        yield ledger


@pytest.fixture(scope="module")
def users():
    return iter(range(1000, 1900))


@pytest.fixture
def person(stack, users):
    """Makes people with 10,000 dollars; cancels what they leave behind."""
    made = []

    def make():
        number = next(users)
        stack.deposit(number)
        made.append(Person(stack, number))
        return made[-1]

    tick(stack, ETH, 2000)
    yield make
    for one in made:
        assert one.ask(stack.engine, "DELETE", "/api/v1/orders").status == 200
    stack.prove()


@pytest.fixture(params=["warm", "cold"])
def forgetful(request, stack):
    """Called, it makes the engine forget the keys of before, or not."""

    def forget():
        if request.param == "cold":
            stack.engine.stop()
            price_of_the_next_start(stack, ETH, 2000)
            stack.start_engine(boot_keys=0)

    return forget


def cancel_named(who, name):
    return who.ask(who.stack.engine, "DELETE", f"/api/v1/orders/by-client-id/{name}")


def test_an_order_is_cancelled_by_its_client_id(stack, person, forgetful):
    ada, bob = person(), person()
    for one in (ada, bob):
        one.limit("buy", "1", "1900", client_order_id="mine")
    order = ada.limit("buy", "0.5", "1800", client_order_id="other")
    forgetful()
    answer = cancel_named(ada, "mine")
    assert answer.status == 200, answer.body
    shown = answer.json()["data"]
    assert (shown["client_order_id"], shown["status"], shown["reason"]) == ("mine", "cancelled", "user")
    assert ada.look(shown) == shown
    assert [one["order_id"] for one in ada.open()] == [order["order_id"]]
    assert [one["client_order_id"] for one in bob.open()] == ["mine"]
    forgetful()
    again = cancel_named(ada, "mine")
    assert (again.status, again.json()["code"]) == (422, "order_final")
    assert again.json()["detail"] == "The order is cancelled; nothing of 1 was filled."


def test_who_comes_too_late_learns_what_was_filled(stack, person):
    ada, bob = person(), person()
    assert bob.place("market_buy", "2").status == 201
    order = ada.limit("buy", "1", "1999.5", client_order_id="race")
    assert bob.place("limit_sell", "1", "1999.5").status == 201
    for answer in (cancel_named(ada, "race"), ada.cancel(order),
                   ada.ask(stack.engine, "PATCH", f"/api/v1/orders/{order['order_id']}", json_body={"quantity": "2"})):
        assert (answer.status, answer.json()["code"]) == (422, "order_final")
        assert answer.json()["detail"] == "The order is completed; 1 of 1 was filled, at $1999.50 on average."


@pytest.mark.parametrize("name, status", [("nobody", 404), ("x" * 64, 404), ("x" * 65, 422), ("a.b", 422)])
def test_ids_that_are_none(stack, person, forgetful, name, status):
    ada = person()
    ada.limit("buy", "1", "1900", client_order_id="mine")
    forgetful()
    answer = cancel_named(ada, name)
    assert answer.status == status, answer.body
    if status == 422:
        assert answer.json()["errors"][0]["field"] == "client_order_id"
    assert len(ada.open()) == 1
