# SPDX-License-Identifier: MIT
"""Markets for everybody: rules, book, tape and ticker through the reader, from what the engine shows."""

import os
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from engine_wire import E10  # noqa: E402
from fcgi import Connection  # noqa: E402
from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402

ETH = 2


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory, fee_bps=20, maker_fee_bps=10, house_spread_bps=10, verify_share=0)
        try:
            ledger.start_engine()
            ledger.start_reader()
            ledger.deposit(1000, 1001)
            yield ledger
        finally:
            ledger.stop()


def look(stack, path, status=200):
    with Connection(stack.reader.socket) as connection:
        path, _, query = path.partition("?")
        answer = connection.request("GET", f"/api/v1/markets{path}", query=query)
    assert answer.status == status, answer.body
    return answer.json()


def place(stack, person, kind, quantity, price=None):
    body = {"order_type": kind, "asset_id": "ETH", "quantity": quantity}
    if price is not None:
        body["price"] = price
    with Connection(stack.engine.socket) as connection:
        answer = connection.request("POST", "/api/v1/orders", user=person, json_body=body)
    assert answer.status == 201, answer.body
    return answer.json()["data"]


def cancel(stack, person, order):
    with Connection(stack.engine.socket) as connection:
        assert connection.request("DELETE", f"/api/v1/orders/{order['order_id']}", user=person).status == 200


def levels(side):
    return [(row["price"], row["quantity"], row["orders"], row["house"]) for row in side]


HOUSE_BID, HOUSE_ASK = ("2998.50", None, 1, True), ("3001.50", None, 1, True)


def await_book(stack, bids, asks):
    """The book of ETH around 3000."""
    def arrived():
        book = look(stack, "/eth/book")["data"]
        return (levels(book["bids"]), levels(book["asks"])) == (bids, asks)

    wait_until(arrived, 10, f"bids {bids} and asks {asks}")


def test_rules(stack):
    markets = look(stack, "")
    assert [row["asset_id"] for row in markets["data"]] == ["BTC", "ETH", "DOGE", "SOL"]
    assert markets["total_count"] == 4 and markets["has_more"] is False
    page = look(stack, "?limit=2&offset=1")
    assert [row["asset_id"] for row in page["data"]] == ["ETH", "DOGE"] and page["has_more"] is True
    eth = look(stack, "/eth")["data"]
    assert eth == markets["data"][1]
    assert eth["state"] == "open" and eth["mark_price"] == "3000.00" and eth["quote_asset_id"] == "USD"
    assert eth["fees"] == {"maker_bps": 10, "taker_bps": 20} and eth["house"]["spread_bps"] == 10
    assert eth["rules"] == {
        "tick_size": "0.01", "quantity_step": "0.00000001", "min_quantity": "0.001", "min_order_value": "1.00",
        "max_order_value": "10000.00", "max_open_orders": 200,
        "price_band": {"buy": {"lowest": "300.00", "highest": "6000.00"},
                       "sell": {"lowest": "1500.00", "highest": "30000.00"}}}
    assert look(stack, "/doge")["data"]["rules"]["tick_size"] == "0.000001"
    assert look(stack, "/XYZ", 404)["code"] == "not_found"
    look(stack, "/b!", 422)
    for query in ("book?levels=0", "book?levels=51", "trades?limit=101"):
        look(stack, f"/ETH/{query}", 422)


def test_book_and_tape_tell_what_happened_and_nobodys_name(stack):
    await_book(stack, [HOUSE_BID], [HOUSE_ASK])
    assert look(stack, "/ETH/trades")["data"] == []
    assert look(stack, "/ETH/ticker")["data"]["last_price"] is None
    place(stack, 1000, "market_buy", "2")
    first = place(stack, 1000, "limit_sell", "0.5", "3001.00")
    place(stack, 1000, "limit_sell", "0.25", "3001.50")
    place(stack, 1001, "limit_buy", "0.4", "2990.00")
    place(stack, 1001, "limit_buy", "0.1", "2990.00")
    place(stack, 1001, "limit_buy", "0.3", "2999.00")
    await_book(stack, [("2999.00", "0.3", 1, False), HOUSE_BID, ("2990.00", "0.5", 2, False)],
               [("3001.00", "0.5", 1, False), ("3001.50", "0.25", 1, False), HOUSE_ASK])
    assert [len(look(stack, "/ETH/book?levels=1")["data"][side]) for side in ("bids", "asks")] == [1, 1]
    ticker = look(stack, "/ETH/ticker")["data"]
    assert (ticker["bid"], ticker["ask"], ticker["last_price"]) == ("2999.00", "3001.00", "3001.50")
    place(stack, 1001, "limit_buy", "0.2", "3001.00")
    await_book(stack, [("2999.00", "0.3", 1, False), HOUSE_BID, ("2990.00", "0.5", 2, False)],
               [("3001.00", "0.3", 1, False), ("3001.50", "0.25", 1, False), HOUSE_ASK])
    tape = look(stack, "/ETH/trades")["data"]
    assert [(row["price"], row["quantity"], row["taker_side"]) for row in tape] == [
        ("3001.00", "0.2", "buy"), ("3001.50", "2", "buy")]
    assert all(set(row) == {"trade_id", "price", "quantity", "taker_side", "time"} for row in tape)
    assert look(stack, "/ETH/trades?limit=1")["data"] == tape[:1]
    cancel(stack, 1000, first)
    await_book(stack, [("2999.00", "0.3", 1, False), HOUSE_BID, ("2990.00", "0.5", 2, False)],
               [("3001.50", "0.25", 1, False), HOUSE_ASK])


def test_a_killed_engine_comes_back_with_book_and_tape(stack):
    before = look(stack, "/ETH/book")["data"], look(stack, "/ETH/trades")["data"]
    assert before[1]
    os.kill(stack.engine.pid, signal.SIGKILL)
    assert look(stack, "/ETH/book")["data"]["bids"]  # of seconds ago, while another engine starts
    stack.engine.stop()
    stack.start_engine()
    wait_until(lambda: (look(stack, "/ETH/book")["data"], look(stack, "/ETH/trades")["data"]) == before, 10,
               "book and tape as they were")


def test_a_halted_market_shows_people_alone(stack):
    with stack.commands() as commands:
        assert commands.command("halt", asset_id=ETH)[0] == "OK"
        await_book(stack, [("2999.00", "0.3", 1, False), ("2990.00", "0.5", 2, False)], [("3001.50", "0.25", 1, False)])
        assert look(stack, "/ETH")["data"]["state"] == "halted"
        assert commands.command("resume", asset_id=ETH)[0] == "OK"
        assert commands.ticks([(ETH, 3010 * E10, 7)])[0] == "OK"
    wait_until(lambda: look(stack, "/ETH")["data"]["mark_price"] == "3010.00", 10, "the new price")


def test_what_people_leave_of_a_market_order_is_the_houses(stack):
    """Of such a trade neither side is an order that may rest: it is no line of `fill`, and the engine lives on."""
    ask = place(stack, 1000, "limit_sell", "0.1", "3010.00")
    assert ask["status"] == "queued"  # the house sells at 3011.51
    order = place(stack, 1001, "market_buy", "0.3")
    assert (order["status"], order["total_amount"]) == ("completed", "903.31")
    wait_until(lambda: [(row["price"], row["quantity"]) for row in look(stack, "/ETH/trades")["data"][:2]] == [
        ("3011.51", "0.2"), ("3010.00", "0.1")], 10, "both trades on the tape")


def test_without_an_engine_markets_are_unavailable(stack):
    stack.engine.stop()

    def status():
        with Connection(stack.reader.socket) as connection:
            return connection.request("GET", "/api/v1/markets/ETH").status

    wait_until(lambda: status() == 503, 15, "no market without an engine")
    stack.start_engine(board_file="/nowhere/markets.board")  # a reason to say so, not to keep people from their money
    assert "the file of the board cannot be made" in stack.engine.output()
    place(stack, 1001, "market_buy", "0.01")
    assert status() == 503
