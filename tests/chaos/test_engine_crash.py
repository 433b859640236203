# SPDX-License-Identifier: MIT
"""One crash of the engine's process under load, behind the gateway as shipped: an outage no longer than itself."""

import concurrent.futures
import http.client
import json
import os
import pathlib
import signal
import sys
import threading
import time
import uuid

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent / "bench")]

from gateways import ProductGateway  # noqa: E402
from harness import run_dir  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402

ACCOUNTS = range(1000, 1064)
ORDER = {"asset_id": "BTC", "order_type": "market_buy", "quantity": "0.001"}


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory)
        gateway = None
        try:
            ledger.start_engine()
            with ledger.commands() as commands:
                for account in ACCOUNTS:
                    assert commands.cash("deposit", account, "9000.00")[0] == "OK"
            gateway = ProductGateway(directory / "gateway", ledger.engine.socket, ACCOUNTS).start()
            yield ledger, gateway
        finally:
            if gateway is not None:
                gateway.stop()
            ledger.stop()


def tokens(gateway):
    text = pathlib.Path(gateway.identities).read_text(encoding="ascii")
    return [line.split('"')[1] for line in text.splitlines() if '="' in line]


def opened(gateway):
    """How often the breaker of the order service has opened."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.internal_port, timeout=10)
    connection.request("GET", "/metrics")
    page = connection.getresponse().read().decode()
    series = 'gateway_breaker_opened_total{target_service="order_service"} '
    return next(int(line.removeprefix(series)) for line in page.splitlines() if line.startswith(series))


class Trader:
    """Places one order after another, each once, and keeps when which answer came."""

    def __init__(self, gateway, token):
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=30)
        self.token = token
        self.answers = []

    def trade(self, end):
        while not end.is_set():
            headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid.uuid4().hex,
                       "Content-Type": "application/json"}
            self.connection.request("POST", "/api/v1/orders", json.dumps(ORDER), headers)
            answer = self.connection.getresponse()
            answer.read()
            self.answers.append((time.monotonic(), answer.status))
        self.connection.close()

    def after(self, moment, status):
        return [at for at, got in self.answers if got == status and at > moment]


def wait(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)


def test_a_crash_is_one_event_for_the_breaker(stack):
    ledger, gateway = stack
    traders = [Trader(gateway, token) for token in tokens(gateway)]
    before, end = opened(gateway), threading.Event()
    with concurrent.futures.ThreadPoolExecutor(len(traders)) as pool:
        try:
            running = [pool.submit(trader.trade, end) for trader in traders]
            wait(lambda: all(trader.after(0, 201) for trader in traders))
            children = pathlib.Path(f"/proc/{ledger.engine.pid}/task/{ledger.engine.pid}/children").read_text(encoding="ascii")
            killed = time.monotonic()
            os.kill(int(children.split()[0]), signal.SIGKILL)
            wait(lambda: all(trader.after(killed, 201) for trader in traders))
        finally:
            end.set()
        for future in running:
            future.result()
    first = min(min(trader.after(killed, 201)) for trader in traders)
    print(f"first order after {first - killed:.2f} s, last of 64 connections after "
          f"{max(min(trader.after(killed, 201)) for trader in traders) - killed:.2f} s")
    assert opened(gateway) == before
    assert {status for trader in traders for _, status in trader.answers} <= {201, 503}
