# SPDX-License-Identifier: MIT
"""The MariaDB door against a real server: types, transactions, conflicts, lost connections.

Covers shared/db/batch_run.c, shared/db/connect.c, shared/db/handle.c, shared/db/query.c, shared/db/session.c,
shared/db/statement.c and shared/db/tx.c.
"""

import re
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import harness  # noqa: E402


class Driver:
    """One database handle, driven by lines (tests/support/db_driver.c)."""

    def __init__(self, directory, errors=None, **config):
        path = directory / f"driver-{time.monotonic_ns()}.conf"
        path.write_text("".join(f"{key} = {value}\n" for key, value in config.items()))
        self.process = subprocess.Popen([str(harness.built("tests/support/db_driver")), "--config", str(path)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
                                        text=True)

    def send(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def receive(self):
        answer = self.process.stdout.readline().rstrip("\n")
        assert answer, "the driver has died"
        return answer

    def __call__(self, line):
        self.send(line)
        return self.receive()

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


@pytest.fixture(scope="module")
def server():
    with harness.run_dir() as directory, harness.database(directory) as database:
        database.sql("CREATE DATABASE cnop_test")
        database.sql("""
            CREATE TABLE item (id BIGINT PRIMARY KEY, name VARCHAR(20) NOT NULL, amount BIGINT NOT NULL,
                UNIQUE KEY uq_item_name (name), CONSTRAINT item_positive CHECK (amount >= -1000));
            CREATE TABLE counter (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, label VARCHAR(8) NOT NULL);
        """, schema="cnop_test")
        database.password_file = database.add_user("worker", "secret words", [("ALL", "cnop_test.*")])
        database.base = directory
        yield database


@pytest.fixture
def connect(server):
    if not server.running():
        server.restart()
    server.sql("DELETE FROM item; INSERT INTO item VALUES (1,'one',100),(2,'two',100)", schema="cnop_test")
    drivers = []

    def make(**config):
        drivers.append(Driver(server.base, db_socket=server.socket, db_user="worker",
                              db_password_file=server.password_file, **config))
        return drivers[-1]

    yield make
    for driver in drivers:
        driver.close()


def rows(server, text):
    return server.sql(text, schema="cnop_test")


def test_types_and_rows(connect):
    db = connect()
    assert db("exec insert 7 seven -5") == "OK affected=1 id=0"
    assert db("query find 7") == "OK (7|seven|-5)"
    assert db("query find 8") == "OK"
    assert db("find find 8") == "NOT_FOUND"
    assert db("query types 18446744073709551615 3") == "OK (18446744073709551615u|NULL|1|+00:00|1.50|xxx)"
    assert db("query types 1 100000").endswith("x)")
    assert db("exec insert_auto a") == "OK affected=1 id=1"


def test_session_is_strict(connect):
    db = connect()
    mode, isolation, limit = re.match(r"OK \((.*)\|(.*)\|(.*)\)", db("query settings")).groups()
    assert "STRICT_ALL_TABLES" in mode and "ONLY_FULL_GROUP_BY" in mode
    assert isolation == "1"
    assert float(limit) == 2.0
    assert db("exec insert_auto far_too_long").startswith("INTERNAL")


def test_update_counts_found_rows(connect):
    db = connect()
    assert db("exec update 100 1").startswith("OK affected=1")
    assert db("exec update 100 99").startswith("OK affected=0")


def test_a_snapshot_sees_one_moment(connect):
    """shared/db/snapshot.c"""
    db, other = connect(), connect()
    assert db("view") == "OK"
    before = db("query all")
    other("exec update 7 1")
    assert db("query all") == before and "(1|one|7)" in other("query all")
    assert db("exec update 8 1").startswith(("INTERNAL", "DB_FAILED"))  # it can only read
    assert db("end_view") == "OK"
    assert "(1|one|7)" in db("query all")


def test_scans_of_a_batch_snapshot_see_one_moment(connect):
    """Although batches otherwise read what is committed at each statement."""
    db, other = connect(), connect()
    assert db("batch_sum") == "OK 200"
    other("exec update 101 1")
    assert db("batch_sum") == "OK 201"
    assert db("batch_view") == "OK"
    other("exec update 102 1")
    assert db("batch_sum") == "OK 201"
    assert db("end_batch_view") == "OK"
    assert db("batch_sum") == "OK 202"
    assert db("batch 7 seven 5") == "OK", "the next one can write"


def test_a_batch_snapshot_ends_with_its_connection(connect, server):
    db = connect()
    assert db("batch_view") == "OK" and db("batch_sum") == "OK 200"
    for row in server.sql("SELECT id FROM information_schema.processlist WHERE user='worker'"):
        server.sql(f"KILL {row[0]}")
    assert db("batch_sum") == "DB_FAILED" and db("batch_sum") == "DB_FAILED", "another connection sees another moment"
    assert db("end_batch_view") == "OK"
    assert db("batch_sum") == "OK 200"


def test_an_answer_is_of_one_view(connect):
    db = connect()
    db("one_view")
    assert db("query all").startswith("OK")
    assert db("query all").startswith("INTERNAL")  # two statements, two moments
    db("one_view")
    assert db("view") == "OK"
    assert db("query all").startswith("OK") and db("query three").startswith("OK")
    assert db("end_view") == "OK"
    assert db("query all").startswith("INTERNAL")
    db("one_view")
    assert db("query cached").startswith("OK") and db("query all").startswith("OK")
    assert db("query cached").startswith("OK") and db("query all").startswith("INTERNAL")
    db("no_deadline")
    assert db("query all").startswith("OK") and db("query all").startswith("OK")


def test_row_cap(connect):
    db = connect()
    for i in range(10, 15):
        db(f"exec insert {i} n{i} 1")
    assert db("query three") == "OK (1)(2)(10) truncated".replace(")(", ") (")
    assert db("query find 1") == "OK (1|one|100)", "unread rows must not disturb the next statement"


def test_duplicate_names_the_key_and_no_value(connect):
    db = connect()
    answer = db("exec insert 3 one 1")
    assert answer.startswith("DUPLICATE cause=[") and answer.endswith(" uq_item_name]")
    assert "'one'" not in answer
    assert db("exec insert 1 other 1").endswith(" PRIMARY]")


def test_constraint_and_bad_statement_are_internal(connect):
    db = connect()
    assert db("exec update -5000 1").startswith("INTERNAL")
    assert db("query bad").startswith("INTERNAL")
    assert db("query find 1") == "OK (1|one|100)"


def test_transaction_commits_and_rolls_back(connect, server):
    db = connect()
    assert db("begin") == "OK"
    assert db("exec add 5 1").startswith("OK")
    assert db("done") == "OK"
    assert rows(server, "SELECT amount FROM item WHERE id=1") == [["100"]]
    assert db("begin") == "OK"
    assert db("exec add 5 1").startswith("OK")
    assert db("commit") == "OK"
    assert rows(server, "SELECT amount FROM item WHERE id=1") == [["105"]]


def test_nothing_is_committed_after_an_error(connect, server):
    db = connect()
    db("begin")
    assert db("exec add 7 1").startswith("OK")
    assert db("exec insert 3 two 1").startswith("DUPLICATE")
    assert db("exec add 7 2").startswith("DUPLICATE"), "the transaction is over"
    assert db("commit").startswith("DUPLICATE")
    assert rows(server, "SELECT amount FROM item ORDER BY id") == [["100"], ["100"]]
    assert db("exec add 1 1").startswith("OK"), "the handle works on"
    assert rows(server, "SELECT amount FROM item ORDER BY id") == [["101"], ["100"]], "outside of what was rolled back"


def test_lock_wait_rolls_everything_back(connect, server):
    """Error 1205 undoes only the statement on a stock server; here the transaction must be gone."""
    holder, db = connect(), connect()
    server.sql("SET GLOBAL innodb_rollback_on_timeout=0", check=False)
    holder("begin")
    holder("query lock 2")
    db("begin")
    assert db("exec add 50 1").startswith("OK")
    assert re.match("BUSY|DEADLINE", db("exec add 50 2"))
    assert not db("commit").startswith("OK")
    holder("done")
    assert rows(server, "SELECT amount FROM item ORDER BY id") == [["100"], ["100"]]


def test_deadlock_is_retried(connect, server):
    one, two = connect(), connect()
    one.send("retry 1 2")
    two.send("retry 2 1")
    answers = [one.receive(), two.receive()]
    assert all(answer.startswith("OK") for answer in answers), answers
    assert sum(int(answer.split("runs=")[1]) for answer in answers) >= 3, "one of them was the victim"
    assert rows(server, "SELECT amount FROM item ORDER BY id") == [["100"], ["100"]]


def test_snapshot_conflict_is_reported(connect):
    one, two = connect(), connect()
    one("begin")
    one("query find 1")
    assert two("exec add 1 1").startswith("OK")
    assert one("exec add 1 1").startswith("DB_DEADLOCK")
    one("done")


def test_slow_statement_ends_at_its_limit(connect):
    db = connect(db_query_timeout="500ms")
    answer = db("query sleep 5")  # OK, were it waited for
    assert answer.startswith("DEADLINE"), answer


def test_request_deadline_bounds_a_statement(connect):
    db = connect()
    assert db("query find 1").startswith("OK")
    db("deadline 300")
    answer = db("query sleep 5")
    assert answer.startswith("DEADLINE"), answer
    db("deadline 0")
    assert db("query find 1").startswith("DEADLINE")
    db("no_deadline")
    assert db("query find 1").startswith("OK")


def test_batch_is_all_or_nothing(connect, server):
    db = connect()
    assert db("batch 7 seven 5") == "OK"
    answer = db("batch 8 seven 5")
    assert answer.startswith("DUPLICATE") and "uq_item_name" in answer
    assert "'seven'" not in answer, "values of rows are nobody's business in a log"
    assert db("batch 8 n 5").startswith("FENCED"), "how a fence says no"
    assert db("batch 8 much_too_long_for_the_column 5").startswith("INTERNAL")
    assert db("batch 8 eight 5") == "OK", "the session works on after every refusal"
    assert rows(server, "SELECT COUNT(*) FROM item WHERE id >= 7") == [["2"]]


@pytest.mark.parametrize("what", ["CONNECTION", "QUERY"])
def test_batch_cut_short_is_of_unknown_outcome(connect, server, what):
    db, other = connect(), connect()
    assert db("batch 7 seven 5") == "OK"
    other("begin")
    assert other("exec insert 8 other 1").startswith("OK"), "the batch will wait for this row"
    db.send("batch 8 eight 5")
    while not (found := server.sql("SELECT id FROM information_schema.processlist "
                                   "WHERE command = 'Query' AND info LIKE 'INSERT INTO item%'")):
        pass
    server.sql(f"KILL {what} {found[0][0]}")
    assert db.receive().startswith("OUTCOME_UNKNOWN")
    assert other("done") == "OK"
    assert rows(server, "SELECT COUNT(*) FROM item WHERE id = 8") == [["0"]]
    assert db("batch 8 eight 5") == "OK", "on a new connection"


def test_wrong_password_is_an_outage_not_a_crash(server):
    path = server.base / "wrong.pw"
    path.write_text("wrong\n")
    path.chmod(0o600)
    db = Driver(server.base, db_socket=server.socket, db_user="worker", db_password_file=path)
    answer = db("ping")
    assert answer.startswith("DB_FAILED") and "wrong" not in answer
    db.close()


def test_open_password_file_is_refused(server):
    path = server.base / "open.pw"
    path.write_text("secret\n")
    path.chmod(0o644)
    db = Driver(server.base, errors=subprocess.PIPE, db_socket=server.socket, db_user="worker",
                db_password_file=path)
    assert db.process.wait(10) == 78
    assert db.process.stderr.read() == \
        f"database: password file {path}: has permissions that are too wide\n"


def test_idle_connection_survives_a_server_restart(connect, server):
    db = connect()
    assert db("query find 1").startswith("OK")
    server.restart()
    assert db("query find 1").startswith("OK"), "a dead idle connection is noticed before use"


def test_killed_server_in_a_transaction(connect, server):
    db = connect()
    db("begin")
    assert db("exec add 1 1").startswith("OK")
    server.kill()
    assert db("exec add 1 2").startswith("DB_FAILED")
    assert db("commit").startswith("DB_FAILED")
    assert db("query find 1").startswith("DB_FAILED"), "away"
    server.restart()
    harness.wait_until(lambda: db("query find 1") == "OK (1|one|100)", 5, "reconnect")


def test_killed_server_at_commit_is_unknown(connect, server):
    db = connect()
    db("begin")
    assert db("exec add 1 1").startswith("OK")
    server.kill()
    assert db("commit").startswith("OUTCOME_UNKNOWN")
    server.restart()


def test_killed_server_during_single_write_is_unknown(connect, server):
    db, holder = connect(db_query_timeout="10s"), connect()
    holder("begin")
    holder("query lock 1")
    db("query find 1")
    db.send("exec add 1 1")
    time.sleep(0.3)
    server.kill()
    assert db.receive().startswith("OUTCOME_UNKNOWN")
    server.restart()


def test_killed_server_during_read_is_a_failure(connect, server):
    db = connect(db_query_timeout="10s")
    db("query find 1")
    db.send("query sleep 8")
    time.sleep(0.3)
    server.kill()
    assert db.receive().startswith("DB_FAILED")
    server.restart()


def test_killed_session_is_replaced(connect, server):
    db = connect()
    number = re.search(r"\((\d+)u?\)", db("query kill_me")).group(1)
    server.sql(f"KILL {number}")
    assert db("query find 1").startswith("OK")


def test_read_only_server_refuses_writes(connect, server):
    db = connect()
    server.sql("SET GLOBAL read_only=1")
    try:
        assert db("exec add 1 1").startswith("DB_FAILED")
        assert db("query find 1").startswith("OK")
    finally:
        server.sql("SET GLOBAL read_only=0")
    assert db("exec add 1 1").startswith("OK")


def test_parallel_increments_lose_nothing(connect, server):
    """The classic lost update: every acknowledged increment must be in the sum."""
    handles = [connect() for _ in range(4)]

    def work(db):
        for _ in range(25):
            assert db("exec add 1 1").startswith("OK")

    threads = [threading.Thread(target=work, args=(db,)) for db in handles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rows(server, "SELECT amount FROM item WHERE id=1") == [["200"]]
