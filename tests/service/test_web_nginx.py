# SPDX-License-Identifier: MIT
"""The runtime behind a stock nginx with kept connections: no hang, no loss over restarts."""

import signal
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import harness  # noqa: E402
from test_web_runtime import MODES, program  # noqa: E402

CONF = """
daemon off;
worker_processes 2;
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 512; }}
http {{
    access_log off;
    client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    upstream worker {{ server unix:{socket} max_fails=0; keepalive 16; }}
    server {{
        listen unix:{dir}/http.sock;
        location / {{
            fastcgi_pass worker;
            fastcgi_keep_conn on;
            fastcgi_param REQUEST_METHOD $request_method;
            fastcgi_param CNOP_PATH $uri;
            fastcgi_param QUERY_STRING $query_string;
            fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length;
            fastcgi_param CNOP_REQUEST_ID $request_id;
            fastcgi_read_timeout 10s;
        }}
    }}
}}
"""


@pytest.fixture(params=MODES)
def stack(request):
    with harness.run_dir() as directory:
        with harness.worker(program(directory, request.param), directory, threads=4,
                            processes=1 if request.param == "loop" else 2) as worker:
            (directory / "nginx.conf").write_text(CONF.format(dir=directory, socket=worker.socket))
            if harness.os.geteuid() == 0:
                (directory / "nginx.conf").write_text("user root;\n" + (directory / "nginx.conf").read_text())
            nginx = harness.Process([harness.installed("nginx"), "-p", directory, "-c", directory / "nginx.conf", "-e",
                                     directory / "error.log"], directory / "nginx.log")
            try:
                harness.wait_until(lambda: harness.answers(directory / "http.sock"), what="nginx")
                worker.front = directory / "http.sock"
                yield worker
            finally:
                nginx.stop(number=signal.SIGQUIT)


def curl(front, path, *options):
    done = subprocess.run(["curl", "-sS", "-m", "10", "--unix-socket", str(front), "-o", "/dev/null", "-w", "%{http_code}",
                           *options, "http://localhost" + path], capture_output=True, text=True)
    return done.stdout


class Poster(threading.Thread):
    """POSTs through nginx, one after another; POST is never repeated by nginx."""

    def __init__(self, front):
        super().__init__()
        self.front, self.statuses, self.end = front, [], threading.Event()

    def run(self):
        import http.client
        import socket

        class Connection(http.client.HTTPConnection):
            def connect(inner):
                inner.sock = socket.socket(socket.AF_UNIX)
                inner.sock.settimeout(15)
                inner.sock.connect(str(self.front))

        connection = Connection("localhost")
        while not self.end.is_set():
            connection.request("POST", "/api/v1/echo", body=b"x" * 200)
            answer = connection.getresponse()
            answer.read()
            self.statuses.append(answer.status)
        connection.close()


def test_more_slow_requests_than_threads(stack):
    """Eight waits of 300 ms over four threads: the naive design answers half of them with 504."""
    codes = []
    callers = [threading.Thread(target=lambda: codes.append(curl(stack.front, "/api/v1/wait?ms=300"))) for _ in range(8)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert codes == ["200"] * 8


def test_body_over_the_limit_is_413_not_502(stack):
    assert curl(stack.front, "/api/v1/echo", "--data-binary", "x" * 100_000) == "413"
    assert curl(stack.front, "/api/v1/echo", "--data-binary", "x" * 100) == "200"


def test_restarts_lose_no_post(stack):
    posters = [Poster(stack.front) for _ in range(8)]
    for poster in posters:
        poster.start()
    for _ in range(4):
        old = set(stack.children())
        time.sleep(0.4)
        stack.tell(signal.SIGHUP)
        harness.wait_until(lambda: stack.children() and not old & set(stack.children()), 20, "new workers")
    for poster in posters:
        poster.end.set()
        poster.join()
    statuses = [status for poster in posters for status in poster.statuses]
    assert set(statuses) == {200}
    assert len(statuses) > 200
