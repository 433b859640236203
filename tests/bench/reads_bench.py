#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What reads cost an account with a long history, and its neighbours. One private MariaDB, the real
reader and user service over FastCGI, no gateway.

    reads_bench.py [--orders 1000000] [--seconds 6] [--json FILE]

page@N    a page of 50 orders by cursor, N orders deep
filter    a page by a filter that matches nothing, almost nothing, half
offset    the farthest offset there is
period    forty seconds in the middle of the history, by their time
beside    answers a second to another account, alone and beside 16 connections that ask for
          ?asset_id=BTC of the long history
portfolio answers a second with 1 and with 250 holdings

Times are of one request after the other on one connection, the client's Python included; compare
them within a run.
"""

import argparse
import contextlib
import datetime
import json
import multiprocessing
import pathlib
import statistics
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support"), str(HERE.parent), str(HERE.parent / "service")]

import domain_stack  # noqa: E402
from fcgi import Connection  # noqa: E402
from harness import built, run_dir, worker  # noqa: E402
from ledger_stack import LedgerStack, insert_history  # noqa: E402

WHALE, GUEST, ONE, MANY = 1000, 1001, 1002, 1003
ORDERS = "/api/v1/orders"
SERVER = ["--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M", "--innodb-flush-log-at-trx-commit=0"]


def median_ms(connection, query, count=200):
    times = []
    for _ in range(count):
        begin = time.monotonic_ns()
        answer = connection.request("GET", ORDERS, query=query, user=WHALE)
        times.append((time.monotonic_ns() - begin) / 1e6)
        assert answer.status == 200, answer
    return round(statistics.median(times), 3)


def time_at(share, orders):
    second = 1_700_000_000 + int(orders * share)
    return datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def cursor_at(connection, depth, orders):
    page = connection.request("GET", ORDERS, query=f"limit=1&to={time_at(1 - depth / orders, orders)}", user=WHALE).json()
    return page["next_cursor"]


def measure_pages(socket, orders):
    results = {}
    with Connection(socket) as connection:
        results["page@0"] = median_ms(connection, "limit=50")
        for depth in (orders // 28, orders * 6 // 10, orders * 9 // 10):
            results[f"page@{depth}"] = median_ms(connection, f"limit=50&cursor={cursor_at(connection, depth, orders)}")
        for query in ("asset_id=SOL", "asset_id=BTC", "asset_id=ETH", "side=sell", "status=cancelled", "order_type=limit_buy"):
            results[f"filter {query}"] = median_ms(connection, f"limit=50&{query}")
        results["offset=1000"] = median_ms(connection, "limit=50&offset=1000")
        results["period"] = median_ms(connection, f"limit=50&from={time_at(0.5, orders)}&to={time_at(0.5, orders + 40)}")
    return results


def hammer(socket, path, query, user, seconds, ret_count):
    with Connection(socket) as connection:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ret_count.value += connection.request("GET", path, query=query, user=user).status == 200


def rate(socket, path, query, user, seconds):
    count = multiprocessing.Value("L", 0)
    hammer(socket, path, query, user, seconds, count)
    return round(count.value / seconds)


def beside(socket, seconds):
    results = {"guest alone /s": rate(socket, ORDERS, "limit=50", GUEST, seconds)}
    counts = [multiprocessing.Value("L", 0) for _ in range(16)]
    crowd = [multiprocessing.Process(target=hammer, args=(socket, ORDERS, "limit=50&asset_id=BTC", WHALE, seconds + 1, count))
             for count in counts]
    for process in crowd:
        process.start()
    time.sleep(0.5)
    results["guest beside 16 /s"] = rate(socket, ORDERS, "limit=50", GUEST, seconds)
    for process in crowd:
        process.join()
    results["the 16 together /s"] = round(sum(count.value for count in counts) / (seconds + 1))
    return results


def create_holders(stack):
    database = stack.database
    database.sql(
        "INSERT INTO asset (id,symbol,name,category,base_price_e10,base_volume_usd,updated_us) SELECT seq,CONCAT('A',seq),"
        "CONCAT('Asset ',seq),'major',10000000000,1,1 FROM seq_10_to_259;"
        "INSERT INTO quote SELECT seq,10000000000+seq,1,'model',1 FROM seq_10_to_259", schema="cnop_market")
    for user, count in ((ONE, 1), (MANY, 250)):
        stack.ledger_sql(f"INSERT INTO account (id,user_id,kind,status,created_us,changed_us) VALUES ({user},{user},5,1,0,0);"
                         f"INSERT INTO balance (account_id,asset_id,avail_e8,held_e8,floor_e8,cost_e8,realised_e8,entries,ver,"
                         f"created_us,updated_us) SELECT {user},IF(seq=9,0,seq),100000000,0,0,90000000,0,1,1,1,1 FROM seq_9_to_{9 + count}")


def portfolio(directory, stack, seconds):
    create_holders(stack)
    (directory / "gifts.txt").write_text("")
    with worker(built("cnop-user"), directory, name="user", processes=1, threads=2, db_socket=stack.database.socket,
                db_user="root", engine_socket=directory / "none.sock", order_id_key_file=stack.key_path,
                gift_phrases=directory / "gifts.txt") as user:
        rates = {count: rate(user.socket, "/api/v1/portfolio", "", account, seconds) for account, count in ((ONE, 1), (MANY, 250))}
    return {"portfolio with 1 /s": rates[1], "portfolio with 250 /s": rates[250]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--json")
    arguments = parser.parse_args()
    with run_dir("cnop-bench-") as directory, contextlib.ExitStack() as on_exit:
        stack = LedgerStack(directory, mariadb=SERVER)
        on_exit.callback(stack.stop)
        insert_history(stack, WHALE, arguments.orders, other=GUEST)
        stack.start_reader(processes=2, threads=4)
        results = measure_pages(stack.reader.socket, arguments.orders)
        results |= beside(stack.reader.socket, arguments.seconds)
        results |= portfolio(directory, stack, arguments.seconds)
    for name, value in results.items():
        print(f"{name:28} {value:>10}")
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
