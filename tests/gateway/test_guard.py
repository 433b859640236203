# SPDX-License-Identifier: MIT
"""The login guard: exact under parallel guesses, exact in time, over reloads and dead workers."""
import concurrent.futures
import json
import os
import signal
import socket
import threading
import time

import pytest
from conftest import problem
from support.fcgi_stub import Reply
from support.harness import wait_until

HTTP = "cnop_zone guard 64k; cnop_audit_log @DIR@/audit.jsonl;"


def server(options=""):
    return f"""
        location = /login {{
            cnop_guard {options or "fails=5"};
            @PARAMS@ fastcgi_pass worker;
        }}
        location / {{ @PARAMS@ fastcgi_pass worker; }}
    """


def answers(worker, status, delay=0.0):
    def answer(request):
        time.sleep(delay)
        return Reply(status)

    worker.answer = answer


def login(gateway, **options):
    return gateway.post("/login", **options)


def test_five_failures_then_blocked(gateway, worker):
    gateway.start(http=HTTP, server=server())
    answers(worker, 401)
    assert [login(gateway).status for _ in range(5)] == [401] * 5
    answers(worker, 200)
    response = login(gateway)
    problem(response, 403, "AUTH_004")
    assert 0 < int(response.headers["Retry-After"]) <= 300
    assert len(worker.requests) == 5
    assert gateway.post("/other").status == 200
    assert login(gateway, source="127.0.0.2").status == 200
    assert gateway.metric("gateway_guard_blocked_addresses") == 1
    assert gateway.metric("gateway_guard_blocked_total") == 1
    assert gateway.metric("gateway_guard_rejected_total") == 1


def test_a_block_ends_and_everything_starts_from_zero(gateway, worker):
    """When exactly is the policy's own test: tests/unit/nginx_modules/policy/test_guard.c."""
    gateway.start(http=HTTP, server=server("fails=5 block=1s within=60s"))
    answers(worker, 401)
    for _ in range(5):
        assert login(gateway).status == 401
    answers(worker, 200)
    wait_until(lambda: login(gateway).status == 200, what="the end of the block")
    answers(worker, 401)
    for _ in range(5):
        assert login(gateway).status == 401
    assert gateway.metric("gateway_guard_blocked_total") == 2


def test_refused_logins_do_not_lengthen_the_block(gateway, worker):
    gateway.start(http=HTTP, server=server("fails=1 block=1s"))
    answers(worker, 401)
    assert login(gateway).status == 401
    answers(worker, 200)
    wait_until(lambda: login(gateway).status == 200, what="the end of the block", pause=0.02)
    assert gateway.metric("gateway_guard_blocked_total") == 1


def test_success_forgets_failures(gateway, worker):
    gateway.start(http=HTTP, server=server())
    for _ in range(3):
        answers(worker, 401)
        assert [login(gateway).status for _ in range(4)] == [401] * 4
        answers(worker, 200)
        assert login(gateway).status == 200


def names(worker, status, account):
    worker.answer = lambda request: Reply(status, headers={"X-Cnop-Audit-User": account})


def test_success_forgives_its_own_account_only(gateway, worker):
    """Four guesses at somebody, one login of one's own, and so on."""
    gateway.start(http=HTTP, server=server())
    names(worker, 401, "victim")
    assert [login(gateway).status for _ in range(4)] == [401] * 4
    names(worker, 200, "guesser")
    assert login(gateway).status == 200
    names(worker, 401, "victim")
    assert [login(gateway).status for _ in range(2)] == [401, 403]
    assert len(worker.requests) == 6


def test_success_forgives_its_account(gateway, worker):
    gateway.start(http=HTTP, server=server())
    for _ in range(3):
        names(worker, 401, "owner")
        assert [login(gateway).status for _ in range(4)] == [401] * 4
        names(worker, 200, "owner")
        assert login(gateway).status == 200


def test_a_guess_counts_when_its_client_has_gone(gateway, worker):
    """What reached the service is counted by its answer, whoever waits for it."""
    gateway.start(http=HTTP, server=server("fails=5; fastcgi_ignore_client_abort on"))
    gate = threading.Event()

    def answer(request):
        gate.wait(20)
        return Reply(401, headers={"X-Cnop-Audit-User": "victim"})

    worker.answer = answer
    for count in range(1, 6):
        with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
            connection.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
            wait_until(lambda: len(worker.requests) == count, what="the guess at the service")
    gate.set()
    wait_until(lambda: gateway.metric_now("gateway_guard_blocked_total") == 1, what="the block")
    problem(login(gateway), 403, "AUTH_004")
    assert len(worker.requests) == 5


@pytest.mark.parametrize("status", [400, 404, 422, 429, 500, 503])
def test_other_answers_do_not_count(gateway, worker, status):
    gateway.start(http=HTTP, server=server())
    answers(worker, status)
    assert [login(gateway).status for _ in range(12)] == [status] * 12


@pytest.mark.parametrize("status", [400, 422, 500])
def test_other_answers_do_not_forgive(gateway, worker, status):
    gateway.start(http=HTTP, server=server("fails=3"))
    answers(worker, 401)
    assert [login(gateway).status for _ in range(2)] == [401] * 2
    answers(worker, status)
    assert login(gateway).status == status
    answers(worker, 401)
    assert [login(gateway).status for _ in range(2)] == [401, 403]


def test_the_window_opens_with_the_first_failure(gateway, worker):
    """Failures further apart than the window never add up, however steady they come."""
    gateway.start(http=HTTP, server=server("fails=3 within=1s"))
    answers(worker, 401)
    for pause in (0.6, 0.6, 0.0):
        assert login(gateway).status == 401
        time.sleep(pause)
    assert login(gateway).status == 401


def test_unknown_users_have_a_threshold_of_their_own(gateway, worker):
    gateway.start(http=HTTP, server=server("fails=5 soft=404:8"))
    answers(worker, 404)
    assert [login(gateway).status for _ in range(8)] == [404] * 8
    assert login(gateway).status == 403


def test_failures_are_forgotten_after_the_window(gateway, worker):
    gateway.start(http=HTTP, server=server("fails=3 within=1s"))
    answers(worker, 401)
    assert [login(gateway).status for _ in range(2)] == [401] * 2
    time.sleep(1.05)
    assert [login(gateway).status for _ in range(2)] == [401] * 2


def test_parallel_guesses_reach_the_worker_five_times(gateway, worker):
    gateway.start(http=HTTP, server=server(), workers=4)
    answers(worker, 401, delay=0.05)
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        statuses = list(pool.map(lambda _: login(gateway).status, range(300)))
    assert statuses.count(401) == 5
    assert statuses.count(403) == 295
    assert len(worker.requests) == 5


def test_parallel_good_logins_all_succeed(gateway, worker):
    gateway.start(http=HTTP, server=server(), workers=2)
    answers(worker, 200, delay=0.02)
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        assert set(pool.map(lambda _: login(gateway).status, range(80))) == {200}


def test_aborted_logins_give_their_attempt_back(gateway, worker):
    gateway.start(http=HTTP, server=server())
    gate = threading.Event()
    worker.answer = lambda request: (gate.wait(10), Reply(401))[1]
    body = b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    for _ in range(5):
        count = len(worker.requests)
        with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
            connection.sendall(body)
            wait_until(lambda: len(worker.requests) > count, what="the guess")
    answers(worker, 200)
    assert login(gateway).status == 200
    gate.set()


def test_a_worker_that_dies_gives_back_its_attempts(gateway, worker):
    gateway.start(http=HTTP, server=server(), workers=1)
    gate = threading.Event()
    worker.answer = lambda request: (gate.wait(10), Reply(401))[1]
    connections = []
    for count in range(5):
        connection = socket.create_connection(("127.0.0.1", gateway.port))
        connection.sendall(b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        wait_until(lambda: len(worker.requests) == count + 1, what="the guess")
        connections.append(connection)
    gateway.expected.append("exited on signal 9")
    (old,) = gateway.workers()
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: gateway.workers() and gateway.workers() != [old], what="a new worker")
    answers(worker, 200)
    assert login(gateway).status == 200
    gate.set()
    for connection in connections:
        connection.close()


def test_block_survives_reload_and_dead_workers(gateway, worker):
    gateway.start(http=HTTP, server=server())
    answers(worker, 401)
    for _ in range(4):
        login(gateway)
    gateway.reload()
    assert login(gateway).status == 401
    assert login(gateway).status == 403
    gateway.reload()
    gateway.expected.append("exited on signal 9")
    old = gateway.workers()
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(set(gateway.workers()) - set(old)) == 2, what="new workers")
    assert login(gateway).status == 403


def test_broken_worker_is_no_failure(gateway, worker):
    gateway.start(http=HTTP, server=server())
    worker.answer = lambda request: Reply(drop=True)
    for _ in range(7):
        assert login(gateway).status == 503
    answers(worker, 200)
    assert login(gateway).status == 200


def test_block_and_unblock_by_hand(gateway, worker):
    gateway.start(http=HTTP, server=server())
    answers(worker, 200)
    answer = gateway.control("POST", "/control/guard", b"block 127.0.0.1 600\nblock 2001:db8::5 60\n")
    assert answer.status == 200
    assert answer.json["blocked"] == 2
    rows = {row["address"]: row for row in answer.json["addresses"]}
    assert 0 < rows["2001:db8::"]["seconds_left"] <= 60 < rows["127.0.0.1"]["seconds_left"] <= 600
    assert rows["2001:db8::"]["blocked"] is True
    problem(login(gateway), 403, "AUTH_004")
    assert gateway.control("POST", "/control/guard", b"unblock 127.0.0.1").status == 200
    assert login(gateway).status == 200
    rows = [json.loads(line) for line in (gateway.dir / "audit.jsonl").read_text().splitlines()]
    assert [(row["action"], row["user"], row["extra"].get("object"), row["extra"]["outcome"]) for row in rows] == [
        ("ip_blocked", "operator", "ip:127.0.0.1", "success"), ("ip_blocked", "operator", "ip:2001:db8::5", "success"),
        ("access_denied", "", None, "failure"), ("ip_unblocked", "operator", "ip:127.0.0.1", "success")]
    for line in (b"block 127.0.0.1", b"block x 5", b"unblock", b"block 127.0.0.1 0", b"reset 127.0.0.1",
                 b"block 127.0.0.1 99999999999", b"x" * 300):
        assert gateway.control("POST", "/control/guard", line).status == 400, line


def test_dry_run(gateway, worker):
    gateway.start(http=HTTP, server=server("fails=2 dry_run"))
    answers(worker, 401)
    assert [login(gateway).status for _ in range(5)] == [401] * 5


def test_full_zone_keeps_blocked_addresses_longest(gateway, worker):
    gateway.start(http=HTTP + "set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;", server=server(), workers=1)
    gateway.control("POST", "/control/guard", b"block 10.0.0.1 600\n")
    answers(worker, 401)
    for i in range(800):
        login(gateway, headers={"X-Real-IP": f"10.1.{i >> 8}.{i & 255}"})
    assert login(gateway, headers={"X-Real-IP": "10.0.0.1"}).status == 403
    assert gateway.metric("gateway_guard_evicted_total") > 0


@pytest.mark.parametrize("options,message", [
    ("fails=0", "out of range"), ("fails=17", "out of range"), ("block=0s", "out of range"), ("within=x", "out of range"),
    ("soft=404", "invalid parameter"), ("soft=500:5", "invalid parameter"), ("status=200", "out of range"),
    ("tries=5", "invalid parameter"),
])
def test_bad_guards_are_refused(gateway, options, message):
    code, output = gateway.test(http="cnop_zone guard 64k;", server=server(options))
    assert code != 0 and message in output, output
    gateway.expected.append("emerg")
