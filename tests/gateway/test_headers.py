# SPDX-License-Identifier: MIT
"""CORS, security headers, methods, and the bodies of nginx's own errors."""
import json
import re
import socket
import threading

import pytest
from conftest import problem
from support.fcgi_stub import Reply

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
    assert response.headers["Access-Control-Allow-Methods"] == "GET, POST, PUT, DELETE, OPTIONS"
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
