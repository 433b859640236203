# SPDX-License-Identifier: MIT
"""Real services whose calls fail one after the other: the answer says what is in the database, nothing is left
open, and the next request is served. What the units of tests/torture do with every call of every handler, here
with what the libraries do besides: the wire of the database, the answers, the logs, every allocation."""

import itertools
import os
import pathlib
import sys
import uuid

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "service"), str(HERE.parent / "support")]

import test_auth_service  # noqa: E402
import test_user_service  # noqa: E402
from faults import KINDS, Faults  # noqa: E402
from support import fcgi, harness  # noqa: E402

PASSWORD = test_auth_service.PASSWORD
FAULTS_MAX = 300
LOOKUP = 1  # the connection of the engine's look-up comes with the first need of it
# Of an allocation the library that needs it may make a crash; one in so many is tried.
STEP = {"memory": int(os.environ.get("CNOP_TORTURE_STEP", "13"))}


class Auth(test_auth_service.Stack):
    def __init__(self, directory):
        self.faults = Faults(directory)
        self.names = itertools.count()
        super().__init__(directory, processes=1, threads=1)

    def start(self, name="auth", **changes):
        return super().start(name, env=self.faults.env, **changes)

    def count(self, text):
        return int(self.database.sql(text, schema="cnop_auth")[0][0])


class Trading(test_user_service.Stack):
    """Faults in the user service, and others in the engine: its loop, committer and look-up."""

    def __init__(self, directory):
        self.engine_faults = Faults(directory, "engine-faults")
        super().__init__(directory)
        self.worker.stop()
        self.config["threads"] = 1
        self.user_faults = Faults(directory, "user-faults")
        self.worker = self.stack.enter_context(harness.worker(
            harness.built("cnop-user"), directory, name="user2", processes=1, env=self.user_faults.env, **self.config))

    def start_engine(self):
        self.engine = self.stack.enter_context(harness.worker(
            harness.built("cnop-order"), self.directory, name="order", env=self.engine_faults.env,
            **{**self.engine_config, "verify_share": 0}))
        harness.wait_until(self.command_socket.exists, 15, "the engine's command socket")


def request(worker, *arguments, **options):
    """None: nobody has answered, or not wholly."""
    try:
        return fcgi.request(worker.socket, *arguments, **options)
    except (fcgi.Closed, OSError):
        return None


def torture(faults, worker, make, least, late=0):
    """Tries faults of all kinds, of those in least at least one. make() gives (send, effect, status): a
    request not yet sent, a number that it changes once by one, and the status of its success. send() may be called
    again and does what was not done before. late: descriptors that come with the first need of them."""
    tried = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        pid, count = warm(worker, make)
        for number in itertools.count(1, STEP.get(kind, 1)):
            assert number < FAULTS_MAX * STEP.get(kind, 1)
            if not torture_once(faults, make, worker, kind, number):
                break
            tried[kind] += 1
            if worker.children() == [pid]:
                harness.wait_until(lambda: descriptors(pid) <= count + late, 10,
                                   f"{count} descriptors after {kind} {number}")
    print(tried)
    assert all(tried[kind] > 0 for kind in least), tried


def torture_once(faults, make, worker, kind, number):
    send, effect, status = make()
    what = f"{kind} {number}"
    before = effect()
    with faults.armed(kind, number):
        answer = send()
    tried = faults.count(kind) >= number
    changed = effect() - before
    assert changed in (0, 1), f"{what}: {changed} effects"
    if answer is None:
        assert tried, f"{what}: no answer without a fault"
    elif answer.status == status:
        assert changed == 1, f"{what}: success, and no effect"
    else:
        assert tried and answer.status == 503, f"{what}: {answer}"
        assert changed == 0 or answer.code == "outcome_unknown", f"{what}: {answer.code}, and the effect is there"
    recover(worker, send, status, what)
    assert effect() - before == 1, f"{what}: done twice, or never"
    return tried


def recover(worker, send, status, what):
    """The same request once more: at the latest when the process is there again, it is served."""
    def served():
        answer = send()
        return answer is not None and answer.status != 503 and answer
    answer = harness.wait_until(served, 20, f"an answer after {what}", pause=0.05)
    assert answer.status in (status, 409), f"after {what}: {answer}"


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def warm(worker, make):
    """The process and its descriptors when every connection is there; that of the request goes."""
    for _ in range(2):
        send, _, status = make()
        assert send().status == status
    pid = worker.children()[0]
    counts = []

    def settled():
        counts.append(descriptors(pid))
        return len(counts) > 20 and len(set(counts[-20:])) == 1
    harness.wait_until(settled, 20, "an end of closing")
    return pid, counts[-1]


@pytest.fixture(scope="module")
def auth():
    with harness.run_dir() as directory:
        stack = Auth(directory)
        with stack.stack:
            yield stack


@pytest.fixture(scope="module")
def trading():
    with harness.run_dir() as directory:
        stack = Trading(directory)
        with stack.stack:
            yield stack


def test_register(auth):
    def make():
        name = f"torture_{next(auth.names)}"
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "first_name": "Jo",
                "last_name": "Do"}
        return (lambda: request(auth.worker, "POST", "/api/v1/auth/register", json_body=body),
                lambda: auth.count(f"SELECT COUNT(*) FROM users WHERE username = '{name}'"), 201)
    torture(auth.faults, auth.worker, make, ("memory", "write", "ask", "listen", "answer"))


def test_deposit(trading):
    account = trading.add_user()

    def make():
        key = uuid.uuid4().hex
        return (lambda: request(trading.worker, "POST", "/api/v1/balance/deposit", user=account,
                                json_body={"amount": "1.00"}, headers={"Idempotency-Key": key}),
                lambda: rows(trading, "cash_entry", account), 201)
    torture(trading.user_faults, trading.worker, make, ("memory", "write", "ask", "listen", "answer"))


def rows(stack, table, account):
    return int(stack.database.sql(f"SELECT COUNT(*) FROM {table} WHERE account_id = {account}",
                                  schema="cnop_ledger")[0][0])


def test_order(trading):
    account = trading.add_user()
    assert trading.deposit(account, "9000.00").status == 201

    def make():
        key = uuid.uuid4().hex
        return (lambda: request(trading.engine, "POST", "/api/v1/orders", user=account,
                                json_body={"asset_id": "ETH", "order_type": "market_buy", "quantity": "0.001"},
                                headers={"Idempotency-Key": key}),
                lambda: rows(trading, "orders", account), 201)
    torture(trading.engine_faults, trading.engine, make, ("memory", "ask", "listen", "answer"), LOOKUP)


def test_deposit_through_an_engine(trading):
    """The same faults on the other side of the command socket."""
    account = trading.add_user()

    def make():
        key = uuid.uuid4().hex
        return (lambda: request(trading.worker, "POST", "/api/v1/balance/deposit", user=account,
                                json_body={"amount": "1.00"}, headers={"Idempotency-Key": key}),
                lambda: rows(trading, "cash_entry", account), 201)
    torture(trading.engine_faults, trading.engine, make, ("ask", "listen", "answer"), LOOKUP)


@pytest.mark.parametrize("path", ["balance", "balance/transactions", "balance/statement", "portfolio"])
def test_reads(trading, path):
    """An answer is whole and the same as without a fault, or it says that there is none."""
    account = trading.add_user()
    assert trading.deposit(account, "9.00").status == 201

    def get():
        return request(trading.worker, "GET", f"/api/v1/{path}", user=account)
    right = get()
    assert right.status == 200
    for kind in KINDS[1:]:  # where memory ends a process, its parent makes the next ones wait ever longer
        for number in itertools.count(1):
            with trading.user_faults.armed(kind, number):
                answer = get()
            if trading.user_faults.count(kind) < number:
                assert answer.status == 200
                break
            assert answer is None or answer.status == 503 or answer.body == right.body, f"{kind} {number}: {answer}"
            recover(trading.worker, get, 200, f"{kind} {number}")
