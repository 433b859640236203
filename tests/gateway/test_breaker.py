# SPDX-License-Identifier: MIT
"""The breaker: what opens it, what does not, probes, recovery, reload, control by hand."""
import concurrent.futures
import socket
import threading
import time

import pytest
from conftest import problem
from support.fcgi_stub import Reply
from support.harness import wait_until

SERVER = """
    location /read { cnop_service reader writes=writer; @PARAMS@ fastcgi_pass worker; }
    location / { cnop_service svc; @PARAMS@ fastcgi_pass worker; }
"""


def http(options="", timeout="fastcgi_read_timeout 300ms;"):
    return f"cnop_zone breaker 64k; cnop_breaker svc {options}; cnop_breaker writer {options}; {timeout}"


def answers(worker, status, delay=0.0):
    worker.answer = lambda request: (time.sleep(delay), Reply(status))[1]


def state(gateway, service="svc"):
    return gateway.control("GET", "/control/breakers").json["breakers"][service]


def statuses(gateway, count, path="/x"):
    return [gateway.get(path).status for _ in range(count)]


@pytest.mark.parametrize("status", [500, 502, 504, 599])
def test_failures_open_it(gateway, worker, status):
    gateway.start(http=http("failures=20 open=30s probe=30s"), server=SERVER)
    answers(worker, status)
    assert statuses(gateway, 20) == [status] * 20
    assert state(gateway) == "open"
    response = gateway.get("/x")
    problem(response, 503, "SVC_003")
    assert 20 <= int(response.headers["Retry-After"]) <= 30
    assert len(worker.requests) == 20
    assert gateway.metric('gateway_breaker_state{target_service="svc"}') == 2
    assert gateway.metric("gateway_breaker_rejected_total") == 1
    assert gateway.metric('gateway_proxy_errors_total{error_type="breaker_open",target_service="svc"}') == 1


def test_a_missing_worker_opens_it(gateway, worker):
    gateway.start(http=http("failures=5 slice=0ms probe=30s"), server=SERVER)
    worker.stop()
    gateway.expected.append("connect\\(\\) to unix")
    assert statuses(gateway, 5) == [503] * 5
    assert state(gateway) == "open"
    assert gateway.metric('gateway_proxy_errors_total{error_type="request_failed",target_service="svc"}') == 5


def test_a_hanging_worker_opens_it(gateway, worker):
    gateway.start(http=http("failures=3"), server=SERVER)
    gate = threading.Event()
    worker.answer = lambda request: (gate.wait(10), Reply())[1]
    assert statuses(gateway, 3) == [504] * 3
    assert state(gateway) == "open"
    assert gateway.metric('gateway_proxy_errors_total{error_type="timeout",target_service="svc"}') == 3
    gate.set()


@pytest.mark.parametrize("status", [200, 201, 301, 400, 401, 403, 404, 409, 422, 429])
def test_client_errors_never_count(gateway, worker, status):
    gateway.start(http=http("failures=3"), server=SERVER)
    answers(worker, status)
    assert statuses(gateway, 12) == [status] * 12
    assert state(gateway) == "closed"


def test_own_refusals_and_aborts_never_count(gateway, worker):
    gateway.start(http=http("failures=2") + "cnop_zone limit 64k;", server="""
        location /limited { cnop_limit ip key=ip rate=1/h; cnop_service svc; @PARAMS@ fastcgi_pass worker; }
        location / { cnop_service svc; @PARAMS@ fastcgi_pass worker; }
    """)
    assert statuses(gateway, 6, "/limited") == [200] + [429] * 5
    answers(worker, 200, delay=0.2)
    for _ in range(6):
        with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
            connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            time.sleep(0.05)
    assert state(gateway) == "closed"


def test_32_success_resets_consecutive_failures(gateway, worker):
    gateway.start(http=http("failures=5 ratio=100"), server=SERVER)
    for _ in range(5):
        answers(worker, 500)
        statuses(gateway, 4)
        answers(worker, 200)
        statuses(gateway, 1)
    assert state(gateway) == "closed"


def test_ratio_opens_it(gateway, worker):
    gateway.start(http=http("failures=10 ratio=50 window=60s"), server=SERVER)
    flip = iter(range(1000))
    worker.answer = lambda request: Reply(500 if next(flip) % 2 == 0 else 200)
    seen = statuses(gateway, 25)
    assert 503 in seen
    assert seen.count(500) == 10


def test_overload_is_no_failure_when_neutral(gateway, worker):
    gateway.start(http=http("failures=3 neutral=503"), server=SERVER)
    answers(worker, 503)
    assert len(worker.requests) == 0 and statuses(gateway, 10) == [503] * 10
    assert len(worker.requests) == 10 and state(gateway) == "closed"


def test_probes_then_closed(gateway, worker):
    gateway.start(http=http("failures=2 open=300ms successes=3"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    assert state(gateway) == "open"
    time.sleep(0.35)
    answers(worker, 200)
    assert gateway.get("/x").status == 200
    assert state(gateway) == "half_open"
    assert statuses(gateway, 2) == [200] * 2
    assert state(gateway) == "closed"
    assert statuses(gateway, 5) == [200] * 5


def test_failed_probe_opens_again(gateway, worker):
    gateway.start(http=http("failures=2 open=300ms successes=3"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    time.sleep(0.35)
    assert statuses(gateway, 3) == [500, 503, 503]
    assert gateway.metric('gateway_breaker_opened_total{target_service="svc"}') == 2


def test_32_no_more_probes_at_once_than_successes_needed(gateway, worker):
    gateway.start(http=http("failures=2 open=200ms successes=3"), server=SERVER, workers=4)
    answers(worker, 500)
    statuses(gateway, 2)
    time.sleep(0.25)
    before = len(worker.requests)
    answers(worker, 200, delay=0.15)
    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        seen = list(pool.map(lambda _: gateway.get("/x").status, range(30)))
    assert seen.count(200) == 3 and seen.count(503) == 27
    assert len(worker.requests) - before == 3
    wait_until(lambda: state(gateway) == "closed", what="the breaker to close")


def test_services_are_apart(gateway, worker):
    gateway.start(http=http("failures=2 probe=30s"), server=SERVER)
    answers(worker, 500)
    assert [gateway.post("/read").status for _ in range(3)] == [500, 500, 503]
    assert state(gateway, "writer") == "open"
    assert statuses(gateway, 3, "/read") == [500] * 3
    assert state(gateway) == "closed"


def test_survives_reload(gateway, worker):
    gateway.start(http=http("failures=2 probe=30s"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    gateway.configure(http="cnop_zone breaker 64k; cnop_breaker other; cnop_breaker svc failures=2 probe=30s; cnop_breaker writer;")
    gateway.reload()
    assert state(gateway) == "open"
    assert state(gateway, "other") == "closed"
    assert gateway.get("/x").status == 503


def test_by_hand(gateway, worker):
    gateway.start(http=http(), server=SERVER)
    assert gateway.control("POST", "/control/breakers", b"open svc").json["breakers"]["svc"] == "open"
    assert gateway.get("/x").status == 503
    assert gateway.control("POST", "/control/breakers", b"close svc").status == 200
    assert gateway.get("/x").status == 200
    for line in (b"open nobody", b"open", b"toggle svc"):
        assert gateway.control("POST", "/control/breakers", line).status == 400


def test_read_and_write_services_are_named(gateway, worker):
    gateway.start(http="log_format t '$cnop_service'; access_log @DIR@/t.log t;" + http(), server=SERVER)
    for method in ("GET", "HEAD", "POST", "DELETE"):
        gateway.request(method, "/read", body=None)
    path = gateway.dir / "t.log"
    wait_until(lambda: path.read_text().count("\n") >= 4, what="log lines")
    assert path.read_text().split() == ["reader", "reader", "writer", "writer"]


@pytest.mark.parametrize("options", ["failures=0", "open=1ms", "successes=0", "ratio=101", "neutral=404", "window=x", "x=1"])
def test_bad_breakers_are_refused(gateway, options):
    code, output = gateway.test(http=http(options))
    assert code != 0 and ("out of range" in output or "invalid parameter" in output), output
    gateway.expected.append("emerg")


def test_one_crash_is_one_failure(gateway, worker):
    """However many requests meet it: the service is asked again at once."""
    gateway.start(http=http("failures=20 slice=60s", timeout=""), server=SERVER)
    gate = threading.Event()
    worker.answer = lambda request: (gate.wait(20), Reply())[1]
    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        waiting = [pool.submit(gateway.get, "/x") for _ in range(64)]
        wait_until(lambda: len(worker.requests) == 64, what="64 requests at the service")
        worker.stop()
        assert {future.result().status for future in waiting} == {503}
    gate.set()
    assert state(gateway) == "closed"
    worker.start()
    worker.answer = worker.echo
    assert statuses(gateway, 5) == [200] * 5


def test_it_probes_soon(gateway, worker):
    gateway.start(http=http("failures=2 open=60s probe=50ms successes=1"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    assert state(gateway) == "open"
    answers(worker, 200)
    wait_until(lambda: gateway.get("/x").status == 200, what="the service to be asked again")
    assert state(gateway) == "closed"


def test_repeatable_requests_wait_for_it_to_close(gateway, worker):
    gateway.start(http=http("failures=2 open=60s probe=900ms hold=10s successes=1"), server=SERVER)
    answers(worker, 500)
    assert statuses(gateway, 2) == [500, 500]
    answers(worker, 200)
    assert gateway.post("/x").status == 503  # nobody knows whether its client would repeat it
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        held = [pool.submit(gateway.get, "/x") for _ in range(10)]
        held += [pool.submit(gateway.post, "/x", headers={"Idempotency-Key": f"k{i}"}) for i in range(10)]
        assert {future.result().status for future in held} == {200}
    assert gateway.metric("gateway_breaker_held_total") >= 1
    assert gateway.metric("gateway_breaker_rejected_total") == 1


def test_a_long_outage_is_not_waited_for(gateway, worker):
    gateway.start(http=http("failures=2 probe=60s open=60s hold=100ms"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    time.sleep(0.1)  # it is down longer than the hold now, whatever the machine did
    assert statuses(gateway, 5) == [503] * 5
    assert gateway.metric("gateway_breaker_held_total") == 0


def abort(gateway, worker):
    """A client that leaves while the service is at work."""
    before = len(worker.requests)
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
        wait_until(lambda: len(worker.requests) > before, what="the request at the service")


def test_an_abort_is_no_success_either(gateway, worker):
    gateway.start(http=http("failures=3 ratio=100", timeout=""), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    gate = threading.Event()
    worker.answer = lambda request: (gate.wait(10), Reply())[1]
    abort(gateway, worker)
    wait_until(lambda: "prematurely closed connection" in gateway.errors(), what="the gateway to notice")
    gate.set()
    answers(worker, 500)
    assert statuses(gateway, 2) == [500, 503]


def test_a_probe_that_says_nothing_gives_its_place_back(gateway, worker):
    gateway.start(http=http("failures=2 open=200ms successes=1 neutral=503"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 2)
    time.sleep(0.25)
    before = len(worker.requests)
    answers(worker, 503)
    statuses(gateway, 1)
    assert state(gateway) == "half_open"
    answers(worker, 200)
    assert statuses(gateway, 1) == [200] and len(worker.requests) == before + 2
    assert state(gateway) == "closed"


def test_an_answer_of_an_earlier_state_decides_nothing(gateway, worker):
    """A request from before the breaker opened ends while it is half open."""
    gateway.start(http=http("failures=2 open=200ms successes=2", timeout=""), server=SERVER)
    gates = {name: threading.Event() for name in ("/late", "/probe")}

    def answer(request):
        gate = gates.get(request.params["CNOP_PATH"])
        if gate is not None:
            gate.wait(20)
        return Reply(500 if gate is None else 200)

    worker.answer = answer
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        late = pool.submit(gateway.get, "/late")
        wait_until(lambda: len(worker.requests) == 1, what="the first request at the service")
        assert statuses(gateway, 2) == [500, 500] and state(gateway) == "open"
        time.sleep(0.25)
        probe = pool.submit(gateway.get, "/probe")
        wait_until(lambda: len(worker.requests) == 4, what="the probe at the service")
        gates["/late"].set()
        assert late.result().status == 200
        gates["/probe"].set()
        assert probe.result().status == 200
    assert state(gateway) == "half_open"


def test_failures_of_an_earlier_window_are_forgotten(gateway, worker):
    gateway.start(http=http("failures=2 ratio=50 window=1s"), server=SERVER)
    answers(worker, 500)
    statuses(gateway, 1)
    answers(worker, 200)
    statuses(gateway, 1)
    time.sleep(1.05)
    answers(worker, 500)
    assert statuses(gateway, 1) == [500]
    assert state(gateway) == "closed"
