# SPDX-License-Identifier: MIT
"""People who trade on a private ledger (ledger_stack.py), and what its operator does with prices."""

import time

from engine_wire import E10
from fcgi import Connection


class Person:
    def __init__(self, stack, number):
        self.stack, self.number = stack, number

    def ask(self, worker, method, path, **options):
        with Connection(worker.socket) as connection:
            return connection.request(method, path, user=self.number, **options)

    def place(self, kind, quantity, price=None, asset="ETH", **fields):
        body = {"order_type": kind, "asset_id": asset, "quantity": str(quantity), **fields}
        if price is not None:
            body["price"] = str(price)
        return self.ask(self.stack.engine, "POST", "/api/v1/orders", json_body=body)

    def limit(self, side, quantity, price, **fields):
        answer = self.place(f"limit_{side}", quantity, price, **fields)
        assert answer.status == 201, answer.body
        return answer.json()["data"]

    def cancel(self, order):
        return self.ask(self.stack.engine, "DELETE", f"/api/v1/orders/{order['order_id']}")

    def look(self, order):
        return self.ask(self.stack.reader, "GET", f"/api/v1/orders/{order['order_id']}").json()["data"]

    def open(self, **query):
        text = "&".join(f"{name}={value}" for name, value in {"status": "open", **query}.items())
        return self.ask(self.stack.reader, "GET", "/api/v1/orders", query=text).json()["data"]

    def balance(self, asset=0):
        rows = self.stack.ledger_sql(f"SELECT avail_e8,held_e8 FROM balance WHERE account_id={self.number} AND asset_id={asset}")
        return tuple(int(cell) for cell in rows[0]) if rows else (0, 0)


def dollars(text):
    whole, _, part = str(text).partition(".")
    return int(whole + (part + "0" * 8)[:8])


SEQ = [1000]


def tick(stack, asset, price):
    SEQ[0] += 1
    with stack.commands() as commands:
        assert commands.ticks([(asset, round(price * 100) * E10 // 100, SEQ[0])])[0] == "OK"


def price_of_the_next_start(stack, asset, price):
    """While the engine is away."""
    stack.database.sql(f"UPDATE quote SET price_e10={price * E10},seq=seq+1000000,ts_us={time.time_ns() // 1000} WHERE asset_id={asset}",
                       schema="cnop_market")
    SEQ[0] += 2_000_000  # of the next tick


def stale(stack):
    """Without a house: its price is too old."""
    stack.engine.stop()
    stack.database.sql("UPDATE quote SET ts_us=1", schema="cnop_market")
    stack.start_engine()
