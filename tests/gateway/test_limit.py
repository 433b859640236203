# SPDX-License-Identifier: MIT
"""Limits: exact over workers and reloads, headers, keys, dry run, a full zone, floods of junk."""
import concurrent.futures
import os
import subprocess
import time
from http.client import HTTPConnection

import pytest
from conftest import problem
from support.harness import installed, wait_until

SERVER = """
    location /free { cnop_limit off; @PARAMS@ fastcgi_pass worker; }
    location /static/ { root @DIR@; }
    location / { @PARAMS@ fastcgi_pass worker; }
"""


def http(*limits):
    return "cnop_jwt optional; cnop_zone limit 64k; cnop_cors *;" + "".join(f"cnop_limit {row};" for row in limits)


def test_headers_count_down_and_429_says_when(gateway, worker):
    gateway.start(http=http("ip key=ip rate=5/m"), server=SERVER)
    before = time.time()
    for remaining in (4, 3, 2, 1, 0):
        response = gateway.get("/x")
        assert response.status == 200
        assert response.headers["X-RateLimit-Limit"] == "5"
        assert response.headers["X-RateLimit-Remaining"] == str(remaining)
        assert before < int(response.headers["X-RateLimit-Reset"]) <= time.time() + 61
        assert "Retry-After" not in response.headers
    response = gateway.get("/x")
    body = problem(response, 429, "RATE_001")
    assert body["error"] == "Rate limit exceeded"
    assert body["limit"] == 5 and body["remaining"] == 0
    assert body["retry_after"] == int(response.headers["Retry-After"])
    assert 0 < body["retry_after"] <= 60
    assert abs(body["reset_time"] - int(response.headers["X-RateLimit-Reset"])) <= 1
    assert len(worker.requests) == 5


def test_window_ends_when_promised(gateway, worker):
    gateway.start(http=http("ip key=ip rate=3/s"), server=SERVER)

    def burst():
        return [gateway.get("/x").status for _ in range(4)]

    while burst() != [200, 200, 200, 429]:  # a window may end inside a slow burst
        time.sleep(1.1)
    response = gateway.get("/x")
    if response.status == 429:
        time.sleep(int(response.headers["Retry-After"]))
        assert gateway.get("/x").status == 200


@pytest.mark.parametrize("method,path,status", [
    ("GET", "/x", 200), ("GET", "/static/none", 404), ("DELETE", "/static/none", 405), ("GET", "/free", 200)])
def test_which_responses_carry_the_headers(gateway, worker, method, path, status):
    gateway.start(http=http("ip key=ip rate=100/m"), server=SERVER)
    response = gateway.request(method, path)
    assert response.status == status
    assert ("X-RateLimit-Limit" in response.headers) == (path != "/free")


def test_options_is_free(gateway, worker):
    gateway.start(http=http("ip key=ip rate=2/m"), server=SERVER)
    for _ in range(5):
        response = gateway.request("OPTIONS", "/x")
        assert response.status == 204 and "X-RateLimit-Limit" not in response.headers
    assert gateway.get("/x").status == 200


def test_exact_over_workers_and_threads(gateway, worker):
    gateway.start(http=http("ip key=ip rate=200/h"), server=SERVER, workers=4)
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        statuses = list(pool.map(lambda _: gateway.get("/x").status, range(600)))
    assert statuses.count(200) == 200
    assert statuses.count(429) == 400
    assert len(worker.requests) == 200


def test_exact_at_full_speed(gateway):
    """Thousands of requests a second, so that workers meet in the same record."""
    gateway.start(http=http("ip key=ip rate=9000/h") + "keepalive_requests 1000000;",
                  server="location = /p { cnop_route p; cnop_problem 404; }", workers=4)
    def answers(status):
        return gateway.metric(f'gateway_requests_total{{endpoint="p",status_code="{status}"}}')

    for _ in range(30):
        subprocess.run([installed("wrk"), "-t2", "-c32", "-d1s", f"http://127.0.0.1:{gateway.port}/p"], check=True,
                       capture_output=True)
        if answers(429) > 1000:
            break
    assert answers(404) == 9000


def test_counters_survive_reload_and_dead_workers(gateway, worker):
    gateway.start(http=http("ip key=ip rate=10/h"), server=SERVER)
    for _ in range(6):
        assert gateway.get("/x").status == 200
    gateway.reload()
    assert gateway.get("/x").headers["X-RateLimit-Remaining"] == "3"
    gateway.expected.append("exited on signal 9")
    for pid in gateway.workers():
        import os
        os.kill(pid, 9)
    wait_until(lambda: len(gateway.workers()) == 2, what="new workers")
    assert gateway.get("/x").headers["X-RateLimit-Remaining"] == "2"


def test_each_address_has_its_own_window(gateway, worker):
    gateway.start(http=http("ip key=ip rate=2/h"), server=SERVER)
    for source in ("127.0.0.1", "127.0.0.2", "127.0.0.3"):
        assert [gateway.get("/x", source=source).status for _ in range(3)] == [200, 200, 429]


def test_forwarded_addresses_count_only_from_trusted_proxies(gateway, worker):
    gateway.start(http=http("ip key=ip rate=1/h"), server=SERVER)
    headers = [{"X-Forwarded-For": f"10.0.0.{i}"} for i in range(3)]
    assert [gateway.get("/x", headers=h).status for h in headers] == [200, 429, 429]
    gateway.configure(http=http("ip key=ip rate=1/h") + "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;")
    gateway.reload()
    assert [gateway.get("/x", headers=h).status for h in headers] == [200, 200, 200]
    assert worker.requests[-1].params["CNOP_CLIENT_ADDR"] == "10.0.0.2"


def test_ipv6_counts_by_network(gateway, worker):
    gateway.start(http=http("ip key=ip rate=2/h") + "set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;",
                  server=SERVER)

    def status(address):
        return gateway.get("/x", headers={"X-Real-IP": address}).status

    assert [status(f"2001:db8:1:1::{i}") for i in range(1, 4)] == [200, 200, 429]
    assert [status(f"2001:db8:1:2::{i}") for i in range(1, 4)] == [200, 200, 429]
    assert [status("10.1.1.1"), status("::ffff:10.1.1.1"), status("10.1.1.1")] == [200, 200, 429]


def test_user_limit_follows_the_user(gateway, worker):
    gateway.start(http=http("ip key=ip rate=1000/h", "user key=user rate=3/h"), server=SERVER)
    first, second = gateway.token(sub="1"), gateway.token(sub="2")
    assert [gateway.get("/x", token=first, source=f"127.0.0.{i}").status for i in range(1, 5)] == [200] * 3 + [429]
    response = gateway.get("/x", token=second)
    assert response.status == 200
    assert response.headers["X-RateLimit-Limit"] == "3"
    assert gateway.get("/x").headers["X-RateLimit-Limit"] == "1000"
    assert gateway.metric('gateway_limit_rejected_total{limit="user"}') == 1


def test_an_internal_redirect_is_charged_once(gateway, worker):
    gateway.start(http=http("ip key=ip rate=100/m", "user key=user rate=4/m"),
                  server="location /a { try_files /none /b; }" + SERVER)
    assert gateway.get("/a").headers["X-RateLimit-Remaining"] == "99"
    response = gateway.get("/a", token=gateway.token())
    assert (response.status, response.headers["X-RateLimit-Remaining"]) == (200, "3")


def test_junk_tokens_are_limited_before_they_are_verified(gateway, worker):
    gateway.start(http=http("ip key=ip rate=10/h"), server="location /closed { cnop_jwt required; @PARAMS@ fastcgi_pass worker; }" + SERVER)
    statuses = [gateway.get("/closed", token="a.b.c").status for _ in range(30)]
    assert statuses == [401] * 10 + [429] * 20
    assert sum(gateway.metric(f'gateway_token_rejected_total{{reason="{r}"}}')
               for r in ("bad_base64", "bad_header")) == 10


def test_who_comes_at_the_reset_is_let_in(gateway, worker):
    gateway.start(http=http("ip key=ip rate=1/s"), server=SERVER)
    for _ in range(4):
        response = gateway.get("/x")
        assert response.status == 200
        reset = int(response.headers["X-RateLimit-Reset"])
        while time.time() < reset:
            time.sleep(max(0.0, reset - time.time()))


@pytest.mark.parametrize("rows", [("a key=ip rate=3/m", "b key=ip rate=100/m"),
                                  ("b key=ip rate=100/m", "a key=ip rate=3/m")])
def test_headers_show_the_limit_that_is_closest(gateway, worker, rows):
    gateway.start(http=http(*rows), server=SERVER)
    for remaining in (2, 1, 0):
        response = gateway.get("/x")
        assert (response.headers["X-RateLimit-Limit"], response.headers["X-RateLimit-Remaining"]) == ("3", str(remaining))
    assert gateway.get("/x").headers["X-RateLimit-Limit"] == "3"


def test_a_full_zone_forgets_the_oldest_windows(gateway, worker):
    gateway.start(http="set_real_ip_from 127.0.0.1; cnop_zone limit 64k; cnop_limit ip key=ip rate=5/h;",
                  server="location / { cnop_problem 404; }")
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=10)

    def left(number):
        connection.request("GET", "/x", headers={"X-Real-IP": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"})
        response = connection.getresponse()
        response.read()
        return response.headers["X-RateLimit-Remaining"]

    for number in range(4000):
        left(number)
    newest = [left(number) for number in range(3800, 4000)]
    connection.close()
    assert newest.count("3") > 190


def test_dry_run_counts_and_lets_pass(gateway, worker):
    gateway.start(http=http("ip key=ip rate=2/h dry_run"), server=SERVER)
    assert [gateway.get("/x").status for _ in range(5)] == [200] * 5
    assert gateway.metric('gateway_limit_rejected_total{limit="ip"}') == 3


def test_full_zone_keeps_working(gateway, worker):
    gateway.start(http=http("ip key=ip rate=5/h") + "set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;",
                  server="location / { @PARAMS@ return 204; } location /p { cnop_problem 404; }", workers=1)
    connection = HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    for i in range(4000):  # a zone of 64k holds fewer
        connection.request("GET", "/p", headers={"X-Real-IP": f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"})
        response = connection.getresponse()
        response.read()
        assert response.status == 404
    assert gateway.metric("gateway_limit_evicted_total") > 100
    connection.close()
    statuses = [gateway.get("/p", headers={"X-Real-IP": "10.99.0.1"}).status for _ in range(7)]
    assert statuses == [404] * 5 + [429] * 2


@pytest.mark.parametrize("directive,message", [
    ("cnop_limit ip key=ip rate=0/s", "invalid parameter"),
    ("cnop_limit ip key=ip rate=5", "invalid parameter"),
    ("cnop_limit ip key=ip rate=5/d", "invalid parameter"),
    ("cnop_limit ip key=cookie rate=5/s", "invalid parameter"),
    ("cnop_limit ip rate=5/s", "takes a name"),
    ("cnop_limit ip key=ip", "takes a name"),
    ("cnop_limit b@d key=ip rate=5/s", "a name is 1 to 31"),
    ("cnop_limit ip key=ip rate=-5/s", "invalid parameter"),
])
def test_bad_limits_are_refused(gateway, directive, message):
    code, output = gateway.test(http=f"cnop_zone limit 64k; {directive};")
    assert code != 0 and message in output, output
    gateway.expected.append("emerg")


def test_a_limit_needs_a_zone(gateway):
    code, output = gateway.test(http="cnop_limit ip key=ip rate=5/s;")
    assert code != 0 and "cnop_zone" in output
    gateway.expected.append("emerg")
