# SPDX-License-Identifier: MIT
"""Orders by the ids that their clients gave them, and batches that place, cancel and amend: real processes, a private
MariaDB. After each test cnop-audit proves the ledger."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ledger_stack import running_ledger  # noqa: E402
from people import Person, dollars, price_of_the_next_start, tick  # noqa: E402

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


def batch(who, *items, key=None):
    headers = {} if key is None else {"Idempotency-Key": key}
    return who.ask(who.stack.engine, "POST", "/api/v1/orders/batch", json_body={"orders": list(items)}, headers=headers)


def results(who, *items, key=None):
    answer = batch(who, *items, key=key)
    assert answer.status == 200, answer.body
    rows = answer.json()["results"]
    assert [row["index"] for row in rows] == list(range(len(items)))
    assert answer.json()["accepted"] == sum(row["status"] < 300 for row in rows)
    assert answer.json()["accepted"] + answer.json()["rejected"] == len(items)
    return rows


def bid(quantity, price, name):
    return {"order_type": "limit_buy", "asset_id": "ETH", "quantity": quantity, "price": price, "client_order_id": name}


def test_a_maker_renews_its_quotes(stack, person, forgetful):
    """What a cancel frees is there for what is placed behind it, in this order; and the rows say what was answered."""
    ada = person()
    ada.limit("buy", "2", "1900", client_order_id="a")
    kept = ada.limit("buy", "2", "1800", client_order_id="b")
    forgetful()
    rows = results(ada, bid("3", "1850", "too_early"), {"action": "cancel", "client_order_id": "a"},
                   {"action": "amend", "order_id": kept["order_id"], "quantity": "1", "price": "1801"},
                   {"action": "place", **bid("3", "1850", "c")}, {"action": "amend", "client_order_id": "c", "quantity": "2.5"},
                   {"action": "cancel", "client_order_id": "nobody"})
    assert [row["status"] for row in rows] == [422, 200, 200, 201, 200, 404], rows
    assert [row.get("error", {}).get("code") for row in rows] == ["insufficient_funds", None, None, None, None, "not_found"]
    assert (rows[1]["data"]["status"], rows[2]["data"]["quantity"], rows[2]["data"]["price"]) == ("cancelled", "1", "1801.00")
    assert (rows[3]["data"]["quantity"], rows[4]["data"]["quantity"]) == ("3", "2.5")
    for row in (rows[1], rows[2], rows[4]):
        assert ada.look(row["data"]) == row["data"]
    assert {order["client_order_id"] for order in ada.open()} == {"b", "c"}
    held = sum(dollars(order["held"]["amount"]) for order in ada.open())
    assert ada.balance() == (dollars("10000") - held, held)


def test_an_order_that_the_batch_places_is_named_in_it(stack, person, forgetful):
    ada = person()
    forgetful()
    items = []
    for number in range(30):
        items += [bid("0.1", "1900", f"n{number}"), {"action": "cancel", "client_order_id": f"n{number}"}]
    rows = results(ada, *items)
    assert {row["status"] for row in rows[::2]} == {201} and {row["status"] for row in rows[1::2]} == {200}
    assert [row["data"]["order_id"] for row in rows[::2]] == [row["data"]["order_id"] for row in rows[1::2]]
    assert ada.open() == [] and ada.balance() == (dollars("10000"), 0)


def test_a_batch_is_repeated(stack, person, forgetful):
    ada = person()
    ada.limit("buy", "1", "1900", client_order_id="a")
    ada.limit("buy", "1", "1800", client_order_id="b")
    items = ({"action": "cancel", "client_order_id": "a"}, {"action": "amend", "client_order_id": "b", "quantity": "0.5"},
             {"order_type": "limit_buy", "asset_id": "ETH", "quantity": "1", "price": "1700"})
    first = results(ada, *items, key="whole")
    forgetful()
    second = results(ada, *items, key="whole")
    assert [row["status"] for row in first] == [200, 200, 201] and [row["status"] for row in second] == [422, 200, 201]
    assert second[0]["error"] == {"code": "order_final", "message": "The order is cancelled; nothing of 1 was filled."}
    assert second[1] == first[1]
    assert second[2] == {**first[2], "replayed": True}
    assert len(ada.open()) == 2


def test_a_race_in_a_batch_says_what_was_filled(stack, person):
    ada, bob = person(), person()
    assert bob.place("market_buy", "2").status == 201
    orders = [ada.limit("buy", "1", price) for price in ("1999", "1998")]
    assert bob.place("limit_sell", "1.5", "1998").status == 201
    rows = results(ada, *({"action": "cancel", "order_id": order["order_id"]} for order in orders))
    assert rows[0]["error"]["message"] == "The order is completed; 1 of 1 was filled, at $1999.00 on average."
    assert (rows[1]["status"], rows[1]["data"]["filled_quantity"]) == (200, "0.5")


def test_orders_of_others_are_none(stack, person):
    ada, bob = person(), person()
    order = bob.limit("buy", "1", "1900", client_order_id="mine")
    rows = results(ada, {"action": "cancel", "order_id": order["order_id"]}, {"action": "cancel", "client_order_id": "mine"},
                   {"action": "amend", "order_id": order["order_id"], "quantity": "0.5"},
                   {"action": "cancel", "order_id": "o" + "0" * 23})
    assert [row["status"] for row in rows] == [404] * 4
    assert [one["order_id"] for one in bob.open()] == [order["order_id"]]


ONE = {"order_id": "o" + "0" * 23}


@pytest.mark.parametrize("item, field, rule", [
    ({"action": "replace"}, "action", "must be one of"),
    ({"action": "cancel"}, "order_id", "is required, or client_order_id, and not both"),
    ({"action": "cancel", "client_order_id": "a", **ONE}, "order_id", "is required, or client_order_id, and not both"),
    ({"action": "cancel", "order_id": "x!"}, "order_id", "must be 10 to 50 letters, digits and '_'"),
    ({"action": "cancel", "client_order_id": "a.b"}, "client_order_id", "must be letters, digits, '_' and '-'"),
    ({"action": "cancel", "quantity": "1", **ONE}, "quantity", "must be absent"),
    ({"action": "cancel", "price": "1", **ONE}, "price", "must be absent"),
    ({"action": "amend", **ONE}, "quantity", "is required, unless price is given"),
    ({"action": "amend", "quantity": "-1", **ONE}, "quantity", ""),
    ({"action": "place"}, "order_type", "is required"), ({}, "asset_id", "is required"),
])
def test_a_fault_names_the_item_and_nothing_is_done(stack, person, item, field, rule):
    ada = person()
    answer = batch(ada, bid("1", "1900", "first"), item)
    assert answer.status == 422, answer.body
    faults = {fault["field"]: fault["message"] for fault in answer.json()["errors"]}
    assert faults[f"orders[1].{field}"].startswith(rule), faults
    assert ada.open() == []
