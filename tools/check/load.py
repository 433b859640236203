#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Four load scenarios against the running stack, with a Markdown report each.

They show behaviour, not the machine's limits (that is ./deploy.sh bench): bounded rates, a few seconds each.
"""
import argparse
import collections
import concurrent.futures
import http.client
import json
import pathlib
import secrets
import subprocess
import sys
import threading
import time
import urllib.parse

from check import PASSWORD, control_post, new_account

Answer = collections.namedtuple("Answer", "name status seconds headers")


class Customer:
    """One account on one kept connection."""

    def __init__(self, base, money="9000.00"):
        self.base, self.link, self.token = urllib.parse.urlsplit(base), None, None
        name = f"load_{secrets.token_hex(6)}"
        self.must(201, "POST", "/auth/register", new_account(name))
        self.token = self.must(200, "POST", "/auth/login", {"username": name, "password": PASSWORD})["access_token"]
        self.must(201, "POST", "/balance/deposit", {"amount": money})

    def call(self, name, method, path, body=None, **headers):
        began = time.monotonic()
        headers = {"Content-Type": "application/json", "User-Agent": "cnop-load", **headers}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if self.link is None:
            self.link = http.client.HTTPConnection(self.base.hostname, self.base.port, timeout=30)
        try:
            self.link.request(method, f"/api/v1{path}", None if body is None else json.dumps(body), headers)
            answer = self.link.getresponse()
            self.body = answer.read()
            return Answer(name, answer.status, time.monotonic() - began, dict(answer.getheaders()))
        except (OSError, http.client.HTTPException):
            self.link = None
            return Answer(name, 0, time.monotonic() - began, {})

    def must(self, status, *request):
        answer = self.call("", *request)
        if answer.status != status:
            raise SystemExit(f"load: {request[0]} {request[1]} answered {answer.status}: {self.body[:300]!r}")
        return json.loads(self.body)


def at_rate(customers, per_second, seconds, job):
    """Calls job(customer, number) so often, whatever the answers take; a customer has one request at a time."""
    answers, lock = [], threading.Lock()

    def run(number):
        began = start + number / per_second
        time.sleep(max(0, began - time.monotonic()))
        customer = customers[number % len(customers)]
        with customer.busy:
            answer = job(customer, number)
        with lock:
            answers.append(answer)

    for customer in customers:
        customer.busy = threading.Lock()
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(len(customers)) as pool:
        list(pool.map(run, range(int(per_second * seconds))))
    return answers


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def table(answers):
    rows = ["| request | answers | p50 ms | p95 ms | p99 ms | statuses |", "|---|---|---|---|---|---|"]
    groups = collections.defaultdict(list)
    for answer in answers:
        groups[answer.name].append(answer)
    for name, group in sorted(groups.items()):
        times = [answer.seconds * 1000 for answer in group]
        statuses = collections.Counter(answer.status for answer in group)
        rows.append(f"| {name} | {len(group)} | " + " | ".join(f"{quantile(times, q):.1f}" for q in (0.5, 0.95, 0.99))
                    + f" | {', '.join(f'{status}: {count}' for status, count in sorted(statuses.items()))} |")
    return rows


def order(**size):
    return {"order_type": "market_buy", "asset_id": "XRP", **size}


# ---- scenarios: each returns (lines of the report, [(claim, holds)]) ----

def latency(args):
    """A mix of reads and orders at a fixed rate; how long each takes."""
    customers = [Customer(args.api) for _ in range(8)]
    steps = [("list assets", "GET", "/inventory/assets?limit=20", None), ("order", "POST", "/orders", order(amount="2.00")),
             ("portfolio", "GET", "/portfolio", None), ("balance", "GET", "/balance", None),
             ("list orders", "GET", "/orders?limit=20", None)]
    answers = at_rate(customers, args.rate or 50, args.seconds,
                      lambda customer, number: customer.call(*steps[number % len(steps)]))
    good = sum(answer.status in (200, 201) for answer in answers)
    return table(answers), [("every request is answered well", good == len(answers))]


def rate_limit(args):
    """More requests than the limit of one address allows: refusals say when to come again, and nothing else fails."""
    customer = Customer(args.api)
    answer = customer.call("probe", "GET", "/balance")
    limit = int(answer.headers.get("X-RateLimit-Limit", 0))
    count = min(limit + 200, 30000)
    script = pathlib.Path(args.var) / "tmp/load.lua"
    script.write_text(
        f'wrk.headers["Authorization"] = "Bearer {customer.token}"\n'
        "function setup(thread) threads = threads or {}; table.insert(threads, thread) end\n"
        "function init() ok, limited, other = 0, 0, 0 end\n"
        "function response(status) if status == 200 then ok = ok + 1 elseif status == 429 then limited = limited + 1"
        " else other = other + 1 end end\n"
        'function done() local a, b, c = 0, 0, 0 for _, t in ipairs(threads) do a = a + t:get("ok")'
        ' b = b + t:get("limited") c = c + t:get("other") end print("counted", a, b, c) end\n', encoding="utf-8")
    script.chmod(0o644)
    try:
        run = subprocess.run(["wrk", "-t1", "-c8", f"-d{args.seconds}s", "-s", script, f"{args.api}/api/v1/balance"],
                             capture_output=True, text=True, check=True)
    finally:
        script.unlink()
    good, refused, other = (int(value) for value in run.stdout.split("counted")[1].split()[:3])
    after = customer.call("after", "GET", "/balance")
    rows = [f"Limit of one address: {limit} a minute. Sent within {args.seconds} s: {good + refused + other}.", "",
            "| answer | count |", "|---|---|", f"| 200 | {good} |", f"| 429 | {refused} |", f"| other | {other} |"]
    if good + refused + other <= limit:
        return rows + ["", f"This machine did not reach the limit ({count} needed)."], [("nothing else fails", other == 0)]
    claims = [("requests beyond the limit get 429", refused > 0), ("nothing else fails", other == 0)]
    if after.status == 429:
        claims.append(("a refusal says when to come again", "Retry-After" in after.headers))
    return rows, claims


def contention(args):
    """Twenty connections of one customer buy at once with money for some: never too much is spent."""
    owner = Customer(args.api, "100.00")
    others = []
    for _ in range(20):
        other = Customer.__new__(Customer)
        other.base, other.link, other.token = owner.base, None, owner.token
        others.append(other)
    price = next(item["price_usd"] for item in owner.must(200, "GET", "/inventory/assets?limit=250")["data"]
                 if item["asset_id"] == "XRP")
    quantity = f"{9.0 / price:.4f}"
    answers = at_rate(others, args.rate or 100, min(args.seconds, 5),
                      lambda customer, _: customer.call("order", "POST", "/orders", order(quantity=quantity)))
    balance = float(owner.must(200, "GET", "/balance")["current_balance"])
    bought = sum(answer.status == 201 for answer in answers)
    return table(answers) + ["", f"Each order costs about $9; {bought} of {len(answers)} were executed, ${balance:.2f} is left."], [
        ("the balance never goes below zero", balance >= 0),
        ("what the money reaches for is bought", 9 <= bought <= 12),
        ("everybody else is told, nobody gets a server error", {answer.status for answer in answers} <= {201, 422})]


def breaker(args):
    """A breaker is opened by hand: its service is refused at once, the others answer; closed, it answers again."""
    customer = Customer(args.api)
    socket = f"{args.var}/run/gateway-control.sock"
    control_post(socket, "/control/breakers", "open insights_service\n")
    try:
        during = [customer.call("insights, open", "GET", "/insights/portfolio") for _ in range(20)]
        others = [customer.call("balance, meanwhile", "GET", "/balance") for _ in range(20)]
    finally:
        control_post(socket, "/control/breakers", "close insights_service\n")
    after = [customer.call("insights, closed", "GET", "/insights/portfolio") for _ in range(5)]
    return table(during + others + after), [
        ("refused at once with 503", all(answer.status == 503 for answer in during)),
        ("and with the time to come again", all("Retry-After" in answer.headers for answer in during)),
        ("others answer", all(answer.status == 200 for answer in others)),
        ("closed, it answers", all(answer.status == 200 for answer in after))]


SCENARIOS = {"latency": latency, "rate-limit": rate_limit, "contention": contention, "breaker": breaker}


def main():
    parser = argparse.ArgumentParser(prog="./deploy.sh load", description=__doc__)
    parser.add_argument("scenario", nargs="?", help=", ".join(SCENARIOS))
    parser.add_argument("--seconds", type=int, default=10, help="how long, 1 to 60")
    parser.add_argument("--rate", type=int, help="requests a second, 1 to 500")
    parser.add_argument("--api", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--var", required=True, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.scenario not in SCENARIOS or not 1 <= args.seconds <= 60 or not 1 <= (args.rate or 1) <= 500:
        print(f"error: expected one of {', '.join(SCENARIOS)}, --seconds 1..60, --rate 1..500\n"
              "  try: ./deploy.sh load latency", file=sys.stderr)
        return 2
    scenario = SCENARIOS[args.scenario]
    rows, claims = scenario(args)
    text = "\n".join([f"# Load: {args.scenario}", "", scenario.__doc__, "",
                      f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())} UTC, {args.api}", "", *rows, "",
                      *(f"- {'✔' if holds else '✘'} {claim}" for claim, holds in claims), ""])
    target = pathlib.Path(args.var) / "log/load" / f"{args.scenario}.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, encoding="utf-8")
    print(text)
    print(f"kept in {target}")
    return 0 if all(holds for _, holds in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
