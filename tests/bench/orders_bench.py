#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Durable orders a second: the product over HTTP, against the same transactions without HTTP and
against one transaction an order. All in one run, alternating, on one private MariaDB.

    orders_bench.py [--rounds 3] [--seconds 10] [--connections 64] [--json FILE]

A  nginx, FastCGI, engine: one POST an order, JSON, checks, idempotency keys (no token check: the
   gateway's share is measured by its own bench)
A50 the same through POST /orders/batch, 50 orders a request
B  the engine's own transactions, batches of 128, no HTTP
Bt the same rows as one packet of text
C  one interactive transaction an order, locking reads, 32 connections

Ratios within a run are comparable between machines; absolute figures are not. The run is refused
when the server is not durable, and the ledger is checked at the end.
"""

import argparse
import json
import os
import pathlib
import socket
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from harness import built, installed, run_dir, wait_until  # noqa: E402
from ledger_stack import MIGRATIONS, LedgerStack  # noqa: E402

ACCOUNTS, FIRST = 1000, 1000
SERVER = ["--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G", "--innodb-flush-method=O_DIRECT"]

NGINX = """
worker_processes 1; pid {dir}/nginx.pid; error_log {dir}/nginx-error.log warn; daemon off; {user}
events {{ worker_connections 4096; }}
http {{
    access_log off; client_body_buffer_size 64k; keepalive_requests 1000000000;
    client_body_temp_path {dir}/t1; fastcgi_temp_path {dir}/t2; proxy_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    upstream order {{ server unix:{socket}; keepalive 512; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=1024;
        location / {{
            fastcgi_pass order; fastcgi_keep_conn on;
            fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CNOP_PATH $uri;
            fastcgi_param QUERY_STRING $query_string; fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param CNOP_REQUEST_ID $request_id;
            fastcgi_param CNOP_USER_ID $http_x_bench_user; fastcgi_param CNOP_ROLE customer;
            fastcgi_param CNOP_CLIENT_ADDR $remote_addr; fastcgi_param CNOP_HTTPS off;
            fastcgi_param CNOP_TOKEN_SOURCE bearer;
        }}
    }}
}}
"""


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def children(pid):
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def probe_disk(directory, seconds=1.0):
    """Median microseconds of a 4 KiB write with fdatasync."""
    times = []
    with open(pathlib.Path(directory) / "probe", "wb") as file:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            file.seek(0)
            begin = time.monotonic_ns()
            file.write(os.urandom(4096))
            file.flush()
            os.fdatasync(file.fileno())
            times.append((time.monotonic_ns() - begin) / 1000)
    return round(statistics.median(times))


class Bench:
    def __init__(self, arguments, directory):
        self.arguments, self.directory = arguments, pathlib.Path(directory)
        self.stack = LedgerStack(directory, mariadb=SERVER, queue_age="250ms")
        self.results = {}
        self.schemas = 0

    def start(self):
        self.stack.start_engine()
        with self.stack.commands() as commands:
            for account in range(FIRST, FIRST + ACCOUNTS):
                assert commands.cash("deposit", account, "9999.00")[0] == "OK"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = self.directory / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""
        config.write_text(NGINX.format(dir=self.directory, socket=self.stack.engine.socket, port=self.port, user=user))
        self.nginx = subprocess.Popen([installed("nginx"), "-c", config, "-p", self.directory])
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0, 10, "nginx")
        variables = dict(self.stack.database.sql(
            "SHOW VARIABLES WHERE variable_name IN ('innodb_flush_log_at_trx_commit','innodb_doublewrite')"))
        if variables != {"innodb_flush_log_at_trx_commit": "1", "innodb_doublewrite": "ON"}:
            raise SystemExit(f"the server is not durable: {variables}")

    def stop(self):
        if hasattr(self, "nginx"):
            self.nginx.terminate()
            self.nginx.wait()
        self.stack.stop()

    def fsyncs(self):
        return int(self.stack.database.sql("SHOW GLOBAL STATUS LIKE 'Innodb_data_fsyncs'")[0][1])

    def product(self, per_request):
        groups = {"nginx": children(self.nginx.pid), "engine": self.stack.engine.children(), "database": [self.stack.database.pid]}
        before = {name: cpu_seconds(pids) for name, pids in groups.items()}
        orders, batches = (int(self.stack.ledger_sql(f"SELECT COUNT(*) FROM {t}")[0][0]) for t in ("orders", "journal"))
        fsyncs = self.fsyncs()
        # A request of many orders is many commands: no more of them than the engine's queue takes.
        connections = max(4, self.arguments.connections // per_request * 4) if per_request > 1 else self.arguments.connections
        done = subprocess.run(
            [installed("wrk"), "-t1", f"-c{connections}", f"-d{self.arguments.seconds}s", "-s", HERE / "orders.lua",
             f"http://127.0.0.1:{self.port}", "--", str(FIRST), str(ACCOUNTS), f"r{time.time_ns()}", str(per_request)],
            capture_output=True, text=True, check=True)
        report = json.loads(done.stdout.splitlines()[-1])
        after = {name: cpu_seconds(pids) for name, pids in groups.items()}
        stored = int(self.stack.ledger_sql("SELECT COUNT(*) FROM orders")[0][0]) - orders
        batches = int(self.stack.ledger_sql("SELECT COUNT(*) FROM journal")[0][0]) - batches
        if per_request == 1:
            in_flight = self.arguments.connections
            assert report["accepted"] <= stored <= report["accepted"] + in_flight, f"{report['accepted']} told, {stored} stored"
        assert self.fsyncs() - fsyncs >= batches // 2, "fewer syncs than commits"
        return {"per_second": stored / report["seconds"], "p50_ms": report["p50_ms"], "p99_ms": report["p99_ms"],
                "refused": report["refused"], "failed": report["failed"] + report["socket_errors"],
                "orders_per_commit": round(stored / max(batches, 1), 1),
                "cpu_us": {name: round((after[name] - before[name]) * 1e6 / max(stored, 1), 1) for name in groups}}

    def direct(self, mode, size):
        self.schemas += 1
        schema = f"bench{self.schemas}"
        self.stack.database.sql(f"CREATE DATABASE {schema}")
        for path in sorted((MIGRATIONS / "ledger").glob("*.sql")):
            self.stack.database.sql(path.read_text(), schema=schema)
        before = cpu_seconds([self.stack.database.pid])
        done = subprocess.run([built("tests/bench/bench_sql"), self.stack.database.socket, schema, mode,
                               str(self.arguments.seconds), str(size)], capture_output=True, text=True, check=True)
        report = json.loads(done.stdout)
        used = cpu_seconds([self.stack.database.pid]) - before
        self.stack.database.sql(f"DROP DATABASE {schema}")
        return {"per_second": report["per_second"], "failed": report["failed"],
                "cpu_us": {"client": report["client_cpu_us"], "database": round(used * 1e6 / max(report["orders"], 1), 1)}}

    def round(self):
        for name, run in (("A", lambda: self.product(1)), ("B", lambda: self.direct("batch", 128)),
                          ("A50", lambda: self.product(50)), ("Bt", lambda: self.direct("text", 128)),
                          ("C", lambda: self.direct("naive", 32))):
            result = run()
            self.results.setdefault(name, []).append(result)
            print(f"{name:4} {result['per_second']:9.0f} orders/s  {json.dumps({k: v for k, v in result.items() if k != 'per_second'})}",
                  flush=True)

    def report(self):
        median = {name: statistics.median(r["per_second"] for r in runs) for name, runs in self.results.items()}
        ratios = {"A/B": median["A"] / median["B"], "A/C": median["A"] / median["C"], "A50/B": median["A50"] / median["B"],
                  "B/Bt": median["B"] / median["Bt"]}
        print("median ", "  ".join(f"{name} {value:.0f}/s" for name, value in median.items()))
        print("ratios ", "  ".join(f"{name} {value:.2f}" for name, value in ratios.items()))
        return {"median": median, "ratios": ratios, "runs": self.results}

    def check(self):
        return subprocess.run([sys.executable, HERE.parent / "chaos/ledger_check.py", "--socket", self.stack.database.socket],
                              check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--no-check", action="store_true", help="skip the ledger check at the end")
    arguments = parser.parse_args()
    with run_dir("cnop-bench-") as directory:
        bench = Bench(arguments, directory)
        try:
            bench.start()
            print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, fdatasync {probe_disk(directory)} us")
            for _ in range(arguments.rounds):
                bench.round()
            print(f"fdatasync {probe_disk(directory)} us, load {os.getloadavg()[0]:.1f}")
            report = bench.report()
            if arguments.json:
                arguments.json.write_text(json.dumps(report, indent=1) + "\n")
            return 0 if arguments.no_check else bench.check()
        finally:
            bench.stop()


if __name__ == "__main__":
    sys.exit(main())
