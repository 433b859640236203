# SPDX-License-Identifier: MIT
"""What the product is for: register, deposit, browse, buy, sell, and see it all again."""
import concurrent.futures
import decimal
import re
import secrets

from support import api

D = decimal.Decimal


def test_five_minute_demo(anonymous):
    client = anonymous.register().login()
    assert client.get("/balance").json["current_balance"] == "0.00"
    assert client.get("/portfolio").json["assets"] == []

    deposit = client.post("/balance/deposit", {"amount": 1000, "description": "first money"})
    assert deposit.status == 201 and deposit.json["success"] is True, deposit
    assert client.get("/balance").json["current_balance"] == "1000.00"

    assets = client.get("/inventory/assets?limit=250").json
    assert assets["total_count"] >= 200 and len(assets["data"]) >= 200
    assert [a["market_cap_rank"] for a in assets["data"]][:2] == [1, 2]

    buy = client.post("/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.005"})
    assert buy.status == 201, buy
    order = buy.json["data"]
    assert order["status"] == "completed" and order["quantity"] == "0.005"
    assert re.fullmatch(r"[A-Za-z0-9_]{10,50}", order["order_id"])
    exact = D(order["price"]) * D("0.005")
    assert D(order["total_amount"]) == exact.quantize(D("0.01"), decimal.ROUND_CEILING)
    assert D(client.get("/balance").json["current_balance"]) == 1000 - D(order["total_amount"])

    held = client.get("/balance/asset/BTC").json
    assert held["quantity"] == "0.005" and isinstance(held["current_price"], (int, float))
    assert [row["asset_id"] for row in client.get("/portfolio").json["assets"]] == ["BTC"]

    sell = client.post("/orders", {"order_type": "market_sell", "asset_id": "btc", "quantity": 0.002})
    assert sell.status == 201, sell
    listed = client.get("/orders").json
    assert [row["order_id"] for row in listed["data"]] == \
        [sell.json["data"]["order_id"], order["order_id"]]
    assert listed["has_more"] is False
    assert client.get(f"/orders/{order['order_id']}").json["data"] == order

    history = client.get("/assets/BTC/transactions").json["data"]
    assert [row["transaction_type"] for row in history] == ["SELL", "BUY"]
    kinds = [row["transaction_type"] for row in client.get("/balance/transactions").json["transactions"]]
    assert kinds == ["order_sale", "order_payment", "deposit"]

    insights = client.get("/insights/portfolio")
    assert insights.status == 200 and len(insights.json["data"]["summary"]) > 20, insights

    assert client.post("/auth/logout", {}).json["message"] == "Logged out successfully"
    assert client.get("/balance").status == 401


def test_selling_what_one_does_not_own_is_refused(trader):
    answer = trader.post("/orders", {"order_type": "market_sell", "asset_id": "ETH", "quantity": "1"})
    assert answer.status == 422, answer
    assert trader.get("/balance/asset/ETH").status == 404


def test_a_tiny_price_does_not_lift_the_order_cap():
    client = api.trader("10000.00")
    answer = client.post("/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "5",
                                     "price": "0.01"})
    assert answer.status == 422, answer
    assert client.get("/balance").json["current_balance"] == "10000.00"


def test_another_users_order_does_not_exist(trader):
    order = trader.post("/orders", {"order_type": "market_buy", "asset_id": "BTC",
                                    "quantity": "0.001"}).json["data"]["order_id"]
    other = api.trader(deposit=None)
    assert other.get(f"/orders/{order}").status == 404
    assert trader.get(f"/orders/{order}").status == 200


def test_the_same_key_makes_one_order(trader):
    body = {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}
    key = {"Idempotency-Key": secrets.token_hex(8)}
    first = trader.post("/orders", body, headers=key)
    again = trader.post("/orders", body, headers=key)
    assert first.status == again.status == 201
    assert first.body == again.body and again.headers["Idempotency-Replayed"] == "true"
    other = trader.post("/orders", {**body, "quantity": "0.002"}, headers=key)
    assert other.status == 422 and other.json["code"] == "idempotency_mismatch", other
    assert len(trader.get("/orders").json["data"]) == 1


def test_concurrent_duplicates_share_one_answer(trader):
    key = secrets.token_hex(8)
    body = {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001", "client_order_id": key}

    def place(_):
        client = api.Client()
        client.token = trader.token
        return client.post("/orders", body)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(place, range(64)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["data"]["order_id"] for answer in answers}) == 1
    assert len(trader.get("/orders").json["data"]) == 1


def test_parallel_buys_never_overdraw():
    client = api.trader("100.00")
    price = D(str(client.get("/inventory/assets/ETH").json["data"]["price_usd"]))
    quantity = str((D(60) / price).quantize(D("0.001"), decimal.ROUND_UP))

    def buy(_):
        mine = api.Client()
        mine.token = client.token
        return mine.post("/orders", {"order_type": "market_buy", "asset_id": "ETH",
                                     "quantity": quantity}).status

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(buy, range(40)))
    assert sorted(statuses) == [201] + [422] * 39
    assert D(client.get("/balance").json["current_balance"]) >= 0


def test_what_is_shown_adds_up_and_everything_can_leave():
    """Before - paid = after, in whole cents; a position below every minimum is closed; cash leaves whole."""
    client = api.trader("1000.00")
    cash = D("1000.00")
    for order_type, size in (("market_buy", {"amount": "50.00"}), ("market_buy", {"quantity": "0.00377777"}),
                             ("market_sell", {"quantity": "0.00111111"}), ("market_buy", {"amount": "1.00"})):
        order = client.post("/orders", {"order_type": order_type, "asset_id": "BTC", **size}).json["data"]
        way, sign = ((decimal.ROUND_CEILING, -1) if order_type == "market_buy" else (decimal.ROUND_FLOOR, 1))
        total = D(order["total_amount"])
        assert total == (D(order["price"]) * D(order["quantity"])).quantize(D("0.01"), way)
        assert "amount" not in size or total == D(size["amount"])
        cash += sign * total
        assert client.get("/balance").json["current_balance"] == str(cash)
    client.post("/orders", {"order_type": "market_buy", "asset_id": "ETH", "amount": "1.00"})
    closed = client.post("/positions/ETH/close", {})
    assert closed.status == 201 and D(closed.json["data"]["total_amount"]) >= D("0.98"), closed
    assert client.post("/positions/btc/close/preview", {}).json["data"]["accepted"] is True
    assert client.post("/positions/btc/close").status == 201
    assert client.post("/positions/sweep", {}).json["results"] == []
    left = client.get("/balance").json["current_balance"]
    assert re.fullmatch(r"[0-9]+\.[0-9]{2}", left)
    assert client.post("/balance/withdraw", {"amount": left}).status == 201
    assert client.get("/balance").json["current_balance"] == "0.00"
    assert client.get("/ledger/proof").json["data"]["balanced"] is True


def test_daily_deposit_limit_is_exact():
    client = api.trader("9999.99")
    over = client.post("/balance/deposit", {"amount": "0.02"})
    assert over.status == 422 and over.json["code"] == "daily_limit_exceeded", over
    assert client.post("/balance/deposit", {"amount": "0.01"}).status == 201
    assert client.get("/balance").json["current_balance"] == "10000.00"


def test_the_ledger_proves_itself(trader):
    trader.post("/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"})
    proof = trader.get("/ledger/proof")
    assert proof.status == 200 and proof.json["data"]["balanced"] is True, proof
