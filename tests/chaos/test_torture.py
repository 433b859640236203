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
# Of an allocation the library that needs it may make a crash; one in so many is tried.
STEP = {"memory": int(os.environ.get("CNOP_TORTURE_STEP", "7"))}


class Auth(test_auth_service.Stack):
    late = 0  # descriptors that come with the first need of them

    def __init__(self, directory):
        self.faults = Faults(directory)
        self.names = itertools.count()
        super().__init__(directory, processes=1, threads=1)

    def start(self, name="auth", **changes):
        return super().start(name, env=self.faults.env, **changes)

    def count(self, text):
        return int(self.database.sql(text, schema="cnop_auth")[0][0])


class User(test_user_service.Stack):
    late = 0

    def __init__(self, directory):
        self.faults = Faults(directory)
        super().__init__(directory)
        self.worker.stop()
        self.config["threads"] = 1
        self.worker = self.stack.enter_context(harness.worker(
            harness.built("cnop-user"), directory, name="user2", processes=1, env=self.faults.env, **self.config))


class Engine(test_user_service.Stack):
    """Faults in the engine: its loop, committer and look-up."""

    late = 1  # the look-up's connection

    def __init__(self, directory):
        self.faults = Faults(directory)
        super().__init__(directory)

    def start_engine(self):
        self.engine = self.stack.enter_context(harness.worker(
            harness.built("cnop-order"), self.directory, name="order", env=self.faults.env,
            **{**self.engine_config, "verify_share": 0}))
        harness.wait_until(self.command_socket.exists, 15, "the engine's command socket")


def request(worker, *arguments, **options):
    """None: nobody has answered, or not wholly."""
    try:
        return fcgi.request(worker.socket, *arguments, **options)
    except (fcgi.Closed, OSError):
        return None


def torture(stack, worker, make, least):
    """Tries faults of all kinds, of those in least at least one. make() gives (send, effect, status): a
    request not yet sent, a number that it changes once by one, and the status of its success. send() may be called
    again and does what was not done before."""
    tried = dict.fromkeys(KINDS, 0)
    for kind in KINDS:
        pid, count = warm(worker, make)
        for number in itertools.count(1, STEP.get(kind, 1)):
            assert number < FAULTS_MAX * STEP.get(kind, 1)
            if not torture_once(stack, make, worker, kind, number):
                break
            tried[kind] += 1
            if worker.children() == [pid]:
                harness.wait_until(lambda: descriptors(pid) <= count + stack.late, 10,
                                   f"{count} descriptors after {kind} {number}")
    print(tried)
    assert all(tried[kind] > 0 for kind in least), tried


def torture_once(stack, make, worker, kind, number):
    send, effect, status = make()
    what = f"{kind} {number}"
    before = effect()
    with stack.faults.armed(kind, number):
        answer = send()
    tried = stack.faults.count(kind) >= number
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
def user():
    with harness.run_dir() as directory:
        stack = User(directory)
        with stack.stack:
            yield stack


@pytest.fixture(scope="module")
def engine():
    with harness.run_dir() as directory:
        stack = Engine(directory)
        with stack.stack:
            yield stack


def test_register(auth):
    def make():
        name = f"torture_{next(auth.names)}"
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "first_name": "Jo",
                "last_name": "Do"}
        return (lambda: request(auth.worker, "POST", "/api/v1/auth/register", json_body=body),
                lambda: auth.count(f"SELECT COUNT(*) FROM users WHERE username = '{name}'"), 201)
    torture(auth, auth.worker, make, ("memory", "write", "ask", "listen", "answer"))


def test_deposit(user):
    account = user.add_user()

    def make():
        key = uuid.uuid4().hex
        return (lambda: request(user.worker, "POST", "/api/v1/balance/deposit", user=account,
                                json_body={"amount": "1.00"}, headers={"Idempotency-Key": key}),
                lambda: rows(user, "cash_entry", account), 201)
    torture(user, user.worker, make, ("memory", "write", "ask", "listen", "answer"))


def rows(stack, table, account):
    return int(stack.database.sql(f"SELECT COUNT(*) FROM {table} WHERE account_id = {account}",
                                  schema="cnop_ledger")[0][0])


def test_order(engine):
    account = engine.add_user()
    assert engine.deposit(account, "9000.00").status == 201

    def make():
        key = uuid.uuid4().hex
        return (lambda: request(engine.engine, "POST", "/api/v1/orders", user=account,
                                json_body={"asset_id": "ETH", "order_type": "market_buy", "quantity": "0.001"},
                                headers={"Idempotency-Key": key}),
                lambda: rows(engine, "orders", account), 201)
    torture(engine, engine.engine, make, ("memory", "ask", "listen", "answer"))


def test_deposit_through_an_engine(engine):
    """The same faults on the other side of the command socket."""
    account = engine.add_user()

    def make():
        key = uuid.uuid4().hex
        return (lambda: request(engine.worker, "POST", "/api/v1/balance/deposit", user=account,
                                json_body={"amount": "1.00"}, headers={"Idempotency-Key": key}),
                lambda: rows(engine, "cash_entry", account), 201)
    torture(engine, engine.engine, make, ("ask", "listen", "answer"))


@pytest.mark.parametrize("path", ["balance", "balance/transactions", "balance/statement", "portfolio"])
def test_reads(user, path):
    """An answer is whole and the same as without a fault, or it says that there is none."""
    account = user.add_user()
    assert user.deposit(account, "9.00").status == 201

    def get():
        return request(user.worker, "GET", f"/api/v1/{path}", user=account)
    right = get()
    assert right.status == 200
    for kind in KINDS:
        for number in itertools.count(1, STEP.get(kind, 1)):
            with user.faults.armed(kind, number):
                answer = get()
            if user.faults.count(kind) < number:
                assert answer.status == 200
                break
            assert answer is None or answer.status == 503 or answer.body == right.body, f"{kind} {number}: {answer}"
            recover(user.worker, get, 200, f"{kind} {number}")
