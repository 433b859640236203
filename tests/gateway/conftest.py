# SPDX-License-Identifier: MIT
"""Real nginx with the module, one private run directory a test, and a stub worker.

A test writes its own configuration: `gateway(http="...", server="...")`. At the end the error log
must hold no [alert], [emerg] or [crit] that the test did not announce.
"""

import functools
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import tokens  # noqa: E402
from support.fcgi_stub import Stub  # noqa: E402
from support.harness import BUILD, SOURCE, Process, free_port, installed, run_dir, wait_until  # noqa: E402

FRAME = """
load_module {module};
{main}
worker_processes {workers};
daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log info;
events {{ worker_connections 1024; }}
http {{
    {log}
    client_body_temp_path {dir}/t1; fastcgi_temp_path {dir}/t2; proxy_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    cnop on;
    cnop_keys jwks={dir}/jwks.json{keys};
    cnop_zone metrics 1m;
    upstream worker {{ server unix:{dir}/worker.sock max_fails=0; keepalive 32; }}
    fastcgi_next_upstream error;
    {http}
    server {{
        listen 127.0.0.1:{port};
        error_page 400 401 403 404 405 408 411 412 413 414 415 416 429 500 501 504 505 /__problem;
        error_page 502 503 =503 /__problem;
        error_page 494 =431 /__problem;
        location = /__problem {{ internal; client_max_body_size 0; cnop_problem; }}
        location = /metrics {{ cnop_jwt off; cnop_limit off; cnop_route off; cnop_metrics; }}
        {server}
    }}
    server {{
        listen unix:{dir}/control.sock;
        location /control/ {{ cnop_jwt off; cnop_limit off; cnop_control write; }}
    }}
}}
"""


MODULE = BUILD / "ngx_http_cnop_module.so"


@functools.lru_cache(None)
def sanitizers():
    """What nginx, which has none, must load first for a module that was built with sanitizers."""
    needed = subprocess.run(["ldd", MODULE], capture_output=True, text=True, check=False).stdout
    libraries = [name for name in ("libasan.so", "libubsan.so") if name in needed]
    paths = [subprocess.run(["gcc", f"-print-file-name={name}"], capture_output=True, text=True,
                            check=True).stdout.strip() for name in libraries]
    return {"LD_PRELOAD": ":".join(paths), "ASAN_OPTIONS": "detect_leaks=0",
            "UBSAN_OPTIONS": "print_stacktrace=1"} if paths else {}


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {dict(self.headers)} {self.body[:300]!r}>"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self.path)


class Gateway:
    def __init__(self, directory):
        self.dir = directory
        self.port = free_port()
        self.key = tokens.Key()
        self.expected = []  # patterns of log lines of level crit and above that may appear
        self.process = None
        self.options = {"http": "", "server": "", "main": "", "keys": "", "workers": 2}
        self.write_jwks(self.key)

    # ---- life ----

    def write_jwks(self, *keys, text=None):
        path = self.dir / "jwks.json"
        fresh = self.dir / "jwks.json.new"
        fresh.write_text(text if text is not None else tokens.jwks(*keys))
        fresh.chmod(0o644)
        fresh.rename(path)

    def configure(self, **options):
        self.options.update(options)
        values = {name: text.replace("@DIR@", str(self.dir)) if isinstance(text, str) else text
                  for name, text in self.options.items()}
        include = SOURCE / "conf/nginx/cnop_params.conf"
        for name in ("http", "server"):
            values[name] = values[name].replace("@PARAMS@", f'include "{include}";')
        values["log"] = "" if "access_log" in values["http"] else "access_log off;"
        if os.getuid() == 0:
            values["main"] += "\nuser root;"
        if not MODULE.exists():
            pytest.skip("the module is not built")
        (self.dir / "nginx.conf").write_text(
            FRAME.format(dir=self.dir, port=self.port, module=MODULE, **values))

    def command(self, *more):
        return [installed("nginx"), "-p", str(self.dir), "-c", str(self.dir / "nginx.conf"),
                "-e", str(self.dir / "error.log"), *more]

    def start(self, **options):
        self.configure(**options)
        self.process = Process(self.command(), self.dir / "nginx.out", env={**os.environ, **sanitizers()})
        wait_until(self.accepts, what=f"nginx to listen: {self.process.output()}")
        return self

    def accepts(self):
        assert self.process.running(), self.process.output() + self.errors()
        with socket.socket() as tcp, socket.socket(socket.AF_UNIX) as control:
            return (tcp.connect_ex(("127.0.0.1", self.port)) == 0
                    and control.connect_ex(str(self.dir / "control.sock")) == 0)

    def test(self, **options):
        """Exit status and messages of nginx -t with this configuration."""
        self.configure(**options)
        done = subprocess.run(self.command("-t"), capture_output=True, text=True, timeout=20,
                              env={**os.environ, **sanitizers()})
        return done.returncode, done.stderr + self.errors()

    def reload(self):
        """Returns when only workers of the new configuration are left."""
        before = set(self.workers())
        self.process.tell(1)
        wait_until(lambda: self.workers() and not before & set(self.workers()),
                   what="new workers")

    def workers(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as file:
            return [int(pid) for pid in file.read().split()]

    def stop(self):
        if self.process is not None:
            assert self.process.stop(number=3) in (0, -3), self.errors()[-2000:]
            self.process = None

    def errors(self):
        path = self.dir / "error.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def bad_lines(self):
        return [line for line in self.errors().splitlines()
                if re.search(r"\[(alert|emerg|crit)\]", line)
                and not any(re.search(pattern, line) for pattern in self.expected)]

    # ---- requests ----

    def request(self, method, path, body=None, headers=None, token=None, source=None):
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        address = (source, 0) if source else None
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20,
                                                source_address=address)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.request("GET", path, **options)

    def post(self, path, body=b"{}", **options):
        return self.request("POST", path, body=body, **options)

    def raw(self, data, timeout=5.0):
        """Everything the gateway sends back on a connection that it closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=timeout) as connection:
            connection.sendall(data)
            parts = []
            try:
                while part := connection.recv(65536):
                    parts.append(part)
            except (TimeoutError, ConnectionResetError):
                pass
        return b"".join(parts)

    def control(self, method, path, body=None):
        connection = UnixConnection(str(self.dir / "control.sock"))
        try:
            connection.request(method, path, body=body)
            answer = connection.getresponse()
            return Response(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def metric(self, series):
        """A value that stands still: requests are counted after their responses have left."""
        value = None
        while value != (value := self.metric_now(series)):
            time.sleep(0.03)
        return value

    def metric_now(self, series):
        for line in self.get("/metrics").body.decode().splitlines():
            name, _, value = line.rpartition(" ")
            if name == series:
                return float(value)
        return 0.0

    def token(self, **claims):
        return self.key.token(**claims)


@pytest.fixture
def gateway():
    with run_dir("cnop-gw-") as directory:
        instance = Gateway(directory)
        yield instance
        instance.stop()
        assert instance.bad_lines() == []


@pytest.fixture
def worker(gateway):
    with Stub(gateway.dir / "worker.sock") as stub:
        yield stub


def problem(response, status, code):
    """The response is a complete problem body."""
    assert response.status == status, response
    assert response.headers["Content-Type"] == "application/problem+json", response
    body = response.json
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["type"] == f"/docs/errors#{code}"
    assert body["message"] == body["detail"]
    assert body["trace_id"] == response.headers["X-Request-ID"]
    assert {"title", "instance", "timestamp", "error"} <= set(body)
    return body
