#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What five times as many orders as it can take do to the gateway as shipped and the engine.

    overload_bench.py [--seconds 10] [--times 5] [--connections 1024] [--json FILE]

First the capacity: 64 connections that send the next order when the last is answered. Then, in the same
run, orders arrive at a multiple of that capacity, whatever becomes of those before; what arrives while
every connection waits for an answer is not sent, and counted. Then a quarter of the capacity, and how long it
takes from the end of the overload until half a second of it is accepted as fast as the closed loop was;
at least a second, which is what starting the clients takes.

Goodput is what was accepted in a second, over the capacity. The clients share the processors with what
they measure: on a machine that does other things the figures say little. The exit code is 1 when a goal
is missed: goodput at least 0.9, 99th percentile of the accepted at most 3 times that of the closed loop,
half of the refusals within 10 ms, every refusal a 503 or 429 with Retry-After, normal within 5 s; and
when the clients did not manage to send as many orders as they should have.
"""

import argparse
import collections
import json
import multiprocessing
import os
import pathlib
import select
import socket
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from gateways import ProductGateway  # noqa: E402
from harness import run_dir  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402

FIRST, ACCOUNTS = 1000, 200
PROCESSES = 2
CLOSED_CONNECTIONS = 64


class Clients:
    """One process of them. rate 0: each sends again as soon as it is answered."""

    def __init__(self, port, tokens, connections, rate, label):
        self.port, self.tokens, self.rate, self.label = port, tokens, rate, label
        self.poll = select.epoll()
        self.idle, self.busy = collections.deque(), {}
        self.answers = []  # (moment of the answer, seconds it took, status, has Retry-After)
        self.sent = self.unsent = self.lost = 0
        for _ in range(connections):
            self.open()

    def open(self):
        client = socket.create_connection(("127.0.0.1", self.port), 20)
        client.setblocking(False)
        self.poll.register(client, select.EPOLLIN)
        self.idle.append(client)

    def send(self):
        client = self.idle.popleft()
        self.sent += 1
        body = f'{{"order_type":"market_buy","asset_id":"DOGE","quantity":"10","client_order_id":"{self.label}-{self.sent}"}}'
        token = self.tokens[self.sent % len(self.tokens)]
        client.send((f"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: "
                     f"application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode())
        self.busy[client.fileno()] = (client, time.monotonic(), [b""])

    def receive(self, number, now):
        client, sent_at, kept = self.busy[number]
        try:
            part = client.recv(65536)
        except OSError:
            part = b""
        if not part:
            self.lost += 1
            self.poll.unregister(client)
            client.close()
            del self.busy[number]
            self.open()
            return
        kept[0] += part
        head, end, body = kept[0].partition(b"\r\n\r\n")
        head = head.lower()
        if not end or len(body) < int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        self.answers.append((now, now - sent_at, int(head[9:12]), b"\r\nretry-after:" in head))
        del self.busy[number]
        self.idle.append(client)

    def arrive(self, now, begin, end, count):
        """Sends what is due; how many have arrived so far."""
        if now < begin or now >= end:
            return count
        if self.rate == 0:
            while self.idle:
                self.send()
            return count
        due = int((now - begin) * self.rate)
        for _ in range(due - count):
            if self.idle:
                self.send()
            else:
                self.unsent += 1
        return due

    def run(self, begin, seconds):
        end, count = begin + seconds, 0
        while (now := time.monotonic()) < end or (self.busy and now < end + 10):
            count = self.arrive(now, begin, end, count)
            for number, _ in self.poll.poll(0.002):
                if number in self.busy:
                    self.receive(number, time.monotonic())
        self.lost += len(self.busy)
        return {"answers": self.answers, "sent": self.sent, "unsent": self.unsent, "lost": self.lost}


def run_clients(results, begin, seconds, *arguments):
    results.put(Clients(*arguments).run(begin, seconds))


def load(gateway, tokens, connections, rate, seconds, label):
    """One load; moments in its answers count from its begin."""
    results = multiprocessing.Queue()
    begin = time.monotonic() + 1
    jobs = [multiprocessing.Process(target=run_clients, args=(
        results, begin, seconds, gateway.port, tokens, connections // PROCESSES, rate / PROCESSES, f"{label}{number}"))
        for number in range(PROCESSES)]
    for job in jobs:
        job.start()
    said = [results.get() for _ in jobs]
    for job in jobs:
        job.join()
    total = {key: sum(part[key] for part in said) for key in ("sent", "unsent", "lost")}
    total["begin"] = begin
    total["answers"] = sorted((moment - begin, *rest) for part in said for moment, *rest in part["answers"])
    return total


def milliseconds(values, share):
    values = sorted(values)
    return round(values[min(int(len(values) * share), len(values) - 1)] * 1000, 2) if values else None


def summary(result, seconds):
    accepted = [wait for moment, wait, status, _ in result["answers"] if status == 201 and moment <= seconds]
    refused = [wait for _, wait, status, _ in result["answers"] if status in (429, 503)]
    return {"sent_per_second": round(result["sent"] / seconds), "sent": result["sent"],
            "unsent": result["unsent"], "lost": result["lost"], "accepted_per_second": round(len(accepted) / seconds),
            "accepted_p50_ms": milliseconds(accepted, 0.5), "accepted_p99_ms": milliseconds(accepted, 0.99),
            "refused": len(refused), "refusal_p50_ms": milliseconds(refused, 0.5), "refusal_p99_ms": milliseconds(refused, 0.99),
            "refused_without_retry_after": sum(status in (429, 503) and not told for *_, status, told in result["answers"]),
            "statuses": dict(collections.Counter(status for _, _, status, _ in result["answers"]))}


def time_to_normal(result, most_s):
    """The first moment from which half a second of answers is all accepted in time; None: never."""
    since = 0.0
    for moment, wait, status, _ in result["answers"]:
        if status != 201 or wait > most_s:
            since = moment
        elif moment - since >= 0.5:
            return round(since, 2)
    return None


def verdict(report, times):
    goals = [(f"sent at least {0.9 * times:g} times", report["sent_times"] >= 0.9 * times),
             ("goodput at least 0.9", report["goodput"] >= 0.9),
             ("p99 of accepted at most 3 times", report["p99_ratio"] is not None and report["p99_ratio"] <= 3),
             ("half of the refusals within 10 ms", (report["overload"]["refusal_p50_ms"] or 0) <= 10),
             ("Retry-After in every refusal", report["overload"]["refused_without_retry_after"] == 0),
             ("only 201, 429 and 503, nothing lost",
              set(report["overload"]["statuses"]) <= {201, 429, 503} and report["overload"]["lost"] == 0),
             ("normal within 5 s", report["normal_after_s"] is not None and report["normal_after_s"] <= 5)]
    for name, holds in goals:
        print(f"{'ok    ' if holds else 'MISSED'} {name}")
    return 0 if all(holds for _, holds in goals) else 1


def measure(gateway, arguments):
    tokens = [line.split('"')[1] for line in pathlib.Path(gateway.identities).read_text(encoding="ascii").splitlines()
              if '="' in line]
    load(gateway, tokens, CLOSED_CONNECTIONS, 0, 2, "w")  # every token has been verified once
    closed = summary(load(gateway, tokens, CLOSED_CONNECTIONS, 0, arguments.seconds, "c"), arguments.seconds)
    capacity = closed["accepted_per_second"]
    print(f"capacity {capacity} orders/s", json.dumps(closed), flush=True)
    flood = load(gateway, tokens, arguments.connections, capacity * arguments.times, arguments.seconds, "o")
    over = summary(flood, arguments.seconds)
    print(f"at {arguments.times:g} times", json.dumps(over), flush=True)
    after = load(gateway, tokens, CLOSED_CONNECTIONS, max(capacity / 4, 1), 8, "n")
    normal_s = time_to_normal(after, closed["accepted_p99_ms"] / 1000)
    if normal_s is not None:  # the clients have waited for their last answers meanwhile
        normal_s = round(normal_s + after["begin"] - flood["begin"] - arguments.seconds, 2)
    return {"closed": closed, "overload": over, "goodput": round(over["accepted_per_second"] / capacity, 2),
            "sent_times": round(over["sent_per_second"] / capacity, 2),
            "p99_ratio": over["accepted_p99_ms"] and round(over["accepted_p99_ms"] / closed["accepted_p99_ms"], 2),
            "normal_after_s": normal_s}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--times", type=float, default=5)
    parser.add_argument("--connections", type=int, default=1024)
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    with run_dir("cnop-overload-") as directory:
        stack, gateway = LedgerStack(directory, queue_age="250ms"), None
        try:
            stack.start_engine()
            accounts = range(FIRST, FIRST + ACCOUNTS)
            stack.deposit(*accounts, amount="9999.00")
            gateway = ProductGateway(pathlib.Path(directory) / "gateway", stack.engine.socket, accounts).start()
            print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}", flush=True)
            report = measure(gateway, arguments)
            stack.prove()
        finally:
            if gateway is not None:
                gateway.stop()
            stack.stop()
    print(f"goodput {report['goodput']}, p99 of accepted {report['p99_ratio']} times, normal after {report['normal_after_s']} s, "
          f"load {os.getloadavg()[0]:.1f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return verdict(report, arguments.times)


if __name__ == "__main__":
    sys.exit(main())
