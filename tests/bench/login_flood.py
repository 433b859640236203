#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a flood of logins does to everybody else, on a running stack on this machine.

    CNOP_BASE_URL=http://localhost:8080 tests/bench/login_flood.py [--rate 422] [--seconds 20] [--json FILE]

Orders are placed at an even pace, first alone and then beside a flood of logins of users that do not
exist. The flood comes from many loopback addresses, so that the guard of the gateway, which answers
each after five failures, cannot stop it. Beside it users who have logged in before log in again.
Fails when the 99th percentile of an order is more than twice as long under the flood, or when fewer
than 95 % of the honest logins succeed at their first attempt.
"""

import argparse
import asyncio
import http.client
import itertools
import json
import multiprocessing
import os
import sys
import time
import urllib.parse
import uuid

URL = urllib.parse.urlsplit(os.environ.get("CNOP_BASE_URL", "http://localhost:8080"))
PREFIX = "/api/v1"
PASSWORD = "Quiet-Harbour-41"
TRADERS, ORDER_RATE = 4, 200
HONEST_RATE = 2
GUESSES_AN_ADDRESS = 4


def address(net, number):
    return f"127.{net}.{number // 250 + 1}.{number % 250 + 1}"


def call(source, path, body, token=None):
    connection = http.client.HTTPConnection("127.0.0.1", URL.port, timeout=20, source_address=(source, 0))
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    connection.request("POST", PREFIX + path, json.dumps(body), headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, json.loads(content)


def new_user(source):
    name = "f" + uuid.uuid4().hex[:12]
    person = {"username": name, "email": f"{name}@example.com", "password": PASSWORD,
              "first_name": "Flo", "last_name": "Od"}
    for _ in range(20):
        if call(source, "/auth/register", person)[0] == 201:
            break
        time.sleep(1)
    status, tokens = call(source, "/auth/login", {"username": name, "password": PASSWORD})
    assert status == 200, tokens
    return name, tokens["access_token"]


class Client:
    """One kept connection from one address."""

    def __init__(self, source):
        self.source = source
        self.reader = self.writer = None

    async def post(self, path, body, token=""):
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection(
                "127.0.0.1", URL.port, local_addr=(self.source, 0))
        content = json.dumps(body).encode()
        bearer = f"Authorization: Bearer {token}\r\n" if token else ""
        self.writer.write(f"POST {PREFIX}{path} HTTP/1.1\r\nHost: {URL.netloc}\r\n{bearer}"
                          f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(head.split("content-length:")[1].split("\r\n")[0]) if "content-length:" in head else None
        if length is None:
            while (size := int(await self.reader.readline(), 16)) >= 0:
                await self.reader.readexactly(size + 2)
                if size == 0:
                    break
        else:
            await self.reader.readexactly(length)
        return int(head.split(" ", 2)[1])

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def paced(rate, seconds, one):
    """Starts one(n) at an even pace, however long each takes, and gives their results."""
    begin, tasks = time.monotonic(), []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0, begin + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(one(number)))
    return await asyncio.gather(*tasks, return_exceptions=True)


def orders(traders, seconds, results):
    """Milliseconds of each order, placed on a few kept connections."""
    idle = asyncio.Queue()

    async def one(number):
        client, token = await idle.get()
        begin = time.monotonic()
        try:
            status = await client.post("/orders", {"order_type": "market_buy", "asset_id": "BTC", "amount": "1.00"}, token)
        except (OSError, EOFError) as error:
            client.close()
            status = type(error).__name__
        idle.put_nowait((client, token))
        return status, (time.monotonic() - begin) * 1000

    async def run():
        for number in range(16):
            source, token = traders[number % len(traders)]
            idle.put_nowait((Client(source), token))
        return await paced(ORDER_RATE, seconds, one)

    results.put(("orders", [r for r in asyncio.run(run()) if not isinstance(r, BaseException)]))


def flood(rate, seconds, results):
    start = time.time_ns() // 10**9 % 40  # another run meets addresses that are not blocked yet

    async def one(number):
        client = Client(address(100 + start, number // GUESSES_AN_ADDRESS))
        try:
            return await client.post("/auth/login", {"username": f"nobody_{uuid.uuid4().hex[:12]}", "password": PASSWORD})
        finally:
            client.close()

    answers = asyncio.run(paced(rate, seconds, one))
    results.put(("flood", [a if isinstance(a, int) else "lost" for a in answers]))


def honest(users, seconds, results):
    people = itertools.cycle(users)

    async def one(_):
        source, name = next(people)
        client = Client(source)
        try:
            return await client.post("/auth/login", {"username": name, "password": PASSWORD})
        finally:
            client.close()

    answers = asyncio.run(paced(HONEST_RATE, seconds, one))
    results.put(("honest", [a if isinstance(a, int) else "lost" for a in answers]))


def at_once(*jobs):
    results = multiprocessing.Queue()
    processes = [multiprocessing.Process(target=job, args=(*arguments, results)) for job, *arguments in jobs]
    for process in processes:
        process.start()
    said = dict(results.get() for _ in processes)
    for process in processes:
        process.join()
    return said


def percentiles(answers):
    times = sorted(ms for status, ms in answers if status == 201)
    return {"orders": len(answers), "accepted": len(times), "p50_ms": round(times[len(times) // 2], 2),
            "p99_ms": round(times[len(times) * 99 // 100], 2)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=422)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    traders = []
    for number in range(TRADERS):
        source = address(3, number)
        name, token = new_user(source)
        assert call(source, "/balance/deposit", {"amount": "9999.00"}, token)[0] == 201
        traders.append((source, token))
    users = [(address(4, number), new_user(address(4, number))[0]) for number in range(10)]
    at_once((orders, traders, 2))
    quiet = at_once((orders, traders, arguments.seconds))
    loud = at_once((orders, traders, arguments.seconds), (flood, arguments.rate, arguments.seconds),
                   (honest, users, arguments.seconds))
    report = {"quiet": percentiles(quiet["orders"]), "flood": percentiles(loud["orders"]),
              "flood_answers": {str(a): loud["flood"].count(a) for a in sorted(set(loud["flood"]), key=str)},
              "honest_answers": {str(a): loud["honest"].count(a) for a in sorted(set(loud["honest"]), key=str)},
              "honest_success": round(loud["honest"].count(200) / len(loud["honest"]), 3)}
    report["p99_ratio"] = round(report["flood"]["p99_ms"] / report["quiet"]["p99_ms"], 2)
    print(json.dumps(report, indent=2))
    if arguments.json:
        with open(arguments.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2)
    return 0 if report["p99_ratio"] <= 2 and report["honest_success"] >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
