#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Open streams: memory of one, and the time from the source's POST to the client.

A gateway of its own with two workers, no services; subscribers over loopback from many addresses. The client is one
process that reads with epoll; its own work is part of every figure. Three loads, one after the other:

  private   an event of one account: one stream of many gets it
  public    one trade for everybody
  mixed     batches of 50 private events, as fast as the source is answered
"""
import argparse
import http.client
import json
import os
import pathlib
import resource
import select
import socket
import statistics
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import tokens  # noqa: E402
from support.harness import BUILD, Process, free_port, installed, wait_until  # noqa: E402

CONFIGURATION = """
load_module {module};
worker_processes {workers};
worker_rlimit_nofile {files};
daemon off;
pid {dir}/nginx.pid;
error_log {dir}/error.log warn;
{user}
events {{ worker_connections {files}; }}
http {{
    access_log off;
    client_body_temp_path {dir}/t1; fastcgi_temp_path {dir}/t2; proxy_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    client_header_buffer_size 2k;
    cnop on;
    cnop_keys jwks={dir}/jwks.json;
    cnop_zone metrics 1m;
    cnop_zone events 32m;
    cnop_zone revoke 1m;
    cnop_revoke open;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /api/v1/stream {{
            cnop_route /api/v1/stream;
            cnop_jwt strict;
            cnop_stream account=100000 address=100000;
        }}
    }}
    server {{
        listen unix:{dir}/control.sock;
        location /control/ {{ client_max_body_size 16m; client_body_buffer_size 64k; cnop_control write; }}
    }}
}}
"""


class Control(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(30)
        self.sock.connect(self.path)

    def post(self, what, text):
        self.request("POST", f"/control/{what}", body=text)
        answer = self.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body)
        return body


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def memory(pids):
    """Private bytes: what a worker has that its siblings do not share."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for row in file:
                if row.startswith(("Private_Dirty:", "Private_Clean:")):
                    total += int(row.split()[1]) * 1024
    return total


def cpu(pids):
    ticks = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


class Subscribers:
    def __init__(self, port, key, count, private):
        self.poll = select.epoll()
        self.sockets = {}
        for number in range(count):
            link = socket.socket()
            link.bind((f"127.1.{number // 200 % 250}.{1 + number % 200}", 0))
            link.connect(("127.0.0.1", port))
            token = key.token(sub=str(1000 + number)) if private else ""
            link.sendall(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n"
                         + (f"Authorization: Bearer {token}\r\n".encode() if token else b"") + b"\r\n")
            text = b""
            while b"event: hello" not in text:
                part = link.recv(65536)
                assert part, text
                text += part
            link.setblocking(False)
            self.poll.register(link.fileno(), select.EPOLLIN)
            self.sockets[link.fileno()] = link

    def take(self, count, began, limit=30.0):
        """Milliseconds after `began` of so many events, counted as they come."""
        times = []
        end = time.monotonic() + limit
        while len(times) < count and time.monotonic() < end:
            for file, _ in self.poll.poll(1.0, 4096):
                text = self.sockets[file].recv(262144)
                now = time.monotonic()
                assert text, "a stream ended"
                times += [(now - began) * 1000] * text.count(b"\nevent: ")
        return times

    def close(self):
        for link in self.sockets.values():
            link.close()
        self.poll.close()


def spread(times):
    ordered = sorted(times)
    return f"p50 {statistics.median(ordered):6.2f} ms   p99 {ordered[int(len(ordered) * 0.99)]:6.2f} ms   " \
           f"most {ordered[-1]:6.2f} ms   ({len(ordered)} events)"


class Bench:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.seq = 0
        self.key = tokens.Key()
        self.port = free_port()
        (folder / "jwks.json").write_text(tokens.jwks(self.key))
        (folder / "jwks.json").chmod(0o644)
        (folder / "nginx.conf").write_text(CONFIGURATION.format(
            module=BUILD / "ngx_http_cnop_module.so", dir=folder, port=self.port, workers=options.workers,
            files=options.streams + 1024, user="user root;" if os.getuid() == 0 else ""))
        self.nginx = Process([installed("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"),
                              "-e", str(folder / "error.log")], folder / "nginx.out")
        wait_until(self.answers, what="nginx to listen")
        self.control = Control(str(folder / "control.sock"))
        self.control.post("events", "reset 0\n")

    def answers(self):
        with socket.socket() as tcp:
            return tcp.connect_ex(("127.0.0.1", self.port)) == 0

    def line(self, account, kind):
        self.seq += 1
        data = {"seq": self.seq, "order_id": 1000000 + self.seq, "status": "filled", "asset_id": "BTC",
                "price": "64250.17", "quantity": "0.00125000", "time": "2026-11-27T12:00:00.000000Z"}
        return f"{self.seq} {account} {kind} {json.dumps(data, separators=(',', ':'))}\n"

    def send(self, accounts, kind):
        """The moment before the source's bytes leave."""
        first = self.seq
        text = f"events {first}\n" + "".join(self.line(account, kind) for account in accounts)
        began = time.monotonic()
        self.control.post("events", text)
        return began

    def measure(self, name, rounds, accounts, kind):
        count = self.options.streams
        times, workers = [], children(self.nginx.pid)
        before, began = cpu(workers), time.monotonic()
        for turn in range(rounds):
            chosen = accounts(turn)
            sent = self.send(chosen, kind)
            times += self.subscribers.take(count if kind == "trade" else len(chosen), sent)
            if name != "mixed":
                time.sleep(0.01)
        used, took = cpu(workers) - before, time.monotonic() - began
        print(f"{name:8} {spread(times)}   workers {used * 1e6 / len(times):5.1f} us CPU an event, "
              f"{len(times) / took:,.0f} events a second")

    def run(self):
        options, workers = self.options, children(self.nginx.pid)
        empty = memory(workers)
        began = time.monotonic()
        self.subscribers = Subscribers(self.port, self.key, options.streams, private=True)
        print(f"{options.streams} streams open after {time.monotonic() - began:.1f} s, tokens included")
        self.report("at rest", empty, workers)
        count = options.streams
        self.measure("private", options.rounds * 10, lambda turn: [1000 + turn * 37 % count], "order")
        self.measure("public", options.rounds, lambda turn: ["-"], "trade")
        self.measure("mixed", options.rounds * 10,
                     lambda turn: [1000 + (turn * 50 + i) * 13 % count for i in range(50)], "fill")
        self.report("after all of it", empty, workers)
        began = cpu(workers)
        for turn in range(100):
            self.control.post("revocations", f"snapshot {turn}\n" if turn == 0 else
                              f"delta {turn - 1}\n{turn} sid {turn:032x} {int(time.time()) + 60}\n")
        print(f"a revocation that concerns nobody: {(cpu(workers) - began) * 10:.2f} ms CPU of the workers")

    def report(self, when, empty, workers):
        grown = memory(workers) - empty
        print(f"memory {when}: {grown / self.options.streams / 1024:.2f} KiB a stream, private to the workers")

    def close(self):
        if hasattr(self, "subscribers"):
            self.subscribers.close()
        self.nginx.stop(number=3)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = options.streams + 256
    if soft < need:
        resource.setrlimit(resource.RLIMIT_NOFILE, (need, max(hard, need)))
    with tempfile.TemporaryDirectory(prefix="cnop-streams-") as folder:
        bench = Bench(options, pathlib.Path(folder))
        try:
            bench.run()
        finally:
            bench.close()


if __name__ == "__main__":
    main()
