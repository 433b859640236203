#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Can a stranger tell from the time of a refused login whether the user exists?

    CNOP_BASE_URL=http://localhost:8080 tests/bench/login_timing.py [--names N] [--rounds N]

Half of the names are registered first. Every round tries each name once with a wrong password, in
random order, so that whatever else the machine does falls on both halves alike. The figures: the
median of each half, their difference with a 95 % confidence interval (bootstrap), and how often
somebody who sees one time of each half would name the right one; 50 % is blind guessing.
Runs on loopback, where the gateway sees a new client address as often as this program likes.
"""
import argparse
import http.client
import json
import os
import pathlib
import random
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import api  # noqa: E402

ROUNDS_MAX = 9  # of one name: the tenth failure earns it a pause
TRIES_PER_ADDRESS = 4  # the fifth failure blocks it


class Guesser:
    """Sends wrong passwords, each few from an address of their own."""

    def __init__(self):
        self.connection = None
        self.left = 0

    def time_us(self, username):
        if self.left == 0:
            if self.connection is not None:
                self.connection.close()
            self.connection = http.client.HTTPConnection(*api.Client().address, timeout=30,
                                                         source_address=(api.loopback_address(), 0))
            self.connection.connect()
            self.left = TRIES_PER_ADDRESS
        self.left -= 1
        body = json.dumps({"username": username, "password": "Wrong-Guess-11"})
        started = time.perf_counter_ns()
        self.connection.request("POST", "/api/v1/auth/login", body, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        answer.read()
        elapsed = time.perf_counter_ns() - started
        assert answer.status in (401, 404), answer.status
        return elapsed / 1000


def interval(known, unknown, draws=2000):
    """95 % confidence interval of the difference of the medians."""
    found = sorted(statistics.median(random.choices(known, k=len(known))) -
                   statistics.median(random.choices(unknown, k=len(unknown))) for _ in range(draws))
    return found[int(draws * 0.025)], found[int(draws * 0.975)]


def guess_rate(known, unknown):
    """Share of pairs in which the larger time is that of the likelier half."""
    slower = sum((k > u) + 0.5 * (k == u) for k in known for u in unknown) / (len(known) * len(unknown))
    return max(slower, 1 - slower)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=40, help="of each half")
    parser.add_argument("--rounds", type=int, default=ROUNDS_MAX, choices=range(1, ROUNDS_MAX + 1))
    args = parser.parse_args()
    if "CNOP_BASE_URL" not in os.environ:
        parser.error("set CNOP_BASE_URL")

    names = [(api.Client().register().username, True) for _ in range(args.names)]
    names += [(api.unique_username(), False) for _ in range(args.names)]
    times = {True: [], False: []}
    guesser = Guesser()
    for _ in range(args.rounds):
        random.shuffle(names)
        for name, exists in names:
            times[exists].append(guesser.time_us(name))
    medians = {exists: statistics.median(values) for exists, values in times.items()}
    low, high = interval(times[True], times[False])
    print(f"samples of each half    {len(times[True])}")
    print(f"median, wrong password  {medians[True]:.0f} us")
    print(f"median, unknown user    {medians[False]:.0f} us")
    print(f"difference              {medians[True] - medians[False]:+.0f} us, 95 % between {low:+.0f} and {high:+.0f} us")
    print(f"told apart by one time  {100 * guess_rate(times[True], times[False]):.1f} % (50 % is blind guessing)")


if __name__ == "__main__":
    main()
