# SPDX-License-Identifier: MIT
"""The disk of the logs alone is full: orders go on, what could not be written is counted, and lines come
back whole when there is room."""

import json
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from disk import Small, why_not_small  # noqa: E402
from fcgi import Connection  # noqa: E402
from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402

USER = 1000
LOGS = {"log_file": "engine.jsonl", "audit_file": "audit.jsonl", "orders_file": "orders.jsonl"}


@pytest.fixture
def stack():
    with run_dir() as directory:
        reason = why_not_small(directory / "probe")
        if reason is not None:
            pytest.skip("a full disk of the logs needs root and a tmpfs")
        disk = Small(directory / "logs")
        ledger = None
        try:
            ledger = LedgerStack(directory, **{key: disk.folder / name for key, name in LOGS.items()})
            ledger.start_engine()
            wait_until(ledger.commands_path.exists, 20, "the engine")
            ledger.deposit(USER, amount="9000.00")
            yield ledger, disk
        finally:
            if ledger is not None:
                ledger.stop()
            disk.close()


def order(worker, key):
    return worker.request("POST", "/api/v1/orders", user=USER, json_body={
        "order_type": "market_buy", "asset_id": "DOGE", "quantity": "10", "client_order_id": key})


def lost_lines(worker):
    text = worker.request("GET", "/metrics", user=None).body.decode()
    return sum(int(line.split()[-1]) for line in text.splitlines() if line.startswith("order_lost_log_lines_total"))


def lines_of(path):
    """Those that are whole; what a full disk has cut off stands on a line of its own."""
    whole = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            whole.append(json.loads(line))
        except json.JSONDecodeError:
            pass
    return whole


def accepted(path):
    return sum(line["action"] == "request_end" for line in lines_of(path))


def test_orders_go_on_without_logs_and_are_told_when_there_is_room(stack):
    ledger, disk = stack
    lines = disk.folder / LOGS["orders_file"]
    with Connection(ledger.engine.socket, timeout=20) as worker:
        assert order(worker, "before").status == 201
        wait_until(lambda: accepted(lines) == 1, 10, "a line of the first order")
        assert lost_lines(worker) == 0
        disk.fill()
        for number in range(50):
            assert order(worker, f"full-{number}").status == 201
        wait_until(lambda: lost_lines(worker) > 0, 10, "the count of lost lines")
        assert worker.request("GET", "/health/ready", user=None).status == 200
        told = accepted(lines)
        assert told < 51, "the disk was not full"
        disk.relieve()
        for number in range(10):
            assert order(worker, f"after-{number}").status == 201
        wait_until(lambda: accepted(lines) >= told + 10, 10, "lines to return")
        wait_until(lambda: accepted(lines) + lost_lines(worker) >= 61, 10, "every line, written or counted as lost")
    assert ledger.ledger_sql("SELECT COUNT(*) FROM orders WHERE account_id=1000") == [["61"]]
    ledger.engine.stop()
    ledger.prove()
