# SPDX-License-Identifier: MIT
"""Database rights, tried out: every database user against every table and view of the product.

What a user may do is written down below once more, by hand, and compared with what the server lets
it do after the migrations and conf/mariadb/grants.sql.j2. A new table that somebody can reach, or a
right that somebody lost, fails here.
"""

import pathlib
import re
import subprocess
import sys

import jinja2
import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import harness  # noqa: E402

SCHEMAS = ("auth", "user", "market", "ledger", "audit")
USERS = ("cnop_auth", "cnop_user", "cnop_market", "cnop_engine", "cnop_read", "cnop_insights", "cnop_audit",
         "cnop_audit_read")
READ = {"SELECT"}
APPEND = {"SELECT", "INSERT", "UPDATE"}
WRITE = APPEND | {"DELETE"}

# the ledger's only tables with rows that change; the others are append only
REWRITTEN = ("writer", "account", "balance", "limit_use", "orders", "verification")

# user -> table or view ("schema.*": every base table of the schema) -> rights
EXPECTED = {
    "cnop_auth": {
        "cnop_auth.*": APPEND,
        **{f"cnop_auth.{table}": WRITE for table in ("known_source", "login_failure", "revocation", "session")},
        "cnop_user.profile": {"INSERT"},
    },
    "cnop_user": {
        "cnop_user.*": APPEND,
        **{f"cnop_user.{table}": WRITE for table in ("red_packet_claim", "watchlist")},
        "cnop_market.v_asset": READ,
        **{f"cnop_ledger.{view}": READ for view in (
            "v_balance", "v_position", "v_statement_order", "v_statement_fill", "v_statement_cash", "v_limit_use")},
    },
    "cnop_market": {"cnop_market.*": APPEND, "cnop_market.candle": WRITE, "cnop_user.v_user": READ},
    "cnop_engine": {
        "cnop_ledger.*": {"SELECT", "INSERT"},
        **{f"cnop_ledger.{table}": {"UPDATE"} for table in REWRITTEN},
        "cnop_ledger.open_order": {"UPDATE", "DELETE"},
        "cnop_ledger.event_batch": {"DELETE"},
        "cnop_market.v_engine_asset": READ,
    },
    "cnop_read": {
        "cnop_market.v_asset": READ,
        "cnop_user.v_user": READ,
        **{f"cnop_ledger.{view}": READ for view in (
            "v_orders", "v_orders_page", "v_orders_asset", "v_orders_kind", "v_fill_page", "v_fill_side", "v_fill_asset",
            "v_fill_order", "v_trade_taken", "v_event_batch", "v_asset_sum", "v_journal_head", "v_verification")},
    },
    "cnop_insights": {
        "cnop_user.v_user": READ,
        "cnop_market.v_asset_stat": READ,  # columns of three views besides, tested below
    },
    "cnop_audit": {"cnop_audit.trail": {"INSERT"}},
    "cnop_audit_read": {"cnop_audit.trail": READ},  # three columns of the ledger besides, tested below
}

# ER_DBACCESS_DENIED, ER_ACCESS_DENIED, ER_TABLEACCESS_DENIED, ER_COLUMNACCESS_DENIED,
# ER_SPECIFIC_ACCESS_DENIED, ER_CANNOT_USER, ER_KILL_DENIED, ER_NO_SUCH_THREAD is none of them
DENIED = {1044, 1045, 1142, 1143, 1227, 1095, 1396, 1410}


class World:
    """The server with the product's schemas, users and rights."""

    def __init__(self, server):
        self.server = server
        for schema in SCHEMAS:
            server.sql(f"CREATE DATABASE cnop_{schema} CHARACTER SET utf8mb4")
            for path in sorted((harness.SOURCE / "shared/db/migrations" / schema).glob("*.sql")):
                server.sql(path.read_text(encoding="utf-8"), schema=f"cnop_{schema}")
        for user in USERS:
            server.sql(f"CREATE USER '{user}'@'localhost' IDENTIFIED BY 'pw-{user}'")
        template = harness.SOURCE / "conf/mariadb/grants.sql.j2"
        self.grants = jinja2.Template(template.read_text(encoding="utf-8"), trim_blocks=True,
                                      lstrip_blocks=True).render()
        self.grant()
        rows = server.sql("SELECT CONCAT(table_schema, '.', table_name), table_type"
                          " FROM information_schema.tables WHERE table_schema LIKE 'cnop\\_%'")
        self.relations = {name: kind for name, kind in rows}

    def grant(self):
        """As a deployment does; what was taken away."""
        path = pathlib.Path(self.server.data).parent / "grants.sql"
        path.write_text(self.grants, encoding="utf-8")
        done = subprocess.run(
            [harness.SOURCE / "tools/deploy/grants.py", "--socket", self.server.socket,
             "--user", "root", path], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def shown(self):
        return {user: sorted(row[0] for row in
                             self.server.sql(f"SHOW GRANTS FOR '{user}'@'localhost'"))
                for user in USERS}

    def errors(self, user, statements):
        """Error number of each statement, 0 where it worked; each runs whatever came before."""
        done = subprocess.run(
            [harness.installed("mariadb"), "--no-defaults", f"--user={user}",
             f"--password=pw-{user}", "--socket", str(self.server.socket), "--force", "--batch"],
            input="".join(f"{statement};\n" for statement in statements), capture_output=True,
            text=True, timeout=120)
        errors = [0] * len(statements)
        for code, line in re.findall(r"^ERROR (\d+) \(\w+\) at line (\d+)", done.stderr, re.M):
            errors[int(line) - 1] = int(code)
        if not any(errors):
            assert done.returncode == 0, done.stderr
        return errors

    def denied(self, user, *statements):
        return [code in DENIED for code in self.errors(user, statements)]

    def rights(self, user):
        """What works, by trying: relation -> set of statements that are not refused."""
        found = {}
        tries = [(name, verb, statement.format(name)) for name in sorted(self.relations)
                 for verb, statement in (
                     ("SELECT", "SELECT * FROM {} LIMIT 0"),
                     ("INSERT", "INSERT INTO {} VALUES ()"),
                     ("UPDATE", "UPDATE {} SET no_such_column = 1"),
                     ("DELETE", "DELETE FROM {} WHERE FALSE"))]
        statements = ["SET autocommit = 0", "SET sql_mode = 'TRADITIONAL'"]
        codes = self.errors(user, statements + [row[2] for row in tries] + ["ROLLBACK"])
        for (name, verb, _), code in zip(tries, codes[len(statements):]):
            if code not in DENIED:
                found.setdefault(name, set()).add(verb)
        return found

    def expected(self, user):
        wanted = {}
        for name, rights in EXPECTED[user].items():
            schema, _, table = name.partition(".")
            names = [name] if table != "*" else [
                relation for relation in self.relations if relation.startswith(schema + ".")]
            for relation in names:
                wanted.setdefault(relation, set()).update(rights)
        return wanted


@pytest.fixture(scope="module")
def world():
    with harness.run_dir() as directory, harness.database(directory) as server:
        yield World(server)


def test_there_is_something_to_protect(world):
    assert {name.partition(".")[0] for name in world.relations} == {f"cnop_{s}" for s in SCHEMAS}
    assert {"cnop_auth.users", "cnop_ledger.xfer", "cnop_ledger.v_orders"} <= set(world.relations)
    for user in USERS:  # the probe itself works
        assert world.errors(user, ["SELECT 1", "SELECT no_such_column"]) == [0, 1054]


@pytest.mark.parametrize("user", USERS)
def test_rights_are_exactly_these(world, user):
    assert world.rights(user) == world.expected(user)


def test_only_auth_reads_password_hashes(world):
    for user in USERS:
        refused = world.denied(user, "SELECT password_hash FROM cnop_auth.users",
                               "SELECT username FROM cnop_auth.users",
                               "SELECT token_hash FROM cnop_auth.refresh_token",
                               "SELECT COUNT(*) FROM cnop_auth.session")
        assert refused == [user != "cnop_auth"] * 4, user


def test_only_the_engine_writes_the_ledger(world):
    tables = [name for name, kind in world.relations.items()
              if name.startswith("cnop_ledger.") and kind == "BASE TABLE"]
    assert len(tables) >= 8
    for user in USERS:
        rights = world.rights(user)
        for table in tables:
            writes = rights.get(table, set()) - {"SELECT"}
            allowed = {"INSERT", "UPDATE"} if table.partition(".")[2] in REWRITTEN else {"INSERT"}
            if table == "cnop_ledger.open_order":  # which orders rest: a list, not history
                allowed = {"INSERT", "UPDATE", "DELETE"}
            elif table == "cnop_ledger.event_batch":  # old rows are removed, and none is ever changed
                allowed = {"INSERT", "DELETE"}
            assert writes == (allowed if user == "cnop_engine" else set()), (user, table)


def test_nobody_deletes_from_the_ledger(world):
    for user in USERS:
        assert all(world.denied(user, "DELETE FROM cnop_ledger.xfer",
                                "DELETE FROM cnop_ledger.journal", "TRUNCATE cnop_ledger.xfer",
                                "REPLACE INTO cnop_ledger.xfer VALUES ()",
                                "DROP TABLE cnop_ledger.journal",
                                "ALTER TABLE cnop_ledger.balance DROP CONSTRAINT balance_floor",
                                "RENAME TABLE cnop_ledger.xfer TO cnop_ledger.y")), user


def test_no_view_lets_a_write_through(world):
    views = [name for name, kind in world.relations.items()
             if kind == "VIEW" and name.startswith("cnop_ledger.")]
    for user in set(USERS) - {"cnop_engine"}:
        rights = world.rights(user)
        assert all(rights.get(view, set()) <= READ for view in views), user


def test_auth_only_adds_profiles(world):
    assert all(world.denied("cnop_auth", "SELECT user_id FROM cnop_user.profile",
                            "SELECT email FROM cnop_user.profile",
                            "UPDATE cnop_user.profile SET email = 'x'",
                            "DELETE FROM cnop_user.profile",
                            "SELECT * FROM cnop_user.red_packet_claim"))


def test_insights_sees_columns(world):
    assert world.errors("cnop_insights", [
        "SELECT avail_e8 + held_e8 FROM cnop_ledger.v_balance WHERE account_id = 1 AND asset_id = 0",
        "SELECT qty_e8 FROM cnop_ledger.v_position WHERE account_id = 1 AND asset_id > 0",
        "SELECT filled_quote_e8, created_us FROM cnop_ledger.v_orders_page WHERE account_id = 1"
        " ORDER BY id DESC"]) == [0, 0, 0]
    assert all(world.denied("cnop_insights", "SELECT * FROM cnop_ledger.v_orders_page",
                            "SELECT client_order_id FROM cnop_ledger.v_orders_page",
                            "SELECT realised_e8 FROM cnop_ledger.v_position",
                            "SELECT entries FROM cnop_ledger.v_balance"))


def test_the_reader_of_the_trail_sees_which_entries_there_are(world):
    assert world.errors("cnop_audit_read", ["SELECT id, kind, request_id FROM cnop_ledger.cash_entry"]) == [0]
    assert all(world.denied("cnop_audit_read", "SELECT amount_e8 FROM cnop_ledger.cash_entry",
                            "SELECT account_id FROM cnop_ledger.cash_entry", "SELECT * FROM cnop_ledger.cash_entry"))


def test_registration_works_with_these_rights(world):
    assert world.errors("cnop_auth", [
        "START TRANSACTION",
        "INSERT INTO cnop_auth.users (username, password_hash, created_us, password_set_us)"
        " VALUES ('jane', 'x', 1, 1)",
        "INSERT INTO cnop_user.profile (user_id, username, email, first_name, last_name, created_us,"
        " updated_us) VALUES (LAST_INSERT_ID(), 'jane', 'j@example.com', 'J', 'N', 1, 1)",
        "ROLLBACK"]) == [0, 0, 0, 0]


@pytest.mark.parametrize("user", USERS)
def test_no_power_over_the_server(world, user):
    statements = [
        "CREATE DATABASE cnop_x", "DROP DATABASE cnop_ledger",
        "CREATE TABLE cnop_ledger.x (a INT)", "CREATE TABLE cnop_auth.x (a INT)",
        "CREATE VIEW cnop_ledger.x AS SELECT 1", "CREATE INDEX i ON cnop_ledger.xfer (id)",
        "CREATE TRIGGER cnop_ledger.t BEFORE INSERT ON cnop_ledger.xfer FOR EACH ROW SET @a = 1",
        "CREATE PROCEDURE cnop_ledger.p() SELECT 1", "CREATE EVENT cnop_ledger.e"
        " ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "LOCK TABLES cnop_ledger.balance WRITE",
        "CREATE USER 'x'@'localhost'", "DROP USER 'cnop_auth'@'localhost'",
        "GRANT SELECT ON cnop_auth.users TO 'cnop_read'@'localhost'",
        f"GRANT ALL ON *.* TO '{user}'@'localhost'",
        f"SET PASSWORD FOR '{next(u for u in USERS if u != user)}'@'localhost' = PASSWORD('x')",
        "SELECT * FROM mysql.global_priv", "SELECT * FROM mysql.user",
        "SELECT 1 INTO OUTFILE '/tmp/cnop-grant-test'", "SET GLOBAL innodb_flush_log_at_trx_commit = 0",
        "SET SESSION sql_log_bin = 0", "FLUSH TABLES WITH READ LOCK", "SHUTDOWN",
        "INSTALL SONAME 'auth_pam'", "KILL 1", "CHANGE MASTER TO MASTER_HOST = 'x'",
    ]
    codes = world.errors(user, statements)
    passed = [s for s, code in zip(statements, codes) if code not in DENIED | {1094, 1370}]
    assert passed == [], dict(zip(statements, codes))
    assert world.server.sql("SELECT 1") == [["1"]]


def test_files_stay_out_of_reach(world, tmp_path):
    path = pathlib.Path(world.server.data) / "readable.txt"
    path.write_text("secret")
    path.chmod(0o644)
    for user in USERS:
        done = subprocess.run(
            [harness.installed("mariadb"), "--no-defaults", f"--user={user}", f"--password=pw-{user}",
             "--socket", str(world.server.socket), "-N", "-B", "-e", f"SELECT LOAD_FILE('{path}')"],
            capture_output=True, text=True)
        assert "secret" not in done.stdout, user


def test_no_one_sees_the_statements_of_others(world):
    for user in USERS:
        rows = subprocess.run(
            [harness.installed("mariadb"), "--no-defaults", f"--user={user}", f"--password=pw-{user}",
             "--socket", str(world.server.socket), "-N", "-B", "-e",
             "SELECT user FROM information_schema.processlist"], capture_output=True, text=True)
        assert set(rows.stdout.split()) == {user}


def test_granting_again_changes_nothing(world):
    before = world.shown()
    assert world.grant() == []
    assert world.shown() == before
    assert not any("GRANT OPTION" in line for lines in before.values() for line in lines)


def test_granting_again_takes_away_what_is_not_listed(world):
    before = world.shown()
    extras = [
        "SELECT ON cnop_ledger.balance TO 'cnop_auth'@'localhost'",
        "SELECT (email), UPDATE (email, phone) ON cnop_user.profile TO 'cnop_auth'@'localhost'",
        "ALL PRIVILEGES ON cnop_ledger.* TO 'cnop_read'@'localhost' WITH GRANT OPTION",
        "DELETE, DROP ON cnop_ledger.xfer TO 'cnop_engine'@'localhost'",
        "SUPER, FILE, CREATE USER ON *.* TO 'cnop_insights'@'localhost'",
        "SELECT ON cnop_ledger.v_orders TO 'cnop_insights'@'localhost'",
        "SHOW DATABASES ON *.* TO 'cnop_market'@'localhost' WITH GRANT OPTION",
        "UPDATE, DELETE ON cnop_audit.trail TO 'cnop_audit'@'localhost'",
        "INSERT ON cnop_audit.trail TO 'cnop_audit_read'@'localhost'",
        "cnop_helpers TO 'cnop_user'@'localhost'",
    ]
    world.server.sql("CREATE ROLE cnop_helpers; GRANT SELECT ON cnop_auth.* TO cnop_helpers;"
                     + "".join(f"GRANT {extra};" for extra in extras))
    assert world.errors("cnop_auth", ["SELECT 1 FROM cnop_ledger.balance"]) == [0]
    try:
        taken = world.grant()
        assert world.shown() == before
        assert "taken from cnop_auth: SELECT on `cnop_ledger`.`balance`" in taken
        assert {line.split()[2] for line in taken} == {f"{user}:" for user in USERS}
        assert world.denied("cnop_auth", "SELECT 1 FROM cnop_ledger.balance") == [True]
    finally:
        world.server.sql("DROP ROLE cnop_helpers")
    users = [row[0] for row in world.server.sql("SELECT user FROM mysql.user")]
    assert not [name for name in users if name.startswith("shadow")]
