# SPDX-License-Identifier: MIT
"""The event stream on a deployed stack: a bot that reads nothing else knows what the API knows, over a reload of the
gateway and a restart of the engine; and the examples of its page run as they stand."""
import decimal
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.parse

import pytest
from support import admin, api, outage, told
from support.harness import wait_until

D = decimal.Decimal
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/howto/stream.md"
COMMANDS = {"sh": ["bash", "-c"], "js": ["node", "--input-type=module", "-e"], "python": ["/usr/bin/python3", "-c"]}


class Bot:
    """Lives on the stream alone: the state is what the events have said."""

    def __init__(self, client, channels="orders,fills,balances"):
        self.client = client
        self.channels = channels
        self.after = None
        self.seen = []          # numbers, in the order of their arrival
        self.orders = {}
        self.filled = {}        # order -> sum of its fills
        self.balances = {}
        self.connections = 0
        self.ready = threading.Event()
        self.over = threading.Event()
        self.error = None
        self.thread = threading.Thread(target=self._live, daemon=True)

    def __enter__(self):
        self.thread.start()
        assert self.ready.wait(20), self.error
        return self

    def __exit__(self, *_):
        self.over.set()

    def _live(self):
        while not self.over.is_set():
            pause = 0.2
            try:
                pause = self._connection()
            except (OSError, http.client.HTTPException):
                pass  # cut: the next one goes on where this one came to
            except Exception as error:  # noqa: BLE001, told by the test
                self.error = error
                return
            time.sleep(pause)

    def _connection(self):
        """Seconds to wait before the next one."""
        connection = http.client.HTTPConnection(*self.client.address, timeout=35)
        query = {"channels": self.channels} | ({} if self.after is None else {"after": self.after})
        try:
            connection.request("GET", "/api/v1/stream?" + urllib.parse.urlencode(query),
                               headers={"Authorization": f"Bearer {self.client.token}"})
            response = connection.getresponse()
            if response.status != 200:
                return 0.5
            self.connections += 1
            frame = {}
            for line in response:
                text = line.decode().rstrip("\n")
                if text == "":
                    if frame.get("event") == "bye":
                        return int(frame["retry"]) / 1000
                    self._frame(frame)
                    frame = {}
                elif not text.startswith(":"):
                    name, _, value = text.partition(": ")
                    frame[name] = value
            return 0.2
        finally:
            connection.close()

    def _frame(self, frame):
        kind, data = frame.get("event"), json.loads(frame.get("data", "null"))
        if kind == "hello":
            self.after = data["seq"]
            self.ready.set()
        elif kind == "gap":
            self._fill(data["after"], data["first"])
        elif kind in ("order", "fill", "balance"):
            assert int(frame["id"]) == data["seq"], frame
            self._event(kind, data)

    def _fill(self, after, first):
        while after < first - 1:
            page = self.client.get(f"/events?after={after}").json
            for event in page["events"]:
                if event["seq"] < first:
                    self._event(event["type"], event["data"])
            after = page["next_after"]
            if not page["has_more"]:
                return

    def _event(self, kind, data):
        if data["seq"] <= self.after:
            return
        self.after = data["seq"]
        self.seen.append(data["seq"])
        if kind == "order":
            self.orders.setdefault(data["order_id"], {}).update(data)
        elif kind == "balance":
            self.balances[data["asset_id"]] = data
        elif kind == "fill":
            self.filled[data["order_id"]] = self.filled.get(data["order_id"], D(0)) + D(data["quantity"])


def agree(bot):
    """What the bot knows is what the API says."""
    for order_id, known in list(bot.orders.items()):
        truth = bot.client.get(f"/orders/{order_id}").json["data"]
        assert told.as_shown(known) == truth
        assert bot.filled.get(order_id, D(0)) == D(truth.get("filled_quantity", truth["quantity"]))
    listed = {row["order_id"] for row in bot.client.get("/orders?limit=100").json["data"]}
    assert listed == set(bot.orders)
    cash = bot.client.get("/balance").json
    assert (bot.balances["USD"]["available"], bot.balances["USD"]["held"]) == (
        cash["current_balance"], cash["held_balance"])
    for holding in bot.client.get("/portfolio").json["assets"]:
        known = bot.balances[holding["asset_id"]]
        assert (known["total"], known["held"]) == (holding["quantity"], holding["held_quantity"])
    assert bot.seen == sorted(set(bot.seen))


def agreed(bot):
    try:
        agree(bot)
    except (AssertionError, KeyError):
        return False
    return True


def trade_a_little(client, rounds):
    price = D(str(client.get("/inventory/assets/BTC").json["data"]["price_usd"]))
    low, high = (f"{(price * D(part)).quantize(D('1')):f}" for part in ("0.6", "2"))
    for number in range(rounds):
        bought = client.post("/orders", {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.003"})
        assert bought.status == 201, bought
        waiting = client.post("/orders", {"order_type": "limit_buy", "asset_id": "BTC", "quantity": "0.001",
                                          "price": low})
        assert waiting.status == 201, waiting
        stop = client.post("/orders", {"order_type": "stop_limit_sell", "asset_id": "BTC", "quantity": "0.001",
                                       "price": low, "stop_price": low, "time_in_force": ("GTC", "DAY")[number % 2],
                                       "client_order_id": f"stop-{waiting.json['data']['order_id']}"})
        assert stop.status == 201, stop
        sale = client.post("/orders", {"order_type": "limit_sell", "asset_id": "BTC", "quantity": "0.001",
                                       "price": high, "post_only": True})
        assert sale.status == 201, sale
    assert client.delete(f"/orders/{waiting.json['data']['order_id']}").status == 200


@pytest.mark.skipif(admin.state_folder() is None, reason="CNOP_VAR is not set")
def test_a_bot_that_lives_on_the_stream_knows_what_the_api_knows():
    client = api.trader(None)
    with Bot(client) as bot:
        assert client.post("/balance/deposit", {"amount": "5000.00"}).status == 201
        trade_a_little(client, 3)
        wait_until(lambda: agreed(bot), 10, pause=0.2)
        os.kill(int((outage.folder() / "run/nginx.pid").read_text(encoding="ascii")), signal.SIGHUP)
        trade_a_little(client, 3)
        wait_until(lambda: agreed(bot), 20, pause=0.2)
        wait_until(lambda: bot.connections >= 2, 20, "the reload to move the stream")
        outage.supervise("restart", "order")
        wait_until(lambda: client.post("/orders/preview", {
            "order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}).status == 200, 20)
        trade_a_little(client, 3)
        wait_until(lambda: agreed(bot), 20, pause=0.2)
        agree(bot)
        assert bot.error is None and bot.thread.is_alive()
    client.close()


def examples():
    return re.findall(r"^```(\w+)\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.S | re.M)


@pytest.mark.parametrize("language, source", examples(), ids=lambda part: part if part in COMMANDS else "")
def test_the_examples_of_the_page_run(trader, language, source):
    command = COMMANDS[language]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    run = subprocess.Popen([*command, source.replace("http://localhost:8080", api.BASE_URL)], text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "CNOP_TOKEN": trader.token})
    time.sleep(1.5)
    assert trader.post("/balance/deposit", {"amount": "1.00"}).status == 201
    out, err = run.communicate(timeout=30)
    # curl says so when its time is over
    assert run.returncode in ((0, 28) if language == "sh" else (0,)), out + err
    assert "event: hello" in out and "event: balance" in out and '"total":"1001.00"' in out, out + err
