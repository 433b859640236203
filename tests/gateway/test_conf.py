# SPDX-License-Identifier: MIT
"""The shipped configuration, rendered: who serves what, who may come in, and where nothing leaks."""
import gzip
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import MODULE, Gateway, Response, UnixConnection, free_port, problem, sanitizers
from support import tokens
from support.fcgi_stub import Reply, Stub
from support.harness import SOURCE, Process, installed, run_dir, wait_until

sys.path.insert(0, str(SOURCE / "conf"))
import routes  # noqa: E402

SERVICES = ["auth", "user", "inventory", "order", "order-read", "insights", "ops"]


class Cache(threading.Thread):
    """A Memcached that holds nothing."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.asked = []
        self.start()

    def run(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            with link:
                self.asked.append(link.recv(1000))
                link.sendall(b"END\r\n")

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Shipped(Gateway):
    """nginx with the rendered product configuration and a stub for each service."""

    def __init__(self, directory, *settings):
        super().__init__(directory)
        self.ui_port, self.internal_port = free_port(), free_port()
        for name in ("run", "keys", "log", "tmp", "ui/site/assets", "ui/site/docs", "etc"):
            (directory / name).mkdir(parents=True)
        (directory / "keys/jwks.json").write_text(tokens.jwks(self.key))
        site = directory / "ui/site"
        (site / "index.html").write_text("<!doctype html>start")
        (site / "__spa-fallback.html").write_text("<!doctype html>application")
        (site / "assets/app-1.js").write_text("1")
        (site / "docs/index.html").write_text("docs")
        (site / "docs/openapi.json").write_text('{"openapi":"3.1.0"}')
        (directory / "ui/csp.conf").write_text('add_header Content-Security-Policy "default-src \'self\'" always;\n')
        self.stubs = {name: Stub(directory / f"run/{name}.sock").start() for name in SERVICES}
        for name, stub in self.stubs.items():
            stub.answer = self.named(name)
        self.cache = Cache(directory / "run/memcached.sock")
        paths = {"app": ".", "etc": "etc", "run": "run", "keys": "keys", "data": "data", "log": "log", "tmp": "tmp", "sv": "sv",
                 "ui": "ui"}
        paths = {name: str(directory / value) for name, value in paths.items()}
        sets = [f"paths={json.dumps(paths)}", f"gateway.module={MODULE}",
                f"gateway.api_port={self.port}", f"gateway.ui_port={self.ui_port}",
                f"gateway.internal_port={self.internal_port}", *settings]
        subprocess.run(["/usr/bin/python3", SOURCE / "conf/render.py", "--out", directory / "etc",
                        *(part for text in sets for part in ("--set", text))], check=True, capture_output=True)

    @staticmethod
    def named(name):
        return lambda request: Reply(headers={"X-Service": name}, body=json.dumps(request.params).encode())

    def command(self, *more):
        user = "user root;" if os.getuid() == 0 else ""
        return [installed("nginx"), "-p", str(self.dir), "-c", str(self.dir / "etc/nginx.conf"),
                "-e", str(self.dir / "error.log"), "-g", f"daemon off; {user}", *more]

    def start(self, sync=True):
        self.process = Process(self.command(), self.dir / "nginx.out", env={**os.environ, **sanitizers()})
        wait_until(self.accepts, what=f"nginx: {self.process.output()}")
        if sync:
            assert self.control("POST", "/control/revocations", b"snapshot 1\n").status == 200
        return self

    def accepts(self):
        assert self.process.running(), self.process.output() + self.errors()
        try:
            return self.control("GET", "/control/revocations").status == 200
        except OSError:
            return False

    def control(self, method, path, body=None):
        connection = UnixConnection(str(self.dir / "run/gateway-control.sock"))
        connection.request(method, path, body=body)
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())

    def errors(self):
        return super().errors() + (self.process.output() if self.process else "")

    def on(self, port, method, path, **options):
        api, self.port = self.port, port
        try:
            return self.request(method, path, **options)
        finally:
            self.port = api

    def ui(self, path, method="GET", **options):
        return self.on(self.ui_port, method, path, **options)

    def internal(self, path, method="GET", **options):
        return self.on(self.internal_port, method, path, **options)


@pytest.fixture
def shipped(request):
    with run_dir("cnop-gw-") as directory:
        if not MODULE.exists():
            pytest.skip("the module is not built")
        instance = Shipped(directory, *getattr(request, "param", ()))
        instance.start()
        yield instance
        instance.stop()
        for stub in instance.stubs.values():
            stub.stop()
        assert instance.bad_lines() == []


@pytest.mark.parametrize("shipped", [["logs.file_size=1k"]], indirect=True)
def test_logs_are_put_aside_before_they_fill_the_disk(shipped):
    def rotate():
        subprocess.run([installed("logrotate"), "-s", shipped.dir / "rotated", shipped.dir / "etc/logrotate.conf"],
                       check=True)

    def writes_to(pid, name):
        return any(os.path.realpath(entry) == str(shipped.dir / "log" / name)
                   for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir())

    def lines(name):
        path = shipped.dir / "log" / name
        return path.read_text().count('"path":') if path.exists() else 0

    for _ in range(20):
        shipped.get("/api/v1/inventory/assets")
    wait_until(lambda: lines("gateway-access.jsonl") == 20, what="the records")
    rotate()
    wait_until(lambda: lines("gateway-access.jsonl.1") == 20, what="the file put aside")
    wait_until(lambda: not any(writes_to(pid, "gateway-access.jsonl.1") for pid in shipped.workers()),
               what="every worker to open the fresh file")
    shipped.get("/api/v1/inventory/assets")
    wait_until(lambda: lines("gateway-access.jsonl") == 1, what="a fresh file")
    rotate()  # it is small: nothing to do
    assert lines("gateway-access.jsonl.1") == 20 and lines("gateway-access.jsonl") == 1


SEGMENTS = {"name": "Starred", "session_id": "abc", "asset_id": "BTC", "order_id": "o1234567890", "client_order_id": "x", "user_id": "7",
            "panel_id": "overview-orders", "silence_id": "x"}

# What conf/routes says, asked for by path: method, path, socket of the service, role.
ROUTES = [(row.method, re.sub(r"\{(\w+)\}", lambda match: SEGMENTS[match[1]], row.path), row.service.replace("_", "-"),
           row.role) for row in routes.read() if not row.is_internal]
ROUTES.append(("GET", "/api/v1/orders/%20%20%20", "order-read", "CUSTOMER"))


def body_for(method):
    return b"{}" if method in ("POST", "PUT") else None


def test_every_route_reaches_its_service(shipped):
    for port in (shipped.port, shipped.ui_port):
        for method, path, service, role in ROUTES:
            token = shipped.token(role="admin" if role == "ADMIN" else "customer")
            response = shipped.on(port, method, path, body=body_for(method), token=token)
            assert (response.status, response.headers.get("X-Service")) == (200, service), (method, path, response)
            assert response.json["CNOP_USER_ID"] == ("" if path == "/api/v1/auth/refresh" else "1001"), path


def test_protected_routes_need_a_token(shipped):
    for method, path, _, role in ROUTES:
        closed = role != "PUBLIC"
        response = shipped.request(method, path, body=body_for(method))
        if closed:
            problem(response, 401, "AUTH_001")
        else:
            assert response.status == 200, (method, path, response)
        bad = shipped.request(method, path, body=body_for(method), token="x.y.z")
        assert bad.status == (401 if closed else 200), (method, path)


def test_routes_for_admins_need_the_role(shipped):
    for method, path, _, role in ROUTES:
        if role == "ADMIN":
            problem(shipped.request(method, path, body=body_for(method), token=shipped.token()), 403, "PERM_001")


def test_every_path_has_its_own_methods(shipped):
    """Each method that a path does not have is refused, and Allow names the others."""
    paths = {}
    for method, path, _, role in ROUTES[:-1]:  # the last is another spelling of one
        paths.setdefault((path, role == "ADMIN"), set()).add(method)
    for (path, admin), methods in paths.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            response = shipped.request(method, path, body=body_for(method),
                                       token=shipped.token(role="admin" if admin else "customer"))
            problem(response, 405, "method_not_allowed")
            allowed = methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
            assert set(response.headers["Allow"].split(", ")) == allowed, (method, path)


def test_bodies_are_bounded_by_the_route(shipped):
    token = shipped.token()
    assert shipped.request("POST", "/api/v1/balance/deposit", body=b"x" * 4096, token=token).status == 200
    problem(shipped.request("POST", "/api/v1/balance/deposit", body=b"x" * 4097, token=token), 413, "body_too_large")
    assert shipped.request("POST", "/api/v1/orders/batch", body=b"x" * 65536, token=token).status == 200
    assert len(shipped.stubs["user"].requests) == 1


def test_wrong_methods_and_unknown_paths(shipped):
    for method, path in (("GET", "/auth/login"), ("POST", "/balance"), ("DELETE", "/portfolio"), ("PUT", "/orders"),
                         ("POST", "/inventory/assets"), ("PUT", "/orders/o1234567890")):
        response = shipped.request(method, f"/api/v1{path}", token=shipped.token())
        problem(response, 405, "method_not_allowed")
        assert "OPTIONS" in response.headers["Allow"]
    for port in (shipped.port, shipped.ui_port):
        for path in ("/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v2/orders", "/api/", "/api/v1/ordersX", "/api/v1/auth",
                     "/api/v1/insights", "/api/v1/accounts"):
            problem(shipped.on(port, "GET", path), 404, "SVC_001")
    for path in ("/", "/internal/auth/metrics", "/control/revocations", "/metrics", "/__problem", "/status"):
        problem(shipped.get(path), 404, "SVC_001")


VARIANTS = ["//api/v1/balance", "/api//v1/balance", "/api/v1/./balance", "/api/v1/x/../balance", "/api/v1/%62alance",
            "/%61pi/v1/balance", "/api/v1/balance/", "/api/v1/balance/.", "/api/v1/balance%2f", "/api/v1/balance%00",
            "/api/v1/balance;x", "/api/v1/balance%20", "/api/v1/BALANCE", "/api/v1/balance..", "/api/v1/balance%5c",
            "/api/v1/inventory/../balance", "/api/v1/inventory/%2e%2e/balance", "/api/v1/inventory/..%2fbalance",
            "/api/v1/inventory/assets/../../balance", "/api/v1/auth/login/../../balance", "/api/v1/balance?a=/health",
            "http://x/api/v1/balance", "/health/../api/v1/balance", "/api/v1/auth/register/%2e%2e/%2e%2e/balance"]


def test_no_spelling_of_a_protected_path_gets_in(shipped):
    for path in VARIANTS:
        raw = shipped.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert raw.split()[1] in (b"401", b"404", b"400", b"403", b"405"), (path, raw)
    assert all(not stub.requests for stub in shipped.stubs.values())


def test_cookie_reaches_auth_only(shipped):
    headers = {"Cookie": f"cnop_at={shipped.token(role='admin')}; cnop_rt=r", "Sec-Fetch-Site": "same-origin",
               "Content-Type": "application/json", "X-User-ID": "1", "Proxy": "http://x"}
    for method, path, service, _ in ROUTES:
        params = shipped.ui(path, method, body=body_for(method), headers=headers).json
        assert ("HTTP_COOKIE" in params) == (service == "auth"), path
        assert "HTTP_X_USER_ID" not in params and "HTTP_PROXY" not in params and "HTTP_AUTHORIZATION" not in params
        assert params["CNOP_TOKEN_SOURCE"] == ("" if path == "/api/v1/auth/refresh" else "cookie"), path


def test_the_gateway_about_itself(shipped):
    assert shipped.get("/health").json == {"status": "healthy", "service": "gateway", "redis": True}
    assert shipped.get("/health").headers["X-RateLimit-Limit"] == "10000"
    assert shipped.get("/health/live").json == {"status": "live", "service": "gateway"}
    assert shipped.get("/health/ready").json == {"status": "ready", "service": "gateway"}
    version = shipped.get("/version").json
    assert version["name"] == "cnop" and version["api"] == "v1" and version["commit"] == "unknown"
    keys = shipped.get("/.well-known/jwks.json")
    assert keys.json["keys"][0]["kid"] == "k1" and keys.headers["Content-Type"] == "application/json"
    assert "max-age" in keys.headers["Cache-Control"]
    assert shipped.get("/api/v1/openapi.json").json == {"openapi": "3.1.0"}
    problem(shipped.get("/.well-known/es256-k1.pem"), 404, "SVC_001")
    problem(shipped.get("/.well-known/"), 404, "SVC_001")


def test_health_says_when_the_cache_is_down(shipped):
    up = shipped.get("/health")
    assert (up.status, up.json) == (200, {"status": "healthy", "service": "gateway", "redis": True})
    assert shipped.cache.asked == [b"get health\r\n"]
    problem(shipped.post("/health"), 405, "method_not_allowed")
    before, after = (int(shipped.get("/health").headers["X-RateLimit-Remaining"]) for _ in range(2))
    assert before - after <= 1, "counted once"
    shipped.expected.append("memcached.sock failed")
    shipped.cache.stop()
    down = shipped.get("/health")
    assert (down.status, down.json) == (200, {"status": "degraded", "service": "gateway", "redis": False})
    assert down.headers["X-RateLimit-Limit"] == "10000"


def test_not_ready_before_the_first_snapshot():
    with run_dir("cnop-gw-") as directory:
        instance = Shipped(directory).start(sync=False)
        problem(instance.get("/health/ready"), 503, "SVC_003")
        assert instance.get("/health").status == 200
        problem(instance.get("/api/v1/balance", token=instance.token()), 503, "SVC_003")
        instance.stop()
        for stub in instance.stubs.values():
            stub.stop()


def test_user_interface(shipped):
    page = shipped.ui("/")
    assert page.body == b"<!doctype html>start" and page.headers["Content-Type"] == "text/html"
    assert page.headers["Content-Security-Policy"] == "default-src 'self'"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Cache-Control"] == "no-cache"
    assert "Access-Control-Allow-Origin" not in page.headers
    deep = shipped.ui("/orders/o1234567890?from=list")
    assert deep.status == 200 and deep.body == b"<!doctype html>application"
    lost = shipped.ui("/no/such/page")
    assert lost.status == 404 and lost.body == b"<!doctype html>application"
    asset = shipped.ui("/assets/app-1.js")
    assert asset.body == b"1" and "immutable" in asset.headers["Cache-Control"]
    assert asset.headers["Content-Type"] == "text/javascript"
    assert shipped.ui("/assets/none.js").status == 404
    assert shipped.ui("/.well-known/security.txt").status == 404
    assert shipped.ui("/docs/").body == b"docs"
    assert shipped.ui("/docs").headers["Location"] == "/docs/"
    assert shipped.ui("/", "POST").status == 405
    assert shipped.ui("/health").json["service"] == "gateway"


def test_internal_listener(shipped):
    for name in SERVICES:
        for path in ("/metrics", "/health/live", "/health/ready"):
            response = shipped.internal(f"/internal/{name}{path}")
            assert response.headers["X-Service"] == name
            assert response.json["CNOP_PATH"] == path and response.json["CNOP_USER_ID"] == ""
    assert shipped.internal("/internal/auth/api/v1/orders").status == 404
    assert shipped.internal("/internal/other/metrics").status == 404
    assert b"gateway_requests_total" in shipped.internal("/metrics").body
    assert shipped.internal("/control/revocations").json["synced"] is True
    assert shipped.internal("/control/revocations", "POST", body=b"snapshot 9\n").status == 403
    assert "X-RateLimit-Limit" not in shipped.internal("/metrics").headers


def test_sixth_login_is_refused(shipped):
    shipped.stubs["auth"].answer = lambda request: Reply(401)
    assert [shipped.post("/api/v1/auth/login").status for _ in range(5)] == [401] * 5
    problem(shipped.post("/api/v1/auth/login"), 403, "AUTH_004")
    assert shipped.get("/api/v1/inventory/assets").status == 200


def test_body_limits(shipped):
    token = shipped.token()
    for path, limit in (("/auth/login", 8192), ("/orders", 16384), ("/orders/batch", 65536)):  # conf/routes
        problem(shipped.post(f"/api/v1{path}", b"x" * (limit + 1), token=token), 413, "body_too_large")
        fits = shipped.post(f"/api/v1{path}", b"x" * limit, token=token)
        assert fits.status == 200 and fits.json["CONTENT_LENGTH"] == str(limit)
    assert shipped.post("/api/v1/orders", None, token=token).json["CONTENT_LENGTH"] in ("", "0")


def test_a_service_that_is_down(shipped):
    shipped.stubs["user"].stop()
    shipped.expected.append("connect\\(\\) to unix:.*user.sock failed")
    response = shipped.get("/api/v1/balance", token=shipped.token())
    problem(response, 503, "SVC_003")
    assert response.headers["Access-Control-Allow-Origin"] == "*" and response.headers["Retry-After"] == "1"
    assert shipped.get("/api/v1/orders", token=shipped.token()).status == 200


@pytest.mark.parametrize("shipped", [["gateway.ip_rate=''", "gateway.user_rate=''"]], indirect=True)
def test_reload_under_load_loses_nothing(shipped):
    token = shipped.token()
    end = time.monotonic() + 3
    next_reload, served = 0.0, 0
    while time.monotonic() < end:
        if time.monotonic() > next_reload:
            shipped.process.tell(1)
            next_reload = time.monotonic() + 0.3
        assert shipped.get("/api/v1/balance", token=token).status == 200
        served += 1
    assert served > 100


def test_answers_are_packed_but_those_with_tokens(shipped):
    big = json.dumps({"assets": ["x" * 100] * 100}).encode()
    headers = {"Content-Type": "application/json", "ETag": '"abc"', "Cache-Control": "public, max-age=1"}
    for stub in shipped.stubs.values():
        stub.answer = lambda request: Reply(headers=headers, body=big)
    packed = {"Accept-Encoding": "gzip"}
    response = shipped.get("/api/v1/inventory/assets", headers=packed)
    assert response.headers["Content-Encoding"] == "gzip" and gzip.decompress(response.body) == big
    assert "Accept-Encoding" in ", ".join(response.headers.get_all("Vary"))
    assert response.headers["ETag"] == 'W/"abc"'  # the same content in other bytes
    plain = shipped.get("/api/v1/inventory/assets")
    assert "Content-Encoding" not in plain.headers and plain.body == big
    assert "Accept-Encoding" in ", ".join(plain.headers.get_all("Vary"))
    login = shipped.post("/api/v1/auth/login", headers=packed)
    assert "Content-Encoding" not in login.headers and login.body == big
    (shipped.dir / "ui/site/assets/app-1.js.gz").write_bytes(gzip.compress(b"1"))
    for headers in ({}, packed):
        assert shipped.ui("/assets/app-1.js", headers=headers).headers["Vary"] == "Accept-Encoding"


def test_a_tag_that_still_holds_is_answered_304(shipped):
    def answer(request):
        same = request.params.get("HTTP_IF_NONE_MATCH") == 'W/"abc"'
        return Reply(304 if same else 200, headers={"ETag": '"abc"', "Cache-Control": "public, max-age=1"},
                     body=b"" if same else b"{}")

    shipped.stubs["inventory"].answer = answer
    assert shipped.get("/api/v1/inventory/assets").status == 200
    response = shipped.get("/api/v1/inventory/assets", headers={"If-None-Match": 'W/"abc"', "Accept-Encoding": "gzip"})
    assert (response.status, response.body) == (304, b"")
    assert response.headers["ETag"] == '"abc"' and "Content-Length" not in response.headers


def test_the_control_socket_is_closed_to_others(shipped):
    path = shipped.dir / "run/gateway-control.sock"
    assert path.stat().st_mode & 0o777 == 0o660
    shipped.reload()
    assert path.stat().st_mode & 0o777 == 0o660


def test_the_log_names_the_method_that_was_sent(shipped):
    shipped.stubs["user"].stop()
    shipped.expected.append("connect\\(\\) to unix:.*user.sock failed")
    assert shipped.post("/api/v1/balance/deposit", token=shipped.token()).status == 503
    shipped.raw(b"TRACE /api/v1/balance HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    shipped.stop()
    rows = [json.loads(line) for line in (shipped.dir / "log/gateway-access.jsonl").read_text().splitlines()]
    # in the order in which the workers write them
    assert sorted((row["method"], row["status"]) for row in rows[-2:]) == [("POST", 503), ("TRACE", 405)]


def test_access_log_is_json(shipped):
    shipped.get("/api/v1/balance?secret=1", token=shipped.token(), headers={"User-Agent": 'a"\\\x7f'})
    shipped.stop()
    rows = [json.loads(line) for line in (shipped.dir / "log/gateway-access.jsonl").read_text().splitlines()]
    assert rows[-1]["path"] == "/api/v1/balance" and rows[-1]["user"] == "1001" and rows[-1]["status"] == 200
    assert rows[-1]["route"] == "/api/v1/balance" and rows[-1]["target"] == "user_service"
    assert "secret" not in json.dumps(rows)


@pytest.mark.parametrize("shipped", [["gateway.public_metrics=true", "gateway.ip_rate=3/m",
                                      'gateway.cors_origins=["https://a.example"]', "gateway.cors_credentials=true",
                                      'gateway.trusted_proxies=["127.0.0.1"]', "gateway.user_rate=''"]], indirect=True)
def test_settings(shipped):
    assert shipped.get("/metrics").status == 200
    response = shipped.get("/health", headers={"X-Forwarded-For": "10.0.0.1", "Origin": "https://a.example"})
    assert response.headers["X-RateLimit-Remaining"] == "2"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"


def make_certificate(directory):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", directory / "tls.key", "-out", directory / "tls.pem"],
                   check=True, capture_output=True)


def test_tls():
    with run_dir("cnop-gw-") as directory:
        make_certificate(directory)
        instance = Shipped(directory, f"gateway.tls_certificate={directory}/tls.pem",
                           f"gateway.tls_key={directory}/tls.key").start()
        out = subprocess.run(["curl", "-sik", "-H", f"Authorization: Bearer {instance.token()}",
                              f"https://127.0.0.1:{instance.port}/api/v1/balance"], capture_output=True, text=True,
                             check=True).stdout
        assert out.startswith("HTTP/2 200") and '"CNOP_HTTPS": "on"' in out, out
        assert "strict-transport-security: max-age=31536000" in out
        plain = instance.get("/health")
        problem(plain, 400, "bad_request")
        instance.stop()
        for stub in instance.stubs.values():
            stub.stop()
