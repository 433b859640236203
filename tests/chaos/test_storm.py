# SPDX-License-Identifier: MIT
"""Storms of kills, the exhaustive list of kill points, and planted bugs that must be found."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from fcgi import Closed, Connection  # noqa: E402
from harness import built, run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402
from engine_wire import Closed as CommandClosed  # noqa: E402

FAULTY = "tests/chaos/cnop-order-faults"
SECONDS = os.environ.get("CNOP_STORM_SECONDS", "20")


def storm(*options):
    done = subprocess.run([sys.executable, HERE / "storm.py", *options], capture_output=True, text=True, timeout=600)
    return done.returncode, done.stdout + done.stderr


def test_nothing_is_lost_or_doubled_whatever_breaks():
    built("cnop-order")
    status, output = storm("--seconds", SECONDS)
    assert status == 0, output


def test_rival_engines_never_write_at_once():
    built("cnop-order")
    status, output = storm("--seconds", "10", "--rivals")
    assert status == 0, output


@pytest.mark.parametrize("options", [["--seconds", "12"], ["--seconds", "10", "--unsafe", "--expect-caught"]],
                         ids=["durable", "not_durable"])
def test_a_power_cut_takes_nothing_but_from_those_who_promise_too_much(options):
    built("cnop-order")
    status, output = storm("--power", *options)
    if status == 77:
        pytest.skip("a power cut needs root and a loop device")
    assert status == 0, output


@pytest.mark.parametrize("bug, options", [("reply_early", []), ("skip_dedupe", []), ("lose_leg", ["--calm"]),
                                          ("drop_fence", ["--rivals"]), ("cancel_unheard", ["--calm", "--seconds", "4"]),
                                          ("lose_trigger", ["--calm", "--seconds", "4"])])
def test_planted_bugs_are_found(bug, options):
    built(FAULTY)
    status, output = storm("--seconds", "8", "--engine", FAULTY, "--fault", bug, "--expect-caught", *options)
    assert status == 0, output


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory, engine=FAULTY)
        try:
            ledger.start_engine()
            ledger.deposit(1000, amount="9000.00")
            ledger.engine.stop()
            yield ledger
        finally:
            ledger.stop()


def place(stack, key):
    with Connection(stack.engine.socket, timeout=10) as worker:
        return worker.request("POST", "/api/v1/orders", user=1000, json_body={
            "order_type": "market_buy", "asset_id": "DOGE", "quantity": "10", "client_order_id": key})


def deposit(stack, key):
    with stack.commands() as commands:
        return commands.cash("deposit", 1000, "1.00", key=key)


def exits(stack):
    """What the parent said about its workers' ends."""
    return [line for line in stack.engine.log_lines() if line["action"] == "worker_exit"]


@pytest.mark.parametrize("command", ["order", "deposit"])
@pytest.mark.parametrize("point", ["accepted", "applied", "sealed", "pre_commit", "post_commit", "pre_reply", "post_reply"])
def test_kill_at_every_step_then_retry_is_one_effect(stack, point, command):
    key = f"{point}-{command}"
    first = None
    stack.start_engine(name=f"dying-{key}", env={"CNOP_KILL": f"{point}:1"})
    try:
        first = place(stack, key) if command == "order" else deposit(stack, key)
    except (Closed, CommandClosed, OSError):
        pass
    wait_until(lambda: exits(stack), 30, "the kill")
    assert exits(stack)[0]["extra"]["signal"] == signal.SIGKILL, "it died of something else"
    if point != "post_reply":
        assert first is None, "it was killed before the answer could leave"
    stack.engine.stop()
    stack.start_engine(name=f"healed-{key}")
    try:
        if command == "order":
            again = place(stack, key)
            assert again.status == 201
            assert first is None or again.body == first.body
            table, column = "orders", "client_order_id"
        else:
            err, reply = deposit(stack, key)
            assert err == "OK"
            assert first is None or reply.outcome.posting.id == first[1].outcome.posting.id
            table, column = "cash_entry", "idem_key"
        assert stack.ledger_sql(f"SELECT COUNT(*) FROM {table} WHERE {column}='{key}'") == [["1"]]
    finally:
        stack.engine.stop()


def test_the_ledger_holds_after_all_kill_points(stack):
    done = subprocess.run([sys.executable, HERE.parents[1] / "tools/cnop-audit", "--socket", stack.database.socket],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
