# SPDX-License-Identifier: MIT
"""Workers killed in the middle of everything: zones stay usable, nothing is admitted twice."""
import concurrent.futures
import http.client
import os
import random
import signal
import threading
import time

import pytest
from conftest import sanitizers
from support.fcgi_stub import Reply
from support.harness import wait_until

HTTP = """
    cnop_jwt optional; cnop_zone limit 256k; cnop_zone guard 256k; cnop_zone breaker 64k; cnop_zone revoke 1m;
    cnop_revoke closed; cnop_limit all key=ip rate=1000000/h; cnop_breaker svc failures=1000;
"""
SERVER = """
    cnop_route all;
    location = /login { cnop_guard fails=5; cnop_service svc; @PARAMS@ fastcgi_pass worker; }
    location / { cnop_jwt required; cnop_service svc; @PARAMS@ fastcgi_pass worker; }
"""


def test_killed_workers_leave_usable_zones(gateway, worker):
    gateway.start(http=HTTP, server=SERVER, workers=3)
    # A worker may die with a zone's lock in its hand: nginx opens it, and says so.
    gateway.expected += ["exited on signal 9", r"shared memory zone .* was locked by"]
    assert gateway.control("POST", "/control/revocations", b"snapshot 1\n").status == 200
    worker.answer = lambda request: Reply(401 if request.params["CNOP_PATH"] == "/login" else 200)
    end = time.monotonic() + 6
    token = gateway.token()
    seen = []

    def client(number):
        while time.monotonic() < end:
            try:
                if number == 0:
                    seen.append(("login", gateway.post("/login", source="127.0.0.9").status))
                else:
                    seen.append(("read", gateway.get("/x", token=token).status))
            except (OSError, http.client.HTTPException):
                pass

    def killer():
        random.seed(1)
        while time.monotonic() < end:
            time.sleep(0.1)
            workers = gateway.workers()
            if workers:
                os.kill(random.choice(workers), signal.SIGKILL)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(6)]
    threads.append(threading.Thread(target=killer))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_until(lambda: len(gateway.workers()) == 3, what="three workers")
    reads = [status for kind, status in seen if kind == "read"]
    logins = [status for kind, status in seen if kind == "login"]
    assert set(reads) == {200} and len(reads) > 200
    assert set(logins) <= {401, 403} and 403 in logins
    assert sum(1 for request in worker.requests if request.params["CNOP_PATH"] == "/login") <= 5 + 60
    assert gateway.control("GET", "/control/revocations").json["synced"] is True
    assert gateway.get("/x", token=token).status == 200


def test_workers_follow_a_killed_master(gateway, worker):
    """The request on its way is answered, the ports are free for a new master at once."""
    gateway.start(http=HTTP, server=SERVER, workers=2)
    assert gateway.control("POST", "/control/revocations", b"snapshot 1\n").status == 200
    release = threading.Event()
    worker.answer = lambda request: release.wait(10) and Reply(body=b"finished")
    workers = gateway.workers()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pending = pool.submit(gateway.get, "/x", token=gateway.token())
        wait_until(lambda: worker.requests, what="the request at the service")
        gateway.process.tell(signal.SIGKILL)
        gateway.process.stop()
        (gateway.dir / "control.sock").unlink()  # as the start of a stack does
        gateway.start(http=HTTP, server=SERVER, workers=2)
        release.set()
        assert pending.result().body == b"finished"
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}/exe") for pid in workers),
               what="the end of the old workers")


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


@pytest.mark.skipif(bool(sanitizers()), reason="AddressSanitizer keeps what is freed for a while")
def test_reloads_and_requests_do_not_leak(gateway, worker):
    gateway.start(http=HTTP, server=SERVER, workers=1)
    gateway.control("POST", "/control/revocations", b"snapshot 1\n")
    tokens = [gateway.token(jti=f"{i:032x}") for i in range(50)]

    def round_trips(count):
        connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
        for i in range(count):
            connection.request("GET", "/x", headers={"Authorization": f"Bearer {tokens[i % 50]}x" if i % 3 else "Bearer a.b.c"})
            connection.getresponse().read()
        connection.close()

    round_trips(300)
    before = resident_kib(gateway.workers()[0])
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: round_trips(1000), range(4)))
    assert resident_kib(gateway.workers()[0]) - before < 1024
    for _ in range(3):
        gateway.reload()
    master = resident_kib(gateway.process.pid)
    for _ in range(20):
        gateway.reload()
    assert resident_kib(gateway.process.pid) - master < 1024
