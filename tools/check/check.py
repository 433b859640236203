#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Black-box checks against a running stack, refusals included, so that its logs and charts have something to show.

Each row is one request and the status it must get. Accounts are made for the occasion and play with play money.
"""
import argparse
import http.client
import json
import pathlib
import secrets
import socket
import sys
import urllib.parse

PASSWORD = "Amber-Lantern-58"


class Api:
    """A client with a token, and what is known of it: {name} in a path or body is filled in from there."""

    def __init__(self, base, values=None):
        self.base, self.token = urllib.parse.urlsplit(base), None
        self.values = values if values is not None else {}

    def call(self, method, path, body=None, headers=None):
        link = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=30)
        headers = {"User-Agent": "cnop-check", **(headers or {})}
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, str) else json.dumps(body)
        try:
            link.request(method, path, body, headers)
            answer = link.getresponse()
            text = answer.read().decode("utf-8", "replace")
        finally:
            link.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text


class Checks:
    def __init__(self, api):
        self.api, self.passed, self.failed = api, 0, 0

    def __call__(self, name, status, method, path, body=None, holds=None, **headers):
        """One line; the answer's body. `holds` looks at it."""
        path = path if path.startswith(("/health", "/version", "/internal", "/metrics", "/docs", "/.")) \
            or path == "/" else f"/api/v1{path}"
        try:
            got, answer = self.api.call(method, path, body, {key.replace("_", "-"): value
                                                             for key, value in headers.items()})
            good = got == status and (holds is None or bool(holds(answer)))
        except (OSError, KeyError, TypeError, IndexError, http.client.HTTPException) as error:
            got, answer, good = 0, f"{type(error).__name__}: {error}", False
        self.passed, self.failed = self.passed + good, self.failed + (not good)
        print(f"{'✔' if good else '✘'} {name:<42} {method:<6} {path[:48]:<48} {got}"
              + ("" if good else f", expected {status}: {str(answer)[:160]}"), flush=True)
        return answer

    def person(self, money="1000.00"):
        """A new account that is signed in and has money."""
        name = f"check_{secrets.token_hex(6)}"
        self("an account is opened", 201, "POST", "/auth/register", new_account(name))
        answer = self("and signed in", 200, "POST", "/auth/login", {"username": name, "password": PASSWORD})
        self.api.token = answer["access_token"] if isinstance(answer, dict) else None
        if money:
            self("and has money", 201, "POST", "/balance/deposit", {"amount": money})
        return name


def new_account(name, **changes):
    return {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "first_name": "Grace",
            "last_name": "Checker", **changes}


# ---- suites ----

def smoke(check, urls):
    check("the gateway is alive", 200, "GET", "/health", holds=lambda a: a["service"] == "gateway")
    check("and ready", 200, "GET", "/health/ready")
    check("says its version", 200, "GET", "/version")
    if urls["ui"]:
        pages = Checks(Api(urls["ui"]))
        pages("serves the pages", 200, "GET", "/", holds=lambda a: "<html" in a)
        pages("and describes its API", 200, "GET", "/docs/openapi.json", holds=lambda a: a["openapi"].startswith("3."))
        check.passed, check.failed = check.passed + pages.passed, check.failed + pages.failed
    check("publishes its keys", 200, "GET", "/.well-known/jwks.json", holds=lambda a: a["keys"])
    check("keeps metrics inside", 404, "GET", "/metrics")
    inside = Checks(Api(urls["internal"]))
    for name in ("auth", "user", "inventory", "order", "order-read", "insights", "ops"):
        inside(f"{name} is ready", 200, "GET", f"/internal/{name}/health/ready")
        inside(f"{name} counts", 200, "GET", f"/internal/{name}/metrics", holds=lambda a: "_requests_total" in a)
    check.passed, check.failed = check.passed + inside.passed, check.failed + inside.failed


def inventory(check, _):
    check("assets are listed", 200, "GET", "/inventory/assets", holds=lambda a: len(a["data"]) == 50)
    check("as many as asked for", 200, "GET", "/inventory/assets?limit=3", holds=lambda a: len(a["data"]) == 3)
    check("no assets asked for", 422, "GET", "/inventory/assets?limit=0")
    check("too many asked for", 422, "GET", "/inventory/assets?limit=251")
    check("a limit that is no number", 422, "GET", "/inventory/assets?limit=ten")
    check("neither true nor false", 422, "GET", "/inventory/assets?active_only=perhaps")
    check("one asset", 200, "GET", "/inventory/assets/BTC", holds=lambda a: a["data"]["price_usd"] > 0)
    check("in small letters", 200, "GET", "/inventory/assets/btc", holds=lambda a: a["data"]["asset_id"] == "BTC")
    check("an unknown asset", 404, "GET", "/inventory/assets/NOSUCH")
    check("no asset at all", 422, "GET", "/inventory/assets/B%7BT%7DC")
    check("its prices over time", 200, "GET", "/inventory/assets/BTC/candles?interval=1h&limit=3")
    check("an unknown interval", 422, "GET", "/inventory/assets/BTC/candles?interval=fortnight")
    check("a method that does not exist", 405, "DELETE", "/inventory/assets")


def auth(check, _):
    name = f"check_{secrets.token_hex(6)}"
    account = new_account(name)
    check("an account is opened", 201, "POST", "/auth/register", account)
    check("the same name again", 409, "POST", "/auth/register", account)
    for what, changes in {"a short password": {"password": "Short-1"}, "a common password": {"password": "password1234"},
                          "no mail address": {"email": "nobody"}, "a short name": {"username": "abc"},
                          "markup in a name": {"first_name": "<script>"}, "born tomorrow": {"date_of_birth": "2999-01-01"},
                          }.items():
        other = new_account(f"check_{secrets.token_hex(6)}", **changes)
        check(what, 422, "POST", "/auth/register", other, holds=lambda a: a["errors"])
    check("half of a JSON text", 400, "POST", "/auth/login", '{"username": ')
    check("the wrong password", 401, "POST", "/auth/login", {"username": name, "password": "Wrong-Lantern-58"})
    check("nobody is signed in", 401, "GET", "/auth/me")
    check("a token that is none", 401, "GET", "/auth/me", Authorization="Bearer nonsense")
    answer = check("signed in", 200, "POST", "/auth/login", {"username": name, "password": PASSWORD},
                   holds=lambda a: a["token_type"].lower() == "bearer")
    check.api.token = answer.get("access_token") if isinstance(answer, dict) else None
    check("who am I", 200, "GET", "/auth/me", holds=lambda a: a["username"] == name)
    check("where am I signed in", 200, "GET", "/auth/sessions")
    check("signed out", 200, "POST", "/auth/logout", {})
    check("the token is worth nothing now", 401, "GET", "/auth/me")


def user(check, _):
    check.person(money=None)
    check("the profile", 200, "GET", "/auth/profile", holds=lambda a: a["first_name"] == "Grace")
    check("is changed", 200, "PUT", "/auth/profile", {"phone": "5551234567"}, holds=lambda a: a["success"] is True)
    check("a phone of nine digits", 422, "PUT", "/auth/profile", {"phone": "123456789"})
    check("an empty balance", 200, "GET", "/balance", holds=lambda a: float(a["current_balance"]) == 0)
    check("money in", 201, "POST", "/balance/deposit", {"amount": "1000.00"})
    for what, amount in {"nothing": "0", "less than nothing": "-5", "a tenth of a cent": "1.001", "words": "ten",
                         "more than a million": "1000001", "more than the day's limit": "9500"}.items():
        check(f"{what} in", 422, "POST", "/balance/deposit", {"amount": amount})
    check("no amount", 422, "POST", "/balance/deposit", {})
    check("money out", 201, "POST", "/balance/withdraw", {"amount": "250.00"})
    check("more out than there is", 422, "POST", "/balance/withdraw", {"amount": "900.00"})
    check("what is left", 200, "GET", "/balance", holds=lambda a: float(a["current_balance"]) == 750)
    check("every movement", 200, "GET", "/balance/transactions", holds=lambda a: a["total_count"] == 2)
    check("what the limits leave", 200, "GET", "/balance/limits")
    check("the portfolio", 200, "GET", "/portfolio", holds=lambda a: a["assets"] == [])


def order(check, _):
    check.person()
    buy = {"order_type": "market_buy", "asset_id": "BTC", "quantity": "0.005"}
    check("what would it cost", 200, "POST", "/orders/preview", buy)
    key = secrets.token_hex(8)
    first = check("bought", 201, "POST", "/orders", buy, holds=lambda a: a["data"]["status"] == "completed",
                  Idempotency_Key=key)
    check("asked again: the same order", 201, "POST", "/orders", buy, Idempotency_Key=key,
          holds=lambda a: a["data"]["order_id"] == first["data"]["order_id"])
    for what, changes in {"nothing": {"quantity": "0"}, "too little": {"quantity": "0.0001"},
                          "more than one can pay": {"quantity": "0.1"}, "an unknown asset": {"asset_id": "NOSUCH"},
                          "an unknown kind": {"order_type": "market_gift"}, "nine decimals": {"quantity": "0.001000001"},
                          }.items():
        check(f"{what} bought", 422, "POST", "/orders", {**buy, **changes})
    check("sold", 201, "POST", "/orders", {**buy, "order_type": "market_sell", "quantity": "0.002"})
    check("sold what one does not own", 422, "POST", "/orders", {**buy, "order_type": "market_sell", "quantity": "0.5"})
    check("the list of orders", 200, "GET", "/orders", holds=lambda a: len(a["data"]) == 2)
    check("too many of them", 422, "GET", "/orders?limit=101")
    check("one order", 200, "GET", f"/orders/{(first or {}).get('data', {}).get('order_id')}")
    check("somebody else's order", 404, "GET", "/orders/o00000000000000000000000")
    check("no order at all", 422, "GET", "/orders/no%20order")
    check("trades of an asset", 200, "GET", "/assets/BTC/transactions", holds=lambda a: len(a["data"]) == 2)
    check("the ledger's proof", 200, "GET", "/ledger/proof", holds=lambda a: a["data"]["balanced"] is True)


def insights(check, _):
    check("insights of nobody", 401, "GET", "/insights/portfolio")
    check.person()
    check("insights", 200, "GET", "/insights/portfolio", holds=lambda a: a["data"]["summary"])


def incident(check, urls):
    """Guesses a password until the address is blocked, looks at the guard, and unblocks it."""
    name = f"check_{secrets.token_hex(6)}"
    check("an account is opened", 201, "POST", "/auth/register", new_account(name))
    guess = {"username": name, "password": "Wrong-Lantern-58"}
    statuses = [check.api.call("POST", "/api/v1/auth/login", guess)[0] for _ in range(12)]
    blocked = 403 in statuses or 429 in statuses
    check.passed, check.failed = check.passed + blocked, check.failed + (not blocked)
    print(f"{'✔' if blocked else '✘'} guessing is stopped: {statuses}")
    control_post(urls["control"], "/control/guard", "unblock 127.0.0.1\n")
    print("  the address is unblocked again")


def control_post(socket_path, path, line):
    """One command to the gateway's control socket, which only its user and root may open."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(5)
        link.connect(socket_path)
        link.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                     f"Content-Length: {len(line)}\r\n\r\n{line}".encode())
        answer = link.recv(4096)
    if b" 200 " not in answer.split(b"\r\n")[0]:
        raise SystemExit(f"the gateway refused '{line.strip()}': {answer[:100]!r}")


SUITES = {function.__name__: function for function in (smoke, inventory, auth, user, order, insights, incident)}
OUTSIDE_ALL = {"incident"}  # blocks this very address for a moment


def main():
    parser = argparse.ArgumentParser(prog="./deploy.sh check", description=__doc__)
    parser.add_argument("suite", nargs="*", help=f"{', '.join(SUITES)}, or all (all but {', '.join(OUTSIDE_ALL)})")
    parser.add_argument("--api", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--ui", default="", help=argparse.SUPPRESS)
    parser.add_argument("--internal", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--var", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    args = parser.parse_args()
    names = args.suite or ["all"]
    unknown = set(names) - SUITES.keys() - {"all"}
    if unknown:
        print(f"error: unknown check: {', '.join(sorted(unknown))}\n  try: {', '.join(SUITES)}, all", file=sys.stderr)
        return 2
    if "all" in names:
        names = [name for name in SUITES if name not in OUTSIDE_ALL]
    urls = {"internal": args.internal, "ui": args.ui, "control": str(args.var / "run/gateway-control.sock")}
    passed = failed = 0
    for name in names:
        print(f"-- {name}")
        check = Checks(Api(args.api))
        SUITES[name](check, urls)
        passed, failed = passed + check.passed, failed + check.failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
