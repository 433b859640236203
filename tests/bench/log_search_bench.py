#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""How fast the logs are searched: queries of several kinds over a gigabyte of lines, pages walked to the end.

Run by hand: CNOP_BUILDDIR=<build> /usr/bin/python3 tests/bench/log_search_bench.py [--gib 1] [--rounds 3]
The files are written first and are in the page cache then; the first search after that is not counted. Every query
finds its lines in the oldest file, so that all bytes of its files are looked at.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import fcgi  # noqa: E402
import harness  # noqa: E402

FILE_BYTES = 64 << 20  # at which a file is put aside
SPAN_S = 24 * 3600
KINDS = {
    "a request id, all files": [{"op": "contains", "values": ["req-0000000007x"]}],
    "a field's value": [{"field": "service", "op": "is", "values": ["gateway"]},
                        {"field": "user_agent", "op": "is", "values": ["rare/1.0"]}],
    "a number compared": [{"field": "service", "op": "is", "values": ["gateway"]},
                          {"field": "status", "op": "at_least", "values": ["500"]}],
}


def access_line(at, number, rare):
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return (f'{{"timestamp":"{moment}+00:00","level":"INFO","service":"gateway",'
            f'"request_id":"req-{number:010d}{"x" if rare else "y"}","action":"request_end",'
            f'"message":"GET /api/v1/orders 200","user":"{number % 1000}","method":"GET","path":"/api/v1/orders",'
            f'"route":"/api/v1/orders","status":{503 if rare else 200},"dur_us":{number % 4000},"bytes_in":412,'
            f'"bytes_out":1833,"ip":"203.0.113.{number % 250}","user_agent":"{"rare/1.0" if rare else "wrk/4.1"}",'
            '"target":"order_read","upstream_time":"0.001","jwt":"valid","limit":"passed","guard":"-","breaker":"-",'
            '"csrf":"-"}\n')


def write_files(folder, bytes_wanted):
    """The oldest file first, under the highest number; the seventh line of all is the one that is looked for."""
    now = time.time() - 60
    line_bytes = len(access_line(now, 0, False))
    count = bytes_wanted // line_bytes
    per_file = FILE_BYTES // line_bytes
    files = (count + per_file - 1) // per_file
    for index in range(files):
        name = "gateway-access.jsonl" + (f".{files - 1 - index}" if index < files - 1 else "")
        with open(folder / name, "w", encoding="ascii") as file:
            for number in range(index * per_file, min(count, (index + 1) * per_file)):
                file.write(access_line(now - SPAN_S * (1 - number / count), number, number == 7))
    return sum(path.stat().st_size for path in folder.iterdir())


def walk(worker, tests, path="/api/v1/ops/logs"):
    """Pages to the end: lines, bytes looked at, requests, seconds."""
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 2 * SPAN_S))
    lines, looked, pages, cursor, begin = 0, 0, 0, None, time.monotonic()
    while True:
        query = {"match": json.dumps(tests), "from": since, **({"cursor": cursor} if cursor else {})}
        answer = fcgi.request(worker.socket, "GET", path, query=urllib.parse.urlencode(query), user=7, role="admin")
        assert answer.status == 200, answer
        page = answer.json()
        lines, looked, pages, cursor = lines + len(page["data"]), looked + page["searched_bytes"], pages + 1, page["next_cursor"]
        if cursor is None:
            return lines, looked, pages, time.monotonic() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gib", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with harness.run_dir() as directory:
        directory = pathlib.Path(directory)
        folder = directory / "logs"
        folder.mkdir()
        size = write_files(folder, int(args.gib * (1 << 30)))
        print(f"{size / (1 << 20):.0f} MiB in {len(list(folder.iterdir()))} files")
        with harness.worker(harness.built("cnop-ops"), directory, name="ops", processes=1, threads=2, arena_kib=12288,
                            response_kib=1024, db_socket=directory / "none.sock", db_user="none",
                            login_file=directory / "none", gateway_socket=directory / "none.sock",
                            log_folder=folder) as worker:
            for name, tests in KINDS.items():
                walk(worker, tests)
                rounds = [walk(worker, tests) for _ in range(args.rounds)]
                lines, looked, pages, _ = rounds[0]
                seconds = statistics.median(took for *_, took in rounds)
                assert lines == 1, (name, lines)
                print(f"{name:26s} {seconds:6.2f} s, {looked / seconds / (1 << 20):6.0f} MiB/s, {pages} requests")


if __name__ == "__main__":
    main()
