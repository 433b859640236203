# SPDX-License-Identifier: MIT
"""The FastCGI runtime as a black box: answers, limits, broken peers, crashes, drains, restarts.

Covers what only running processes can show: shared/web/builtin.c, shared/web/fcgi.c,
shared/web/inherited.c, shared/web/intake.c, shared/web/main.c, shared/web/parent.c, shared/web/serve.c,
shared/web/thread.c and shared/web/worker.c.
"""

import os
import pathlib
import random
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import fcgi  # noqa: E402
import harness  # noqa: E402

MODES = ["threads", "loop"]


def program(directory, mode):
    """The name decides the mode (tests/support/echo_service.c); a copy, so that it can be replaced."""
    path = pathlib.Path(directory) / f"echo_{mode}"
    if not path.exists():
        shutil.copy(harness.built("tests/support/echo_service"), path)
    return path


@pytest.fixture
def directory():
    with harness.run_dir() as path:
        yield path


@pytest.fixture
def start(directory):
    running = []

    def run(mode="threads", **config):
        config.setdefault("processes", 1 if mode == "loop" else 2)
        running.append(harness.Worker(program(directory, mode), directory, name=f"{mode}{len(running)}", **config))
        return running[-1]

    yield run
    for worker in running:
        if worker.running():
            assert worker.stop() == 0, worker.output()[-3000:]


@pytest.fixture(params=MODES)
def worker(request, start):
    return start(request.param)


def ask(worker, method, path, **options):
    return fcgi.request(worker.socket, method, path, **options)


def metric(worker, line_start):
    body = ask(worker, "GET", "/metrics").body.decode()
    return sum(float(line.rsplit(" ", 1)[1]) for line in body.splitlines() if line.startswith(line_start))


class Load(threading.Thread):
    """Requests one after another on a kept connection; counts what went wrong."""

    def __init__(self, worker, method="POST", path="/api/v1/echo", reconnect=False, **options):
        super().__init__()
        self.worker, self.method, self.path, self.options = worker, method, path, options
        self.reconnect = reconnect
        self.answers, self.failures, self.pids = 0, [], set()
        self.end = threading.Event()

    def run(self):
        connection = None
        while not self.end.is_set():
            try:
                connection = connection or fcgi.Connection(self.worker.socket)
                answer = connection.request(self.method, self.path, **self.options)
                assert answer.status == 200, answer
                self.pids.add(answer.json()["pid"])
                self.answers += 1
            except (fcgi.Closed, OSError, AssertionError) as failure:
                self.failures.append(repr(failure))
                connection = None
                if not self.reconnect:
                    time.sleep(0.01)
        if connection:
            connection.close()

    def finish(self):
        self.end.set()
        self.join(20)
        assert not self.is_alive()


# ---- answers ----


def test_echo_and_identity(worker):
    with fcgi.Connection(worker.socket) as connection:
        for i in range(20):
            answer = connection.request("POST", "/api/v1/echo", query="a=x%20y+z&a=second", body=b"b" * i, user=1000 + i,
                                        headers={"Idempotency-Key": f"key-{i}", "Cookie": "a=1; session=s1"})
            assert answer.status == 200
            data = answer.json()
            assert data["user_id"] == 1000 + i and data["admin"] is False
            assert data["query_a"] == "x y z" and data["body"] == "b" * i
            assert data["key"] == f"key-{i}" and data["cookie"] == "s1" and data["client"] == "192.0.2.7"
            assert answer.headers["x-request-id"] == "req-test"
            assert answer.headers["cache-control"] == "no-store"


def test_identity_never_comes_from_client_headers(worker):
    forged = {"HTTP_CNOP_USER_ID": "7", "HTTP_X_USER_ID": "7", "HTTP_X_USER_ROLE": "admin"}
    answer = ask(worker, "GET", "/api/v1/mine", params=forged)
    assert answer.status == 401 and answer.headers["www-authenticate"] == 'Bearer realm="cnop"'
    assert ask(worker, "GET", "/api/v1/echo", params=forged).json()["user_id"] == 0


def test_roles(worker):
    assert ask(worker, "GET", "/api/v1/mine", user=1000).status == 200
    assert ask(worker, "GET", "/api/v1/admin").status == 401
    assert ask(worker, "GET", "/api/v1/admin", user=1000).code == "PERM_001"
    assert ask(worker, "GET", "/api/v1/admin", user=1000, role="admin").json()["admin"] is True


@pytest.mark.parametrize("user", ["-1", "0", "1x", "99999999999999999999", " 1"])
def test_impossible_user_is_refused(worker, user):
    assert ask(worker, "GET", "/api/v1/mine", user=user).status == 400


def test_routing(worker):
    assert ask(worker, "GET", "/api/v1/nothing").status == 404
    answer = ask(worker, "DELETE", "/api/v1/echo")
    assert answer.status == 405 and answer.headers["allow"] == "GET, HEAD, POST"
    assert ask(worker, "HEAD", "/api/v1/echo").status == 200
    assert ask(worker, "BREW", "/api/v1/echo").status == 405
    answer = ask(worker, "GET", "/api/v1/echo/abc")
    assert answer.status == 201 and answer.headers["location"] == "/api/v1/echo/abc"
    for path in ["/api/v1/echo/", "/api/v1/echo/a/b", "/api/v1/echo//", "//api/v1/echo", "/api/v1/ECHO"]:
        assert ask(worker, "GET", path).status == 404, path
    assert ask(worker, "GET", "no-slash").status == 400


def test_problem_body_is_complete(worker):
    answer = ask(worker, "POST", "/api/v1/form", json_body={"name": "x", "side": "hold", "amount": "1.123456789"})
    assert answer.status == 422 and answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance", "errors", "trace_id", "timestamp", "message", "error",
            "code"} == set(body)
    assert body["type"] == "/docs/errors#" + body["code"] and body["trace_id"] == "req-test"
    assert body["instance"] == "/api/v1/form" and body["message"] == body["detail"]
    assert [(e["field"], e["type"]) for e in body["errors"]] == [
        ("name", "string_too_short"), ("side", "enum"), ("amount", "decimal_max_places")]


@pytest.mark.parametrize("body, status, code", [
    (b"", 422, "validation_failed"), (b"{", 400, "SVC_001"), (b"[]", 422, "validation_failed"),
    (b'{"name":"ab","side":"buy","amount":NaN}', 400, "SVC_001"),
    (b'{"name":"ab","side":"buy","amount":"1","amount":"2"}', 400, "SVC_001"),
    (b'{"name":"ab","side":"buy"}', 422, "validation_failed"),
    (b'{"name":"ab","side":"buy","amount":"-1"}', 422, "amount_invalid"),
    (b'{"name":"ab","side":"buy","amount":"1e3"}', 422, "amount_invalid"),
    (b'{"name":"ab","side":"buy","amount":"0"}', 422, "amount_invalid"),
    (b'{"name":"ab","side":"buy","amount":"1000000.01"}', 422, "amount_too_large"),
    (b'{"name":"ab","side":"buy","amount":"1","count":0}', 422, "validation_failed"),
    (b'{"name":"ab","side":"buy","amount":"1","flag":"yes"}', 422, "validation_failed"),
])
def test_form_refusals(worker, body, status, code):
    answer = ask(worker, "POST", "/api/v1/form", body=body)
    assert (answer.status, answer.code) == (status, code), answer


@pytest.mark.parametrize("amount", [b"100.50", b'"100.50"', b"100.5", b'"00100.50"', b"1005e-1", b"1.005E+2"])
def test_decimals_from_source_text(worker, amount):
    body = b'{"name":" ab ","side":"sell","amount":%s,"count":"9","flag":true,"extra":{"a":[]}}' % amount
    assert ask(worker, "POST", "/api/v1/form", body=body).json() == {
        "name": "ab", "side": "sell", "amount": "100.50", "count": 9, "flag": True}


def test_content_type(worker):
    body = b'{"name":"ab","side":"buy","amount":"1"}'
    for content_type, status in [("application/json; charset=utf-8", 200), ("", 200), ("text/plain", 415),
                                 ("application/x-www-form-urlencoded", 415)]:
        assert ask(worker, "POST", "/api/v1/form", body=body, content_type=content_type).status == status


@pytest.mark.parametrize("query", ["a=%", "a=%zz", "a=%00", "a=%ff", "%c0%80=1", "&".join(f"p{i}=1" for i in range(40))])
def test_bad_query_is_refused(worker, query):
    assert ask(worker, "GET", "/api/v1/echo", query=query).status == 400


def test_errors_carry_retry_after_and_hide_causes(worker):
    answer = ask(worker, "GET", "/api/v1/fail/unavailable")
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
    assert b"cause" not in answer.body
    harness.wait_until(lambda: any("the cause stays" in str(line) for line in worker.log_lines()), what="cause in the log")
    answer = ask(worker, "GET", "/api/v1/fail/limited")
    assert answer.status == 429 and answer.headers["retry-after"] == "7" and answer.json()["detail"] == "Slow down."


def test_request_id_is_made_when_missing_or_odd(worker):
    for request_id in ["", "a b", "x" * 65, "a\"b"]:
        made = ask(worker, "GET", "/api/v1/echo", request_id=request_id).headers["x-request-id"]
        assert made.startswith("req-") and len(made) == 36


def test_big_answers_and_their_cap(worker):
    with fcgi.Connection(worker.socket) as connection:
        for size in [0, 1, 8191, 8192, 8193, 100_000]:
            answer = connection.request("GET", "/api/v1/big", query=f"bytes={size}")
            assert len(answer.body) == size and answer.headers["content-length"] == str(size)
        assert connection.request("GET", "/api/v1/big", query="bytes=2000000").status == 500
        assert connection.request("GET", "/api/v1/echo").status == 200


def test_request_line_in_the_log(worker):
    ask(worker, "POST", "/api/v1/echo", user=1234, request_id="req-log-line", body=b"secret body")

    def line():
        return [entry for entry in worker.log_lines() if entry.get("request_id") == "req-log-line"]

    entry = harness.wait_until(line, what="log line")[0]
    assert entry["action"] == "request_end" and entry["user"] == "1234" and entry["service"] == "echo"
    assert entry["extra"]["route"] == "/api/v1/echo" and entry["extra"]["status"] == 200
    assert {"method", "dur_us", "db_us", "client"} <= set(entry["extra"])
    assert "secret body" not in worker.output()


def test_refusals_and_failures_say_why_in_the_log(worker):
    """One line each, by level: 4xx WARN, 5xx ERROR, with the reason's code and field, user and request id."""
    ask(worker, "POST", "/api/v1/form", user=1234, request_id="req-refused", body=b'{"name":"a"}')
    ask(worker, "GET", "/api/v1/big", request_id="req-failed", query="bytes=2000000")

    def line(request_id):
        return harness.wait_until(
            lambda: [entry for entry in worker.log_lines() if entry.get("request_id") == request_id], what=request_id)

    refused, failed = line("req-refused"), line("req-failed")
    assert len(refused) == len(failed) == 1
    said = refused[0]["extra"]
    assert refused[0]["level"] == "WARN" and refused[0]["user"] == "1234"
    assert said["status"] == 422 and said["code"] == "validation_failed" and said["route"] == "/api/v1/form"
    assert said["field"] == "name" and said["rule"] == "string_too_short" and "dur_us" in said
    assert failed[0]["level"] == "ERROR" and failed[0]["extra"]["status"] == 500 and failed[0]["extra"]["code"]


def test_metrics_and_health(worker):
    for _ in range(3):
        ask(worker, "GET", "/api/v1/echo/some-id")
    ask(worker, "GET", "/api/v1/scan-1")
    ask(worker, "GET", "/api/v1/scan-2")
    ask(worker, "GET", "/api/v1/wait", query="ms=2")
    body = ask(worker, "GET", "/metrics").body.decode()
    assert 'echo_requests_total{status_code="201",endpoint="/api/v1/echo/{echo_id}"} 3' in body
    assert 'echo_errors_total{status_code="404",endpoint="unknown"} 2' in body
    assert 'echo_request_latency_seconds_count{endpoint="unknown"} 2' in body
    assert "scan-1" not in body and "some-id" not in body and "/metrics" not in body
    assert 'echo_delay_seconds_sum{kind="asked"} 0.002' in body
    assert ask(worker, "GET", "/health/live").json() == {"status": "ok", "service": "echo"}
    assert ask(worker, "GET", "/health/ready").json()["checks"][0]["status"] == "ok"


# ---- limits and broken peers ----


def test_body_caps(worker):
    with fcgi.Connection(worker.socket) as connection:
        answer = connection.request("POST", "/api/v1/form", body=b"x" * 5000)
        assert answer.status == 413 and "4096" in answer.json()["detail"]
        assert connection.request("POST", "/api/v1/form", body=b"x" * 50000).status == 413
        assert connection.request("GET", "/api/v1/echo").status == 200, "the unread body is out of the way"
        assert connection.request("POST", "/api/v1/echo", body=b"y" * 65536).json()["body"] == "y" * 65536
        assert connection.request("GET", "/api/v1/echo/x", body=b"z" * 1000).status == 201
        assert connection.request("GET", "/api/v1/echo/x", body=b"z" * 2000).status == 413


def test_oversize_body_is_answered_before_it_is_sent(worker):
    """The worker answers 413 and throws the rest away instead of taking it in."""
    values, _, _ = fcgi.values_of("POST", "/api/v1/echo", body=b"x")
    with fcgi.Connection(worker.socket) as connection:
        sender = threading.Thread(target=send_quietly, args=(
            connection, fcgi.begin() + fcgi.stream(fcgi.PARAMS, fcgi.params(values)) + fcgi.stream(fcgi.STDIN, b"x" * 3_000_000)))
        sender.start()
        assert connection.receive().status == 413
        sender.join(10)
        assert not sender.is_alive()
        assert connection.is_closed()


def send_quietly(connection, data):
    try:
        connection.send(data)
    except OSError:
        pass


def closes(worker, data):
    with fcgi.Connection(worker.socket, timeout=3) as connection:
        send_quietly(connection, data)
        return connection.is_closed()


def good_values(**options):
    return fcgi.values_of("GET", "/api/v1/echo", **options)[0]


@pytest.mark.parametrize("name, data", [
    ("version", fcgi.record(fcgi.BEGIN, b"\0\1\1\0\0\0\0\0", version=9)),
    ("id 0", fcgi.begin(request_id=0)),
    ("no begin", fcgi.stream(fcgi.PARAMS, b"")),
    ("short begin", fcgi.record(fcgi.BEGIN, b"\0\1\1")),
    ("authorizer", fcgi.begin(role=2)),
    ("second begin", fcgi.begin() + fcgi.begin()),
    ("other id", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"", request_id=2)),
    ("abort", fcgi.begin() + fcgi.record(fcgi.ABORT)),
    ("management", fcgi.record(9, b"\x0f\x00FCGI_MPXS_CONNS", request_id=0)),
    ("stdin first", fcgi.begin() + fcgi.stream(fcgi.STDIN, b"")),
    ("huge length", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffNAME")),
    ("overflowing length", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\xff\xff\xff\xff\x80\x00\x00\x02NAME")),
    ("cut pair", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\x04\x0aNAMEval") + fcgi.record(fcgi.PARAMS)),
    ("zero byte", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"\x04\x03NAMEv\0l")),
    ("many", fcgi.begin() + fcgi.record(fcgi.PARAMS, b"".join(fcgi.pair(f"N{i}", "") for i in range(200)))),
    ("large", fcgi.begin() + fcgi.stream(fcgi.PARAMS, fcgi.pair("N", "v" * 60000))),
    ("padded end of parameters", fcgi.begin() + fcgi.record(fcgi.PARAMS, fcgi.params(good_values())) +
     fcgi.record(fcgi.PARAMS, padding=8) + fcgi.record(fcgi.STDIN)),
    ("padded begin", fcgi.record(fcgi.BEGIN, b"\0\1\1\0\0\0\0\0", padding=8)),
    ("params in body", fcgi.begin() + fcgi.stream(fcgi.PARAMS, fcgi.params(good_values())) + fcgi.record(fcgi.PARAMS)),
])
def test_broken_stream_is_closed(worker, name, data):
    assert closes(worker, data), name
    assert ask(worker, "GET", "/api/v1/echo").status == 200


def test_mutated_streams(worker):
    """Random damage never kills a worker, and what is not damaged is still answered."""
    rng = random.Random(20261122)
    whole = fcgi.encode(*fcgi.values_of("POST", "/api/v1/echo", body=b"body" * 20, user=1000))
    pids = set(worker.children())
    for _ in range(600):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            at = rng.randrange(len(data))
            kind = rng.randrange(3)
            if kind == 0:
                data[at] = rng.randrange(256)
            elif kind == 1:
                del data[at : at + rng.randint(1, 40)]
            else:
                data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randint(1, 20)))
        with fcgi.Connection(worker.socket, timeout=3) as connection:
            send_quietly(connection, bytes(data))
            connection.socket.shutdown(socket.SHUT_WR)
            try:
                connection.receive()
            except (fcgi.Closed, ValueError, UnicodeDecodeError):
                pass
    assert set(worker.children()) == pids
    assert ask(worker, "GET", "/api/v1/echo").status == 200


def test_request_in_small_pieces(worker):
    whole = fcgi.encode(*fcgi.values_of("POST", "/api/v1/echo", body=b"piecemeal"))
    with fcgi.Connection(worker.socket) as connection:
        for at in range(0, len(whole), 7):
            connection.send(whole[at : at + 7])
            time.sleep(0.0005)
        assert connection.receive().json()["body"] == "piecemeal"
        assert connection.request("GET", "/api/v1/echo").status == 200


def test_padding_and_many_records(worker):
    values, body, _ = fcgi.values_of("POST", "/api/v1/echo", body=b"abcdefgh" * 10)
    params = fcgi.params(values)
    data = fcgi.begin()
    data += b"".join(fcgi.record(fcgi.PARAMS, params[at : at + 3], padding=5) for at in range(0, len(params), 3))
    data += fcgi.record(fcgi.PARAMS)
    data += b"".join(fcgi.record(fcgi.STDIN, body[at : at + 8], padding=1) for at in range(0, len(body), 8)) + fcgi.record(fcgi.STDIN)
    with fcgi.Connection(worker.socket) as connection:
        connection.send(data)
        assert connection.receive().json()["body"] == body.decode()
        assert connection.request("GET", "/api/v1/echo").status == 200


def test_without_keep_the_connection_is_closed(worker):
    with fcgi.Connection(worker.socket) as connection:
        assert connection.request("GET", "/api/v1/echo", keep=False).status == 200
        assert connection.is_closed()


def test_stalled_peers_do_not_hold_threads(start):
    worker = start("threads", processes=1, threads=2)
    whole = fcgi.encode(*fcgi.values_of("GET", "/api/v1/echo"))
    stalled = [fcgi.Connection(worker.socket, timeout=20) for _ in range(16)]
    for connection in stalled:
        connection.send(whole[:50])
    assert ask(worker, "GET", "/api/v1/echo").status == 200, "two threads, sixteen stalled peers"
    assert all(connection.is_closed() for connection in stalled), "ended by the sweep"
    for connection in stalled:
        connection.close()
    assert metric(worker, "echo_stalled_peers_total") == 16


def test_peer_that_does_not_read(start):
    worker = start("threads", processes=1, threads=2)
    deaf = [fcgi.Connection(worker.socket) for _ in range(2)]
    for connection in deaf:
        connection.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/big", query="bytes=1000000")))
    harness.wait_until(lambda: ask(worker, "GET", "/api/v1/echo").status == 200, 15, "a free thread")
    for connection in deaf:
        connection.close()


def test_more_connections_than_threads(worker):
    """Idle kept connections own nothing: the hang of one thread per connection must not be here."""
    idle = [fcgi.Connection(worker.socket) for _ in range(32)]
    for connection in idle:
        assert connection.request("GET", "/api/v1/echo").status == 200
    for connection in reversed(idle):
        assert connection.request("GET", "/api/v1/echo").status == 200
    for connection in idle:
        connection.close()


def test_client_abort(worker):
    pids = set(worker.children())
    for _ in range(20):
        with fcgi.Connection(worker.socket) as connection:
            connection.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/wait", query="ms=30")))
    time.sleep(0.5)
    assert ask(worker, "GET", "/api/v1/wait", query="ms=1").status == 200
    assert set(worker.children()) == pids


def test_answers_later_in_any_order(start):
    worker = start("loop")
    connections = [fcgi.Connection(worker.socket) for _ in range(30)]
    for i, connection in enumerate(connections):
        connection.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/wait", query=f"ms={2000 - 60 * i}&a={i}")))
    order = []
    while len(order) < len(connections):
        waiting = {c.socket: i for i, c in enumerate(connections) if i not in order}
        for readable in select.select(list(waiting), [], [], 30)[0]:
            order.append(waiting[readable])
    assert order.index(29) < order.index(0), "one after the other, the first would be answered first"
    for i, connection in enumerate(connections):
        assert connection.receive().json()["query_a"] == str(i)
        connection.close()


def test_pipelined_request_while_the_first_is_deferred(start):
    """What comes on a busy connection is looked at when its answer is out."""
    worker = start("loop")
    with fcgi.Connection(worker.socket) as connection:
        connection.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/wait", query="ms=200&a=1")))
        time.sleep(0.05)
        connection.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/echo", query="a=2")))
        assert connection.receive().json()["query_a"] == "1"
        assert connection.receive().json()["query_a"] == "2"


def test_descriptor_shortage_is_survived(start):
    worker = start("threads", processes=1, connections=512)
    pid = worker.children()[0]
    subprocess.run(["prlimit", f"--pid={pid}", "--nofile=40:40"], check=True)
    crowd = [fcgi.Connection(worker.socket) for _ in range(60)]
    assert crowd[0].request("GET", "/api/v1/echo").status == 200
    for connection in crowd:
        connection.close()
    harness.wait_until(lambda: ask(worker, "GET", "/api/v1/echo").status == 200, 5, "accepting again")
    assert worker.children() == [pid]
    assert metric(worker, "echo_accept_failures_total") > 0


def test_slots_run_out(start):
    worker = start("threads", processes=1, connections=8)
    crowd = [fcgi.Connection(worker.socket) for _ in range(20)]
    for connection in crowd[:8]:
        assert connection.request("GET", "/api/v1/echo").status == 200
    for connection in crowd[:8]:
        connection.close()
    assert crowd[10].request("GET", "/api/v1/echo").status == 200, "later ones get the freed slots"
    for connection in crowd:
        connection.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to connect as")
def test_peer_credentials(start):
    worker = start("threads", processes=1)
    worker.socket.chmod(0o777)
    worker.directory.chmod(0o755)
    script = (f"import socket; s=socket.socket(socket.AF_UNIX); s.connect('{worker.socket}'); s.settimeout(3);"
              "print(repr(s.recv(1)))")

    def as_nobody():
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c", script],
                              capture_output=True, text=True).stdout.strip()

    assert as_nobody() == "b''", "closed at once"
    allowing = start("threads", processes=1, peer_uids="65534")
    allowing.socket.chmod(0o777)
    script = script.replace(str(worker.socket), str(allowing.socket))
    assert as_nobody() == "", "stays open until the client's own time-out"


# ---- processes ----


def test_killed_worker_is_replaced_under_load(start):
    worker = start("threads", processes=3, threads=2)
    loads = [Load(worker, reconnect=True) for _ in range(4)]
    for load in loads:
        load.start()
    rng = random.Random(7)
    for _ in range(15):
        time.sleep(0.1)
        children = worker.children()
        if children:
            os.kill(rng.choice(children), signal.SIGKILL)
    time.sleep(0.3)
    for load in loads:
        load.finish()
    answers, failures = sum(load.answers for load in loads), sum(len(load.failures) for load in loads)
    assert failures <= 15 * len(loads), "only what was in flight"
    assert answers > 50 * failures
    harness.wait_until(lambda: len(worker.children()) == 3, 10, "all workers back")
    assert metric(worker, "echo_worker_restarts_total") >= 10


def test_crashing_request_costs_one_answer(start):
    worker = start("threads", processes=2)
    for _ in range(5):
        with pytest.raises(fcgi.Closed):
            ask(worker, "GET", "/api/v1/fail/abort")
        assert ask(worker, "GET", "/api/v1/echo").status == 200


def test_counters_survive_a_crash(start):
    worker = start("threads", processes=1)
    for _ in range(5):
        ask(worker, "GET", "/api/v1/echo")
    counter = 'echo_requests_total{status_code="200",endpoint="/api/v1/echo"}'
    harness.wait_until(lambda: metric(worker, counter) == 5, what="counting, which follows the answer")
    os.kill(worker.children()[0], signal.SIGKILL)
    harness.wait_until(worker.children, what="new worker")
    assert metric(worker, counter) == 5


def test_failing_start_is_repeated_with_pauses(start, directory):
    worker = start("threads", processes=1)
    for _ in range(4):
        pid = harness.wait_until(worker.children, what="worker")[0]
        os.kill(pid, signal.SIGKILL)
        harness.wait_until(lambda: worker.children() not in ([pid], []), 10, "another one")
    assert ask(worker, "GET", "/api/v1/echo").status == 200


@pytest.mark.parametrize("mode", MODES)
def test_stuck_worker_is_killed(start, mode):
    worker = start(mode, watchdog="1s")
    with fcgi.Connection(worker.socket) as connection:
        connection.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/fail/spin")))
        with pytest.raises(fcgi.Closed):
            connection.receive()
    harness.wait_until(lambda: ask(worker, "GET", "/api/v1/echo").status == 200, 10, "service")
    assert metric(worker, "echo_stuck_workers_total") >= 1


def test_long_work_within_its_limit_is_no_reason_to_abort(start):
    """A waiting thread that is silent for four seconds counts as stuck; one that has worked for five does not."""
    worker = start("threads", processes=1, watchdog="15s")
    children = worker.children()
    assert ask(worker, "GET", "/api/v1/wait", query="ms=5000").status == 200
    time.sleep(1)  # some twenty looks of the watchdog
    assert worker.children() == children
    assert metric(worker, "echo_stuck_workers_total") == 0


def test_frozen_worker_is_killed(start):
    """Even one that froze as soon as it was ready, before its first round."""
    worker = start("threads", processes=1, watchdog="2s", check_ready=False)
    harness.wait_until(lambda: '"worker is ready"' in worker.output(), what="ready worker", pause=0)
    frozen = worker.children()[0]
    os.kill(frozen, signal.SIGSTOP)
    harness.wait_until(lambda: worker.children() not in ([frozen], []), 15, "replacement")
    assert ask(worker, "GET", "/api/v1/echo").status == 200


@pytest.mark.parametrize("mode", MODES)
def test_term_drains_and_exits_zero(start, mode):
    worker = start(mode)
    idle = fcgi.Connection(worker.socket)
    assert idle.request("GET", "/api/v1/echo").status == 200
    with fcgi.Connection(worker.socket) as busy:
        busy.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/wait", query="ms=700")))
        time.sleep(0.1)
        worker.tell(signal.SIGTERM)
        assert idle.is_closed()
        assert busy.receive().status == 200, "what was begun is answered"
        assert busy.is_closed()
    assert worker.stop() == 0
    idle.close()


def test_term_during_load_breaks_no_answer(start):
    worker = start("threads")
    loads = [Load(worker) for _ in range(4)]
    for load in loads:
        load.start()
    time.sleep(0.3)
    worker.tell(signal.SIGTERM)
    assert worker.process.wait(10) == 0
    for load in loads:
        load.finish()
        assert not any("bytes of an answer" in failure and "with 0 bytes" not in failure for failure in load.failures)


def test_drain_has_an_end(start):
    worker = start("threads", drain="500ms")
    with fcgi.Connection(worker.socket) as busy:
        busy.send(fcgi.encode(*fcgi.values_of("GET", "/api/v1/wait", query="ms=8000")))
        time.sleep(0.2)
        worker.tell(signal.SIGTERM)
        worker.process.wait(30)
        assert busy.is_closed(), "the drain waited for an answer of eight seconds"


@pytest.mark.parametrize("mode", MODES)
def test_rolling_restart_loses_nothing(start, mode):
    """HUP under load: same parent, new workers, kept connections go on, not one failure."""
    worker = start(mode, threads=4)
    loads = [Load(worker) for _ in range(4)] + [Load(worker, "GET", "/api/v1/wait", query="ms=20") for _ in range(2)]
    before = set(worker.children())
    for load in loads:
        load.start()
    for _ in range(3):
        old = set(worker.children())
        time.sleep(0.3)
        worker.tell(signal.SIGHUP)
        harness.wait_until(lambda: worker.children() and not old & set(worker.children()), 15, "new workers")
    time.sleep(0.3)
    for load in loads:
        load.finish()
    assert [load.failures for load in loads if load.failures] == []
    assert all(len(load.pids) >= 2 for load in loads), "each kept connection has moved"
    assert worker.running() and not before & set(worker.children())
    assert metric(worker, 'echo_requests_total{status_code="200",endpoint="/api/v1/echo"}') >= sum(
        load.answers for load in loads[:4])


def test_restart_runs_the_replaced_program(start, directory):
    worker = start("threads", processes=1)
    path = program(directory, "threads")
    inode = os.stat(f"/proc/{worker.pid}/exe").st_ino
    fresh = path.with_suffix(".new")
    shutil.copy(path, fresh)
    fresh.replace(path)
    old = set(worker.children())
    worker.tell(signal.SIGHUP)
    harness.wait_until(lambda: worker.children() and not old & set(worker.children()), 15, "new worker")
    assert os.stat(f"/proc/{worker.pid}/exe").st_ino != inode
    assert ask(worker, "GET", "/api/v1/echo").status == 200


def test_restart_with_a_bad_configuration_is_refused(start):
    worker = start("threads", processes=1)
    pids = worker.children()
    worker.write_config(threads=0)
    worker.tell(signal.SIGHUP)
    harness.wait_until(lambda: "refused" in worker.output(), what="refusal")
    assert worker.children() == pids
    assert ask(worker, "GET", "/api/v1/echo").status == 200


def test_restart_takes_a_new_configuration(start):
    worker = start("threads", processes=1)
    worker.write_config(processes=3)
    worker.tell(signal.SIGHUP)
    harness.wait_until(lambda: len(worker.children()) == 3, 15, "three workers")


def test_exclusive_service_never_runs_twice(start):
    worker = start("loop")
    for _ in range(3):
        old = set(worker.children())
        worker.tell(signal.SIGHUP)
        harness.wait_until(lambda: worker.children() and not old & set(worker.children()), 15, "new worker")
    harness.wait_until(lambda: messages(worker).count("worker is ready") == 4, what="fourth start")
    order = [text for text in messages(worker) if text in ("worker is ready", "worker has ended")]
    assert order == ["worker is ready"] + ["worker has ended", "worker is ready"] * 3


def messages(worker):
    """Lifecycle lines of worker processes; the parent's own reports of an end are left out."""
    return [line["message"] for line in worker.log_lines() if line["action"] != "worker_exit"]


def test_two_requests_at_once_are_refused(worker):
    """libfcgi reads ahead and would take the second apart; no gateway sends it before the answer."""
    whole = fcgi.encode(*fcgi.values_of("GET", "/api/v1/echo"))
    assert closes(worker, whole + whole)
    assert ask(worker, "GET", "/api/v1/echo").status == 200


def test_orphaned_workers_end(start):
    worker = start("threads")
    children = worker.children()
    worker.process.kill()
    worker.process.wait()
    harness.wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") and "Z" not in pathlib.Path(
        f"/proc/{pid}/stat").read_text().split(")")[1][:3] for pid in children), 10, "workers gone")


def test_log_rotation(start, directory):
    log = directory / "service.jsonl"
    worker = start("threads", log_file=log)
    ask(worker, "GET", "/api/v1/echo", request_id="req-before")
    harness.wait_until(lambda: "req-before" in log.read_text(), what="line")
    log.rename(directory / "service.jsonl.1")
    worker.tell(signal.SIGUSR1)
    harness.wait_until(lambda: log.exists(), what="a new file")
    time.sleep(0.3)
    for _ in range(8):
        ask(worker, "GET", "/api/v1/echo", request_id="req-after")
    harness.wait_until(lambda: "req-after" in log.read_text(), what="line in the new file")
    assert "req-after" not in (directory / "service.jsonl.1").read_text()


def test_foreground_process(start):
    worker = start("threads", processes=0)
    assert worker.children() == [worker.pid]
    assert ask(worker, "GET", "/api/v1/echo").json()["pid"] == worker.pid


def test_socket_activation(directory):
    """A supervisor's listening socket on descriptor 0 is used instead of the configured path."""
    path = directory / "activated.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen(64)
    config = directory / "activated.conf"
    config.write_text(f"listen = {directory}/unused.sock\nprocesses = 1\n")
    process = subprocess.Popen([program(directory, "threads"), "--config", config], stdin=listening.fileno(),
                               stderr=subprocess.DEVNULL)
    try:
        assert fcgi.request(path, "GET", "/api/v1/echo").status == 200
        assert not (directory / "unused.sock").exists()
        process.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        assert fcgi.request(path, "GET", "/api/v1/echo").status == 200
    finally:
        process.terminate()
        assert process.wait(10) == 0
        listening.close()


def test_command_line(directory):
    path = program(directory, "threads")
    config = directory / "c.conf"
    config.write_text(f"listen = {directory}/c.sock\npeer_uids = root\n")
    refused = subprocess.run([path, "--config", config, "--check"], capture_output=True, text=True)
    assert refused.returncode == 78 and "peer_uids" in refused.stderr
    routes = subprocess.run([path, "--routes"], capture_output=True, text=True).stdout.splitlines()
    assert "POST /api/v1/form public 4096" in routes
