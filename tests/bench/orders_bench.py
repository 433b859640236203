#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Durable orders a second: the product over HTTP, against the same transactions without HTTP and
against one transaction an order. All in one run, alternating, on one private MariaDB.

    orders_bench.py [--rounds 3] [--seconds 10] [--connections 128] [--loads A,B,C] [--recent-keys N] [--json FILE]

A    the gateway as shipped (token, revocation, limits, breaker, records), FastCGI, engine: one POST an
     order, JSON, risk checks, idempotency keys, 1000 accounts
A0   the same without the gateway's policies: an nginx that only passes on
A50  as A through POST /orders/batch, 50 orders a request
A1   as A, all of it one account, 100 connections
A200 as A, about 200 orders a second: latency when nobody waits for anybody
B    the engine's own transactions, batches of 128, no HTTP
Bt   the same rows as one packet of text
C    one interactive transaction an order, locking reads, 32 connections

Ratios within a run are comparable between machines; absolute figures are not. The run is refused
when the server is not durable, and the ledger is checked at the end.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from gateways import BareGateway, ProductGateway  # noqa: E402
from harness import built, installed, run_dir  # noqa: E402
from ledger_stack import MIGRATIONS, LedgerStack  # noqa: E402

ACCOUNTS, FIRST = 1000, 1000
LOADS = ("A", "B", "A0", "A50", "Bt", "A1", "C", "A200")
SERVER = ["--innodb-buffer-pool-size=1G", "--innodb-log-file-size=1G", "--innodb-flush-method=O_DIRECT",
          "--innodb-max-dirty-pages-pct-lwm=0.001", "--innodb-io-capacity=2000"]

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
        lines = {"orders_file": pathlib.Path(directory) / "orders.jsonl"} if arguments.order_lines else {}
        self.stack = LedgerStack(directory, mariadb=SERVER, queue_age="250ms", recent_keys=arguments.recent_keys, **lines)
        self.bare = self.product = None
        self.results = {}
        self.schemas = 0

    def start(self):
        self.stack.start_engine()
        self.stack.deposit(*range(FIRST, FIRST + ACCOUNTS), amount="9999.00")
        socket_path = self.stack.engine.socket
        self.bare = BareGateway(self.directory / "bare", socket_path).start()
        self.product = ProductGateway(self.directory / "gateway", socket_path, range(FIRST, FIRST + ACCOUNTS)).start()
        variables = dict(self.stack.database.sql(
            "SHOW VARIABLES WHERE variable_name IN ('innodb_flush_log_at_trx_commit','innodb_doublewrite')"))
        if variables != {"innodb_flush_log_at_trx_commit": "1", "innodb_doublewrite": "ON"}:
            raise SystemExit(f"the server is not durable: {variables}")

    def stop(self):
        for gateway in (self.bare, self.product):
            if gateway is not None:
                gateway.stop()
        self.stack.stop()

    def fsyncs(self):
        return int(self.stack.database.sql("SHOW GLOBAL STATUS LIKE 'Innodb_data_fsyncs'")[0][1])

    def warm_up(self):
        """Each token is verified once, each page of the database is in memory."""
        seconds, self.arguments.seconds = self.arguments.seconds, 2
        for gateway in (self.product, self.bare):
            self.http(gateway, self.arguments.connections)
        self.arguments.seconds = seconds

    def http(self, gateway, connections, per_request=1, first=FIRST, accounts=ACCOUNTS, pause_ms=0):
        groups = {"nginx": gateway.pids(), "engine": self.stack.engine.children(), "database": [self.stack.database.pid]}
        before = {name: cpu_seconds(pids) for name, pids in groups.items()}
        orders, batches = (int(self.stack.ledger_sql(f"SELECT COUNT(*) FROM {t}")[0][0]) for t in ("orders", "journal"))
        fsyncs = self.fsyncs()
        done = subprocess.run(
            [installed("wrk"), "-t1", f"-c{connections}", f"-d{self.arguments.seconds}s", "-s", HERE / "orders.lua",
             f"http://127.0.0.1:{gateway.port}", "--", str(first), str(accounts), f"r{time.time_ns()}", str(per_request),
             gateway.identities, str(pause_ms)],
            capture_output=True, text=True, check=True)
        report = json.loads(done.stdout.splitlines()[-1])
        after = {name: cpu_seconds(pids) for name, pids in groups.items()}
        stored = int(self.stack.ledger_sql("SELECT COUNT(*) FROM orders")[0][0]) - orders
        batches = int(self.stack.ledger_sql("SELECT COUNT(*) FROM journal")[0][0]) - batches
        if per_request == 1:
            assert report["accepted"] <= stored <= report["accepted"] + connections, f"{report['accepted']} told, {stored} stored"
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
                               str(self.arguments.seconds), str(size)], stdout=subprocess.PIPE, text=True, check=True)
        report = json.loads(done.stdout)
        used = cpu_seconds([self.stack.database.pid]) - before
        self.stack.database.sql(f"DROP DATABASE {schema}")
        return {"per_second": report["per_second"], "failed": report["failed"],
                "cpu_us": {"client": report["client_cpu_us"], "database": round(used * 1e6 / max(report["orders"], 1), 1)}}

    def round(self):
        many = self.arguments.connections
        hot = FIRST + len(self.results.get("A1", []))  # one with money left
        # A request of 50 orders is 50 commands: no more requests at once than the engine's queue takes.
        loads = {"A": lambda: self.http(self.product, many),
                 "B": lambda: self.direct("batch", 128),
                 "A0": lambda: self.http(self.bare, many),
                 "A50": lambda: self.http(self.product, 4, per_request=50),
                 "Bt": lambda: self.direct("text", 128),
                 "A1": lambda: self.http(self.product, 100, first=hot, accounts=1),
                 "C": lambda: self.direct("naive", 32),
                 "A200": lambda: self.http(self.product, 8, pause_ms=40)}
        for name, run in loads.items():
            if name not in self.arguments.loads:
                continue
            result = run()
            self.results.setdefault(name, []).append(result)
            print(f"{name:4} {result['per_second']:9.0f} orders/s  {json.dumps({k: v for k, v in result.items() if k != 'per_second'})}",
                  flush=True)

    def report(self):
        median = {name: statistics.median(r["per_second"] for r in runs) for name, runs in self.results.items()}
        ratios = {over: median[over.split("/")[0]] / median[over.split("/")[1]]
                  for over in ("A/B", "A/C", "A/A0", "A1/A", "A50/B", "B/Bt") if median.keys() >= set(over.split("/"))}
        report = {"median": median, "ratios": ratios, "runs": self.results}
        print("median ", "  ".join(f"{name} {value:.0f}/s" for name, value in median.items()))
        print("ratios ", "  ".join(f"{name} {value:.2f}" for name, value in ratios.items()))
        if median.keys() >= {"A", "A0"}:
            report["policy_cpu_us"] = statistics.median(
                a["cpu_us"]["nginx"] - bare["cpu_us"]["nginx"] for a, bare in zip(self.results["A"], self.results["A0"]))
            print(f"gateway policies {report['policy_cpu_us']:.1f} us CPU an order")
        if "A200" in median:
            latency = {key: statistics.median(run[key] for run in self.results["A200"]) for key in ("p50_ms", "p99_ms")}
            report["latency"] = latency
            print(f"at 200 orders/s p50 {latency['p50_ms']:.2f} ms, p99 {latency['p99_ms']:.2f} ms")
        return report

    def check(self):
        return subprocess.run([sys.executable, HERE.parents[1] / "tools/cnop-audit", "--socket", self.stack.database.socket],
                              check=False).returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--loads", type=lambda names: names.split(","), default=LOADS, metavar="A,B,...",
                        help="only these, in the order of one round")
    parser.add_argument("--recent-keys", type=int, default=2**22, help="idempotency keys in memory; with few of them "
                        "each new key of a busy account is looked up in the database")
    parser.add_argument("--order-lines", action="store_true", help="with a line for each accepted order, as deployed")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--no-check", action="store_true", help="skip the ledger check at the end")
    arguments = parser.parse_args()
    with run_dir("cnop-bench-") as directory:
        bench = Bench(arguments, directory)
        try:
            bench.start()
            print(f"{os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, fdatasync {probe_disk(directory)} us")
            bench.warm_up()
            for _ in range(arguments.rounds):
                bench.round()
            print(f"fdatasync {probe_disk(directory)} us, load {os.getloadavg()[0]:.1f}")
            report = bench.report()
            if arguments.json:
                arguments.json.write_text(json.dumps(report, indent=1) + "\n")
            if arguments.no_check:
                return 0
            print("checking the ledger: about a minute for a million orders", flush=True)
            return bench.check()
        finally:
            bench.stop()


if __name__ == "__main__":
    sys.exit(main())
