#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""CPU time of one request: our runtime in its settings, beside a bare libfcgi loop.

Run by hand: CNOP_BUILDDIR=<build> /usr/bin/python3 tests/bench/bench_web.py
The figure is the server's own user and system time from /proc, so the speed of this client does
not matter. Rounds alternate between the servers; the median round counts.
"""

import os
import pathlib
import shutil
import statistics
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import fcgi  # noqa: E402
import harness  # noqa: E402

REQUESTS = int(os.environ.get("BENCH_REQUESTS", "10000"))
ROUNDS = 3
TICK_US = 1e6 / os.sysconf("SC_CLK_TCK")


def cpu_us(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += (int(fields[11]) + int(fields[12])) * TICK_US
    return total


def one_round(path, pids, whole):
    connection = fcgi.Connection(path)
    before = cpu_us(pids)
    for _ in range(REQUESTS):
        connection.send(whole)
        assert connection.receive().status == 200
    used = cpu_us(pids) - before
    connection.close()
    return used / REQUESTS


def main():
    whole = fcgi.encode(*fcgi.values_of("POST", "/api/v1/echo", body=b'{"amount":"1.5"}', user=1000,
                                        headers={"User-Agent": "bench/1.0", "Accept": "*/*"}))
    with harness.run_dir() as directory:
        build = harness.built("tests/support/echo_service")
        for mode in ("threads", "loop"):
            shutil.copy(build, directory / f"echo_{mode}")
        stock = harness.Process([harness.built("tests/bench/stock_fcgi"), directory / "stock.sock"], directory / "stock.log")
        harness.wait_until(lambda: harness.answers(directory / "stock.sock"), what="stock loop")
        servers = {"libfcgi loop, nothing else": (directory / "stock.sock", [stock.pid])}
        workers = []
        for name, mode, level in [("threads, no log", "threads", "warn"), ("threads, log line", "threads", "info"),
                                  ("loop, no log", "loop", "warn"), ("loop, log line", "loop", "info")]:
            worker = harness.Worker(directory / f"echo_{mode}", directory, name=f"w{len(workers)}", processes=1,
                                    threads=2, log_level=level, log_file=directory / f"w{len(workers)}.jsonl")
            workers.append(worker)
            servers[name] = (worker.socket, harness.wait_until(worker.children))
        figures = {name: [] for name in servers}
        for _ in range(ROUNDS):
            for name, (path, pids) in servers.items():
                figures[name].append(one_round(path, pids, whole))
        for name, values in figures.items():
            print(f"{name:28} {statistics.median(values):6.2f} us CPU/request   {[round(v, 2) for v in values]}")
        for process in [stock, *workers]:
            process.stop()


if __name__ == "__main__":
    main()
