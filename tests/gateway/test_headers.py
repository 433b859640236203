# SPDX-License-Identifier: MIT
"""CORS, security headers, methods, and the bodies of nginx's own errors."""
import json
import re
import select
import socket
import threading

import pytest
from conftest import problem
from support.fcgi_stub import Reply
from support.harness import SOURCE, wait_until

SERVER = """
    location /get { cnop_methods GET; @PARAMS@ fastcgi_pass worker; }
    location /post { cnop_methods POST DELETE; cnop_jwt required; @PARAMS@ fastcgi_pass worker; }
    location /static/ { root @DIR@; }
    location /gone { cnop_problem 404; }
    location / { @PARAMS@ fastcgi_pass worker; }
"""
ALLOW = "Access-Control-Allow-Origin"


# ---- CORS ----

@pytest.mark.parametrize("path", ["/get", "/gone", "/static/x", "/unknown/path", "/"])
def test_preflight_on_any_path(gateway, worker, path):
    gateway.start(http="cnop_cors *; cnop_jwt required;", server=SERVER)
    response = gateway.request("OPTIONS", path, headers={
        "Origin": "https://a.example", "Access-Control-Request-Method": "PUT", "Authorization": "broken"})
    assert response.status == 204 and response.body == b""
    assert response.headers[ALLOW] == "*"
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, PATCH, DELETE, OPTIONS"
    allowed = response.headers["Access-Control-Allow-Headers"].split(", ")
    assert {"Authorization", "Content-Type", "Idempotency-Key", "X-CSRF-Token"} <= set(allowed)
    assert int(response.headers["Access-Control-Max-Age"]) > 0
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert worker.requests == []


def test_cors_headers_on_answers_and_errors(gateway, worker):
    gateway.start(http="cnop_cors *;", server=SERVER)
    for method, path in (("GET", "/get"), ("GET", "/gone"), ("GET", "/post"), ("PUT", "/get"), ("GET", "/static/none"),
                         ("GET", "/%00")):
        response = gateway.request(method, path)
        assert response.headers.get_all(ALLOW) == ["*"], (method, path)
        assert "X-RateLimit-Remaining" in response.headers["Access-Control-Expose-Headers"]
        assert "Retry-After" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("origin,allowed", [
    ("https://app.example", True), ("http://localhost:3000", True), ("https://app.example.evil", False),
    ("https://APP.example", False), ("null", False), ("http://app.example", False), ("https://app.example:444", False),
    (None, False)])
def test_allow_list(gateway, worker, origin, allowed):
    gateway.start(http="cnop_cors https://app.example http://localhost:3000 credentials;", server=SERVER)
    for method in ("GET", "OPTIONS"):
        response = gateway.request(method, "/get", headers={"Origin": origin} if origin else {})
        assert response.headers.get(ALLOW) == (origin if allowed else None)
        assert ("Access-Control-Allow-Credentials" in response.headers) == allowed
        assert "Origin" in response.headers["Vary"]


@pytest.mark.parametrize("directive", ["* credentials", "* https://a.example", "credentials", "a.example",
                                       "https://a.example max_age=x"])
def test_bad_cors_is_refused(gateway, directive):
    code, output = gateway.test(http=f"cnop_cors {directive};")
    assert code != 0 and ("cnop_cors" in output), output
    gateway.expected.append("emerg")


# ---- security headers ----

API = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store",
       "Referrer-Policy": "no-referrer", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}


def test_api_profile_on_everything(gateway, worker):
    gateway.start(http="cnop_security api; server_tokens off;", server=SERVER)
    for method, path in (("GET", "/get"), ("GET", "/gone"), ("PUT", "/get"), ("GET", "/static/none"), ("GET", "/%00")):
        response = gateway.request(method, path)
        for name, value in API.items():
            assert response.headers.get_all(name) == [value], (method, path, name)
        assert response.headers["Server"] == "nginx"


def test_a_worker_may_say_otherwise(gateway, worker):
    gateway.start(http="cnop_security api;", server=SERVER)
    worker.answer = lambda request: Reply(headers={"Cache-Control": "private, max-age=5"})
    assert gateway.get("/x").headers.get_all("Cache-Control") == ["private, max-age=5"]


def test_html_profile(gateway, worker):
    gateway.start(http="cnop_security html;", server=SERVER)
    headers = gateway.get("/x").headers
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Cache-Control" not in headers and "Content-Security-Policy" not in headers


# ---- methods ----

@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "FOO", "OPTIONS"])
def test_wrong_method(gateway, worker, method):
    gateway.start(server=SERVER)
    response = gateway.request(method, "/get", headers={"X-HTTP-Method-Override": "GET"})
    if method == "TRACE":
        assert response.status == 405
        return
    problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert worker.requests == []


def test_head_is_get(gateway, worker):
    gateway.start(server=SERVER)
    response = gateway.request("HEAD", "/get")
    assert response.status == 200 and response.body == b""
    response = gateway.request("HEAD", "/gone")
    assert response.status == 404 and response.body == b"" and int(response.headers["Content-Length"]) > 100


def test_method_comes_before_identity(gateway, worker):
    gateway.start(server=SERVER)
    problem(gateway.request("GET", "/post"), 405, "method_not_allowed")
    problem(gateway.request("POST", "/post"), 401, "AUTH_001")


# ---- bodies of nginx's own errors ----

def parse(raw):
    head, _, body = raw.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    headers = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
    return status, headers, body


CASES = [
    (b"GET / HTTP/1.1\r\n\r\n", 400, "bad_request"),
    (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, "bad_request"),
    (b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    (b"GET /../x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    (b"get / HTTP/1.1\r\nHost: x\r\n\r\n", 400, "bad_request"),
    (b"GET / HTTP/1.1 x\r\nHost: x\r\n\r\n", 400, "bad_request"),
    (b"\x16\x03\x01\x02\x00\x01\r\n\r\n", 400, "bad_request"),
    (b"GET /" + b"x" * 40000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414, "uri_too_long"),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + b"x" * 40000 + b"\r\n\r\n", 431, "headers_too_large"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\n\r\n", 413, "body_too_large"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n" + b"x" * 70000, 413, "body_too_large"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\n", 400, "bad_request"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", 400, "bad_request"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, "bad_request"),
    (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "not_implemented"),
    (b"GET /x HTTP/9.9\r\nHost: x\r\n\r\n", 505, "SVC_001"),
    (b"PUT /static/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 405, "method_not_allowed"),
    (b"GET /static/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "SVC_001"),
    (b"GET /gone HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 404, "SVC_001"),
]


@pytest.mark.parametrize("request_bytes,status,code", CASES, ids=[f"{s}-{i}" for i, (_, s, _) in enumerate(CASES)])
def test_core_errors_are_problems(gateway, worker, request_bytes, status, code):
    gateway.start(http="client_max_body_size 64k; cnop_security api; cnop_cors *;", server=SERVER)
    raw = gateway.raw(request_bytes, timeout=3)
    got, headers, body = parse(raw)
    assert got == status, raw
    assert headers[b"Content-Type"] == b"application/problem+json", raw
    document = json.loads(body)
    assert document["status"] == status and document["code"] == code
    assert document["trace_id"] == headers[b"X-Request-ID"].decode()
    assert headers[b"Cache-Control"] == b"no-store"
    assert raw.count(b"HTTP/1.1 ") == 1
    assert b"<html" not in raw
    assert worker.requests == []


def test_an_expected_body_is_refused_before_it_is_sent(gateway, worker):
    gateway.start(http="client_max_body_size 64k;", server=SERVER)
    raw = gateway.raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999\r\nExpect: 100-continue\r\n\r\n", timeout=2)
    assert raw.startswith(b"HTTP/1.1 413")


def test_an_expected_body_gets_one_answer(gateway, worker):
    """A refusal instead of a 100, never both; a body that is wanted gets its 100."""
    gateway.start(server="location /closed { cnop_jwt required; @PARAMS@ fastcgi_pass worker; }" + SERVER)
    head = b" HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
    raw = gateway.raw(b"POST /closed" + head + b"\r\n", timeout=2)
    assert raw.startswith(b"HTTP/1.1 401") and raw.count(b"HTTP/1.1 ") == 1
    assert b"Connection: close" in raw
    raw = gateway.raw(b"POST /any" + head + b"Connection: close\r\n\r\n{}", timeout=2)
    assert raw.startswith(b"HTTP/1.1 100 ") and raw.count(b"HTTP/1.1 ") == 2


def pour(gateway, head, megabytes=20):
    """Sends a chunked body until the other end has had enough: what it answered, and how much went in."""
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    sent = 0
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        connection.sendall(head)
        try:
            for _ in range(megabytes * 16):
                connection.sendall(chunk)
                sent += len(chunk)
                if select.select([connection], [], [], 0)[0]:
                    break
            else:
                connection.sendall(b"0\r\n\r\n")
        except OSError:
            pass
        return connection.recv(65536), sent


def test_a_refused_body_is_bounded_without_a_length(gateway, worker):
    gateway.start(http="client_max_body_size 64k;",
                  server="location /closed { cnop_jwt required; @PARAMS@ fastcgi_pass worker; }" + SERVER)
    head = b"POST /closed HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    answer, sent = pour(gateway, head)
    assert answer.startswith(b"HTTP/1.1 413"), answer
    assert sent < 15_000_000
    answer = gateway.raw(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + b"2\r\n{}\r\n0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 401"), answer
    assert worker.requests == []


@pytest.mark.parametrize("encoding,status", [("gzip", 415), ("br, gzip", 415), ("identity", 200), ("Identity", 200), ("", 200)])
def test_packed_bodies_are_refused(gateway, worker, encoding, status):
    gateway.start(server=SERVER)
    response = gateway.post("/any", headers={"Content-Encoding": encoding})
    assert response.status == status, response
    assert gateway.get("/any", headers={"Content-Encoding": encoding}).status == 200


@pytest.mark.parametrize("keys,status", [(["a"], 200), ([], 200), ([""], 400), (["", "a"], 400), (["a", ""], 400), (["a", "b"], 400)])
def test_a_key_is_one_that_says_something(gateway, worker, keys, status):
    gateway.start(server=SERVER)
    lines = "".join(f"Idempotency-Key: {key}\r\n" for key in keys).encode()
    raw = gateway.raw(b"POST /any HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n" + lines + b"\r\n{}")
    assert raw.startswith(f"HTTP/1.1 {status}".encode()), raw
    assert len(worker.requests) == (status == 200)


def test_trace_is_told_the_methods_of_its_route(gateway, worker):
    gateway.start(server="location /put { cnop_methods PUT; @PARAMS@ fastcgi_pass worker; }" + SERVER)
    raw = gateway.raw(b"TRACE /put/%78?y HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 405") and b"Allow: PUT, OPTIONS\r\n" in raw, raw
    assert b"method_not_allowed" in raw
    raw = gateway.raw(b"TRACE /any HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert raw.startswith(b"HTTP/1.1 405") and raw.count(b"Allow:") == 1, raw
    assert worker.requests == []


def test_a_body_has_a_time_for_all_of_it(gateway, worker):
    """However steadily it comes; each part has its own time besides."""
    gateway.start(http="cnop_body_deadline 500ms; client_body_timeout 30s;", server=SERVER)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=20) as connection:
        connection.sendall(b"POST /any HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")
        for _ in range(600):
            if select.select([connection], [], [], 0.05)[0]:
                break
            connection.sendall(b"x")
        else:
            pytest.fail("the body may take for ever")
    assert worker.requests == []
    assert "takes too long" in gateway.errors()
    assert gateway.post("/any", b"x" * 60000).status == 200


def test_an_address_has_a_share_of_the_connections(gateway, worker):
    gateway.start(http="cnop_connections 4;", server=SERVER, workers=1)

    def connect(source):
        return socket.create_connection(("127.0.0.1", gateway.port), timeout=20, source_address=(source, 0))

    def closed(connection):
        return select.select([connection], [], [], 20)[0] and connection.recv(1) == b""

    idle = [connect("127.0.0.2") for _ in range(4)]
    for connection in idle:
        connection.sendall(b"GET ")  # a request that never gets whole
    with connect("127.0.0.2") as fifth:
        assert closed(fifth)
    assert gateway.get("/any").status == 200
    assert gateway.metric("gateway_connections_refused_total") == 1
    for connection in idle:
        connection.close()
    wait_until(lambda: answers_to(gateway, "127.0.0.2"), what="its share to be free again")


def answers_to(gateway, source):
    try:
        return gateway.get("/any", source=source).status == 200
    except OSError:
        return False


def test_what_services_say_can_be_read_from_another_origin(gateway, worker):
    """Every header that a service sets is exposed: the names are taken from the sources."""
    gateway.start(http="cnop_cors *;", server=SERVER)
    exposed = set(gateway.get("/any").headers["Access-Control-Expose-Headers"].split(", "))
    said = {name for folder in ("shared", "fcgi_services") for path in (SOURCE / folder).rglob("*.c")
            for name in re.findall(r'cnop_response_header\(\s*[^,]+,\s*"([A-Za-z-]+)"', path.read_text())}
    assert len(said) > 5
    assert said - {"X-Cnop-Audit-User"} <= exposed


def test_worker_down(gateway, worker):
    gateway.start(http="cnop_cors *;", server=SERVER)
    worker.stop()
    gateway.expected.append("connect\\(\\) to unix:.*worker.sock failed")
    response = gateway.get("/x")
    problem(response, 503, "SVC_003")
    assert response.headers["Retry-After"] == "1"
    assert ".sock" not in response.body.decode()


def test_worker_too_slow(gateway, worker):
    gateway.start(http="fastcgi_read_timeout 300ms;", server=SERVER)
    gate = threading.Event()
    worker.answer = lambda request: (gate.wait(10), Reply())[1]
    problem(gateway.get("/x"), 504, "SVC_002")
    gate.set()


def test_worker_breaks_off(gateway, worker):
    gateway.start(server=SERVER)
    worker.answer = lambda request: Reply(drop=True)
    problem(gateway.post("/x"), 503, "SVC_003")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 503])
def test_a_worker_s_own_errors_pass_unchanged(gateway, worker, status):
    gateway.start(server=SERVER)
    worker.answer = lambda request: Reply(status, b'{"own":true}', {"Content-Type": "application/problem+json"})
    response = gateway.get("/x")
    assert response.status == status and response.json == {"own": True}


def test_hostile_paths_stay_valid_json(gateway, worker):
    gateway.start(server=SERVER)
    for path in ('/gone/"}<script>', "/gone/%22%7d", "/gone/\\u0000", "/gone/" + "%F0%9F" * 50, "/gone/" + "x" * 3000):
        raw = gateway.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode() )
        status, _, body = parse(raw)
        assert status == 404
        assert len(json.loads(body)["instance"]) <= 400
    raw = gateway.raw(b"GET /gone/\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert re.search(rb'"instance":"/gone/%FF%FE"', raw), raw


def test_keepalive_after_a_problem(gateway, worker):
    gateway.start(server=SERVER)
    one = b"POST /gone HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    last = b"GET /get HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as connection:
        connection.sendall(one + one + last)
        data = b""
        while part := connection.recv(65536):
            data += part
    assert data.count(b"HTTP/1.1 404") == 2 and data.count(b"HTTP/1.1 200") == 1
