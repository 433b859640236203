#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks a ledger at rest: double entry, journal chain, replay, and what clients were told.

    ledger_check.py --socket DIR/mariadb.sock [--user root] [--acks DIR] [--fee-bps 0]

Prints one line an invariant and exits 1 when one is broken. It shares no code with the product: the
journal is decoded and every command is applied again here, with Python's integers. --acks names a
folder of client journals (JSON lines: intent, ack) as written by storm.py.
"""

import argparse
import collections
import hashlib
import json
import pathlib
import struct
import subprocess
import sys

E8, E10, CENT = 10**8, 10**10, 10**6
DAY_US = 86_400_000_000
USD, WORLD, HOUSE, FEE, ROUNDING = 0, 1, 2, 3, 4
ORDER, DEPOSIT, WITHDRAW, GIFT, PRICE_SET, HALT, RESUME, FREEZE, UNFREEZE, ASSET = 1, 2, 3, 4, 6, 7, 8, 9, 10, 11
SETTLE = 12
MOVES = (ORDER, DEPOSIT, WITHDRAW, GIFT, SETTLE)
BUY = 1
CENTS, WORST_PRICE, CLOSE = 2, 4, 8  # flags of a journaled order
ENTRY_SETTLE = 4
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


class Database:
    """Rows over the mariadb client; integers as int, NULL as None, blobs asked for as HEX()."""

    def __init__(self, socket, user, password):
        self.command = ["mariadb", "--no-defaults", "-S", str(socket), "-u", user, "-N", "-B", "--quick", "cnop_ledger"]
        self.environment = {"MYSQL_PWD": password} if password else None

    def rows(self, query):
        process = subprocess.Popen([*self.command, "-e", query], stdout=subprocess.PIPE, text=True, env=self.environment)
        for line in process.stdout:
            yield [value(field) for field in line.rstrip("\n").split("\t")]
        if process.wait() != 0:
            raise SystemExit(f"query failed: {query}")


def value(field):
    if field == "NULL":
        return None
    return int(field) if field.lstrip("-").isdigit() and len(field) <= 20 else field


class Report:
    def __init__(self):
        self.faults = collections.OrderedDict()

    def begin(self, name, text):
        self.faults.setdefault(name, (text, []))

    def check(self, name, condition, detail):
        if not condition:
            self.faults[name][1].append(detail)

    def print(self):
        for name, (text, faults) in self.faults.items():
            print(f"{name:4} {'ok  ' if not faults else 'FAIL'} {text}")
            for detail in faults[:5]:
                print(f"       {detail}")
            if len(faults) > 5:
                print(f"       and {len(faults) - 5} more")
        return sum(len(faults) for _, faults in self.faults.values())


# ---- the database against itself ----------------------------------------------------------------


class Tables:
    def __init__(self, db):
        names = "account_id asset_id avail held floor cost realised entries ver"
        Balance = collections.namedtuple("Balance", names)
        self.balances = {(b.account_id, b.asset_id): b for b in (Balance(*r) for r in db.rows(
            "SELECT account_id,asset_id,avail_e8,held_e8,floor_e8,cost_e8,realised_e8,entries,ver FROM balance"))}
        Order = collections.namedtuple(
            "Order", "id account asset side status key fp qty quote_qty filled total fee price price_seq hold time cash_after")
        self.orders = {o.id: o for o in (Order(*r) for r in db.rows(
            "SELECT id,account_id,asset_id,side,status,CONCAT('k',client_order_id),HEX(fingerprint),qty_e8,"
            "COALESCE(quote_qty_e8,0),filled_qty_e8,filled_quote_e8,fee_e8,price_e10,price_seq,hold_e8,created_us,"
            "cash_after_e8 FROM orders ORDER BY id"))}
        Trade = collections.namedtuple("Trade", "id order asset side price qty quote fee")
        self.trades = [Trade(*r) for r in db.rows(
            "SELECT id,order_id,asset_id,side,price_e10,qty_e8,quote_e8,fee_e8 FROM trade ORDER BY id")]
        Transfer = collections.namedtuple("Transfer", "id leg debit credit asset amount kind")
        self.transfers = collections.defaultdict(list)
        for row in db.rows("SELECT id,leg,debit_account,credit_account,asset_id,amount_e8,kind FROM xfer ORDER BY id,leg"):
            self.transfers[row[0]].append(Transfer(*row))
        Entry = collections.namedtuple("Entry", "id account kind amount after key time")
        self.entries = {e.id: e for e in (Entry(*r) for r in db.rows(
            "SELECT id,account_id,kind,amount_e8,balance_after_e8,CONCAT('k',idem_key),created_us FROM cash_entry"))}
        self.limits = {(r[0], r[1]): (r[2], r[3]) for r in db.rows("SELECT account_id,kind,utc_day,used_e8 FROM limit_use")}
        self.frozen = {r[0] for r in db.rows("SELECT id FROM account WHERE status=2")}
        self.writer = next(db.rows("SELECT epoch,seq,next_id,HEX(head_hash) FROM writer WHERE shard=0"))


def check_balances(tables, report):
    report.begin("I1", "every asset sums to zero over all accounts")
    report.begin("I2", "each balance is the sum of its transfers")
    report.begin("I3", "nobody is below their floor, nothing held is negative")
    report.begin("I4", "held amounts are those of open orders")
    sums, moved, holds = collections.Counter(), collections.Counter(), collections.Counter()
    for legs in tables.transfers.values():
        for x in legs:
            moved[x.debit, x.asset] -= x.amount
            moved[x.credit, x.asset] += x.amount
    for order in tables.orders.values():
        holds[order.account, order.asset] += order.hold
    for key, b in tables.balances.items():
        sums[key[1]] += b.avail + b.held
        report.check("I2", b.avail + b.held == moved[key], f"balance {key}: {b.avail + b.held}, transfers {moved[key]}")
        report.check("I3", b.avail >= b.floor and b.held >= 0, f"balance {key}: {b.avail} held {b.held}")
        report.check("I3", key[0] < 1000 or b.floor == 0, f"balance {key}: floor {b.floor}")
        report.check("I4", b.held == holds[key], f"balance {key}: held {b.held}, orders {holds[key]}")
    for key, amount in moved.items():
        report.check("I2", amount == 0 or key in tables.balances, f"transfers without a balance: {key}")
    for asset, total in sums.items():
        report.check("I1", total == 0, f"asset {asset}: {total}")


def round_up(amount, unit):
    return -(-amount // unit) * unit


def settled(side, price, qty, unit):
    """What the customer pays or receives, in units of cash: up when buying, down when selling."""
    exact = price * qty  # at 10^-18
    total = round_up(exact, unit * E10) if side == BUY else exact // (unit * E10) * (unit * E10)
    return total // E10


def fee_of(total, fee_bps, unit):
    return round_up(-(-total * fee_bps // 10000), unit)


def expected_legs(order, unit):
    """(debit, credit, asset, amount) of an order, from its price and quantity alone. The house settles at
    10^-8, the customer in the unit; the difference is the rounding account's."""
    exact, total = order.price * order.filled, settled(order.side, order.price, order.filled, unit)
    if order.side == BUY:
        payer, payee, moved, rest = order.account, HOUSE, exact // E10, total - exact // E10
    else:
        payer, payee, moved, rest = HOUSE, order.account, total, -(-exact // E10) - total
    legs = [(payer, payee, USD, moved), (payee, payer, order.asset, order.filled), (payer, ROUNDING, USD, rest),
            (order.account, FEE, USD, order.fee)]
    return [leg for leg in legs if leg[3] != 0], total


def check_orders(tables, report, replay, fee_bps):
    report.begin("I5", "a final order holds nothing")
    report.begin("I6", "filled is at most the quantity and the sum of trades")
    report.begin("I10", "client keys are unique in an account")
    report.begin("I13", "each trade has exactly its transfers, residue booked")
    report.begin("I17", "fees are those of the schedule")
    trades = collections.defaultdict(list)
    for trade in tables.trades:
        trades[trade.order].append(trade)
    keys = set()
    for o in tables.orders.values():
        report.check("I5", o.status != 4 or o.hold == 0, f"order {o.id} holds {o.hold}")
        filled = sum(t.qty for t in trades[o.id])
        report.check("I6", o.filled <= o.qty and o.filled == filled, f"order {o.id}: {o.filled} of {o.qty}, trades {filled}")
        report.check("I6", o.status != 4 or o.filled == o.qty, f"order {o.id} completed with {o.filled} of {o.qty}")
        unit = replay.units.get(o.id, CENT)
        legs, total = expected_legs(o, unit)
        found = [(x.debit, x.credit, x.asset, x.amount) for x in tables.transfers.get(o.id, [])]
        report.check("I13", found == legs and o.total == total, f"order {o.id}: {found} instead of {legs}")
        report.check("I14", o.price > 0 and (o.total > 0 or o.id in replay.whole), f"order {o.id}: total {o.total}")
        report.check("I14", o.total <= 10000 * E8 or o.id in replay.closes, f"order {o.id}: total {o.total}")
        report.check("I17", o.fee == fee_of(o.total, fee_bps, unit), f"order {o.id}: fee {o.fee}")
        if o.key is not None:
            report.check("I10", (o.account, o.key) not in keys, f"key {o.key} of {o.account} twice")
            keys.add((o.account, o.key))
    for number, found in trades.items():
        report.check("I13", number in tables.orders, f"trades {found} without an order")
    known = tables.orders.keys() | tables.entries.keys()
    for number in tables.transfers.keys() - known:
        report.check("I13", False, f"transfer {number} belongs to nothing")
    for e in tables.entries.values():
        pair = (WORLD, e.account) if e.amount > 0 else (e.account, WORLD)
        if e.kind == ENTRY_SETTLE:
            pair = (HOUSE, e.account)
        found = [(x.debit, x.credit, x.asset, x.amount) for x in tables.transfers.get(e.id, [])]
        report.check("I13", found == [(*pair, USD, abs(e.amount))], f"entry {e.id}: {found}")


# ---- the journal ---------------------------------------------------------------------------------

HEAD = struct.Struct("<BBBBHHqqq")


def records(body):
    """(op, side, flags, account, id, time, asset, numbers, key, fingerprint) of each record."""
    at = 0
    while at < len(body):
        op, side, flags, key_len, asset, text_len, number, account, time = HEAD.unpack_from(body, at)
        at += HEAD.size
        count = {ORDER: 5 if flags & WORST_PRICE else 4, PRICE_SET: 2}.get(op, 1 if op in MOVES else 0)
        numbers = struct.unpack_from(f"<{count}q", body, at)
        at += 8 * count
        fingerprint, key = b"", None
        if key_len:
            fingerprint, key = body[at : at + 16], body[at + 16 : at + 16 + key_len].decode()
            at += 16 + key_len
        at += text_len
        yield op, side, flags, account, number, time, asset, numbers, key, fingerprint


class Replay:
    """The commands of the journal, applied again to nothing."""

    def __init__(self, report, fee_bps, limits, least):
        self.report, self.fee_bps, self.limits, self.least = report, fee_bps, limits, least
        self.balances = collections.defaultdict(int)
        self.cost, self.realised, self.entries = (collections.defaultdict(int) for _ in range(3))
        self.used = {}
        self.frozen, self.halted = set(), set()
        self.orders = {}
        self.units = {}  # of settlement, by order
        self.closes, self.whole = set(), set()
        self.last_id = 0

    def move(self, debit, credit, asset, amount):
        self.balances[debit, asset] -= amount
        self.balances[credit, asset] += amount
        for account in (debit, credit):
            self.report.check("I20", self.balances[account, asset] >= 0 or account < 1000,
                              f"replay: account {account} asset {asset} below zero")

    def count(self, legs):
        for place in {(a, asset) for debit, credit, asset, _ in legs for a in (debit, credit)}:
            self.entries[place] += 1

    def use_limit(self, account, kind, time, amount):
        day = time // DAY_US
        last, used = self.used.get((account, kind), (0, 0))
        self.used[account, kind] = (max(day, last), amount + (used if last >= day else 0))
        self.report.check("I18", self.used[account, kind][1] <= self.limits[kind],
                          f"account {account} used {self.used[account, kind]} on one day")

    def cash(self, op, account, time, amount):
        if op in (DEPOSIT, WITHDRAW):
            self.use_limit(account, 1 if op == DEPOSIT else 2, time, amount)
        leg = (account, WORLD, USD, amount) if op == WITHDRAW else (WORLD, account, USD, amount)
        if op == SETTLE:
            leg = (HOUSE, account, USD, amount)
            self.report.check("I23", 0 < amount < CENT and (self.balances[account, USD] + amount) % CENT == 0,
                              f"account {account} with {self.balances[account, USD]} was given {amount}")
        self.move(*leg)
        self.count([leg])

    def asked(self, side, asset, numbers, unit):
        """The quantity an order by amount comes to: all of it spent, or just enough to receive it."""
        amount, price = numbers[1], numbers[2]
        if side != BUY and unit == CENT:
            return -(-amount * E10 // price)
        budget = amount * 10000 // (10000 + self.fee_bps) if side == BUY else amount
        return budget // unit * unit * E10 // price

    def check_terms(self, flags, side, number, numbers, held):
        qty, amount, price = numbers[:3]
        whole = side != BUY and qty == held
        if flags & CLOSE:
            self.closes.add(number)
            self.report.check("I14", whole, f"order {number} closes with {qty} of {held}")
            self.report.check("I14", amount == 0 or price * qty < amount * E10, f"order {number}: worth more than {amount}")
        elif flags & CENTS and not whole:
            value = amount * E10 if amount else price * qty
            self.report.check("I14", value >= self.least * E10, f"order {number}: worth {value}, least {self.least}")
        if flags & WORST_PRICE:
            worst = numbers[4]
            self.report.check("I14", price <= worst if side == BUY else price >= worst,
                              f"order {number}: at {price}, worst {worst}")

    def order(self, side, flags, account, number, asset, numbers):
        qty, amount, price = numbers[:3]
        unit = self.units[number] = CENT if flags & CENTS else 1
        held = self.balances[account, asset]
        self.report.check("I22", asset not in self.halted, f"order {number} in a halted market")
        self.check_terms(flags, side, number, numbers, held)
        if amount and not flags & CLOSE:
            qty = self.asked(side, asset, numbers, unit)
        if side != BUY and qty == held:
            self.whole.add(number)
        fee = fee_of(settled(side, price, qty, unit), self.fee_bps, unit)
        order = collections.namedtuple("Filled", "account side asset price filled fee")(account, side, asset, price, qty, fee)
        legs, total = expected_legs(order, unit)
        for leg in legs:
            self.move(*leg)
        self.count([*legs, (account, account, USD, 0)])  # a line of the cash statement in any case
        if side == BUY:
            self.cost[account, asset] += total + fee
        else:
            share = self.cost[account, asset] * qty // held
            if qty != held:
                share -= share % unit
            self.cost[account, asset] -= share
            self.realised[account, asset] += total - fee - share
        self.orders[number] = (account, asset, side, qty, total, fee, price, self.balances[account, USD])

    def apply(self, record):
        op, side, flags, account, number, time, asset, numbers, _, _ = record
        if op in MOVES:
            self.report.check("I12", number > self.last_id, f"id {number} after {self.last_id}")
            self.last_id = number
            self.report.check("I22", account not in self.frozen, f"command {number} of frozen account {account}")
        if op == ORDER:
            self.order(side, flags, account, number, asset, numbers)
        elif op in MOVES:
            self.cash(op, account, time, numbers[0])
        elif op in (FREEZE, UNFREEZE):
            (self.frozen.add if op == FREEZE else self.frozen.discard)(account)
        elif op in (HALT, RESUME):
            (self.halted.add if op == HALT else self.halted.discard)(asset)


def fingerprint_of(side, flags, account, asset, numbers):
    qty, amount = 0 if flags & CLOSE else numbers[0], numbers[1]
    worst = numbers[4] if flags & WORST_PRICE else 0
    asked = struct.pack("<BBHIqqq", ORDER, side, asset, 0, account, qty, amount)
    if flags & (CLOSE | WORST_PRICE):
        asked += struct.pack("<qQ", worst, bool(flags & CLOSE))
    return hashlib.sha256(asked).digest()[:16]


def check_journal(db, tables, report, replay):
    report.begin("I11", "journal: dense, epochs rise, hash chain unbroken, head is the writer's")
    report.begin("I12", "ids rise in commit order")
    report.begin("I18", "daily limits were never passed")
    report.begin("I20", "replaying the journal gives every balance and order again")
    report.begin("I14", "orders are within their terms: least value, cap, worst price")
    report.begin("I22", "nothing was accepted of frozen accounts or in halted markets")
    report.begin("I23", "customers' cash is whole cents")
    last_seq, last_epoch, head = 0, 0, bytes(32)
    for seq, epoch, first_id, count, prev, digest, text in db.rows(
            "SELECT seq,epoch,first_id,command_count,CONCAT('x',HEX(prev_hash)),CONCAT('x',HEX(hash)),CONCAT('x',HEX(body)) "
            "FROM journal ORDER BY seq"):
        body = bytes.fromhex(text[1:])
        report.check("I11", seq == last_seq + 1 and epoch >= last_epoch, f"seq {seq} epoch {epoch} after {last_seq} {last_epoch}")
        report.check("I11", bytes.fromhex(prev[1:]) == head, f"seq {seq}: chain broken")
        head = hashlib.sha256(head + struct.pack("<QQQQ", seq, epoch, first_id, count) + body).digest()
        report.check("I11", bytes.fromhex(digest[1:]) == head, f"seq {seq}: hash differs")
        found = list(records(body))
        report.check("I11", len(found) == count, f"seq {seq}: {len(found)} records, {count} announced")
        for record in found:
            replay.apply(record)
            check_record(record, tables, report)
        last_seq, last_epoch = seq, epoch
    epoch, seq, next_id, digest = tables.writer
    report.check("I11", seq == last_seq and epoch >= last_epoch and str(digest).upper() == head.hex().upper(),
                 f"writer row is at {seq}, journal at {last_seq}")
    report.check("I12", replay.last_id < next_id, f"next id {next_id} after {replay.last_id}")


def check_record(record, tables, report):
    op, side, flags, account, number, _, asset, numbers, key, fingerprint = record
    if op != ORDER:
        return
    order = tables.orders.get(number)
    report.check("I20", order is not None, f"journaled order {number} is missing")
    if order is None or key is None:
        return
    report.check("I10", order.key == "k" + key and order.fp == fingerprint.hex().upper(), f"order {number}: key differs")
    if not key.startswith("."):
        report.check("I10", fingerprint == fingerprint_of(side, flags, account, asset, numbers), f"order {number}: fingerprint")


def check_replay(tables, report, replay):
    report.begin("I19", "positions, limits and statement counts equal their recomputation")
    places = tables.balances.keys() | {place for place, amount in replay.balances.items() if amount}
    settles_in_cents = CENT in replay.units.values()
    for place in places:
        b = tables.balances.get(place)
        found = b.avail + b.held if b else 0
        if settles_in_cents and place[0] >= 1000 and place[1] == USD and place[0] not in tables.frozen:
            report.check("I23", found % CENT == 0, f"account {place[0]} has {found}")
        report.check("I20", found == replay.balances[place], f"balance {place}: {found}, replay {replay.balances[place]}")
        if b and place[0] >= 1000:
            report.check("I19", (b.cost, b.realised) == (replay.cost[place], replay.realised[place]), f"position {place}")
            report.check("I19", b.entries == replay.entries[place], f"entries of {place}: {b.entries}")
    report.check("I20", tables.orders.keys() == replay.orders.keys(), "orders and journal differ")
    for number, expected in replay.orders.items():
        o = tables.orders.get(number)
        if o is not None:
            found = (o.account, o.asset, o.side, o.filled, o.total, o.fee, o.price, o.cash_after)
            report.check("I20", found == expected, f"order {number}: {found}, replay {expected}")
    for place, used in replay.used.items():
        report.check("I19", tables.limits.get(place) == used, f"limit {place}: {tables.limits.get(place)}, replay {used}")
    report.check("I19", tables.frozen == replay.frozen, f"frozen {tables.frozen}, replay {replay.frozen}")


# ---- what clients were told ----------------------------------------------------------------------


def row_id(public):
    """The row id inside a public order id."""
    number = 0
    for digit in public[1:14]:
        number = number << 5 | ALPHABET.index(digit)
    return number


def decimal(text, digits):
    whole, _, part = text.partition(".")
    return int(whole + (part + "0" * digits)[:digits])


def client_journals(folder):
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        for line in path.read_text().splitlines():
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                pass  # cut by a kill: it was never acted upon


def check_acks(tables, report, folder):
    report.begin("I7", "every acknowledged order exists, with the fields that were told")
    report.begin("I8", "every intent has at most one effect")
    report.begin("I9", "a replay is answered with the first body")
    by_key = {(o.account, o.key): o for o in tables.orders.values() if o.key is not None}
    by_entry = {(e.account, e.key): e for e in tables.entries.values() if e.key is not None}
    intents, acks = {}, {}
    for line in client_journals(folder):
        place = (line["account"], "k" + line["key"])
        if line["what"] == "intent":
            intents[place] = line
            continue
        if place in acks and acks[place].get("body") is not None:
            report.check("I9", acks[place]["body"] == line["body"], f"{place}: {acks[place]['body']} then {line['body']}")
        acks[place] = line
    for place, ack in acks.items():
        if ack["op"] != "order":
            entry = by_entry.get(place)
            report.check("I7", entry is not None and entry.id == ack["id"], f"acknowledged entry {place} is missing")
            continue
        told = json.loads(ack["body"])["data"]
        o = by_key.get(place)
        if o is None:
            report.check("I7", False, f"acknowledged order {place} is missing")
            continue
        found = (o.id, o.filled, o.price, o.total)
        expected = (row_id(told["order_id"]), decimal(told["quantity"], 8), decimal(told["price"], 10),
                    decimal(told["total_amount"], 8))
        report.check("I7", found == expected, f"{place}: told {expected}, stored {found}")
    stored = len(by_key) + len(by_entry)
    unknown = [place for place in [*by_key, *by_entry] if place not in intents]
    report.check("I8", not unknown, f"{len(unknown)} stored commands were never intended: {unknown[:3]}")
    unkeyed = sum(o.key is None for o in tables.orders.values())
    report.check("I8", unkeyed == 0, f"{unkeyed} orders have lost their key")
    print(f"clients: {len(intents)} intents, {len(acks)} acknowledged, {stored} stored")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--socket", required=True)
    parser.add_argument("--user", default="root")
    parser.add_argument("--password-file")
    parser.add_argument("--acks")
    parser.add_argument("--fee-bps", type=int, default=0)
    parser.add_argument("--deposit-limit", type=int, default=10000)
    parser.add_argument("--withdraw-limit", type=int, default=5000)
    parser.add_argument("--min-value", type=float, default=1, help="least value of an order, dollars (0.01 in the reference profile)")
    arguments = parser.parse_args()
    password = pathlib.Path(arguments.password_file).read_text().strip() if arguments.password_file else ""
    db = Database(arguments.socket, arguments.user, password)
    report = Report()
    tables = Tables(db)
    replay = Replay(report, arguments.fee_bps, {1: arguments.deposit_limit * E8, 2: arguments.withdraw_limit * E8},
                    round(arguments.min_value * E8))
    check_balances(tables, report)
    check_journal(db, tables, report, replay)
    check_orders(tables, report, replay, arguments.fee_bps)
    check_replay(tables, report, replay)
    if arguments.acks:
        check_acks(tables, report, arguments.acks)
    faults = report.print()
    print(f"{len(tables.orders)} orders, {len(tables.balances)} balances, journal at {tables.writer[1]}: "
          f"{'every invariant holds' if faults == 0 else str(faults) + ' violations'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
