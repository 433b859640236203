# SPDX-License-Identifier: MIT
"""A private market for service tests: database with the market and ledger schemas, cache, a stand-in
for the order engine, and the configuration of cnop-feed, cnop-inventory and cnop-insights."""

import contextlib
import json
import os
import pathlib
import subprocess

from support import harness

CATALOGUE = harness.SOURCE / "conf/catalogue/assets.tsv"
MIGRATIONS = harness.SOURCE / "shared/db/migrations"
ADMIN = {"user": 1, "role": "admin"}


class Engine(harness.Process):
    """The stand-in; `refuse` makes it answer with an error number."""

    def __init__(self, directory, empty=False):
        self.socket = pathlib.Path(directory) / "engine.sock"
        self.error_file = pathlib.Path(directory) / "engine.err"
        args = [harness.built("tests/support/fake_engine"), self.socket, self.error_file]
        super().__init__(args + (["empty"] if empty else []), pathlib.Path(directory) / "engine.log",
                         start_new_session=True)
        harness.wait_until(self.socket.exists, 10, "engine socket")

    def refuse(self, number):
        self.error_file.write_text(f"{number}\n")

    def accept(self):
        self.error_file.unlink(missing_ok=True)

    def messages(self):
        return [json.loads(line) for line in self.output().splitlines() if line.endswith("}")]

    def ticks(self):
        return [message["ticks"] for message in self.messages() if "ticks" in message]

    def commands(self):
        return [message for message in self.messages() if "op" in message]

    def stop(self, *args, **kwargs):
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, 9)  # it forks one child a connection; its own session only
        return super().stop(*args, **kwargs)


class Market:
    def __init__(self, directory, database, cache):
        self.directory = pathlib.Path(directory)
        self.database = database
        self.cache = cache
        self.key_file = self.directory / "cache.key"
        self.key_file.write_bytes(b"k" * 32)
        self.key_file.chmod(0o600)
        for schema in ("market", "ledger"):
            database.sql(f"CREATE DATABASE cnop_{schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
            for path in sorted((MIGRATIONS / schema).glob("*.sql")):
                database.sql(path.read_text(), f"cnop_{schema}")
        database.create_profiles(1, 1999)
        self.market_password = database.add_user(
            "cnop_market", "market", [("SELECT, INSERT, UPDATE, DELETE", "cnop_market.*"), ("SELECT", "cnop_user.v_user")])
        self.insights_password = database.add_user(
            "cnop_insights", "insights", [("SELECT", "cnop_ledger.v_balance"), ("SELECT", "cnop_ledger.v_position"),
                                          ("SELECT", "cnop_ledger.v_orders_page"),
                                          ("SELECT", "cnop_market.v_asset_stat"), ("SELECT", "cnop_user.v_user")])

    def common(self):
        return {"db_socket": self.database.socket, "db_user": "cnop_market",
                "db_password_file": self.market_password, "cache_socket": self.cache.socket,
                "cache_timeout": "500ms", "cache_key_file": self.key_file, "engine_socket": self.directory / "engine.sock",
                "engine_timeout": "500ms"}

    def feed_config(self, name="feed", **changes):
        path = self.directory / f"{name}.conf"
        values = {**self.common(), "catalogue_file": CATALOGUE, "tick_interval": "200ms",
                  "db_query_timeout": "10s", **changes}
        path.write_text("".join(f"{key} = {value}\n" for key, value in values.items()))
        return path

    def seed(self, **changes):
        done = subprocess.run([harness.built("cnop-feed"), "--config", self.feed_config("seed", **changes), "--seed"],
                              capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr

    @contextlib.contextmanager
    def feed(self, **changes):
        process = harness.Process([harness.built("cnop-feed"), "--config", self.feed_config(**changes)],
                                  self.directory / "feed.log")
        try:
            yield process
        finally:
            process.stop()

    @contextlib.contextmanager
    def inventory(self, **changes):
        with harness.worker(harness.built("cnop-inventory"), self.directory, name="inventory",
                            **{**self.common(), **changes}) as worker:
            yield worker

    @contextlib.contextmanager
    def insights(self, name="insights", **changes):
        values = {"db_socket": self.database.socket, "db_user": "cnop_insights",
                  "db_password_file": self.insights_password, "cache_socket": self.cache.socket,
                  "cache_timeout": "500ms", "cache_key_file": self.key_file, **changes}
        with harness.worker(harness.built("cnop-insights"), self.directory, name=name, **values) as worker:
            yield worker

    def price_of(self, asset_id):
        rows = self.database.sql(f"SELECT price_e10 FROM quote WHERE asset_id = {asset_id}", "cnop_market")
        return int(rows[0][0])

    def version(self):
        return int(self.database.sql("SELECT seq FROM price_head", "cnop_market")[0][0])


def small_catalogue(directory, symbols):
    """A catalogue file with these assets only."""
    lines = [line for line in CATALOGUE.read_text().splitlines()
             if not line.startswith("#") and line.split("\t")[1] in symbols]
    path = pathlib.Path(directory) / "assets.tsv"
    path.write_text("\n".join(lines) + "\n")
    return path


@contextlib.contextmanager
def market():
    with harness.run_dir() as directory, harness.database(directory) as database, \
            harness.cache(directory) as cache:
        yield Market(directory, database, cache)
