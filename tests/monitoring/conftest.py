# SPDX-License-Identifier: MIT
"""Monitoring beside the stack under CNOP_VAR: deployed once for all tests of this folder, removed at the end."""
import base64
import http.server
import json
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VAR = pathlib.Path(os.environ.get("CNOP_VAR", "/nonexistent"))
BASE_URL = os.environ.get("CNOP_BASE_URL", "")


def deploy(*words, timeout=300):
    return subprocess.run([ROOT / "deploy.sh", *words], env={**os.environ, "NO_COLOR": "1"},
                          capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=timeout, check=False)


def free_ports(count):
    """The first of so many free ports in a row, below those that outgoing connections get."""
    for first in range(22000, 31000, 7):
        try:
            for port in range(first, first + count):
                socket.create_server(("127.0.0.1", port)).close()
            return first
        except OSError:
            continue
    raise AssertionError("no free ports")


def eventually(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.3)


class Hook(http.server.BaseHTTPRequestHandler):
    alerts = []

    def do_POST(self):
        Hook.alerts += json.loads(self.rfile.read(int(self.headers["Content-Length"])))["alerts"]
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def hook():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/alerts"
    server.shutdown()


class Monitoring:
    def __init__(self, hook):
        first = free_ports(6)
        self.prometheus, self.alertmanager = (f"http://127.0.0.1:{port}" for port in (first, first + 1))
        self.exporters = [first + 2, first + 3, first + 4]
        self.options = ["--prometheus-port", str(first), "--alertmanager-port", str(first + 1), "--exporter-port",
                        str(first + 2), "--scrape-interval", "2s", "--retention", "2d", "--webhook-url", hook]
        self.first = deploy("monitoring", "deploy", *self.options)
        assert self.first.returncode == 0, self.first
        self.password = (VAR / "keys/monitoring.pw").read_text()

    def get(self, url, password=None, data=None):
        login = base64.b64encode(f"operator:{password or self.password}".encode()).decode()
        request = urllib.request.Request(url, data and json.dumps(data).encode(), {
            "Authorization": f"Basic {login}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def query(self, expression):
        answer = json.loads(self.get(f"{self.prometheus}/api/v1/query?" + urllib.parse.urlencode({"query": expression})))
        assert answer["status"] == "success", answer
        return answer["data"]["result"]


def traffic():
    """A few answers of every kind, so that there is something to see."""
    for path in ["/api/v1/inventory/assets?limit=1", "/api/v1/inventory/assets?limit=999", "/api/v1/balance",
                 "/api/v1/orders", "/api/v1/insights/portfolio", "/nosuch"]:
        try:
            urllib.request.urlopen(BASE_URL + path, timeout=10).close()
        except urllib.error.HTTPError:
            continue
    subprocess.run([ROOT / "tools/deploy/smoke.sh", BASE_URL, VAR / "keys/smoke.pw"], capture_output=True, check=True)


@pytest.fixture(scope="session")
def monitoring(hook):
    made = Monitoring(hook)
    traffic()
    yield made
    deploy("monitoring", "destroy", "--yes")
