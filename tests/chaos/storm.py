#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Hurts the engine and the database under load, heals, retries, and has the ledger checked.

    storm.py [--seconds 20 | --minutes N] [--clients 8] [--seed N] [--rivals | --calm | --power [--unsafe]]
             [--engine PROGRAM] [--fault NAME] [--expect-caught]

Processes are killed (engine, database, both) and stopped for a while, commits are cut before the
database or the engine hears of them, the database becomes read-only for a while, the engine runs short
of memory, and as root, where loop devices work, the disk is full for a while; --power cuts the power of the database's disk instead, and --unsafe does so to a database that
promises more than its disk holds.

Nearly half of the orders have limits around the price: some rest, and clients cancel and amend those
while others trade with them. What a client was told is cancelled must stay as it was told, to the unit.
Some wait for a price (stops and take-profits); at the end the price goes beyond all of them, up and
down, and each must have left its place.

Each client writes what it intends to a file of its own and fsyncs it before it sends, and what it
was told after it received. An answer that did not come leaves the intent open; at the end every open
intent is sent again with the same key. Then cnop-audit decides. --fault plants a bug (engine
built with CNOP_FAULT_POINTS) and --expect-caught turns the verdict round: the checker must object.
"""

import argparse
import contextlib
import json
import os
import pathlib
import random
import resource
import signal
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

from fcgi import Closed, Connection  # noqa: E402
from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402
from engine_wire import E10, Closed as CommandClosed, Commands  # noqa: E402
from cut_proxy import CutProxy  # noqa: E402
from disk import Disk, why_not  # noqa: E402

PRICES = {"BTC": 64000, "ETH": 3000, "DOGE": 0.12345, "SOL": 150}
DIGITS = {"BTC": 0, "ETH": 1, "DOGE": 5, "SOL": 2}
SYMBOLS = {"BTC": "0.00", "ETH": "0.0", "DOGE": "1", "SOL": "0."}
REACH = 12  # limits and stop prices lie up to so many thousandths from the first price
WAITING = ("stop", "stop_limit", "take_profit", "take_profit_limit")
FINAL = (201, 403, 422)  # the engine decided; everything else may be tried again


class Client(threading.Thread):
    """One client: a file, a connection, and its own random numbers."""

    def __init__(self, number, stack, folder, seed, stop):
        super().__init__(daemon=True)
        self.number, self.stack, self.stop_event = number, stack, stop
        self.random = random.Random(f"{seed}-{number}")
        self.journal = open(folder / f"client-{number}.jsonl", "w")
        self.open_intents = {}
        self.told = []
        self.resting = []  # (account, order), as last told
        self.ended = []  # (account, order) when a cancel was answered
        self.amended = 0
        self.connection = self.commands = None
        self.acked = self.refused = self.lost = self.replays = self.internal = 0
        self.last_ok = 0.0
        self.intents = 0
        self.error = None

    def write(self, **line):
        self.journal.write(json.dumps(line) + "\n")
        self.journal.flush()
        os.fsync(self.journal.fileno())

    def account(self):
        # A third of all traffic meets on one hot account.
        return 1000 if self.random.random() < 0.33 else 1001 + self.random.randrange(40)

    def price(self, symbol):
        return f"{PRICES[symbol] * (1 + self.random.randrange(-REACH, REACH + 1) / 1000):.{DIGITS[symbol]}f}"

    def make_order(self, key):
        symbol = self.random.choice(list(SYMBOLS))
        body = {"order_type": self.random.choice(["market_buy", "market_buy", "market_sell"]), "asset_id": symbol,
                "client_order_id": key}
        if self.random.random() < 0.45:
            body["order_type"] = self.random.choice(["limit_buy", "limit_sell"])
            body["price"] = self.price(symbol)
            body["quantity"] = SYMBOLS[symbol] + str(self.random.randrange(1, 30))
        elif self.random.random() < 0.25:
            kind = self.random.choice(WAITING)
            body["order_type"] = f"{kind}_{self.random.choice(['buy', 'sell'])}"
            body["stop_price"] = self.price(symbol)
            if kind.endswith("limit"):
                body["price"] = self.price(symbol)
            body["quantity"] = SYMBOLS[symbol] + str(self.random.randrange(1, 30))
        elif self.random.random() < 0.2:
            body["amount"] = f"{self.random.randrange(1, 40)}.{self.random.randrange(100):02d}"
        else:
            body["quantity"] = SYMBOLS[symbol] + str(self.random.randrange(1, 30))
        return {"op": "order", "account": self.account(), "key": key, "body": body}

    def make_cash(self, key):
        op = self.random.choice(["deposit", "deposit", "gift", "withdraw"])
        amount = f"{self.random.randrange(1, 90)}.{self.random.randrange(100):02d}"
        return {"op": op, "account": self.account(), "key": key, "amount": amount}

    def ask(self, method, path, account, **options):
        if self.connection is None:
            self.connection = Connection(self.stack.engine.socket, timeout=15)
        try:
            return self.connection.request(method, path, user=account, **options)
        except (Closed, OSError):
            self.connection.close()
            self.connection = None
            raise

    def change_one(self):
        """Cancels or amends an order that rested when it was last told."""
        account, order = self.resting.pop(self.random.randrange(len(self.resting)))
        path = f"/api/v1/orders/{order['order_id']}"
        try:
            if self.random.random() < 0.4:
                answer = self.ask("PATCH", path, account, json_body={"quantity": SYMBOLS[order["asset_id"]] +
                                                                     str(self.random.randrange(1, 40))})
                self.amended += answer.status == 200
            else:
                answer = self.ask("DELETE", path, account)
                if answer.status == 200:
                    told = answer.json()["data"]
                    self.ended.append((account, told))
        except (Closed, OSError):
            self.lost += 1
            return
        self.internal += answer.status == 500

    def send_order(self, intent):
        answer = self.ask("POST", "/api/v1/orders", intent["account"], json_body=intent["body"])
        if answer.status == 201:
            order = answer.json()["data"]
            if order["status"] in ("pending", "queued", "partial"):
                self.resting.append((intent["account"], order))
            replayed = answer.headers.get("idempotency-replayed") == "true"
            return "ok", {"body": answer.body.decode()}, replayed
        self.internal += answer.status == 500
        return ("refused" if answer.status in FINAL else "open"), {}, False

    def send_cash(self, intent):
        if self.commands is None:
            self.commands = Commands(self.stack.commands_path, timeout=15)
        try:
            err, reply = self.commands.cash(intent["op"], intent["account"], intent["amount"], key=intent["key"])
        except (CommandClosed, OSError):
            self.commands = None
            raise
        if err == "OK":
            return "ok", {"id": reply.outcome.posting.id, "body": None}, reply.outcome.replayed
        final = err in ("DAILY_LIMIT", "INSUFFICIENT_FUNDS", "ACCOUNT_FROZEN", "IDEMPOTENCY_MISMATCH")
        return ("refused" if final else "open"), {}, False

    def send(self, intent):
        """True when the engine has decided."""
        try:
            verdict, told, replayed = (self.send_order if intent["op"] == "order" else self.send_cash)(intent)
        except (Closed, CommandClosed, OSError):
            self.lost += 1
            return False
        if verdict == "open":
            return False
        if verdict == "ok":
            self.acked += 1
            self.last_ok = time.monotonic()
            self.replays += replayed
            self.write(what="ack", op=intent["op"], account=intent["account"], key=intent["key"], **told)
            self.told.append(intent)
        else:
            self.refused += 1
        return True

    def step(self, number):
        if self.told and self.random.random() < 0.05:
            self.send(self.random.choice(self.told[-50:]))  # a repeat of something already answered
            return
        if self.resting and self.random.random() < 0.2:
            self.change_one()
            return
        key = f"c{self.number}-{number}"
        intent = self.make_order(key) if self.random.random() < 0.85 else self.make_cash(key)
        self.write(what="intent", **intent)
        self.intents += 1
        if not self.send(intent):
            self.open_intents[key] = intent
            time.sleep(0.02)

    def run(self):
        number = 0
        try:
            while not self.stop_event.is_set():
                self.step(number)
                number += 1
        except BaseException as error:  # reported by the main thread
            self.error = error

    def settle(self, deadline):
        """Sends every open intent again until it is decided."""
        for key, intent in list(self.open_intents.items()):
            while not self.send(intent):
                if time.monotonic() > deadline:
                    raise AssertionError(f"intent {key} is still open")
                time.sleep(0.05)
            del self.open_intents[key]


class Storm:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.random = random.Random(arguments.seed)
        self.environment = {"CNOP_FAULT": arguments.fault} if arguments.fault else None
        self.skipped = {}
        self.disk = self.open_disk(directory)
        mariadb = ["--innodb-flush-log-at-trx-commit=0"] if arguments.unsafe else []
        try:
            self.stack = LedgerStack(directory, engine=arguments.engine, mariadb=mariadb, recent_keys=1024,
                                     any_disk="on" if arguments.unsafe else "off")
        except BaseException:
            self.close_disk()
            raise
        self.stack.database.sql("CREATE USER storm@localhost; GRANT ALL ON cnop_ledger.* TO storm@localhost; "
                                "GRANT SELECT ON cnop_market.* TO storm@localhost")  # not above read_only
        self.proxy = CutProxy(pathlib.Path(directory) / "cut.sock", self.stack.database.socket)
        self.folder = pathlib.Path(directory) / "clients"
        self.folder.mkdir()
        self.kills = []
        self.longest_outage = 0.0

    def open_disk(self, directory):
        """The database's own, where this machine allows it and something is to be done to it."""
        if self.arguments.calm or self.arguments.rivals or self.arguments.fault:
            return None
        reason = why_not(pathlib.Path(directory) / "probe")
        if reason is None:
            return Disk(pathlib.Path(directory) / "db")
        self.skipped["disk full, power cut"] = reason
        return None

    def close_disk(self):
        if self.disk is not None:
            self.disk.close()

    def close(self):
        self.stack.stop()
        self.proxy.close()
        self.close_disk()

    def start_engine(self, name="engine"):
        # a planted bug is looked for at full speed
        database = self.stack.database.socket if self.arguments.fault else self.proxy.path
        self.stack.start_engine(name=name, env=self.environment, db_socket=database, db_user="storm")

    def fund(self):
        with self.stack.commands() as commands, open(self.folder / "fund.jsonl", "w") as journal:
            for account in range(1000, 1041):
                key = f"fund-{account}"
                journal.write(json.dumps({"what": "intent", "op": "deposit", "account": account, "key": key}) + "\n")
                assert commands.cash("deposit", account, "9000.00", key=key)[0] == "OK"

    def kill_engine(self):
        for pid in self.stack.engine.children():
            os.kill(pid, 9)
        self.kills.append("engine")

    def kill_database(self):
        self.stack.database.kill()
        time.sleep(self.random.random() * 0.3)
        self.stack.database.restart()
        self.kills.append("database")

    def kill_both(self):
        self.kill_engine()
        self.kill_database()
        self.kills[-2:] = ["both"]

    def pause(self):
        """Mostly short; sometimes longer than anybody waits for a commit."""
        time.sleep(self.random.choice((0.05, 0.3, 1.0, 4.0)))

    def stop_engine(self):
        children = self.stack.engine.children()
        for pid in children:
            os.kill(pid, signal.SIGSTOP)
        self.pause()
        for pid in children:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                pass  # its parent has had enough
        self.kills.append("engine stopped")

    def stop_database(self):
        self.stack.database.freeze()
        self.pause()
        self.stack.database.tell(signal.SIGCONT)
        self.kills.append("database stopped")

    def cut_commit(self):
        how = self.random.choice(("unheard", "untold"))
        before = self.proxy.cuts[how]
        self.proxy.cut(how)
        end = time.monotonic() + 5
        while self.proxy.cuts[how] == before and time.monotonic() < end:
            time.sleep(0.005)
        self.kills += [f"commit {how}"] * (self.proxy.cuts[how] - before)

    def fill_disk(self):
        self.disk.fill()
        self.pause()
        self.disk.relieve()
        if not self.stack.database.running():
            self.stack.database.restart()
        self.kills.append("disk full")

    def refuse_writes(self):
        self.set_read_only(1)
        try:
            self.pause()
        finally:
            self.set_read_only(0)
        self.kills.append("read-only")

    def set_read_only(self, value):
        self.stack.database.sql(f"SET GLOBAL read_only={value}")

    def starve_memory(self):
        """No new page for the engine's processes for a while; what they have they keep."""
        limits = {}
        for pid in self.stack.engine.children():
            try:
                limits[pid] = resource.prlimit(pid, resource.RLIMIT_AS)
                resource.prlimit(pid, resource.RLIMIT_AS, (1 << 20, limits[pid][1]))
            except ProcessLookupError:
                pass
        self.pause()
        for pid, limit in limits.items():
            with contextlib.suppress(ProcessLookupError):  # it has ended: its parent starts another
                resource.prlimit(pid, resource.RLIMIT_AS, limit)
        self.kills.append("memory short")

    def cut_power(self):
        """Nothing is acknowledged between the picture and the end of the server."""
        self.stack.database.freeze()
        picture = self.disk.picture()
        self.stack.database.kill()
        self.kill_engine()
        self.kills[-1:] = ["power cut"]
        self.disk.replace(picture)
        self.stack.database.restart()
        time.sleep(1)

    def start_rival(self):
        """A second engine on the same shard: it must shut the first one out."""
        name = f"rival{len(self.kills)}"
        old = self.stack.engine
        try:
            self.start_engine(name)
            time.sleep(0.5)
        finally:
            old.stop()
        self.kills.append("rival")

    def faults(self):
        if self.arguments.rivals:
            return [self.start_rival]
        if self.arguments.power:
            return [self.cut_power]
        faults = [self.kill_engine, self.kill_engine, self.kill_database, self.kill_both]
        if not self.arguments.fault:
            faults += [self.stop_engine, self.stop_database, self.cut_commit, self.cut_commit]
            faults += [self.refuse_writes, self.starve_memory]
            faults += [self.fill_disk] if self.disk is not None else []
        return faults

    def tell_prices(self, move):
        """move() gives for each asset by how much its first price is multiplied."""
        seq = time.time_ns()
        with self.stack.commands() as commands:
            commands.ticks([(asset, int(price * E10 * move()), seq) for asset, price in enumerate(PRICES.values(), 1)])

    def move_prices(self):
        try:
            self.tell_prices(lambda: 1 + (self.random.random() - 0.5) / 50)
        except (CommandClosed, OSError):
            pass

    def waiting_count(self):
        return int(self.stack.ledger_sql("SELECT COUNT(*) FROM orders WHERE status = 1")[0][0])

    def reach_all(self):
        """Beyond every stop price, up and down: how many orders waited, and how many still do."""
        before = self.waiting_count()
        with contextlib.suppress(AssertionError, CommandClosed, OSError):  # the report tells how many
            for move in (1 + 2 * REACH / 1000, 1 - 2 * REACH / 1000):
                self.tell_prices(lambda by=move: by)
            wait_until(lambda: self.waiting_count() == 0, 10, "every order to be reached", pause=0.1)
        return before, self.waiting_count()

    def run(self):
        self.start_engine()
        if self.disk is not None:
            self.disk.settle()  # the copy of an empty database, not what clients do
        self.fund()
        stop = threading.Event()
        clients = [Client(n, self.stack, self.folder, self.arguments.seed, stop) for n in range(self.arguments.clients)]
        for client in clients:
            client.start()
        end = time.monotonic() + self.arguments.seconds
        faults = self.faults()
        watch = threading.Thread(target=self.watch, args=(clients, stop), daemon=True)
        watch.start()
        try:
            while time.monotonic() < end:
                time.sleep(0.3 + self.random.random())
                self.move_prices()
                if not self.arguments.calm:
                    self.random.choice(faults)()
        finally:
            stop.set()  # also when an engine refuses to start on what it finds
        for client in clients:
            client.join(30)
            if client.error is not None:
                raise client.error
        wait_until(self.is_healed, 20, "the engine to answer again", pause=0.1)
        for client in clients:
            client.settle(time.monotonic() + 30)
        return clients

    def watch(self, clients, stop):
        """How long nobody at all was told of a success."""
        since = time.monotonic()
        while not stop.wait(0.05):
            since = max(since, max(client.last_ok for client in clients))
            self.longest_outage = max(self.longest_outage, time.monotonic() - since)

    def is_healed(self):
        try:
            with Connection(self.stack.engine.socket, timeout=2) as worker:
                return worker.request("GET", "/health/ready", user=None).status == 200
        except (Closed, OSError):
            return False

    def check(self):
        return subprocess.run([sys.executable, HERE.parents[1] / "tools/cnop-audit", "--socket", self.stack.database.socket,
                               "--acks", self.folder], check=False).returncode

    def stored_keys(self):
        """Every row's account and key, as often as it is there."""
        rows = []
        for table, column in (("orders", "client_order_id"), ("cash_entry", "idem_key")):
            rows += [(table, *row) for row in self.stack.ledger_sql(
                f"SELECT account_id, {column} FROM {table} WHERE {column} IS NOT NULL")]
        return rows

    def check_books(self, clients):
        """What was cancelled is as it was told; what is held is what open orders hold."""
        rows = {(row[0], row[1]): row[2:] for row in self.stack.ledger_sql(
            "SELECT account_id, client_order_id, status, filled_qty_e8, hold_e8 FROM orders WHERE type <> 1")}
        reader = self.stack.start_reader()
        wrong = 0
        for account, told in (ended for client in clients for ended in client.ended):
            row = rows.get((str(account), told["client_order_id"]))
            if row is None:  # lost, or its key was
                wrong += 1
                continue
            status, filled, hold = map(int, row)
            with Connection(reader.socket) as connection:
                answer = connection.request("GET", f"/api/v1/orders/{told['order_id']}", user=account)
            shown = answer.json().get("data", {})  # its id may have been given to another order since
            wrong += (status, filled, hold) != (5, round(float(told["filled_quantity"]) * 10**8), 0)
            wrong += (shown.get("status"), shown.get("filled_quantity")) != ("cancelled", told["filled_quantity"])
        odd = self.stack.ledger_sql(
            "SELECT COUNT(*) FROM (SELECT id FROM orders WHERE type <> 1 AND (status IN (1, 2, 3)) <> "
            "(id IN (SELECT order_id FROM open_order))) AS odd")
        held = self.stack.ledger_sql(
            "SELECT COUNT(*) FROM balance AS b WHERE b.account_id >= 1000 AND b.held_e8 <> (SELECT COALESCE(SUM(o.hold_e8), 0) "
            "FROM open_order JOIN orders AS o ON o.id = order_id WHERE o.account_id = b.account_id AND o.hold_asset_id = b.asset_id)")
        return wrong, int(odd[0][0]) + int(held[0][0]), sum(int(row[0]) in (1, 2, 3) for row in rows.values())

    def report(self, clients):
        stored = self.stored_keys()
        told = {("orders" if intent["op"] == "order" else "cash_entry", str(intent["account"]), intent["key"])
                for client in clients for intent in client.told}
        self.lost = len(told - set(stored))
        self.doubled = len(stored) - len(set(stored))
        count = {name: sum(getattr(c, name) for c in clients)
                 for name in ("intents", "acked", "refused", "lost", "replays", "internal")}
        self.internal = count["internal"]
        self.wrong, odd, resting = self.check_books(clients)
        self.wrong += odd
        waited, self.unreached = self.reach_all()
        waiting = self.stack.ledger_sql("SELECT COUNT(*) FROM orders WHERE stop_price_e10 IS NOT NULL")[0][0]
        cancelled, amended = (sum(len(c.ended) for c in clients), sum(c.amended for c in clients))
        faults = ", ".join(f"{name} {self.kills.count(name)}" for name in sorted(set(self.kills))) or "none"
        rows = [("seed, seconds", f"{self.arguments.seed}, {self.arguments.seconds:g}"), ("faults", faults),
                ("intents", count["intents"]), ("acknowledged, repeats among them", f"{count['acked']}, {count['replays']}"),
                ("refused by a rule", count["refused"]), ("requests without an answer", count["lost"]),
                ("internal errors", count["internal"]), ("acknowledged and lost", self.lost), ("doubled", self.doubled),
                ("told cancelled, amended; still resting", f"{cancelled}, {amended}; {resting}"),
                ("stops and take-profits, waiting until the last prices", f"{waiting}, {waited}"),
                ("reached by a price and still waiting", self.unreached),
                ("changed after a cancel's answer, holds that do not fit", self.wrong),
                ("longest time without a success", f"{self.longest_outage:.1f} s"),
                *((f"left out: {what}", why) for what, why in self.skipped.items())]
        for name, value in rows:
            print(f"storm: {name:54} {value}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--minutes", type=float, help="instead of --seconds")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--engine", default="cnop-order")
    parser.add_argument("--fault", help="planted bug, for the negative controls")
    parser.add_argument("--expect-caught", action="store_true", help="succeed only if the checker objects")
    parser.add_argument("--rivals", action="store_true", help="start second engines instead of killing")
    parser.add_argument("--calm", action="store_true", help="load without faults")
    parser.add_argument("--power", action="store_true", help="cut the power of the database's disk")
    parser.add_argument("--unsafe", action="store_true", help="with a database whose commits are not on disk")
    arguments = parser.parse_args()
    if arguments.seed is None:
        arguments.seed = random.SystemRandom().randrange(10**6)
    if arguments.minutes is not None:
        arguments.seconds = arguments.minutes * 60
    with run_dir("cnop-storm-") as directory:
        storm = Storm(arguments, directory)
        if arguments.power and storm.disk is None:
            storm.close()
            print(f"storm: left out: {storm.skipped['disk full, power cut']}")
            return 77
        try:
            try:
                storm.report(storm.run())
                status = storm.check()
                status = status or int(storm.internal + storm.lost + storm.doubled + storm.wrong + storm.unreached > 0)
            except AssertionError as fault:
                print(f"storm: {fault}")
                status = 1
        finally:
            storm.close()
    if arguments.expect_caught:
        print("negative control:", "caught" if status else "NOT CAUGHT")
        return 0 if status else 1
    return status


if __name__ == "__main__":
    sys.exit(main())
