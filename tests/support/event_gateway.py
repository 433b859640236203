# SPDX-License-Identifier: MIT
"""A gateway's control socket for events (docs/adr/0016): keeps them the way a gateway does, and is strict about what it
is sent."""

import json
import re

from control_stub import ControlStub

LINE = re.compile(r"(\d+) (-|[1-9]\d*) (order|fill|balance|trade|ticker) (\{.*\})")


class EventGateway(ControlStub):
    address = "/control/events"

    def __init__(self, path):
        self.last = 0
        self.events = []  # (seq, account, type, JSON text)
        self.tickers = []
        self.heads = []  # of the texts
        super().__init__(path)

    def state(self):
        return {"boot_id": "b" * 16, "first": self.events[0][0] if self.events else 0, "last": self.last}

    def forget(self):
        """As after a cold start."""
        with self.lock:
            self.last, self.events, self.tickers, self.heads = 0, [], [], []

    def accept(self, text):
        head, *lines = text.removesuffix("\n").split("\n")
        kind, number = re.fullmatch(r"(events|reset) (\d+)", head).groups()
        if kind == "events" and int(number) != self.last:
            return 409, self.state()
        self.heads.append(head)
        if kind == "reset":
            self.last, self.events = int(number), []
        for line in lines:
            match = LINE.fullmatch(line)
            if match is None:
                self.faults.append(line)
                continue
            seq, account, name, body = int(match[1]), match[2], match[3], match[4]
            value = json.loads(body)
            if seq == 0:
                self.tickers.append(value)
                continue
            if seq != self.last + 1 or value["seq"] != seq or (account == "-") != (name == "trade"):
                self.faults.append(line)
            self.last = seq
            self.events.append((seq, account, name, body))
        return 200, self.state()

    def of(self, account):
        """What the account may see, as (type, value)."""
        with self.lock:
            return [(name, json.loads(body)) for _, whose, name, body in self.events if whose in ("-", str(account))]
