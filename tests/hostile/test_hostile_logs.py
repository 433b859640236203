# SPDX-License-Identifier: MIT
"""What strangers send must not forge a line of a log, and no secret may end in one. Reads the log
folder of the stack under test: CNOP_VAR names its state folder."""
import json
import os
import pathlib
import subprocess
import time

import pytest
from support.attack import raw
from support.openapi_check import unique
from world import PASSWORD

LOGS = pathlib.Path(os.environ.get("CNOP_VAR", "/nonexistent")) / "log"
pytestmark = pytest.mark.skipif(not os.access(LOGS, os.R_OK), reason="CNOP_VAR names no readable stack")


def json_logs():
    return sorted(LOGS.glob("*.jsonl"))


def service_logs():
    return [LOGS / name / "current" for name in ("auth", "user", "inventory", "order", "order-read", "insights", "ops")]


def lines(path):
    return path.read_bytes().splitlines()


def lines_with(marker, seconds=5):
    """Lines of all logs that hold the marker; waits a little for the writers."""
    end = time.monotonic() + seconds
    while True:
        found = [line for path in json_logs() + service_logs() if path.exists() for line in lines(path)
                 if marker.encode() in line]
        if found or time.monotonic() > end:
            return found
        time.sleep(0.1)


FORGED = '{"level":"INFO","service":"audit","action":"user_login_success","user":"root"}'


def test_a_client_cannot_write_lines(base_url):
    marker = unique("inject")
    hostile = f'{marker}", "action":"forged" }}\\r\\n{FORGED}\\x1b[2J\xff\xfe'.encode("latin-1")
    encoded = f"{marker}%0d%0a%22%7d%0a{FORGED.replace(chr(34), '%22').replace('{', '%7b').replace('}', '%7d')}%1b%5b2J%ff".encode()
    for data in (b"GET /api/v1/" + encoded + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                 b"GET /api/v1/orders/" + encoded + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                 b"GET /api/v1/inventory/assets/" + encoded + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                 b"GET /health HTTP/1.1\r\nHost: x\r\nUser-Agent: " + hostile + b"\r\nReferer: " + hostile + b"\r\nConnection: close\r\n\r\n",
                 b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-ID: " + hostile + b"\r\ntraceparent: " + hostile + b"\r\nConnection: close\r\n\r\n"):
        raw(base_url, data)
    body = json.dumps({"username": f"{marker}\r\n{FORGED}", "password": PASSWORD}).encode()
    raw(base_url, b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body, source="127.0.0.88")
    found = lines_with(marker)
    assert found, "nothing was logged"
    for line in found:
        entry = json.loads(line)
        assert entry.get("action") not in ("forged", "user_login_success"), line
        assert b"\x1b" not in line
    for path in json_logs():
        for line in lines(path):
            assert line != FORGED.encode()


def test_every_line_is_json(attacker):
    attacker.send("GET", "/health")
    counted = 0
    for path in json_logs():
        for line in lines(path):
            entry = json.loads(line)
            assert isinstance(entry, dict)
            counted += 1
    for path in service_logs():
        for line in lines(path) if path.exists() else ():
            # what is not JSON is a start-up message for the operator, which names the program
            if not line.startswith(b"cnop-") and not line.startswith(b"./run:"):
                json.loads(line)
                counted += 1
    assert counted > 10


def test_no_secret_is_logged(world, attacker):
    account = world.account("10.00")
    secret = unique("Canary-Password-")
    attacker.send("POST", "/api/v1/auth/login", json.dumps({"username": account.username, "password": secret}).encode())
    attacker.send("GET", f"/api/v1/balance?access_token={account.token}")
    attacker.send("GET", "/api/v1/balance", token=account.token + "x")
    attacker.send("POST", "/api/v1/auth/refresh", json.dumps({"refresh_token": account.refresh_token + "x"}).encode())
    attacker.send("POST", "/api/v1/balance/deposit", b'{"amount":"1.00"', account.token)
    time.sleep(0.5)
    text = b"".join(path.read_bytes() for path in LOGS.rglob("*") if path.is_file())
    assert account.username.encode() in text or account.user_id.encode() in text
    for name, value in {"password": PASSWORD, "wrong password": secret, "access token": account.token.split(".")[2],
                        "refresh token": account.refresh_token}.items():
        assert value.encode() not in text, f"the {name} is in a log"


def test_no_secret_is_an_argument_or_in_the_environment():
    keys = LOGS.parent / "keys"
    secrets = [path.read_bytes().strip() for path in keys.glob("db-*.pw")] if os.access(keys, os.R_OK | os.X_OK) else []
    if not secrets:
        pytest.skip("the keys folder is not readable")
    shown = subprocess.run(["ps", "-eo", "args"], capture_output=True).stdout
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            shown += path.read_bytes()
        except OSError:
            pass
    assert not [secret for secret in secrets if secret in shown]


def test_state_is_closed_to_other_users():
    """Keys, data, sockets and logs; only root can look from outside, so only the modes are read."""
    for name in ("keys", "data", "run", "log"):
        assert (LOGS.parent / name).stat().st_mode & 0o007 == 0, name
