#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A customer who buys for a dollar again and again, through whatever happens, until told to stop (SIGTERM).

An order that is not answered is sent again under the same key until it is. Each acknowledged order becomes a
line of the record: key and order id. Ends with 1 when an answer is none of those that a client repeats on.
usage: buyer.py API AUTHORITY NAME RECORD
"""
import http.client
import json
import signal
import ssl
import sys
import time
import urllib.parse

ANSWER_S = 10
PATIENCE_S = 180
PAUSE_S = 0.05
REPEATED = (500, 502, 503, 504)
PASSWORD = "Buyer-Password-17"


class Customer:
    def __init__(self, api, authority):
        self.place = urllib.parse.urlsplit(api)
        self.context = ssl.create_default_context(cafile=authority)
        self.connection = None
        self.headers = {"Content-Type": "application/json"}

    def ask(self, method, path, body=None, key=None):
        """Status and answer of one try."""
        if self.connection is None:
            self.connection = http.client.HTTPSConnection(
                self.place.hostname, self.place.port, timeout=ANSWER_S, context=self.context)
        headers = {**self.headers, "Idempotency-Key": key} if key else self.headers
        try:
            self.connection.request(method, "/api/v1" + path, json.dumps(body) if body is not None else None, headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise

    def insist(self, method, path, body=None, key=None, accept=()):
        """The answer, however often it takes to get one."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                status, answer = self.ask(method, path, body, key)
            except (OSError, http.client.HTTPException) as broken:
                status, answer = 503, repr(broken)
            if status < 300 or status in accept:
                return answer
            if status not in REPEATED or time.monotonic() > deadline:
                sys.exit(f"{method} {path} answered {status}: {answer}")
            time.sleep(0.1)

    def log_in(self, name):
        who = {"username": name, "password": PASSWORD}
        self.insist("POST", "/auth/register", {**who, "email": f"{name}@example.com", "first_name": "Ann",
                                               "last_name": "Buyer"}, accept=(409,))
        self.headers["Authorization"] = "Bearer " + self.insist("POST", "/auth/login", who)["access_token"]


def orders(customer):
    """Ids of all orders that the service shows, newest first."""
    found, cursor = [], ""
    while cursor is not None:
        page = customer.insist("GET", f"/orders?limit=100{cursor and '&cursor=' + urllib.parse.quote(cursor)}")
        found += [order["order_id"] for order in page["data"]]
        cursor = page["next_cursor"]
    return found


def main(api, authority, name, record):
    wanted = True

    def stop(*_):
        nonlocal wanted
        wanted = False

    signal.signal(signal.SIGTERM, stop)
    customer = Customer(api, authority)
    customer.log_in(name)
    customer.insist("POST", "/balance/deposit", {"amount": "5000.00"}, key=f"{name}-deposit")
    with open(record, "a", encoding="utf-8") as file:
        number = 0
        while wanted:
            key = f"{name}-{number}"
            answer = customer.insist("POST", "/orders", {"order_type": "market_buy", "asset_id": "BTC",
                                                         "amount": "1.00"}, key=key)
            file.write(f"{key} {answer['data']['order_id']}\n")
            file.flush()
            number += 1
            time.sleep(PAUSE_S)  # the deposit of a day lasts
    shown = orders(customer)
    with open(record, encoding="utf-8") as file:
        acknowledged = [line.split()[1] for line in file]
    lost, strange = set(acknowledged) - set(shown), set(shown) - set(acknowledged)
    print(json.dumps({"acknowledged": len(acknowledged), "lost": sorted(lost), "strange": sorted(strange),
                      "twice": len(shown) - len(set(shown)) + len(acknowledged) - len(set(acknowledged))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
