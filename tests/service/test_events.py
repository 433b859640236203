# SPDX-License-Identifier: MIT
"""Events from the engine's commits to a gateway, and read again from the table: numbered without a gap, over crashes
of the engine and cold starts of the gateway."""

import json
import pathlib
import signal
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from event_gateway import EventGateway  # noqa: E402
from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402
from people import Person, price_of_the_next_start, tick  # noqa: E402
from told import orders as told_orders  # noqa: E402

ETH = 2
ADA, BOB, CAM = 1000, 1001, 1002


class Stack(LedgerStack):
    def __init__(self, directory, **config):
        self.gateway = EventGateway(pathlib.Path(directory) / "control.sock")
        super().__init__(directory, gateway_sockets=self.gateway.path, house_spread_bps=100, fee_bps=20,
                         maker_fee_bps=10, **config)

    def stop(self):
        super().stop()
        self.gateway.close()

    def rows(self):
        return [(int(first), int(count)) for first, count in
                self.ledger_sql("SELECT first_seq,event_count FROM event_batch ORDER BY first_seq")]

    def head(self):
        first, count = self.rows()[-1]
        return first + count - 1

    def settled(self):
        """The gateway has everything that is in the table."""
        wait_until(lambda: self.gateway.last == self.head(), 10, "the gateway's last event")
        assert self.gateway.faults == []


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        made = Stack(directory)
        try:
            made.start_engine()
            made.start_reader()
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def story(stack):
    """Everybody trades with everybody."""
    stack.deposit(ADA, BOB, amount="9000.00")
    tick(stack, ETH, 2000)
    ada, bob = Person(stack, ADA), Person(stack, BOB)
    bought = ada.place("market_buy", "1", client_order_id="first")
    assert bought.status == 201, bought.body
    bid = bob.limit("buy", "0.5", "1999", client_order_id="bid")
    sold = ada.place("market_sell", "0.2")
    assert sold.status == 201, sold.body
    assert bob.cancel(bid).status == 200
    stack.settled()
    return {"ada": ada, "bob": bob, "bought": bought.json()["data"], "bid": bid, "sold": sold.json()["data"]}


def check_numbers(rows):
    following = rows[0][0]
    for first, count in rows:
        assert first == following and count > 0
        following += count


def test_numbers_have_no_gap(stack, story):
    check_numbers(stack.rows())
    assert [seq for seq, *_ in stack.gateway.events] == list(range(1, stack.gateway.last + 1))


def test_an_order_is_told_as_the_api_shows_it(stack, story):
    orders = [value for name, value in stack.gateway.of(ADA) if name == "order"]
    first = next(order for order in orders if order.get("client_order_id") == "first")
    for name, value in story["bought"].items():
        assert first[name] == value, name
    shown = story["bob"].look(story["bid"])
    last = [value for name, value in stack.gateway.of(BOB) if name == "order"][-1]
    assert last["status"] == "cancelled" and last["reason"] == "user" and last["filled_quantity"] == "0.2"
    for name, value in last.items():
        if name != "seq":
            assert shown[name] == value, name


def test_orders_that_wait_are_told_whole(stack, story):
    """Every member that the API shows, to those who read the stream alone: over a start of the engine, too."""
    ada = story["ada"]
    kept = [ada.place("stop_sell", "0.1", stop_price="1900", time_in_force="DAY", client_order_id="stop"),
            ada.place("take_profit_limit_sell", "0.1", "2090", stop_price="2005", self_trade_prevention="cancel_oldest"),
            ada.place("limit_sell", "0.1", "2500", post_only=True),
            ada.place("limit_buy", "0.01", "1500", time_in_force="IOC"),
            ada.place("market_buy", "0.01")]
    assert [answer.status for answer in kept] == [201] * len(kept), [answer.body for answer in kept]
    tick(stack, ETH, 2006)  # the take-profit order waits on the book from now on
    stack.engine.stop()
    price_of_the_next_start(stack, ETH, 2006)
    stack.start_engine()
    for answer in kept[:3]:
        changed = ada.ask(stack.engine, "PATCH", f"/api/v1/orders/{answer.json()['data']['order_id']}",
                          json_body={"quantity": "0.05"})
        assert changed.status == 200, changed.body
    assert ada.cancel(kept[1].json()["data"]).status == 200
    tick(stack, ETH, 2000)
    stack.settled()
    for person in (ada, story["bob"]):
        told = told_orders(stack.gateway.of(person.number))
        assert len(told) >= (6 if person is ada else 1)
        for order_id, order in told.items():
            assert order == person.look({"order_id": order_id}), order_id
    assert {"stop_price", "time_in_force", "post_only", "expires_at"} <= set().union(*told_orders(stack.gateway.of(ADA)).values())


def test_rows_of_before_an_upgrade_are_told(stack, story):
    """Of a balance version 1 has the same bytes."""
    stack.deposit(BOB, amount="1.00")
    stack.settled()
    number, before = stack.gateway.last, stack.gateway.events[-1]
    stack.ledger_sql(f"UPDATE event_batch SET body=CONCAT(0x01,SUBSTR(body,2)) WHERE first_seq={number}")
    stack.engine.stop()
    stack.start_engine()
    stack.gateway.forget()
    stack.settled()
    assert stack.gateway.events[-1] == before
    assert ask(stack, BOB, after=number - 1).json()["events"][0]["data"] == json.loads(before[3])
    assert not any("damaged" in line.get("message", "") for line in stack.engine.log_lines())


def test_fills_are_told_as_the_api_shows_them(stack, story):
    for person in (story["ada"], story["bob"]):
        told = [value for name, value in stack.gateway.of(person.number) if name == "fill"]
        listed = person.ask(stack.reader, "GET", "/api/v1/fills").json()["data"]
        assert len(told) == len(listed) > 0
        for fill, shown in zip(reversed(told), listed, strict=True):
            for name, value in fill.items():
                if name != "seq":
                    assert shown[name] == value, name


def test_balances_end_as_they_are_stored(stack, story):
    for person in (story["ada"], story["bob"]):
        last = {value["asset_id"]: value for name, value in stack.gateway.of(person.number) if name == "balance"}
        assert set(last) == {"USD", "ETH"}
        for symbol, asset in (("USD", 0), ("ETH", ETH)):
            free, held = person.balance(asset)
            value = last[symbol]
            assert [round(float(value[name]) * 1e8) for name in ("available", "held", "total")] == [free, held, free + held]


def test_a_trade_is_for_everybody(stack, story):
    trades = [value for name, value in stack.gateway.of(CAM)]
    assert {value["trade_id"] for value in trades} == {
        value["trade_id"] for person in (ADA, BOB) for name, value in stack.gateway.of(person) if name == "fill"}
    assert trades[0]["taker_side"] == "buy" and trades[0]["asset_id"] == "ETH"


def test_prices_are_told_and_not_numbered(stack, story):
    def last_mark():
        found = [ticker for ticker in list(stack.gateway.tickers) if ticker["asset_id"] == "ETH"]
        return found[-1]["mark_price"] if found else None

    before = stack.gateway.last
    tick(stack, ETH, 2010)
    wait_until(lambda: last_mark() == "2010.00", 10, "the price")
    shown = story["ada"].ask(stack.reader, "GET", "/api/v1/markets/ETH/ticker").json()["data"]
    assert set(shown) == set(stack.gateway.tickers[-1])
    # many changes, few tickers
    count = sum(ticker["asset_id"] == "ETH" for ticker in stack.gateway.tickers)
    start = time.monotonic()
    for price in range(2011, 2061):
        tick(stack, ETH, price)
    wait_until(lambda: last_mark() == "2060.00", 10, "the last price")
    told = sum(ticker["asset_id"] == "ETH" for ticker in stack.gateway.tickers) - count
    assert told <= (time.monotonic() - start) * 4 + 2
    assert stack.gateway.last == before


def ask(stack, number, **query):
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return Person(stack, number).ask(stack.reader, "GET", "/api/v1/events", query=text)


def pages(stack, number, limit, after=0):
    """Everything after a number, in pages."""
    found = []
    while True:
        answer = ask(stack, number, after=after, limit=limit)
        assert answer.status == 200, answer.body
        page = answer.json()
        assert len(page["events"]) <= limit and after < page["next_after"] <= page["last_seq"]
        found += page["events"]
        after = page["next_after"]
        if not page["has_more"]:
            assert after == page["last_seq"] == stack.head()
            return found


@pytest.mark.parametrize("limit", [1, 3, 500])
def test_what_was_missed_is_read_again(stack, story, limit):
    """The same, of the same people, as the gateway was told."""
    for number in (ADA, BOB, CAM):
        told = [(seq, name, json.loads(body)) for seq, whose, name, body in stack.gateway.events if whose in ("-", str(number))]
        assert [(event["seq"], event["type"], event["data"]) for event in pages(stack, number, limit)] == told
        later = told[len(told) // 2][0]
        assert [event["seq"] for event in pages(stack, number, limit, later)] == [seq for seq, *_ in told if seq > later]


def test_it_is_the_same_to_the_byte(stack, story):
    body = ask(stack, ADA, limit=500).body.decode()
    for _, whose, _, text in stack.gateway.events:
        assert (text in body) == (whose in ("-", str(ADA)))


def test_nothing_new_is_nothing(stack, story):
    head = stack.head()
    assert ask(stack, ADA, after=head).json() == {"events": [], "next_after": head, "has_more": False, "last_seq": head}


def test_numbers_that_are_not_kept(stack, story):
    assert ask(stack, ADA, after=stack.head() + 1).status == 410
    assert ask(stack, ADA, after=2**53 - 1).json()["code"] == "events_gone"


@pytest.mark.parametrize("query", [{"after": -1}, {"after": "x"}, {"after": 2**53}, {"limit": 0}, {"limit": 501}])
def test_bad_numbers_are_refused(stack, story, query):
    answer = ask(stack, ADA, **query)
    assert answer.status == 422 and answer.json()["errors"][0]["field"] == next(iter(query))


def test_a_user_who_is_gone_is_told_nothing(stack, story):
    assert ask(stack, 2000).status == 401


def test_a_gateway_that_starts_cold_is_brought_what_was(stack, story):
    stack.gateway.forget()
    stack.settled()
    assert stack.gateway.heads[0] == "events 0"
    assert [seq for seq, *_ in stack.gateway.events] == list(range(1, stack.gateway.last + 1))


def test_a_gateway_that_is_away_misses_nothing(stack, story):
    stack.gateway.broken = True
    before = stack.gateway.last
    for _ in range(3):
        stack.deposit(CAM, amount="1.00")
    time.sleep(0.3)
    assert stack.gateway.last == before
    stack.gateway.broken = False
    stack.settled()
    assert stack.gateway.last == before + 3
    assert not any(head.startswith("reset") for head in stack.gateway.heads)


def test_numbers_go_on_over_a_crash(stack, story):
    """Killed in the middle of orders, again and again: what was committed was numbered, once."""
    for _ in range(3):
        with stack.commands() as commands:
            for _ in range(5):
                commands.cash("deposit", CAM, "1.00")
        stack.engine.tell(signal.SIGKILL)
        stack.engine.stop()
        stack.start_engine()
        stack.deposit(BOB, amount="1.00")
        stack.settled()
        check_numbers(stack.rows())
    assert [seq for seq, *_ in stack.gateway.events] == list(range(1, stack.gateway.last + 1))


def test_old_rows_are_removed(stack, story):
    """All that are old, but the newest of all; numbers go on behind it."""
    stack.engine.stop()
    newest = stack.rows()[-1]
    stack.ledger_sql("UPDATE event_batch SET created_us=1")
    stack.start_engine()
    wait_until(lambda: stack.rows() == [newest], 10, "pruning")
    assert ask(stack, ADA, after=0).status == 410
    assert ask(stack, ADA, after=newest[0] - 1).status == 200
    stack.gateway.forget()
    stack.deposit(CAM, amount="1.00")
    stack.settled()
    assert stack.gateway.heads[0] == f"reset {newest[0] - 1}"
    check_numbers(stack.rows())
    assert stack.rows()[0][0] + stack.rows()[0][1] == stack.rows()[1][0]


def test_a_damaged_row_stops_nobody(stack, story):
    """The gateway starts over behind it; the engine goes on."""
    stack.engine.stop()
    stack.start_engine()
    stack.deposit(CAM, CAM, CAM, amount="1.00")
    stack.engine.stop()
    lost, count = stack.rows()[-2]
    assert count == 1
    stack.ledger_sql(f"UPDATE event_batch SET body='?' WHERE first_seq={lost}")
    stack.gateway.forget()
    stack.start_engine()
    stack.deposit(CAM, amount="1.00")
    stack.settled()
    assert any(head.startswith("reset") for head in stack.gateway.heads)
    check_numbers(stack.rows())
    first = stack.rows()[0][0]
    assert [event["seq"] for event in pages(stack, CAM, 500, first - 1)] == [
        seq for seq in range(first, stack.head() + 1) if seq != lost]
    assert any("damaged" in line.get("message", "") for line in stack.engine.log_lines())


def test_the_newest_row_may_be_anything(stack, story):
    stack.engine.stop()
    stack.ledger_sql(f"UPDATE event_batch SET event_count=0 WHERE first_seq={stack.rows()[-1][0]}")
    stack.start_engine()
    stack.deposit(CAM, amount="1.00")
    wait_until(lambda: stack.gateway.last == stack.head(), 10, "the gateway's last event")
