# SPDX-License-Identifier: MIT
"""Defects of the public demo that show only while something hangs, is stopped or is counted.

Numbered like test_reference_defects.py, whose last test looks for a test of every number.
"""
import contextlib
import os
import pathlib
import pwd
import re
import subprocess
import threading
import time
import urllib.request

import pytest
from support import admin, api, outage

pytestmark = pytest.mark.skipif(admin.state_folder() is None, reason="CNOP_VAR is not set")
INTERNAL_URL = os.environ.get("CNOP_INTERNAL_URL")
BUY = {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.001"}


def requests_of(service):
    """How many requests the service has answered, whatever the outcome."""
    with urllib.request.urlopen(f"{INTERNAL_URL}/internal/{service}/metrics", timeout=10) as reply:
        return sum(int(n) for n in re.findall(r"^\w+_requests_total\{.*\} (\d+)$", reply.read().decode(), re.M))


def settled(read):
    """What is counted is counted after its answer has left."""
    last = read()
    while True:
        time.sleep(0.3)
        last, before = read(), last
        if last == before:
            return last


def test_26_an_outage_of_the_auth_service_signs_everybody_out(trader):
    credentials = {"username": trader.username, "password": api.PASSWORD}
    with outage.stopped("auth"):
        for path in ("/balance", "/orders", "/portfolio", "/auth/profile"):
            assert trader.get(path).status == 200, path
        assert trader.post("/orders", BUY).status == 201
        for path, body in (("/auth/login", credentials), ("/auth/refresh", {"refresh_token": "rt_x"}),
                           ("/auth/logout", {})):
            refused = trader.post(path, body)
            assert (refused.status, refused.json["code"]) == (503, "SVC_003"), refused
    assert trader.get("/auth/me").status == 200, "the session is the one from before"


@pytest.mark.skipif(INTERNAL_URL is None, reason="CNOP_INTERNAL_URL is not set")
def test_28_every_request_asks_the_auth_service_and_orders_are_redirected(trader):
    before = settled(lambda: requests_of("auth"))
    for _ in range(5):
        for path in ("/balance", "/orders", "/inventory/assets", "/insights/portfolio"):
            assert trader.get(path).status == 200
        assert trader.post("/orders", BUY).status == 201
    assert settled(lambda: requests_of("auth")) == before


@contextlib.contextmanager
def locked(row):
    """Nobody else changes the row meanwhile."""
    administrator = pwd.getpwuid(os.geteuid()).pw_name
    with subprocess.Popen(["mariadb", "--no-defaults", f"--socket={outage.folder() / 'run/mariadb.sock'}",
                           f"--user={administrator}", "--unbuffered", "--skip-column-names"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        session.stdin.write(f"BEGIN; SELECT 'locked' FROM {row} FOR UPDATE;\n")
        session.stdin.flush()
        assert session.stdout.readline() == "locked\n"
        yield
        session.stdin.close()


def test_30_one_slow_statement_stops_everybody(trader):
    """All of them go through the service whose statement waits, and through its neighbours."""
    answers, other = [], api.trader("10.00")

    def change_profile():
        answers.append(trader.put("/auth/profile", {"first_name": "Grace"}))

    user_id = trader.get("/auth/me").json["user_id"]
    with locked(f"cnop_user.profile WHERE user_id = {user_id}"):
        slow = threading.Thread(target=change_profile)
        slow.start()
        while outage.sql("SELECT COUNT(*) FROM information_schema.innodb_trx"
                         " WHERE trx_state = 'LOCK WAIT'") == "0\n":
            assert slow.is_alive(), answers
            time.sleep(0.2)  # asked more often than every 100 ms, the table is never filled anew
        assert other.get("/balance").status == 200
        assert answers == [], "the statement did not wait: this test shows nothing"
        assert other.post("/balance/deposit", {"amount": "1.00"}).status == 201
        for path in ("/auth/profile", "/inventory/assets", "/orders"):
            assert other.get(path).status == 200, path
    slow.join(30)
    # on a very busy machine its own time may be over by now
    assert answers[0].status == 200 or answers[0].json["code"] == "deadline_exceeded", answers


def test_31_ten_log_lines_for_each_write(trader):
    lines = []
    answer = trader.post("/orders", BUY)
    trader.get("/balance")  # whatever the order still had to write is written now
    for path in pathlib.Path(outage.folder() / "log").rglob("*"):
        if path.is_file():
            lines += [line for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
                      if answer.headers["X-Request-ID"] in line]
    assert answer.status == 201 and len(lines) <= 2, lines  # the service's and the gateway's
