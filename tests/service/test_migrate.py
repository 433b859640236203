# SPDX-License-Identifier: MIT
"""cnop-migrate against a real server: order, checksums, resumption, one run at a time.

Covers shared/db/migrate.c and shared/db/migrate_read.c.
"""

import subprocess
import sys

import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import harness  # noqa: E402


@pytest.fixture(scope="module")
def server():
    with harness.run_dir() as directory, harness.database(directory) as database:
        yield database


class Migrations:
    def __init__(self, server, root):
        self.server, self.root = server, root
        self.folder = root / "migrations" / "demo"
        self.folder.mkdir(parents=True)
        self.config = root / "migrate.conf"
        self.config.write_text(f"db_socket = {server.socket}\nmigrations = {root}/migrations\nschemas = demo\n")
        server.sql("DROP DATABASE IF EXISTS cnop_demo")

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def run(self, verb):
        return subprocess.run([str(harness.built("cnop-migrate")), "--config", str(self.config), verb],
                              capture_output=True, text=True, timeout=90)

    def tables(self):
        return sorted(row[0] for row in self.server.sql("SHOW TABLES", schema="cnop_demo"))


@pytest.fixture
def demo(server, tmp_path):
    return Migrations(server, tmp_path)


def test_up_applies_in_order_and_only_once(demo):
    demo.write("0002_second.sql", "INSERT INTO a VALUES (2, 'x;y'); -- done; really\n")
    demo.write("0001_first.sql", "/* one; */ CREATE TABLE a (id INT PRIMARY KEY, t TEXT);\n# c;\nCREATE TABLE b (id INT);")
    done = demo.run("up")
    assert done.returncode == 0, done.stderr
    assert demo.tables() == ["a", "b", "schema_history"]
    assert demo.server.sql("SELECT id, t FROM a", schema="cnop_demo") == [["2", "x;y"]]
    assert demo.run("up").stdout == ""
    assert demo.run("verify").returncode == 0
    assert "applied  0001_first.sql" in demo.run("status").stdout


def test_verify_sees_what_is_pending(demo):
    demo.write("0001_first.sql", "CREATE TABLE a (id INT);")
    assert demo.run("verify").returncode == 1
    assert "pending  0001_first.sql" in demo.run("status").stdout
    assert demo.tables() == ["schema_history"]


def test_changed_file_stops_everything(demo):
    demo.write("0001_first.sql", "CREATE TABLE a (id INT);")
    assert demo.run("up").returncode == 0
    demo.write("0001_first.sql", "CREATE TABLE a (id BIGINT);")
    demo.write("0002_second.sql", "CREATE TABLE b (id INT);")
    done = demo.run("up")
    assert done.returncode == 70 and "differ" in done.stderr
    assert "b" not in demo.tables()
    assert demo.run("verify").returncode == 1


def test_missing_file_is_noticed(demo):
    demo.write("0001_first.sql", "CREATE TABLE a (id INT);")
    demo.write("0002_second.sql", "CREATE TABLE b (id INT);")
    assert demo.run("up").returncode == 0
    (demo.folder / "0002_second.sql").unlink()
    done = demo.run("up")
    assert done.returncode == 70 and "0002_second.sql" in done.stderr


def test_failed_statement_is_resumed_behind_what_ran(demo):
    demo.write("0001_first.sql", "CREATE TABLE a (id INT);\nINSERT INTO later VALUES (1);\nCREATE TABLE c (id INT);")
    done = demo.run("up")
    assert done.returncode == 70 and "statement 2" in done.stderr
    assert "partial" in demo.run("status").stdout
    demo.server.sql("CREATE TABLE later (id INT)", schema="cnop_demo")
    assert demo.run("up").returncode == 0
    assert demo.tables() == ["a", "c", "later", "schema_history"]


def test_crash_between_statement_and_its_note(demo):
    demo.write("0001_first.sql", "CREATE TABLE a (id INT);\nCREATE TABLE b (id INT);")
    assert demo.run("up").returncode == 0
    demo.server.sql("DROP TABLE b; UPDATE schema_history SET statements_done=0, finished_at=NULL", schema="cnop_demo")
    done = demo.run("up")
    assert done.returncode == 0, done.stderr
    assert demo.tables() == ["a", "b", "schema_history"]


@pytest.mark.parametrize("name, text, reason", [
    ("first.sql", "SELECT 1;", "not a name"),
    ("0002_gap.sql", "SELECT 1;", "0001 is missing"),
    ("0001_open.sql", "CREATE TABLE a (id INT)", "does not end"),
    ("0001_quote.sql", "SELECT 'x;", "does not end"),
    ("0001_empty.sql", "", "empty"),
])
def test_bad_files_are_refused(demo, name, text, reason):
    demo.write(name, text)
    done = demo.run("up")
    assert done.returncode == 70 and reason in done.stderr


def test_two_files_with_one_number(demo):
    demo.write("0001_one.sql", "SELECT 1;")
    demo.write("0001_two.sql", "SELECT 1;")
    assert "one number" in demo.run("up").stderr


def test_two_runs_at_once_apply_once(demo):
    demo.write("0001_slow.sql", "CREATE TABLE a (id INT);\nDO SLEEP(1);\nINSERT INTO a VALUES (1);")
    command = [str(harness.built("cnop-migrate")), "--config", str(demo.config), "up"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    assert demo.server.sql("SELECT COUNT(*) FROM a", schema="cnop_demo") == [["1"]]


def test_no_verb_is_a_usage_error(demo):
    done = subprocess.run([str(harness.built("cnop-migrate")), "--config", str(demo.config)], capture_output=True)
    assert done.returncode == 2


def test_shipped_migrations_apply_from_zero(server, tmp_path):
    config = tmp_path / "migrate.conf"
    folder = harness.SOURCE / "shared/db/migrations"
    names = [name for name in ("auth", "user", "market", "ledger") if (folder / name).is_dir()]
    if not names:
        pytest.skip("no migrations yet")
    config.write_text(f"db_socket = {server.socket}\nmigrations = {folder}\nschemas = {','.join(names)}\n")
    command = [str(harness.built("cnop-migrate")), "--config", str(config)]
    done = subprocess.run([*command, "up"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert subprocess.run([*command, "verify"], capture_output=True).returncode == 0
