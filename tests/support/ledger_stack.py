# SPDX-License-Identifier: MIT
"""A private ledger: MariaDB with the real migrations, a few assets, the engine, the reader."""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

from harness import SOURCE, Database, Worker, built, run_dir
from engine_wire import E10, Commands

ASSETS = [(1, "BTC", 64000 * E10), (2, "ETH", 3000 * E10), (3, "DOGE", 12345 * E10 // 100000), (4, "SOL", 150 * E10)]
MIGRATIONS = SOURCE / "shared/db/migrations"


class LedgerStack:
    """Files, processes and helpers of one private ledger. stop() ends everything it started."""

    def __init__(self, directory, engine="cnop-order", fast_disk=False, mariadb=(), **engine_config):
        self.directory = pathlib.Path(directory)
        self.commands_path = self.directory / "engine-cmd.sock"
        options = ["--innodb-buffer-pool-size=256M", "--innodb-log-file-size=256M", *mariadb]
        self.engine_program = built(engine)  # may skip the test: before anything runs
        self.database = Database(directory, extra=options)
        self.engine_config = engine_config
        self.engine = self.reader = None
        self.engines = []
        try:
            self.create()
        except BaseException:
            self.database.stop()
            raise

    def create(self):
        for schema in ("ledger", "market"):
            self.database.sql(f"CREATE DATABASE IF NOT EXISTS cnop_{schema} CHARACTER SET utf8mb4")
            for path in sorted((MIGRATIONS / schema).glob("*.sql")):
                self.database.sql(path.read_text(), schema=f"cnop_{schema}")
        now_us = time.time_ns() // 1000
        for number, symbol, price in ASSETS:
            self.database.sql(
                f"INSERT INTO asset (id,symbol,name,category,base_price_e10,base_volume_usd,updated_us) VALUES "
                f"({number},'{symbol}','{symbol}','test',{price},1,{now_us});"
                f"INSERT INTO quote (asset_id,price_e10,seq,source,ts_us) VALUES ({number},{price},1,'admin',{now_us})", schema="cnop_market")
        self.database.create_profiles(1000, 1999)
        self.key_path = self.directory / "order-id.key"
        self.key_path.write_bytes(bytes(range(16)))
        self.key_path.chmod(0o600)

    def start_engine(self, name="engine", program=None, env=None, check_ready=True, **config):
        values = {"processes": 1, "db_socket": self.database.socket, "db_user": "root",
                  "command_socket": self.commands_path, "board_file": self.directory / "markets.board", "order_id_key_file": self.key_path,
                  "max_accounts": 200000, "max_balances": 1000000, "recent_keys": 65536, "connections": 512,
                  "arena_kib": 512, "response_kib": 256, "price_max_age": "1h", "queue_age": "10s",
                  **self.engine_config, **config}
        # a log of its own for each: its lines tell when it is ready
        self.engine = Worker(program or self.engine_program, self.directory, name=f"{name}{len(self.engines) + 1}",
                             env=env, check_ready=check_ready, **values)
        self.engines.append(self.engine)
        return self.engine

    def start_reader(self, **config):
        values = {"processes": 1, "threads": 2, "db_socket": self.database.socket, "db_user": "root",
                  "order_id_key_file": self.key_path, "board_file": self.directory / "markets.board", **config}
        self.reader = Worker(built("cnop-order-read"), self.directory, name="reader", **values)
        return self.reader

    def commands(self, **options):
        return Commands(self.commands_path, **options)

    def deposit(self, *accounts, amount="10000.00"):
        with self.commands() as commands:
            for account in accounts:
                assert commands.cash("deposit", account, amount)[0] == "OK"

    def ledger_sql(self, text):
        return self.database.sql(text, schema="cnop_ledger")

    def audit(self):
        """What cnop-audit, which shares no code with the engine, says of it."""
        return subprocess.run([sys.executable, str(SOURCE / "tools/cnop-audit"), "--socket", str(self.database.socket)],
                              capture_output=True, text=True, check=False)

    def prove(self):
        found = self.audit()
        assert found.returncode == 0, found.stdout + found.stderr

    def stop(self):
        for process in (self.reader, *self.engines, self.database):
            if process is not None:
                process.stop()


@contextlib.contextmanager
def running_ledger(**engine_config):
    """A private ledger with its engine and reader."""
    with run_dir() as directory:
        ledger = LedgerStack(directory, **engine_config)
        try:
            ledger.start_engine()
            ledger.start_reader()
            yield ledger
        finally:
            ledger.stop()


def insert_history(stack, account, count, other=None):
    """Rows of a long history without an engine: one order a second, all of them purchases of ETH but
    every hundredth, a sale, and forty old purchases of BTC; one order of another account."""
    columns = ("id,account_id,asset_id,side,type,tif,status,client_order_id,qty_e8,filled_qty_e8,filled_quote_e8,fee_e8,"
               "cost_e8,price_e10,price_seq,cash_after_e8,created_us,updated_us")
    time_us = "1700000000000000+seq*1000000"
    stack.ledger_sql(
        f"INSERT INTO orders ({columns}) SELECT 1000+2*seq,{account},IF(seq<=40,1,2),IF(seq%100=0,2,1),1,1,4,"
        f"CONCAT('h-',seq),1000000,1000000,100000000,0,100000000,10000000000,1,1000000000,{time_us},{time_us} "
        f"FROM seq_1_to_{count}")
    if other is not None:
        stack.ledger_sql(
            f"INSERT INTO orders ({columns}) VALUES (1001,{other},1,1,1,1,4,NULL,1,1,1,0,1,1,1,1,"
            "1700000000000000,1700000000000000)")
    stack.ledger_sql("ANALYZE TABLE orders")


def insert_fills(stack, account, count):
    """Rows of a long history of executions: each second a limit order with its trade, and then a market order
    that the house has filled; assets and sides as above."""
    columns = ("id,account_id,asset_id,side,type,tif,status,client_order_id,qty_e8,filled_qty_e8,filled_quote_e8,fee_e8,"
               "cost_e8,price_e10,price_seq,cash_after_e8,created_us,updated_us")
    number, time_us = "10000000+4*seq", "1700000000000000+seq*1000000"
    asset, side = "IF(seq<=40,1,2)", "IF(seq%100=0,2,1)"
    figures = f"1000000,1000000,100000000,0,100000000,10000000000,1,1000000000,{time_us},{time_us}"
    for first, kind, tif in ((0, 2, 2), (2, 1, 1)):
        stack.ledger_sql(f"INSERT INTO orders ({columns}) SELECT {number}+{first},{account},{asset},{side},{kind},{tif},4,"
                         f"CONCAT('f-{kind}-',seq),{figures} FROM seq_1_to_{count}")
    stack.ledger_sql(
        "INSERT INTO fill (account_id,trade_id,order_id,asset_id,side,maker,price_e10,qty_e8,quote_e8,fee_e8,cost_e8,cash_after_e8,"
        f"created_us) SELECT {account},{number}+1,{number},{asset},{side},1,10000000000,1000000,100000000,0,100000000,1000000000,{time_us} "
        f"FROM seq_1_to_{count}")
    stack.ledger_sql("ANALYZE TABLE orders; ANALYZE TABLE fill")
