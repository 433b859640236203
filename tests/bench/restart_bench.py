#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How long MariaDB recovers after a kill at full load, by the size of its redo log.

    restart_bench.py [--redo 1024,256] [--seconds 40] [--rounds 1] [--option=--innodb-io-capacity=2000] [--json FILE]

Each row: the product's own transactions without HTTP (batches of 128, the load B of orders_bench.py)
for so many seconds, then kill -9 of the server amid them; how much redo a recovery had to read, and
how long until the server answered again. The rate of the load tells what a smaller log costs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

from harness import Database, built, run_dir  # noqa: E402
from ledger_stack import MIGRATIONS  # noqa: E402

SERVER = ["--innodb-buffer-pool-size=1G", "--innodb-flush-method=O_DIRECT", "--performance-schema=OFF"]
WARM_UP_S = 3


def status(database, name):
    return int(database.sql(f"SHOW GLOBAL STATUS LIKE '{name}'")[0][1])


def order_count(database):
    return int(database.sql("SELECT COUNT(*) FROM orders", schema="bench")[0][0])


def measure(directory, redo_mib, seconds, options):
    database = Database(directory, extra=[*SERVER, *options, f"--innodb-log-file-size={redo_mib}M"])
    try:
        database.sql("CREATE DATABASE bench")
        for path in sorted((MIGRATIONS / "ledger").glob("*.sql")):
            database.sql(path.read_text(), schema="bench")
        with subprocess.Popen([built("tests/bench/bench_sql"), database.socket, "bench", "batch", str(seconds + 60), "128"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as load:
            time.sleep(WARM_UP_S)
            begin, before = time.monotonic(), order_count(database)
            time.sleep(seconds)
            rate = (order_count(database) - before) / (time.monotonic() - begin)
            age = status(database, "Innodb_checkpoint_age")
            database.kill()
            load.wait()
        begin = time.monotonic()
        database.restart()
        return {"redo_mib": redo_mib, "orders_per_second": round(rate), "checkpoint_age_mib": age >> 20,
                "restart_s": round(time.monotonic() - begin, 2)}
    finally:
        database.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--redo", default="1024,256", help="MiB, several with commas")
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--option", action="append", default=[], help="of the server, may be repeated: --option=--innodb-...")
    parser.add_argument("--json", type=pathlib.Path)
    arguments = parser.parse_args()
    rows = []
    for _ in range(arguments.rounds):
        for redo_mib in arguments.redo.split(","):
            with run_dir("cnop-restart-") as directory:
                rows.append(measure(directory, int(redo_mib), arguments.seconds, arguments.option))
            print(json.dumps(rows[-1]), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
