#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Seeded traders on the running stack, so that books, tapes and charts live: makers who quote both sides of
the price, takers who hit what is there, and noise: crossing limits, stops, cancels. Accounts are made for the
occasion and play with play money. Ends after its time or with Ctrl-C, takes its open orders back, and asks
the ledger for its proof.
"""
import argparse
import collections
import decimal
import itertools
import json
import random
import secrets
import signal
import sys
import threading
import time
from decimal import Decimal

from load import Customer

MAKERS, TAKERS, NOISE = 3, 3, 2
OPEN_ORDERS = 12  # that a maker or noise leaves on the books
REPORT_S = 5


class Market:
    """What a market asks of an order, and its price of now."""

    def __init__(self, customer, asset):
        self.asset = asset
        data = customer.must(200, "GET", f"/markets/{asset}")["data"]
        self.rules = {name: Decimal(data["rules"][name])
                      for name in ("tick_size", "quantity_step", "min_quantity", "min_order_value")}

    def mark(self, customer):
        return Decimal(customer.must(200, "GET", f"/markets/{self.asset}/ticker")["data"]["mark_price"])

    def price(self, near):
        return str((near / self.rules["tick_size"]).to_integral_value() * self.rules["tick_size"])

    def quantity(self, dollars, price):
        least = max(self.rules["min_quantity"], self.rules["min_order_value"] * Decimal("1.2") / price)
        step = self.rules["quantity_step"]
        return str((max(dollars / price, least) / step).to_integral_value(decimal.ROUND_UP) * step)


class Trader:
    """One account with its own dice: the same seed makes the same choices at the same prices."""

    def __init__(self, base, kind, dice, markets, tally):
        self.customer, self.kind, self.dice, self.tally = Customer(base), kind, dice, tally
        self.markets = [Market(self.customer, asset) for asset in markets]
        self.open = collections.deque()
        for market in self.markets:  # something to sell
            self.place(order_type="market_buy", asset_id=market.asset, amount="900.00")

    def place(self, **order):
        key = secrets.token_hex(12)
        for last in (False, True):  # the key makes a second try safe
            answer = self.customer.call("order", "POST", "/orders", order, **{"Idempotency-Key": key})
            if answer.status not in (0, 502, 503, 504) or last:
                break
            time.sleep(0.5)
        if answer.status != 201:
            self.tally[self.reason(answer.status)] += 1
            return
        self.tally["orders"] += 1
        placed = json.loads(self.customer.body)["data"]
        if placed["status"] in ("queued", "partial", "pending"):
            self.open.append(placed["order_id"])

    def reason(self, status):
        try:
            return f"refused: {json.loads(self.customer.body)['code']}" if 400 <= status < 500 else f"failed: {status}"
        except (ValueError, KeyError):
            return f"failed: {status}"

    def cancel(self, order_id):
        answer = self.customer.call("cancel", "DELETE", f"/orders/{order_id}")
        if answer.status == 200:
            self.tally["cancelled"] += 1
        elif answer.status == 422:
            self.tally["filled first"] += 1
        else:
            self.tally[self.reason(answer.status)] += 1

    def step(self):
        market = self.dice.choice(self.markets)
        mark = market.mark(self.customer)
        side = self.dice.choice(("buy", "sell"))
        away = mark * Decimal(self.dice.randint(1, 30)) / 10000 * (1 if side == "sell" else -1)
        quantity = market.quantity(Decimal(self.dice.randint(20, 250)), mark)
        order = {"asset_id": market.asset, "quantity": quantity}
        if self.kind == "taker":
            self.place(order_type=f"market_{side}", **order)
        elif self.kind == "maker":
            self.place(order_type=f"limit_{side}", price=market.price(mark + away), **order)
        elif self.dice.random() < 0.5:  # crosses, and takes what is there
            self.place(order_type=f"limit_{side}", price=market.price(mark - away), time_in_force="IOC", **order)
        else:  # a stop: buys when it rises, sells when it falls
            self.place(order_type=f"stop_{side}", stop_price=market.price(mark - 2 * away), **order)
        while len(self.open) > OPEN_ORDERS:
            self.cancel(self.open.popleft())

    def run(self, end, per_second):
        while not end.wait(self.dice.expovariate(per_second)):
            self.step()

    def leave(self):
        """Whether an order is still open after all were taken back."""
        self.customer.must(200, "DELETE", "/orders")
        return bool(self.customer.must(200, "GET", "/orders?status=open&limit=1")["data"])


def trade(args, end):
    tally = collections.Counter()
    dice = random.Random(args.seed)
    kinds = ["maker"] * MAKERS + ["taker"] * TAKERS + ["noise"] * NOISE
    traders = [Trader(args.api, kind, random.Random(dice.random()), args.markets.split(","), tally) for kind in kinds]
    print(f"{len(traders)} traders on {args.markets}, seed {args.seed}, {args.rate} steps a second"
          + (f"; watch {args.ui}/trading?asset={traders[0].markets[0].asset}" if args.ui else ""), flush=True)
    failed = []

    def run(trader):
        try:
            trader.run(end, args.rate / len(traders))
        except (SystemExit, OSError, ValueError, KeyError) as error:
            failed.append(f"{trader.kind}: {error}")
            end.set()

    threads = [threading.Thread(target=run, args=(trader,)) for trader in traders]
    for thread in threads:
        thread.start()
    began = time.monotonic()
    for turn in itertools.count(1):
        if end.wait(max(0, min(began + turn * REPORT_S, began + args.seconds) - time.monotonic())):
            break
        print(f"{time.monotonic() - began:5.0f} s  " + told(tally), flush=True)
        if time.monotonic() - began >= args.seconds:
            end.set()
    for thread in threads:
        thread.join()
    is_left = [trader.leave() for trader in traders]
    proof = traders[0].customer.must(200, "GET", "/ledger/proof")["data"]
    print("end      " + told(tally))
    return [("every trader traded to the end" + "".join(f"; {text}" for text in failed), not failed),
            ("no request failed", not any(name.startswith("failed") for name in tally)),
            ("no order is left on a book", not any(is_left)),
            ("the ledger is balanced", proof["balanced"])]


def told(tally):
    return ", ".join(f"{count} {name}" for name, count in sorted(tally.items()))


def main():
    parser = argparse.ArgumentParser(prog="./deploy.sh demo traffic", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long, 1 to 3600")
    parser.add_argument("--rate", type=int, default=20, help="steps a second of all traders, 1 to 100")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other choices")
    parser.add_argument("--markets", default="BTC,ETH", help="symbols, with commas between")
    parser.add_argument("--api", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--ui", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not 1 <= args.seconds <= 3600 or not 1 <= args.rate <= 100:
        print("error: --seconds 1..3600, --rate 1..100\n  try: ./deploy.sh demo traffic --seconds 60", file=sys.stderr)
        return 2
    end = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: end.set())
    claims = trade(args, end)
    for claim, holds in claims:
        print(f"{'✔' if holds else '✘'} {claim}")
    return 0 if all(holds for _, holds in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
