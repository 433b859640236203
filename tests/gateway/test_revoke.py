# SPDX-License-Identifier: MIT
"""The denylist: push, replay, gaps, snapshots, cold start, exactness at a hundred thousand records."""
import os
import time

import pytest
from conftest import problem
from support import tokens
from support.harness import wait_until

HTTP = "cnop_jwt optional; cnop_jwt_cookie cnop_at; cnop_zone revoke {size}; cnop_revoke {mode};"
SERVER = """
    location /closed { cnop_jwt required; @PARAMS@ fastcgi_pass worker; }
    location / { @PARAMS@ fastcgi_pass worker; }
"""
LATER = int(time.time()) + 3600


@pytest.fixture
def ready(gateway, worker):
    gateway.start(http=HTTP.format(size="1m", mode="closed"), server=SERVER)
    assert push(gateway, "snapshot 10").status == 200
    return gateway


def push(gateway, *lines):
    return gateway.control("POST", "/control/revocations", "\n".join(lines).encode() + b"\n")


def status(gateway, **claims):
    return gateway.get("/closed", token=gateway.token(**claims)).status


def test_cold_start_is_closed_until_the_snapshot(gateway, worker):
    gateway.start(http=HTTP.format(size="1m", mode="closed"), server=SERVER)
    state = gateway.control("GET", "/control/revocations").json
    assert state["synced"] is False and state["last_seq"] == 0 and len(state["boot_id"]) == 32
    response = gateway.get("/closed", token=gateway.token())
    problem(response, 503, "SVC_003")
    assert response.headers["Retry-After"] == "1"
    assert gateway.get("/closed").status == 401
    public = gateway.get("/x", token=gateway.token())
    assert public.status == 200 and public.json["CNOP_USER_ID"] == ""
    assert push(gateway, "delta 0", f"1 sid {tokens.SID} {LATER}").status == 409
    answer = push(gateway, "snapshot 7")
    assert answer.status == 200
    assert answer.json["synced"] is True and answer.json["last_seq"] == 7
    assert status(gateway) == 401  # the delta was not acknowledged, but its record counts
    assert status(gateway, sid="0" * 32) == 200


def test_open_mode_does_not_wait(gateway, worker):
    gateway.start(http=HTTP.format(size="1m", mode="open"), server=SERVER)
    assert status(gateway) == 200


def test_session_ends_at_once(ready):
    token = ready.token()
    for _ in range(5):
        assert ready.get("/closed", token=token).status == 200  # and is in the workers' caches
    assert push(ready, "delta 10", f"11 sid {tokens.SID} {LATER}").status == 200
    for _ in range(5):
        problem(ready.get("/closed", token=token), 401, "AUTH_003")
        assert ready.get("/x", token=token).json["CNOP_USER_ID"] == ""
    cookie = {"Cookie": f"cnop_at={token}"}
    assert ready.get("/x", headers=cookie).json["CNOP_USER_ID"] == ""
    problem(ready.get("/closed", headers=cookie), 401, "AUTH_003")
    assert status(ready, sid="f" * 32) == 200


def test_one_token_ends(ready):
    assert push(ready, "delta 10", f"11 jti {tokens.JTI} {LATER}").status == 200
    assert status(ready) == 401
    assert status(ready, jti="f" * 32) == 200
    assert status(ready, jti="0" * 32, sid=tokens.JTI) == 200  # another kind of key


def test_a_user_s_older_tokens_end(ready):
    now = int(time.time())
    assert push(ready, "delta 10", f"11 sub 1001 {now - 100} {LATER}").status == 200
    assert status(ready, iat=now - 101) == 401
    assert status(ready, iat=now - 100) == 200
    assert status(ready, iat=now - 99) == 200
    assert status(ready, iat=now - 500, sub="1002") == 200
    assert push(ready, "delta 11", f"12 sub 1001 {now - 200} {LATER}").status == 200  # never backwards
    assert status(ready, iat=now - 101) == 401


def test_records_expire(ready):
    soon = int(time.time()) + 2
    assert push(ready, "delta 10", f"11 sid {tokens.SID} {soon}").status == 200
    assert status(ready) == 401
    wait_until(lambda: status(ready) == 200, what="expiry")
    assert ready.control("GET", "/control/revocations").json["records"] == 0


def test_sequence(ready):
    assert push(ready, "delta 10", f"11 sid {'1' * 32} {LATER}", f"12 sid {'2' * 32} {LATER}").json["last_seq"] == 12
    assert push(ready, "delta 10", f"11 sid {'1' * 32} {LATER}").json["last_seq"] == 12  # repeated
    gap = push(ready, "delta 13", f"14 sid {'3' * 32} {LATER}")
    assert gap.status == 409
    assert gap.json["last_seq"] == 12
    assert status(ready, sid="3" * 32) == 401
    assert push(ready, "snapshot 20", *(f"20 sid {i:032x} {LATER}" for i in range(50))).json["last_seq"] == 20
    assert ready.control("GET", "/control/revocations").json["records"] == 53


@pytest.mark.parametrize("body", [
    b"", b"hello\n", b"delta\n", b"delta x\n", b"delta 1 2\n", b"snapshot -1\n", b"delta 10\n11 sid abc 1\n",
    b"delta 10\n11 sid " + b"0" * 32 + b"\n", b"delta 10\n11 uid 1 1 1\n", b"delta 10\n11 sub x 1 1\n",
    b"delta 10\n11 sub 5 1\n", b"delta 10\nsid " + b"0" * 32 + b" 1\n", b"delta 10\n11 sub 5 1 1 1\n",
    b"delta 10\n" + b"x" * 5000, b"delta 10\n11 sid " + b"0" * 32 + b" 99999999999\n",
])
def test_malformed_bodies_change_nothing(ready, body):
    answer = ready.control("POST", "/control/revocations", body)
    assert answer.status == 400, answer
    state = ready.control("GET", "/control/revocations").json
    assert state["last_seq"] == 10 and state["records"] == 0
    assert status(ready) == 200


def test_survives_reload_and_dead_workers(ready):
    push(ready, "delta 10", f"11 sid {tokens.SID} {LATER}")
    boot = ready.control("GET", "/control/revocations").json["boot_id"]
    ready.reload()
    assert status(ready) == 401
    ready.expected.append("exited on signal 9")
    old = ready.workers()
    for pid in old:
        os.kill(pid, 9)
    wait_until(lambda: len(set(ready.workers()) - set(old)) == 2, what="new workers")
    assert status(ready) == 401
    state = ready.control("GET", "/control/revocations").json
    assert state["boot_id"] == boot and state["synced"] is True


def test_restart_is_a_new_boot(ready):
    boot = ready.control("GET", "/control/revocations").json["boot_id"]
    ready.stop()
    ready.start()
    state = ready.control("GET", "/control/revocations").json
    assert state["boot_id"] != boot and state["synced"] is False


def test_large_snapshot_is_exact(gateway, worker):
    gateway.start(http=HTTP.format(size="8m", mode="closed") + "client_max_body_size 64m;", server=SERVER)
    count = 100_000
    lines = [f"{i} sid {i * 7919:032x} {LATER}" for i in range(1, count + 1)]
    answer = push(gateway, f"snapshot {count}", *lines)
    assert answer.status == 200
    assert answer.json["records"] == count
    for i in (1, 2, 500, 99_999, 100_000):
        assert status(gateway, sid=f"{i * 7919:032x}") == 401
        assert status(gateway, sid=f"{i * 7919 + 1:032x}") == 200


def test_full_zone_is_said_and_forgets_nothing(gateway, worker):
    gateway.start(http=HTTP.format(size="64k", mode="closed"), server=SERVER)
    push(gateway, "snapshot 1")
    gateway.expected.append("denylist is full")
    answer = push(gateway, "delta 1", *(f"{i} sid {i:032x} {LATER}" for i in range(2, 5000)))
    assert answer.status == 507
    assert answer.json["last_seq"] == 1 and answer.json["refused"] > 0
    assert answer.json["records"] > answer.json["capacity"] * 0.9
    for i in range(2, 300):
        assert status(gateway, sid=f"{i:032x}") == 401


def test_control_is_not_reachable_over_tcp(gateway, worker):
    gateway.start(http=HTTP.format(size="1m", mode="closed"),
                  server="location /control/ { cnop_jwt off; cnop_control write; }")
    assert gateway.get("/control/revocations").status == 200
    assert gateway.post("/control/revocations", b"snapshot 1\n").status == 403
    assert gateway.control("GET", "/control/revocations").json["synced"] is False
    assert gateway.control("DELETE", "/control/revocations").status == 405
    assert gateway.control("GET", "/control/other").status == 404


def test_every_record_of_a_crowded_zone_is_found(gateway, worker):
    """Most buckets of a zone this full have passed records on to their neighbours."""
    gateway.start(http=HTTP.format(size="64k", mode="closed"), server=SERVER)
    push(gateway, "snapshot 1")
    count = gateway.control("GET", "/control/revocations").json["capacity"] * 9 // 10
    answer = push(gateway, "delta 1", *(f"{i + 2} sid {i:032x} {LATER}" for i in range(count)))
    assert answer.status == 200 and answer.json["records"] == count
    assert {status(gateway, sid=f"{i:032x}") for i in range(count - 200, count)} == {401}


def test_room_of_expired_records_is_used_again(gateway, worker):
    gateway.start(http=HTTP.format(size="64k", mode="closed"), server=SERVER)
    push(gateway, "snapshot 1")
    count = gateway.control("GET", "/control/revocations").json["capacity"] * 9 // 10
    soon = int(time.time()) + 3
    for first, expires in ((0, soon), (count, LATER)):
        wait_until(lambda first=first: first == 0 or time.time() > soon + 1, what="expiry", pause=0.1)
        answer = push(gateway, f"delta {first + 1}",
                      *(f"{i + 2} sid {i:032x} {expires}" for i in range(first, first + count)))
        assert answer.status == 200 and answer.json["refused"] == 0
    assert {status(gateway, sid=f"{i:032x}") for i in range(2 * count - 50, 2 * count)} == {401}


def test_saying_it_again_never_shortens_it(ready):
    push(ready, "delta 10", f"11 sid {tokens.SID} {LATER}",
         f"12 sid {tokens.SID} {int(time.time()) + 1}")
    time.sleep(2.1)
    assert status(ready) == 401
