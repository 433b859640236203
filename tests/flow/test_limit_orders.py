# SPDX-License-Identifier: MIT
"""Limit orders on a deployed stack: what a person sees of them everywhere."""
import decimal

from support import api
from support.harness import wait_until

D = decimal.Decimal


def price_of(client, asset):
    return D(str(client.get(f"/inventory/assets/{asset}").json["data"]["price_usd"]))


def on_grid(price):
    """Six digits, and cents from 1,000 dollars on."""
    unit = D("0.01") if price >= 1000 else max(D(10) ** (price.adjusted() - 5), D("0.0000000001"))
    return price.quantize(unit, decimal.ROUND_FLOOR)


def limit(client, side, quantity, price, **fields):
    return client.post("/orders", {"order_type": f"limit_{side}", "asset_id": "BTC", "quantity": str(quantity),
                                   "price": f"{price:f}", **fields})


def test_a_waiting_order_holds_cash_and_gives_it_back():
    client = api.trader("1000.00")
    before = D(client.get("/portfolio").json["total_value"])
    placed = limit(client, "buy", "0.005", on_grid(price_of(client, "BTC") * D("0.6")))
    assert placed.status == 201, placed
    order = placed.json["data"]
    assert order["status"] == "queued"
    held = D(order["held"]["amount"])
    balance = client.get("/balance").json
    assert D(balance["held_balance"]) == held > 0
    assert D(balance["current_balance"]) == 1000 - held
    assert D(client.get("/portfolio").json["total_value"]) == before
    assert [row["order_id"] for row in client.get("/orders?status=open").json["data"]] == [order["order_id"]]
    assert client.post("/balance/withdraw", {"amount": 1000}).status == 422
    cancelled = client.delete(f"/orders/{order['order_id']}")
    assert cancelled.status == 200 and cancelled.json["data"]["status"] == "cancelled", cancelled
    assert client.get("/orders?status=open").json["data"] == []
    balance = client.get("/balance").json
    assert (balance["current_balance"], balance["held_balance"]) == ("1000.00", "0.00")
    assert client.delete(f"/orders/{order['order_id']}").json["code"] == "order_final"
    assert [row["transaction_type"] for row in client.get("/balance/transactions").json["transactions"]] == ["deposit"]
    assert client.get("/assets/BTC/transactions").json["data"] == []


def test_one_that_trades_at_once_is_a_line_of_the_statement():
    client = api.trader("1000.00")
    placed = limit(client, "buy", "0.005", on_grid(price_of(client, "BTC") * D("1.2")))
    assert placed.status == 201, placed
    order = placed.json["data"]
    assert order["status"] == "completed" and D(order["average_price"]) < D(order["price"])
    lines = client.get("/balance/transactions").json["transactions"]
    assert [row["transaction_type"] for row in lines] == ["order_payment", "deposit"]
    assert abs(D(lines[0]["amount"])) == D(order["total_amount"])
    assert D(client.get("/balance").json["current_balance"]) == 1000 - D(order["total_amount"])
    history = client.get("/assets/BTC/transactions").json["data"]
    assert [(row["transaction_type"], row["quantity"]) for row in history] == [("BUY", "0.005")]
    assert client.get("/portfolio").json["assets"][0]["quantity"] == "0.005"
    waiting = limit(client, "sell", "0.005", on_grid(price_of(client, "BTC") * D("1.5")))
    assert waiting.status == 201, waiting
    resting = waiting.json["data"]
    assert client.get("/balance/asset/BTC").json["held_quantity"] == "0.005"
    refused = client.post("/orders", {"order_type": "market_sell", "asset_id": "BTC", "quantity": "0.005"})
    assert refused.json["code"] == "insufficient_holdings"
    assert client.delete(f"/orders/{resting['order_id']}").status == 200
    assert client.get("/balance/asset/BTC").json["held_quantity"] == "0"


def rows_at(client, side, price):
    return [row for row in client.get("/markets/BTC/book?levels=50").json["data"][side]
            if D(row["price"]) == price and not row["house"]]


def test_everybody_sees_an_order_on_the_book_and_its_trade_on_the_tape():
    anybody, seller = api.Client(), api.trader("1000.00")
    rules = anybody.get("/markets/BTC").json["data"]
    assert rules["state"] == "open" and rules["rules"]["tick_size"] == "0.01"
    assert any(row["asset_id"] == "BTC" for row in anybody.get("/markets").json["data"])
    bought = seller.post("/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.003"})
    assert bought.status == 201, bought
    price = on_grid(price_of(anybody, "BTC") * D("1.31"))
    assert limit(seller, "sell", "0.003", price).status == 201
    wait_until(lambda: rows_at(anybody, "asks", price), 5, "the order on the book")
    (row,) = rows_at(anybody, "asks", price)
    assert (row["quantity"], row["orders"]) == ("0.003", 1)
    ticker = anybody.get("/markets/BTC/ticker").json["data"]
    assert D(ticker["bid"]) <= D(ticker["ask"]) < price
    assert any(trade["quantity"] == "0.003" and trade["taker_side"] == "buy"
               for trade in anybody.get("/markets/BTC/trades").json["data"])
    assert seller.delete("/orders?asset_id=BTC").json["data"]["cancelled_count"] == 1
    wait_until(lambda: not rows_at(anybody, "asks", price), 5, "the order gone from the book")
