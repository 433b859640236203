# SPDX-License-Identifier: MIT
"""The engine under load behind the gateway as shipped: its crash is an outage no longer than itself, and
without descriptors it answers rather than keeping anybody waiting."""

import concurrent.futures
import http.client
import itertools
import json
import os
import pathlib
import resource
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
            ledger.deposit(*ACCOUNTS, amount="9000.00")
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


def worker_of(engine):
    return int(pathlib.Path(f"/proc/{engine.pid}/task/{engine.pid}/children").read_text(encoding="ascii").split()[0])


class Trader:
    """Places one order after another, each once, and keeps when which answer came."""

    def __init__(self, gateway, token, timeout=30):
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=timeout)
        self.token = token
        self.answers = []

    def place(self):
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": uuid.uuid4().hex,
                   "Content-Type": "application/json"}
        self.connection.request("POST", "/api/v1/orders", json.dumps(ORDER), headers)
        answer = self.connection.getresponse()
        answer.read()
        self.answers.append((time.monotonic(), answer.status))
        return answer.status

    def trade(self, end):
        while not end.is_set():
            self.place()
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
            killed = time.monotonic()
            os.kill(worker_of(ledger.engine), signal.SIGKILL)
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


def test_an_engine_without_descriptors_keeps_nobody_waiting(stack):
    """Every new connection is one too many. Those that are there go on; the others are told so."""
    ledger, gateway = stack
    os.kill(worker_of(ledger.engine), signal.SIGKILL)  # a kept connection would need no descriptor
    wait(lambda: Trader(gateway, tokens(gateway)[0]).place() == 201)
    worker = worker_of(ledger.engine)
    traders = [Trader(gateway, token, timeout=8) for token in tokens(gateway)]
    end = threading.Event()
    limits = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    there = {int(name) for name in os.listdir(f"/proc/{worker}/fd")}
    used = next(number for number in itertools.count() if number not in there)  # nothing is free below
    with concurrent.futures.ThreadPoolExecutor(len(traders)) as pool:
        try:
            resource.prlimit(worker, resource.RLIMIT_NOFILE, (used, limits[1]))
            running = [pool.submit(trader.trade, end) for trader in traders]
            wait(lambda: any(future.done() for future in running) or all(len(t.answers) >= 20 for t in traders))
        finally:
            resource.prlimit(worker, resource.RLIMIT_NOFILE, limits)
            end.set()
        for future in running:
            future.result()
    assert {status for trader in traders for _, status in trader.answers} <= {201, 503}
    assert any(trader.after(0, 503) for trader in traders), "descriptors were not short"
    after = Trader(gateway, traders[0].token)
    wait(lambda: after.place() == 201)
