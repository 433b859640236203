# SPDX-License-Identifier: MIT
"""The order engine as a black box: real process, private MariaDB, FastCGI and command socket."""

import concurrent.futures
import json
import os
import pathlib
import signal
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fcgi import Closed, Connection  # noqa: E402
from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402
from engine_wire import E10, Commands  # noqa: E402


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory, orders_file=pathlib.Path(directory) / "orders.jsonl")
        try:
            ledger.start_engine()
            yield ledger
        finally:
            ledger.stop()


@pytest.fixture(scope="module")
def users():
    return iter(range(1000, 100000))


@pytest.fixture
def worker(stack):
    with Connection(stack.engine.socket) as connection:
        yield connection


@pytest.fixture
def user(stack, users):
    """A fresh account with 10 000 dollars."""
    number = next(users)
    stack.deposit(number)
    return number


def order(worker, user, kind="market_buy", asset="BTC", headers=None, path="/api/v1/orders", **fields):
    body = {"order_type": kind, "asset_id": asset, **fields}
    return worker.request("POST", path, json_body=body, user=user, headers=headers)


def balance(stack, user, asset=0):
    rows = stack.ledger_sql(f"SELECT avail_e8 FROM balance WHERE account_id={user} AND asset_id={asset}")
    return int(rows[0][0]) if rows else 0


# ---- orders ----


def test_market_buy_moves_cash_and_asset(stack, worker, user):
    answer = order(worker, user, quantity="0.1", client_order_id="first")
    assert answer.status == 201
    data = answer.json()["data"]
    assert data["order_type"] == "market_buy" and data["asset_id"] == "BTC" and data["status"] == "completed"
    assert (data["quantity"], data["price"], data["total_amount"], data["fee"]) == ("0.1", "64000.00", "6400.00", "0.00")
    assert data["client_order_id"] == "first"
    assert balance(stack, user) == 3600 * 10**8
    assert balance(stack, user, 1) == 10**7


def test_who_was_never_there_leaves_nothing_in_the_ledger(stack, worker):
    """A token may outlive its user. The engine knows accounts, not users: without money nothing comes of it."""
    nobody = 555555
    assert order(worker, nobody, quantity="0.1").code == "insufficient_funds"
    assert order(worker, nobody, kind="limit_buy", quantity="0.1", price="60000").code == "insufficient_funds"
    assert order(worker, nobody, kind="market_sell", quantity="0.1").code == "insufficient_holdings"
    assert worker.request("DELETE", "/api/v1/orders/o" + "0" * 23, user=nobody).status == 404
    assert stack.ledger_sql(f"SELECT id FROM account WHERE id = {nobody} UNION SELECT id FROM orders WHERE account_id = {nobody}") == []


def test_repeat_returns_the_first_answer(worker, user):
    first = order(worker, user, quantity="0.01", client_order_id="again")
    second = order(worker, user, quantity="0.01", client_order_id="again")
    assert first.headers.get("idempotency-replayed") is None
    assert second.headers["idempotency-replayed"] == "true"
    assert second.status == 201 and second.body == first.body
    header = order(worker, user, quantity="0.01", headers={"Idempotency-Key": "again"})
    assert header.status == 201 and header.body == first.body


def test_key_with_another_body_is_refused(worker, user):
    assert order(worker, user, quantity="0.01", client_order_id="k").status == 201
    assert order(worker, user, quantity="0.02", client_order_id="k").code == "idempotency_mismatch"
    answer = order(worker, user, quantity="0.01", client_order_id="k", headers={"Idempotency-Key": "other"})
    assert answer.status == 422 and answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_keys_of_two_accounts_are_apart(stack, worker, user, users):
    other = next(users)
    stack.deposit(other, amount="100.00")
    assert order(worker, user, quantity="0.001", client_order_id="same").status == 201
    answer = order(worker, other, quantity="0.001", client_order_id="same")
    assert answer.status == 201 and answer.headers.get("idempotency-replayed") is None


def test_a_refused_order_leaves_its_key_free(stack, worker, users):
    number = next(users)
    assert order(worker, number, quantity="0.001", client_order_id="k").code == "insufficient_funds"
    stack.deposit(number, amount="100.00")
    assert order(worker, number, quantity="0.001", client_order_id="k").status == 201


@pytest.mark.parametrize("fields, code", [
    ({"quantity": "0.0009"}, "order_too_small"),
    ({"quantity": "0.2"}, "order_too_large"),
    ({"quantity": "1", "kind": "market_sell", "asset": "ETH"}, "insufficient_holdings"),
    ({"quantity": "1", "asset": "NOPE"}, "asset_unknown"),
    ({"quantity": "1", "kind": "limit_buy", "price": "1"}, "price_out_of_band"),
    ({"quantity": "1", "kind": "limit_buy"}, "validation_failed"),
    ({"amount": "1", "kind": "limit_buy", "price": "1"}, "validation_failed"),
    ({"quantity": "1", "asset": "BTC!"}, "validation_failed"),
    ({"quantity": "1", "asset": "   "}, "validation_failed"),
    ({"quantity": "1", "asset": "USD"}, "asset_unknown"),
    ({"quantity": "1", "kind": "buy"}, "validation_failed"),
    ({}, "validation_failed"),
    ({"quantity": "1", "amount": "1"}, "validation_failed"),
    ({"quantity": "-1"}, "amount_invalid"),
    ({"quantity": "1e3"}, "amount_invalid"),
    ({"quantity": "NaN"}, "amount_invalid"),
    ({"quantity": "0"}, "amount_invalid"),
    ({"quantity": "0.123456789"}, "amount_precision"),
    ({"amount": "1.001"}, "amount_precision"),
    ({"quantity": "0.01", "client_order_id": "a b"}, "validation_failed"),
    ({"quantity": "0.01", "client_order_id": "x" * 65}, "validation_failed"),
])
def test_refusals_name_their_reason_and_change_nothing(stack, worker, user, fields, code):
    before = stack.ledger_sql("SELECT seq FROM writer")
    answer = order(worker, user, **fields)
    assert answer.status == 422 and answer.code == code, answer
    assert answer.json()["detail"]
    assert stack.ledger_sql("SELECT seq FROM writer") == before
    assert balance(stack, user) == 10000 * 10**8


# ---- what is written down ----

def lines_of(text, request_id):
    return [line for line in map(json.loads, text.splitlines()) if line["request_id"] == request_id]


def test_an_accepted_order_leaves_a_line(stack, worker, user):
    path = stack.directory / "orders.jsonl"
    body = {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}
    for number in range(3):
        answer = worker.request("POST", "/api/v1/orders", json_body=body, user=user,
                                params={"CNOP_REQUEST_ID": f"req-accepted-{user}-{number}"})
        assert answer.status == 201
    wait_until(lambda: lines_of(path.read_text(), f"req-accepted-{user}-2"), what="the last line")
    for number in range(3):
        found = lines_of(path.read_text(), f"req-accepted-{user}-{number}")
        assert len(found) == 1 and lines_of(stack.engine.output(), f"req-accepted-{user}-{number}") == []
        assert (found[0]["level"], found[0]["action"], found[0]["user"]) == ("INFO", "request_end", str(user))
        said = found[0]["extra"]
        assert (said["method"], said["route"], said["status"]) == ("POST", "/api/v1/orders", 201) and said["dur_us"] > 0


def test_a_refused_order_leaves_its_reason_in_the_log(stack, worker, user):
    for body, code, field in (({"order_type": "market_buy", "asset_id": "BTC!", "quantity": "1"}, "validation_failed", "asset_id"),
                              ({"order_type": "market_sell", "asset_id": "ETH", "quantity": "1"}, "insufficient_holdings", None)):
        request_id = f"req-refused-{user}-{code}"
        answer = worker.request("POST", "/api/v1/orders", json_body=body, user=user, params={"CNOP_REQUEST_ID": request_id})
        assert answer.code == code
        found = wait_until(lambda: lines_of(stack.engine.output(), request_id), what="the line")
        assert len(found) == 1 and lines_of((stack.directory / "orders.jsonl").read_text(), request_id) == []
        said = found[0]["extra"]
        assert (found[0]["level"], found[0]["user"], said["status"], said["code"]) == ("WARN", str(user), 422, code)
        assert said["route"] == "/api/v1/orders" and said["dur_us"] > 0
        assert field is None or said["field"] == field


def test_a_price_in_a_market_order_does_not_lift_the_cap(worker, user):
    assert order(worker, user, quantity="0.2", price="64000").code == "order_too_large"


@pytest.mark.parametrize("kind, beyond, within", [("market_buy", "63999.9999999999", "64000"),
                                                  ("market_sell", "64000.0000000001", "64000.00")])
def test_the_price_of_a_market_order_is_the_worst_it_accepts(stack, worker, user, kind, beyond, within):
    order(worker, user, quantity="0.01")
    before = stack.ledger_sql("SELECT seq FROM writer")
    refused = order(worker, user, kind=kind, quantity="0.001", price=beyond)
    assert (refused.status, refused.code) == (422, "price_limit_exceeded"), refused
    assert refused.json()["detail"] == f"The price is $64000.00, beyond the limit of ${beyond}."
    assert stack.ledger_sql("SELECT seq FROM writer") == before
    preview = order(worker, user, kind=kind, quantity="0.001", price=beyond, path="/api/v1/orders/preview").json()["data"]
    assert not preview["accepted"] and preview["price_limit"] == beyond
    assert [v["code"] for v in preview["violations"]] == ["price_limit_exceeded"]
    done = order(worker, user, kind=kind, quantity="0.001", price=within, client_order_id=f"worst-{kind}")
    assert done.status == 201
    again = order(worker, user, kind=kind, quantity="0.001", price="64000.000", client_order_id=f"worst-{kind}")
    assert again.body == done.body
    other = order(worker, user, kind=kind, quantity="0.001", client_order_id=f"worst-{kind}")
    assert other.code == "idempotency_mismatch"
    assert stack.ledger_sql("SELECT limit_price_e10 FROM orders ORDER BY id DESC LIMIT 1") == [[str(64000 * E10)]]


def test_cash_settles_in_whole_cents_and_adds_up(stack, worker, user):
    """0.003 and a bit of 3000: a buyer pays the next cent, a seller receives the one before."""
    bought = order(worker, user, asset="ETH", quantity="0.00333333").json()["data"]
    assert bought["total_amount"] == "10.00" and balance(stack, user) == 9990 * 10**8
    bought = order(worker, user, asset="ETH", quantity="0.00333334").json()["data"]
    assert bought["total_amount"] == "10.01" and balance(stack, user) == 997999 * 10**6
    sold = order(worker, user, kind="market_sell", asset="ETH", quantity="0.00666667").json()["data"]
    assert sold["total_amount"] == "20.00" and balance(stack, user) == 999999 * 10**6
    with stack.commands() as commands:
        assert commands.cash("withdraw", user, "4999.99")[0] == "OK"
    assert balance(stack, user) == 5000 * 10**8


def close(worker, user, asset="BTC", path="", body=None, headers=None):
    return worker.request("POST", f"/api/v1/positions/{asset}/close{path}", json_body=body, user=user, headers=headers)


def test_a_position_is_closed_whatever_it_is_worth(stack, worker, user):
    assert close(worker, user).code == "insufficient_holdings"
    bought = order(worker, user, amount="50.00").json()["data"]
    assert bought["total_amount"] == "50.00" and float(bought["quantity"]) < 0.001
    preview = close(worker, user, path="/preview").json()["data"]
    assert preview["accepted"] and preview["quantity"] == bought["quantity"] and preview["quantity_after"] == "0"
    key = {"Idempotency-Key": f"close-{user}"}
    sold = close(worker, user, "btc", body={}, headers=key)
    assert sold.status == 201 and sold.json()["data"]["order_type"] == "market_sell"
    assert sold.json()["data"]["quantity"] == bought["quantity"]
    again = close(worker, user, "BTC", body={}, headers=key)
    assert again.body == sold.body and again.headers["idempotency-replayed"] == "true"
    assert balance(stack, user, 1) == 0
    assert close(worker, user, body={"price": "64000.01"}).code == "price_limit_exceeded"
    assert close(worker, user, "NOPE").code == "asset_unknown"
    assert close(worker, user, "BTC!").code == "validation_failed"


def test_a_sweep_names_what_it_sold(stack, worker, user):
    def sweep(body=None, key=None):
        return worker.request("POST", "/api/v1/positions/sweep", json_body=body, user=user,
                              headers={"Idempotency-Key": key} if key else None)

    assert sweep().json() == {"results": [], "accepted": 0, "rejected": 0}
    assert order(worker, user, asset="SOL", amount="100.00").status == 201
    for asset, amount in (("BTC", "50.00"), ("ETH", "70.00")):
        assert order(worker, user, asset=asset, amount=amount).status == 201
    # All but 0.00000010 BTC (0.0064 dollars) and 0.0003 ETH (0.90 dollars).
    for asset, rest in ((1, 10), (2, 30000)):
        name = {1: "BTC", 2: "ETH"}[asset]
        left = balance(stack, user, asset) - rest
        assert order(worker, user, kind="market_sell", asset=name, quantity=f"0.{left:08}",
                     path="/api/v1/orders/preview").status == 200
        if left >= 10**5:
            assert order(worker, user, kind="market_sell", asset=name, quantity=f"0.{left:08}").status == 201
        else:  # below the least quantity: by amount, and the rest by another buyer's luck
            assert order(worker, user, kind="market_sell", asset=name, amount="49.98").status == 201
    before = balance(stack, user)
    dust = sweep({"below": "0.02"}).json()
    assert [r["data"]["asset_id"] for r in dust["results"]] == ["BTC"] and dust["accepted"] == 1
    swept = sweep(key=f"sweep-{user}").json()
    assert [r["data"]["asset_id"] for r in swept["results"]] == ["ETH"]
    assert swept["results"][0]["data"]["total_amount"] == "0.90"
    again = sweep(key=f"sweep-{user}").json()
    assert [r["data"] for r in again["results"]] == [r["data"] for r in swept["results"]]
    assert again["results"][0]["replayed"] is True
    assert sweep().json()["results"] == []
    assert balance(stack, user, 1) == balance(stack, user, 2) == 0 and balance(stack, user, 4) > 0
    paid = sum(round(float(r["data"]["total_amount"]) * 100) for r in dust["results"] + swept["results"])
    assert balance(stack, user) - before == paid * 10**6


def test_cash_of_an_older_ledger_is_filled_up_at_the_start():
    """10^-8 balances, as engines before settlement in cents left them: one start fills them up."""
    numbers = range(1000, 1300)
    with run_dir() as directory:
        older = LedgerStack(directory)
        try:
            older.start_engine()
            older.deposit(*numbers, amount="5.00")
            older.engine.stop()
            older.ledger_sql("UPDATE balance SET avail_e8=avail_e8+3965 WHERE asset_id=0 AND account_id>=1000;"
                             "UPDATE balance SET avail_e8=avail_e8-3965*300 WHERE asset_id=0 AND account_id=1;"
                             "UPDATE cash_entry SET amount_e8=amount_e8+3965,balance_after_e8=balance_after_e8+3965;"
                             "UPDATE xfer SET amount_e8=amount_e8+3965;"
                             "UPDATE balance SET seal=NULL; UPDATE account SET seal=NULL; DELETE FROM journal;"
                             "UPDATE writer SET sealed_us=NULL,seq=0,head_hash=REPEAT(CHAR(0),32)")
            older.start_engine(name="fill")
            wait_until(lambda: '"action":"whole_cents"' in older.engine.output(), timeout=30)
            assert {balance(older, number) for number in numbers} == {501 * 10**6}
            assert balance(older, 2) == -300 * (10**6 - 3965)
            assert older.ledger_sql("SELECT DISTINCT amount_e8,balance_after_e8 FROM cash_entry WHERE kind=4") == [
                [str(10**6 - 3965), str(501 * 10**6)]]
            older.engine.stop()
            before = older.ledger_sql("SELECT seq FROM writer")
            older.start_engine(name="filled")  # nothing left to do
            assert older.ledger_sql("SELECT seq FROM writer") == before
            with older.commands() as commands:
                assert commands.cash("withdraw", 1000, "5.01")[0] == "OK"
        finally:
            older.stop()


def test_order_by_amount_never_costs_more(worker, user):
    data = order(worker, user, amount="100.00").json()["data"]
    assert data["quantity"] == "0.0015625" and data["total_amount"] == "100.00"
    data = order(worker, user, amount="10", asset="ETH").json()["data"]
    assert float(data["total_amount"]) <= 10


def test_buy_then_sell_everything(stack, worker, user):
    """At 0.12345 dollars, 100 units: 12.35 to buy, 12.34 back."""
    assert order(worker, user, asset="DOGE", quantity="100").status == 201
    assert order(worker, user, kind="market_sell", asset="DOGE", quantity="100.00000001").code == "insufficient_holdings"
    assert order(worker, user, kind="market_sell", asset="DOGE", quantity="100").status == 201
    assert balance(stack, user, 3) == 0 and balance(stack, user) == 999999 * 10**6


def test_one_account_hundred_clients(stack, user):
    """All succeed: contention waits, it never fails."""

    def run(number):
        with Connection(stack.engine.socket, timeout=30) as connection:
            return [order(connection, user, asset="DOGE", quantity="10", client_order_id=f"c{number}-{i}").status
                    for i in range(5)]

    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        statuses = [status for result in pool.map(run, range(100)) for status in result]
    assert statuses == [201] * 500
    assert balance(stack, user, 3) == 5000 * 10**8


def test_double_spend_race(stack, users):
    """A hundred parallel buys of 60 with 100 dollars: one succeeds."""
    number = next(users)
    stack.deposit(number, amount="100.00")

    def run(_):
        with Connection(stack.engine.socket, timeout=30) as connection:
            return order(connection, number, amount="60.00").status

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(run, range(100)))
    assert statuses.count(201) == 1 and statuses.count(422) == 99


def test_same_key_at_once_is_one_order(stack, user):
    def run(_):
        with Connection(stack.engine.socket, timeout=30) as connection:
            return order(connection, user, asset="ETH", quantity="0.01", client_order_id="burst").body

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        bodies = set(pool.map(run, range(200)))
    assert len(bodies) == 1
    assert balance(stack, user, 2) == 10**6


# ---- preview and batch ----


def test_preview_tells_and_does_nothing(stack, worker, user):
    before = stack.ledger_sql("SELECT seq FROM writer")
    data = order(worker, user, quantity="0.1", path="/api/v1/orders/preview").json()["data"]
    assert data["accepted"] is True and data["violations"] == []
    assert (data["total_amount"], data["balance_after"], data["quantity_after"]) == ("6400.00", "3600.00", "0.1")
    data = order(worker, user, kind="limit_sell", asset="ETH", quantity="2", price="9",
                 path="/api/v1/orders/preview").json()["data"]
    assert data["order_type"] == "limit_sell" and data["accepted"] is False
    assert [v["code"] for v in data["violations"]] == ["price_out_of_band", "insufficient_holdings"]
    assert data["violations"][1]["message"] == "Holding 0 ETH, order sells 2 ETH."
    assert stack.ledger_sql("SELECT seq FROM writer") == before


def test_batch_answers_each_order(worker, user):
    body = {"orders": [{"order_type": "market_buy", "asset_id": "ETH", "quantity": "0.5", "client_order_id": "b-0"},
                       {"order_type": "market_sell", "asset_id": "ETH", "quantity": "9"},
                       {"order_type": "limit_buy", "asset_id": "ETH", "quantity": "9", "price": "1"},
                       {"order_type": "market_sell", "asset_id": "ETH", "quantity": "0.5"}]}
    reply = worker.request("POST", "/api/v1/orders/batch", json_body=body, user=user).json()
    assert [r["status"] for r in reply["results"]] == [201, 422, 422, 201]
    assert (reply["accepted"], reply["rejected"]) == (2, 2)
    assert reply["results"][0]["data"]["client_order_id"] == "b-0"
    assert reply["results"][3]["data"]["client_order_id"] is None


def test_batch_with_key_repeats_safely(stack, worker, user):
    body = {"orders": [{"order_type": "market_buy", "asset_id": "SOL", "quantity": "1"}] * 3}
    headers = {"Idempotency-Key": "whole-batch"}
    first = worker.request("POST", "/api/v1/orders/batch", json_body=body, user=user, headers=headers)
    second = worker.request("POST", "/api/v1/orders/batch", json_body=body, user=user, headers=headers)
    assert second.headers["idempotency-replayed"] == "true"
    ids = [[r["data"]["order_id"] for r in a.json()["results"]] for a in (first, second)]
    assert ids[0] == ids[1] and len(set(ids[0])) == 3
    assert balance(stack, user, 4) == 3 * 10**8
    body["orders"].append(body["orders"][0])
    answer = worker.request("POST", "/api/v1/orders/batch", json_body=body, user=user, headers=headers)
    assert answer.code == "idempotency_mismatch" and balance(stack, user, 4) == 3 * 10**8


def test_a_batch_without_one_order_to_place_keeps_the_connection(worker, user):
    """Nothing waits for a commit: the answer leaves at once, and once."""
    batch = {"orders": [{"order_type": "market_buy", "asset_id": "NOPE", "quantity": "1"},
                        {"order_type": "limit_buy", "asset_id": "BTC", "quantity": "1", "price": "1"}]}
    for _ in range(3):
        answer = worker.request("POST", "/api/v1/orders/batch", json_body=batch, user=user)
        assert answer.status == 200 and answer.json()["rejected"] == 2
        assert [r["error"]["code"] for r in answer.json()["results"]] == ["asset_unknown", "price_out_of_band"]


@pytest.mark.parametrize("orders", [[], [{"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}] * 101,
                                    [{"order_type": "market_buy", "asset_id": "BTC"}], "x", [7]])
def test_malformed_batch_places_nothing(stack, worker, user, orders):
    before = stack.ledger_sql("SELECT seq FROM writer")
    answer = worker.request("POST", "/api/v1/orders/batch", json_body={"orders": orders}, user=user)
    assert answer.status == 422
    assert stack.ledger_sql("SELECT seq FROM writer") == before


# ---- other commands ----


def test_cash_commands(stack, users):
    number = next(users)
    with stack.commands() as commands:
        err, reply = commands.cash("deposit", number, "9999.99", key="d1")
        assert err == "OK" and reply.outcome.posting.cash_after_e8 == 999999 * 10**6
        assert commands.cash("deposit", number, "0.02")[0] == "DAILY_LIMIT"
        assert commands.cash("deposit", number, "0.01")[0] == "OK"
        err, reply = commands.cash("deposit", number, "9999.99", key="d1")
        assert err == "OK" and reply.outcome.replayed
        assert commands.cash("deposit", number, "1.00", key="d1")[0] == "IDEMPOTENCY_MISMATCH"
        assert commands.cash("withdraw", number, "5000.01")[0] == "DAILY_LIMIT"
        assert commands.cash("withdraw", number, "5000")[0] == "OK"
        assert commands.cash("gift", number, "88.88")[0] == "OK"
        assert commands.cash("withdraw", next(users), "1")[0] == "INSUFFICIENT_FUNDS"
    assert balance(stack, number) == 508888 * 10**6
    rows = stack.ledger_sql(f"SELECT transaction_type, amount_e8 FROM v_account_entry WHERE account_id={number} ORDER BY id")
    assert [r[0] for r in rows] == ["deposit", "deposit", "withdraw", "system_adjustment"]
    entries = stack.ledger_sql(f"SELECT entries FROM v_balance WHERE account_id={number} AND asset_id=0")
    assert entries == [["4"]]


def test_freeze_stops_everything_but_repeats(stack, worker, user):
    first = order(worker, user, quantity="0.01", client_order_id="before")
    with stack.commands() as commands:
        assert commands.command("freeze", account_id=user, reason=b"test", reason_len=4)[0] == "OK"
        assert order(worker, user, quantity="0.01").code == "account_frozen"
        assert order(worker, user, quantity="0.01", client_order_id="before").body == first.body
        assert commands.cash("deposit", user, "1")[0] == "ACCOUNT_FROZEN"
        assert commands.command("unfreeze", account_id=user, reason=b"test", reason_len=4)[0] == "OK"
        assert order(worker, user, quantity="0.01").status == 201
    with stack.commands() as commands:  # the ledger's own accounts are nobody's business
        assert commands.command("freeze", account_id=2, reason=b"x", reason_len=1)[0] != "OK"


def test_prices_halts_and_assets(stack, worker, user):
    with stack.commands() as commands:
        assert commands.command("asset", asset_id=9, symbol=b"NEW", symbol_len=3, active=True)[0] == "OK"
        assert order(worker, user, asset="NEW", quantity="1").code == "price_stale"
        err, reply = commands.ticks([(9, 5 * E10, 7), (300, E10, 1)])
        assert err == "OK" and reply.refused_count == 1
        assert order(worker, user, asset="NEW", quantity="1").json()["data"]["price"] == "5.00"
        assert commands.ticks([(9, 6 * E10, 7)])[1].refused_count == 1  # not newer
        assert commands.command("price_set", asset_id=9, price_e10=8 * E10)[0] == "OK"
        assert order(worker, user, asset="NEW", quantity="1").json()["data"]["price"] == "8.00"
        assert commands.command("halt", asset_id=9)[0] == "OK"
        assert order(worker, user, asset="NEW", quantity="1").code == "market_halted"
        assert commands.command("resume", asset_id=9)[0] == "OK"
        assert commands.command("asset", asset_id=9, symbol=b"NEW", symbol_len=3, active=False)[0] == "OK"
        assert order(worker, user, asset="NEW", quantity="1").code == "asset_inactive"
        assert commands.command("halt", asset_id=99)[0] == "ASSET_UNKNOWN"


def test_command_socket_refuses_what_is_not_sane(stack):
    with stack.commands() as commands:
        assert commands.command("order", account_id=1000, qty_e8=1)[0] == "FORBIDDEN"
        assert commands.command("deposit", key="k", account_id=2, amount_e8=5)[0] == "INVALID"
        assert commands.command("deposit", key="k", account_id=1000, amount_e8=-5)[0] == "INVALID"
        assert commands.command("deposit", key="a'b", account_id=1000, amount_e8=5)[0] == "INVALID"
    for junk in (b"x", b"\0" * 200, b"\xff" * 20000):
        with Commands(stack.commands_path) as commands:
            commands.socket.send(junk)
            assert commands.socket.recv(100) == b""


# ---- faults ----


def health(stack):
    try:
        with Connection(stack.engine.socket, timeout=3) as connection:
            return connection.request("GET", "/health/ready", user=None).status == 200
    except (Closed, OSError):
        return False


def test_poison_row_is_isolated(stack, user):
    """A row that another hand put under a client's key: the batch around it succeeds, the order itself is
    answered from the row."""
    fingerprint = "00" * 16
    stack.ledger_sql(
        "INSERT INTO orders (id,account_id,asset_id,side,type,tif,status,client_order_id,fingerprint,qty_e8,filled_qty_e8,"
        "filled_quote_e8,fee_e8,price_e10,price_seq,cash_after_e8,created_us,updated_us) VALUES "
        f"(9000000000000,{user},1,1,1,1,4,'poison',x'{fingerprint}',1,1,1,0,1,1,0,1,1)")

    def run(number):
        with Connection(stack.engine.socket, timeout=30) as connection:
            key = "poison" if number == 20 else f"clean-{number}"
            answer = order(connection, user, asset="DOGE", quantity="10", client_order_id=key)
            return answer.status, answer.code if answer.status != 201 else None

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        results = list(pool.map(run, range(40)))
    assert results.pop(20) == (422, "idempotency_mismatch")
    assert results == [(201, None)] * 39
    stack.ledger_sql("DELETE FROM orders WHERE id=9000000000000")


def test_database_kill_loses_nothing(stack, worker, user):
    first = order(worker, user, quantity="0.01", client_order_id="before-kill")
    stack.database.kill()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pending = pool.submit(order, worker, user, quantity="0.01", client_order_id="during-kill")
        time.sleep(0.3)
        stack.database.restart()
        answer = pending.result(20)
    # The commit was repeated on a new connection; if that took too long, the client was told.
    assert answer.status == 201 or answer.code == "outcome_unknown"
    wait_until(lambda: health(stack), 30, "health")
    with Connection(stack.engine.socket) as fresh:
        assert order(fresh, user, quantity="0.01", client_order_id="before-kill").body == first.body
        again = order(fresh, user, quantity="0.01", client_order_id="during-kill")
        assert again.status == 201 and answer.status in (503, again.status)
        assert answer.status == 503 or again.body == answer.body
    assert balance(stack, user, 1) == 2 * 10**6


def test_outcome_unknown_is_said_and_settled(stack, user):
    """With the database gone for longer than commit_giveup: 503 outcome_unknown, then one effect."""
    with run_dir() as directory:
        other = LedgerStack(directory)
        try:
            other.start_engine(commit_giveup="300ms")
            other.deposit(user, amount="1000.00")
            with Connection(other.engine.socket, timeout=20) as worker:
                other.database.kill()
                answer = order(worker, user, quantity="0.01", client_order_id="lost")
                assert answer.status == 503 and answer.code == "outcome_unknown", answer
                assert answer.headers["retry-after"]
                assert order(worker, user, quantity="0.01").status == 503
                other.database.restart()
                wait_until(lambda: health(other), 10, "health")
                answer = order(worker, user, quantity="0.01", client_order_id="lost")
                assert answer.status == 201
            assert balance(other, user, 1) == 10**6
        finally:
            other.stop()


def test_a_frozen_database_is_answered_for(stack, user):
    """The database does not answer at all: everybody who waits is told while it still stands still."""
    with run_dir() as directory:
        other = LedgerStack(directory)
        try:
            other.start_engine()
            other.deposit(user, amount="1000.00")
            with Connection(other.engine.socket, timeout=60) as worker:
                other.database.freeze()
                try:
                    answer = order(worker, user, quantity="0.01", client_order_id="frozen")
                    late = order(worker, user, quantity="0.01", client_order_id="later")
                finally:
                    other.database.tell(signal.SIGCONT)
                assert (answer.status, answer.code) == (503, "outcome_unknown")
                assert (late.status, late.code) == (503, "overloaded")
                wait_until(lambda: health(other), 30, "health")
                assert order(worker, user, quantity="0.01", client_order_id="frozen").status == 201
            assert balance(other, user, 1) == 10**6
        finally:
            other.stop()


def test_a_locked_row_holds_nobody_else(stack, user):
    """Somebody keeps the row of one account: it alone is refused, the others trade while it is kept."""
    with run_dir() as directory:
        other = LedgerStack(directory)
        try:
            other.start_engine(blocked_pause="1s")
            other.deposit(user, user + 1, amount="1000.00")
            lock = other.database.session(
                f"BEGIN; SELECT * FROM cnop_ledger.balance WHERE account_id={user} AND asset_id=0 FOR UPDATE;"
                " SELECT SLEEP(120)")
            try:
                # asked more often than every 100 ms, the table is never filled anew
                wait_until(lambda: other.ledger_sql("SELECT COUNT(*) FROM information_schema.innodb_trx"
                                                    " WHERE trx_rows_locked > 0") != [["0"]], 30, "the lock", 0.2)
                with Connection(other.engine.socket, timeout=60) as worker:
                    assert order(worker, user, quantity="0.01", client_order_id="locked").code == "busy"
                    assert order(worker, user + 1, quantity="0.01").status == 201
                    assert order(worker, user, quantity="0.01", client_order_id="locked").code == "busy"
            finally:
                lock.kill()
                lock.wait()
            with Connection(other.engine.socket, timeout=60) as worker:
                wait_until(lambda: order(worker, user, quantity="0.01", client_order_id="locked").status == 201, 60,
                           "the account")
            assert balance(other, user, 1) == balance(other, user + 1, 1) == 10**6
        finally:
            other.stop()


def test_read_only_database_refuses_and_recovers(stack, worker, user):
    stack.database.sql("CREATE USER IF NOT EXISTS plain@localhost; GRANT SELECT, INSERT, UPDATE ON cnop_ledger.* TO "
                       "plain@localhost; GRANT SELECT ON cnop_market.* TO plain@localhost")
    with run_dir() as directory:
        other = LedgerStack(directory)
        try:
            other.database.sql("CREATE USER plain@localhost; GRANT SELECT, INSERT, UPDATE ON cnop_ledger.* TO "
                               "plain@localhost; GRANT SELECT ON cnop_market.* TO plain@localhost")
            other.start_engine(db_user="plain")
            with other.commands() as commands, Connection(other.engine.socket) as connection:
                commands.cash("deposit", user, "1000.00")
                other.database.sql("SET GLOBAL read_only=1")
                answer = order(connection, user, quantity="0.01", client_order_id="ro")
                assert answer.status == 503 and answer.headers["retry-after"]
                other.database.sql("SET GLOBAL read_only=0")
                answer = order(connection, user, quantity="0.01", client_order_id="ro")
                assert answer.status == 201 and answer.headers.get("idempotency-replayed") is None
            assert balance(other, user) == 360 * 10**8
        finally:
            other.stop()


def test_engine_kill_loses_nothing(stack, worker, user):
    first = order(worker, user, quantity="0.01", client_order_id="before")
    started = time.monotonic()
    for pid in stack.engine.children():
        os.kill(pid, 9)
    wait_until(lambda: health(stack), 10, "the engine to come back", pause=0.02)
    print(f"first answer after {time.monotonic() - started:.3f} s")
    with Connection(stack.engine.socket) as fresh:
        again = order(fresh, user, quantity="0.01", client_order_id="before")
    assert again.body == first.body and again.headers["idempotency-replayed"] == "true"


def test_a_second_engine_shuts_the_first_out(stack, user):
    with run_dir() as directory:
        other = LedgerStack(directory)
        try:
            first = other.start_engine()
            other.deposit(user, amount="1000.00")
            with Connection(first.socket) as old:
                assert order(old, user, quantity="0.001").status == 201
                other.start_engine(name="second")
                answer = order(old, user, quantity="0.001", client_order_id="late")
                assert answer.status == 503
            with Connection(other.engine.socket) as new:
                assert order(new, user, quantity="0.001", client_order_id="late").status == 201
            assert '"action":"fenced"' in first.output()
            first.stop()
            assert balance(other, user, 1) == 2 * 10**5
        finally:
            other.stop()


def test_keys_older_than_memory_are_looked_up(stack, worker, user):
    """After a restart that loads no keys at all, old keys are still unique."""
    bodies = [order(worker, user, asset="DOGE", quantity="10", client_order_id=f"old-{i}").body for i in range(20)]
    stack.engine.stop()
    stack.start_engine(name="cold", boot_keys=0)
    with Connection(stack.engine.socket) as fresh:
        for i in range(20):
            answer = order(fresh, user, asset="DOGE", quantity="10", client_order_id=f"old-{i}")
            assert answer.body == bodies[i] and answer.headers["idempotency-replayed"] == "true"
        assert order(fresh, user, asset="DOGE", quantity="20", client_order_id="old-3").code == "idempotency_mismatch"
        assert order(fresh, user, asset="DOGE", quantity="10", client_order_id="new").status == 201
    assert balance(stack, user, 3) == 210 * 10**8


def test_a_stopping_engine_answers_what_it_took(stack, user):
    """TERM under load: every request is answered or cut before it was taken; nothing is lost."""
    answers = []

    def run(number):
        try:
            with Connection(stack.engine.socket, timeout=20) as connection:
                for i in range(1000):
                    answer = order(connection, user, asset="DOGE", quantity="10", client_order_id=f"t{number}-{i}")
                    if answer.status != 201:
                        return
                    answers.append(answer.json()["data"]["client_order_id"])
        except (Closed, OSError):
            pass

    before = balance(stack, user, 3)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(run, n) for n in range(8)]
        time.sleep(0.5)
        assert stack.engine.stop() == 0
        for job in jobs:
            job.result(30)
    stored = balance(stack, user, 3) - before
    assert len(answers) <= stored // 10**9 <= len(answers) + 8
    stack.start_engine(name="after")


def test_metrics_and_health(stack):
    with Connection(stack.engine.socket) as connection:
        text = connection.request("GET", "/metrics", user=None).body.decode()
        assert "order_engine_commands_committed_total" in text
        report = connection.request("GET", "/health/ready", user=None).json()
    assert report["status"] == "ok" and {c["name"] for c in report["checks"]} == {
        "database", "engine", "verification", "durability"}


def test_the_ledger_holds_after_all_that(stack):
    stack.prove()
