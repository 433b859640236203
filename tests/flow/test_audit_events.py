# SPDX-License-Identifier: MIT
"""What a request leaves in the audit trail of a deployed stack, gateway and services together: one line an
event, in the table within seconds, and a chain that verifies."""
import json
import pathlib
import secrets
import subprocess
import time

import pytest
from support import admin, api
from support.attack import Attacker

VAR = admin.state_folder()
ROOT = pathlib.Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(VAR is None, reason="CNOP_VAR is not set")


def trail(*words):
    return subprocess.run([ROOT / "tools/cnop-trail", "--var", VAR, *words], capture_output=True, text=True,
                          timeout=60, check=False)


def events(request_id):
    done = trail("list", "--request-id", request_id)
    assert done.returncode == 0, done
    return [json.loads(line) for line in done.stdout.splitlines()]


def taken_up():
    """A last event, which is in the trail only after all before it."""
    mark = f"mark-{secrets.token_hex(8)}"
    answer = api.Client().get("/balance", headers={"Authorization": "Bearer junk", "X-Request-ID": mark})
    assert answer.status == 401
    end = time.monotonic() + 20
    while not events(mark):
        assert time.monotonic() < end, "the trail is not brought up to date"
        time.sleep(0.2)
    time.sleep(1.2)  # one more look at both files


class Story:
    """Requests of one customer, each with the events that it must leave, and no other."""

    def __init__(self):
        self.address, self.wanted = api.loopback_address(), []

    def send(self, method, path, body, status, *expected, token=None):
        client = Attacker(api.BASE_URL, self.address)
        try:
            answer = client.send(method, f"/api/v1{path}", json.dumps(body).encode(), token, [])
        finally:
            client.close()
        assert answer.status == status, answer
        self.wanted.append((answer.headers["x-request-id"], list(expected)))
        return answer.json


def test_a_customers_day_line_by_line():
    name, new = api.unique_username(), "Amber-Lantern-88"
    story = Story()
    story.send("POST", "/auth/register", {"username": name, "email": f"{name}@example.com", "password": api.PASSWORD,
                                          "first_name": "Ada", "last_name": "Byron"}, 201,
               ("user_registration_success", name))
    story.send("POST", "/auth/login", {"username": name, "password": "Wrong-Guess-11"}, 401, ("auth_failed", name))
    tokens = story.send("POST", "/auth/login", {"username": name, "password": api.PASSWORD}, 200, ("auth_success", name))
    token = tokens["access_token"]
    user = api.Client().get("/auth/me", headers={"Authorization": f"Bearer {token}"}).json["user_id"]
    story.send("POST", "/balance/deposit", {"amount": "100.00"}, 201, ("deposit_success", str(user)), token=token)
    story.send("POST", "/balance/withdraw", {"amount": "500.00"}, 422, ("withdraw_failed", str(user)), token=token)
    fresh = story.send("POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]}, 200, ("token_refreshed", str(user)))
    token = fresh["access_token"]
    story.send("POST", "/orders", {"order_type": "market_buy", "asset_id": "BTC", "amount": "10.00"}, 201, token=token)
    story.send("POST", "/auth/password", {"current_password": api.PASSWORD, "new_password": new}, 200,
               ("password_changed", str(user)), ("session_revoked", str(user)), token=token)
    token = story.send("POST", "/auth/login", {"username": name, "password": new}, 200, ("auth_success", name))["access_token"]
    story.send("POST", "/auth/logout", {}, 200, ("logout", str(user)), token=token)
    story.send("POST", "/auth/logout", {}, 401, ("token_rejected", ""), token=token)
    taken_up()
    for request_id, expected in story.wanted:
        found = events(request_id)
        assert [(line["action"], line["user"]) for line in found] == expected
        for line in found:
            assert line["extra"]["ip"] == story.address and line["request_id"] == request_id
            assert line["extra"]["outcome"] == ("failure" if line["level"] == "WARN" or "failed" in line["action"] else "success")


def test_a_block_is_one_line_and_each_refusal_another():
    story, name = Story(), api.unique_username()
    api.Client().register(name)
    for number in range(5):
        expected = [("auth_failed", name)] + ([("ip_blocked", "gateway")] if number == 4 else [])
        story.send("POST", "/auth/login", {"username": name, "password": "Wrong-Guess-11"}, 401, *expected)
    story.send("POST", "/auth/login", {"username": name, "password": api.PASSWORD}, 403, ("access_denied", ""))
    taken_up()
    for request_id, expected in story.wanted:
        assert sorted((line["action"], line["user"]) for line in events(request_id)) == sorted(expected)


def test_the_trail_verifies():
    taken_up()
    done = trail("verify")
    assert done.returncode == 0 and done.stdout.startswith("ok: "), done
