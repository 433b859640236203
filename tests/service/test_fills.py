# SPDX-License-Identifier: MIT
"""Executions of orders through the reader, of orders that the real engine has matched: by the house in one
trade, by people, by both."""

import pathlib
import sys
from decimal import Decimal

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from ledger_stack import running_ledger  # noqa: E402
from people import Person, tick  # noqa: E402

ETH, SOL = 2, 4
ADA, BOB, CAM, STRANGER, GONE = 1000, 1001, 1002, 1003, 2000


@pytest.fixture(scope="module")
def stack():
    # with a spread, so that people meet each other between the prices of the house
    with running_ledger(fee_bps=20, maker_fee_bps=10, house_spread_bps=100) as ledger:
        yield ledger


class Trader(Person):
    def fills(self, **query):
        text = "&".join(f"{name}={value}" for name, value in query.items())
        return self.ask(self.stack.reader, "GET", "/api/v1/fills", query=text)

    def list(self, **query):
        answer = self.fills(**{"limit": 100, **query})
        assert answer.status == 200, answer.body
        return answer.json()["data"]

    def pages(self, **query):
        """The same by cursor."""
        found, cursor = [], {}
        while True:
            page = self.fills(**query, **cursor).json()
            found += page["data"]
            if not page["has_more"]:
                assert page["next_cursor"] is None
                return found
            cursor = {"cursor": page["next_cursor"]}


class Story:
    """What everybody has done: Ada's orders, by name."""

    def __init__(self, stack):
        self.ada, self.bob, self.cam = (Trader(stack, number) for number in (ADA, BOB, CAM))
        stack.deposit(ADA, BOB, CAM)
        tick(stack, ETH, 2000)
        tick(stack, SOL, 150)

        def market(trader, *arguments, **options):
            answer = trader.place(*arguments, **options)
            assert answer.status == 201, answer.body
            return answer.json()["data"]

        for seller in (self.bob, self.cam):
            market(seller, "market_buy", "1")
        self.orders = orders = {"house": market(self.ada, "market_buy", "1", client_order_id="first")}
        self.asks = [self.bob.limit("sell", "0.3", "2000"), self.cam.limit("sell", "0.4", "2005")]
        orders["walk"] = market(self.ada, "market_buy", "1", client_order_id="second")
        orders["took"] = self.ada.limit("buy", "0.5", "2020")
        self.bids = [self.bob.limit("buy", "0.1", "1999"), self.cam.limit("buy", "0.1", "1995")]
        orders["sold"] = market(self.ada, "market_sell", "0.25")
        orders["made"] = self.ada.limit("sell", "0.2", "2001.5")
        market(self.bob, "market_buy", "0.2")
        orders["other"] = market(self.ada, "market_buy", "2", asset="SOL")


@pytest.fixture(scope="module")
def story(stack):
    return Story(stack)


def terms(fill):
    return (fill["side"], fill["liquidity"], fill["price"], fill["quantity"])


def of(story, name, **query):
    return story.ada.list(order_id=story.orders[name]["order_id"], **query)


def test_an_order_that_the_house_filled_is_one_execution(story):
    (fill,) = of(story, "house")
    order = story.orders["house"]
    assert terms(fill) == ("buy", "taker", "2010.00", "1")
    assert (fill["value"], fill["fee"], fill["fee_asset_id"]) == (order["total_amount"], order["fee"], "USD")
    assert (fill["client_order_id"], fill["time"], fill["realised_pnl"]) == ("first", order["created_at"], None)
    assert fill["trade_id"].startswith("t") and fill["trade_id"][1:14] > order["order_id"][1:14]


def test_a_market_order_that_met_people_is_one_execution_a_trade(story):
    fills = of(story, "walk")
    assert [terms(fill) for fill in fills] == [
        ("buy", "taker", "2010.00", "0.3"), ("buy", "taker", "2005.00", "0.4"), ("buy", "taker", "2000.00", "0.3")]
    assert {fill["client_order_id"] for fill in fills} == {"second"}


def test_both_sides_see_their_trade(story):
    (maker,) = story.bob.list(order_id=story.asks[0]["order_id"])
    taker = of(story, "walk")[-1]
    assert maker["trade_id"] == taker["trade_id"] and maker["time"] == taker["time"]
    assert terms(maker) == ("sell", "maker", "2000.00", "0.3")
    assert (maker["value"], maker["fee"], taker["value"]) == ("600.00", "0.60", "600.00")


def test_limit_orders_take_and_make(story):
    assert [terms(fill) for fill in of(story, "took")] == [("buy", "taker", "2010.00", "0.5")]
    assert [terms(fill) for fill in of(story, "made")] == [("sell", "maker", "2001.50", "0.2")]


def test_executions_add_up_to_their_orders(story):
    for name, placed in story.orders.items():
        order, fills = story.ada.look(placed), of(story, name)
        for field, whole in (("quantity", order["quantity"]), ("value", order["total_amount"]), ("fee", order["fee"])):
            assert sum(Decimal(fill[field]) for fill in fills) == Decimal(whole), (name, field)


def test_profits_add_up_to_the_position(stack, story):
    fills = [fill for fill in story.ada.list(side="sell") if fill["asset_id"] == "ETH"]
    assert len(of(story, "sold")) == 3 and len(fills) == 4
    realised = stack.ledger_sql(f"SELECT realised_e8 FROM balance WHERE account_id={ADA} AND asset_id={ETH}")[0][0]
    assert sum(Decimal(fill["realised_pnl"]) for fill in fills) * 10**8 == Decimal(realised)


def test_a_trade_from_before_costs_were_kept_has_no_profit(stack, story):
    fill = of(story, "sold")[1]
    number = sum("0123456789abcdefghjkmnpqrstvwxyz".index(c) << 5 * (12 - i) for i, c in enumerate(fill["trade_id"][1:14]))
    cost = stack.ledger_sql(f"SELECT cost_e8 FROM trade WHERE id={number}")[0][0]
    stack.ledger_sql(f"UPDATE trade SET cost_e8=NULL WHERE id={number}")
    try:
        assert [row["realised_pnl"] is None for row in of(story, "sold")] == [False, True, False]
    finally:
        stack.ledger_sql(f"UPDATE trade SET cost_e8={cost} WHERE id={number}")


def test_all_of_them_newest_first(story):
    fills = story.ada.list()
    assert [fill["order_id"] for fill in fills] == [
        story.orders[name]["order_id"] for name in ("other", "made", *["sold"] * 3, "took", *["walk"] * 3, "house")]
    ids = [fill["trade_id"][1:14] for fill in fills]
    assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("query, wanted", [
    ({}, lambda fill: True),
    ({"side": "buy"}, lambda fill: fill["side"] == "buy"),
    ({"side": "sell"}, lambda fill: fill["side"] == "sell"),
    ({"asset_id": "eth"}, lambda fill: fill["asset_id"] == "ETH"),
    ({"asset_id": "SOL", "side": "buy"}, lambda fill: fill["asset_id"] == "SOL"),
    ({"asset_id": "SOL", "side": "sell"}, lambda fill: False),
    ({"asset_id": "NOPE"}, lambda fill: False),
    ({"from": "2001-01-01", "to": "2100-01-01"}, lambda fill: True),
    ({"to": "2001-01-01"}, lambda fill: False),
    ({"from": "2100-01-01"}, lambda fill: False),
])
def test_pages_under_every_filter_hold_each_once(story, limit, query, wanted):
    assert story.ada.pages(limit=limit, **query) == [fill for fill in story.ada.list() if wanted(fill)]


def test_an_order_and_other_filters(story):
    for name in ("walk", "made"):
        fills, side = of(story, name), of(story, name)[0]["side"]
        assert story.ada.pages(limit=1, order_id=story.orders[name]["order_id"]) == fills
        assert of(story, name, side=side, asset_id="ETH", **{"from": "2001-01-01"}) == fills
        assert of(story, name, side="buy" if side == "sell" else "sell") == []
        assert of(story, name, asset_id="SOL") == of(story, name, to="2001-01-01") == []


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(story):
    fills = story.ada.list()
    for time in {fill["time"] for fill in fills}:
        assert story.ada.list(**{"from": time}) == [fill for fill in fills if fill["time"] >= time]
        assert story.ada.list(to=time) == [fill for fill in fills if fill["time"] < time]


def test_other_peoples_executions_do_not_exist(stack, story):
    order_id = story.orders["walk"]["order_id"]
    cursor = story.ada.fills(limit=1).json()["next_cursor"]
    stranger = Trader(stack, STRANGER)
    nothing = {"data": [], "has_more": False, "next_cursor": None}
    for query in ({}, {"order_id": order_id}, {"cursor": cursor}, {"order_id": story.asks[0]["order_id"]},
                  {"order_id": "order_abcd1234_1700000000"}):
        assert stranger.fills(**query).json() == nothing
        assert Trader(stack, GONE).fills(**query).code == "AUTH_001"
    assert story.ada.list(order_id=story.asks[0]["order_id"]) == []


@pytest.mark.parametrize("query", [
    {"limit": 0}, {"limit": 101}, {"order_id": "short"}, {"order_id": "a-b-c-d-e-f-g"}, {"asset_id": "B!"}, {"side": "both"},
    {"cursor": "xx"}, {"from": "yesterday"}])
def test_broken_queries_name_the_parameter(story, query):
    answer = story.ada.fills(**query)
    assert answer.status == 422 and [answer.json()["errors"][0]["field"]] == list(query)


def test_cursors_of_orders_are_none(story):
    orders = story.ada.ask(story.ada.stack.reader, "GET", "/api/v1/orders", query="limit=1").json()
    assert story.ada.fills(cursor=orders["next_cursor"]).status == 422
