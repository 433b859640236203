# SPDX-License-Identifier: MIT
"""The audit trail: every line once, whatever is killed, rotated or down; and what verification names."""

import itertools
import json
import os
import re
import subprocess
import sys

import jinja2
import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import harness  # noqa: E402

TRAIL = harness.SOURCE / "tools/cnop-trail"
EXIT_KILLED = -9


def line(number, **extra):
    return json.dumps({"timestamp": "2026-11-26T12:00:00.000000Z", "level": "INFO", "service": "audit",
                       "request_id": f"req-{number:06}", "user": f"user{number}", "action": "auth_success",
                       "message": "x", "extra": {"origin": "auth", "outcome": "success", "ip": "203.0.113.9", **extra}})


class Place:
    """A database with the trail and the ledger's schema, two streams, and writers that come and go."""

    def __init__(self, directory, database):
        self.directory, self.database = directory, database
        self.streams = [directory / "audit.jsonl", directory / "gateway-audit.jsonl"]
        self.mark, self.metrics = directory / "audit.mark", directory / "audit.prom"
        self.numbers = itertools.count(1)
        self.written = []
        self.empty()
        self.key = directory / "audit.key"
        self.key.write_bytes(b"k" * 32)
        self.key.chmod(0o600)

    def empty(self):
        """As on the first day."""
        self.database.sql("TRUNCATE TABLE cnop_audit.trail")
        for path in (*self.directory.glob("*audit.jsonl*"), self.mark):
            path.unlink(missing_ok=True)
        self.written = []

    def write(self, count=1, stream=0, **extra):
        for _ in range(count):
            text = line(next(self.numbers), **extra)
            with open(self.streams[stream], "a", encoding="utf-8") as file:
                file.write(text + "\n")
            self.written.append(text)

    def rotate(self, stream=0):
        path = self.streams[stream]
        for number in range(9, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.rename(path.with_name(f"{path.name}.{number + 1}"))
        path.rename(path.with_name(f"{path.name}.1"))

    def start(self, *before):
        config = {"db_socket": self.database.socket, "db_user": "cnop_audit",
                  "db_password_file": self.passwords["cnop_audit"], "reader_user": "cnop_audit_read",
                  "reader_password_file": self.passwords["cnop_audit_read"],
                  "streams": ",".join(map(str, self.streams)), "key_file": self.key, "mark_file": self.mark,
                  "metrics_file": self.metrics, "interval": "10ms", "db_query_timeout": "2s"}
        path = self.directory / "writer.conf"
        path.write_text("".join(f"{key} = {value}\n" for key, value in config.items()))
        return harness.Process([*before, harness.built("cnop-audit-writer"), "--config", path],
                               self.directory / "writer.log")

    def stored(self):
        return [text.decode() for text in self.stored_bytes()]

    def stored_bytes(self):
        return [bytes.fromhex("".join(row)) for row in self.database.sql(
            "SELECT HEX(line) FROM cnop_audit.trail ORDER BY seq")]

    def catch_up(self):
        """A writer runs until all is there; what is stored then."""
        writer = self.start()
        try:
            harness.wait_until(lambda: not writer.running() or len(self.stored()) >= len(self.written), 30, "all lines")
        finally:
            assert writer.stop() == 0, writer.output()
        return self.stored()

    def verify(self, *words):
        done = subprocess.run([TRAIL, "--socket", self.database.socket, "--key", self.key, "--mark", self.mark,
                               "--password-file", self.passwords["cnop_audit_read"], "verify", *words],
                              capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout.strip() + done.stderr.strip()


@pytest.fixture(scope="module")
def whole():
    with harness.run_dir() as directory, harness.database(directory) as database:
        for schema in ("auth", "user", "market", "ledger", "audit"):
            database.sql(f"CREATE DATABASE cnop_{schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
            for path in sorted((harness.SOURCE / "shared/db/migrations" / schema).glob("*.sql")):
                database.sql(path.read_text(encoding="utf-8"), schema=f"cnop_{schema}")
        place = Place(directory, database)
        users = ("cnop_auth", "cnop_user", "cnop_market", "cnop_engine", "cnop_read", "cnop_insights", "cnop_audit",
                 "cnop_audit_read")
        place.passwords = {user: database.add_user(user, f"secret-{user}", ()) for user in users}
        template = (harness.SOURCE / "conf/mariadb/grants.sql.j2").read_text(encoding="utf-8")
        database.sql(jinja2.Template(template, trim_blocks=True, lstrip_blocks=True).render())
        yield place


@pytest.fixture
def place(whole):
    whole.empty()
    return whole


# ---- every line once ----

def test_lines_are_kept_as_they_are_and_can_be_filtered(place):
    place.write(3)
    place.write(2, stream=1, object="ip:203.0.113.9", reason="röt")
    assert place.catch_up() == place.written
    assert place.verify() == (0, "ok: 5 rows of 2 files fit their seals, 0 movements are in the ledger")
    row = place.database.sql("SELECT seq, happened, action, actor, object, outcome, reason, ip, request_id FROM"
                             " cnop_audit.trail WHERE seq = 4")[0]
    last = json.loads(place.written[3])
    assert row == ["4", last["timestamp"], "auth_success", last["user"], "ip:203.0.113.9", "success", "röt",
                   "203.0.113.9", last["request_id"]]
    done = subprocess.run([TRAIL, "--socket", place.database.socket, "--password-file",
                           place.passwords["cnop_audit_read"], "list", "--request-id", last["request_id"]],
                          capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == place.written[3] + "\n"


@pytest.mark.parametrize("text", [b"", b"{", b'{"a":', b"\xff\xfe\x00\x80", b'{"action":7,"user":["x"]}',
                                  b'{"user":"' + b"u" * 300 + b'","action":"\xc3\xa4"}', b"x" * 20000])
def test_what_is_no_line_of_ours_is_kept_and_stops_nothing(place, text):
    place.write()
    with open(place.streams[0], "ab") as file:
        file.write(text + b"\n")
    place.write()
    writer = place.start()
    try:
        harness.wait_until(lambda: place.stored_bytes()[-1:] == [place.written[-1].encode()], 20, "the last line")
    finally:
        writer.stop()
    rows = place.stored_bytes()
    pieces = [text[at:at + 8192] for at in range(0, len(text), 8192)] or [b""]
    assert rows == [place.written[0].encode(), *pieces, place.written[1].encode()]
    assert place.verify()[0] == 0


def test_a_line_that_is_not_whole_waits_for_its_end(place):
    place.write(2)
    text = line(next(place.numbers))
    with open(place.streams[0], "a", encoding="utf-8") as file:
        file.write(text[:40])
        file.flush()
        assert place.catch_up() == place.written
        file.write(text[40:] + "\n")
    place.written.append(text)
    assert place.catch_up() == place.written


def test_rotated_files_go_on_where_they_were(place):
    place.write(3)
    assert place.catch_up() == place.written
    place.write(2)  # while no writer runs
    place.rotate()
    with open(place.directory / "audit.jsonl.1", "a", encoding="utf-8") as file:  # a service that has not reopened
        text = line(next(place.numbers))
        file.write(text + "\n")
    place.written.append(text)
    place.write(2)
    place.rotate()
    place.write(1)
    assert place.catch_up() == place.written
    assert place.verify()[0] == 0


def test_a_database_that_is_down_costs_nothing(place):
    place.write(2)
    writer = place.start()
    try:
        harness.wait_until(lambda: len(place.stored()) == 2, 20, "two lines")
        place.database.kill()
        place.write(5)
        harness.wait_until(lambda: "the trail cannot be written" in writer.output(), 20, "a warning")
        place.rotate()
        place.write(5)
        place.database.restart()
        harness.wait_until(lambda: len(place.stored()) == 12, 30, "all lines")
    finally:
        assert writer.stop() == 0
    assert place.stored() == place.written and place.verify()[0] == 0


def test_two_writers_write_each_line_once(place):
    writers = [place.start() for _ in range(2)]
    try:
        for _ in range(20):
            place.write(3)
            harness.wait_until(lambda: len(place.stored()) >= len(place.written), 20, "the lines")
    finally:
        for writer in writers:
            writer.stop()
    assert place.stored() == place.written
    assert place.verify()[0] == 0


# system calls at which the writer dies, and how often it has made them by then
DEATHS = [(call, count) for call, last in (("sendto", 26), ("recvfrom", 30), ("pread64", 6), ("fsync", 3),
                                           ("rename", 2), ("openat", 4)) for count in range(1, last + 1)]


def test_killed_between_any_two_steps(place):
    strace = harness.installed("strace")
    died = set()
    for call, count in DEATHS:
        place.write(2, stream=count % 2)
        writer = place.start(strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                             f"inject={call}:signal=SIGKILL:when={count}")
        harness.wait_until(lambda: not writer.running() or len(place.stored()) >= len(place.written), 30, "an end")
        if writer.stop() == EXIT_KILLED:
            died.add(call)
    assert {"sendto", "recvfrom", "pread64"} <= died
    stored = place.catch_up()
    assert sorted(stored) == sorted(place.written) and len(set(stored)) == len(stored)
    assert place.verify()[0] == 0


# ---- verification ----

TAMPERINGS = {
    "a changed line": ("UPDATE trail SET line = REPLACE(line, 'auth_success', 'auth_failure') WHERE seq = 3", "row 3 does not fit"),
    "a changed place": ("UPDATE trail SET end_at = end_at + 1 WHERE seq = 3", "row 3 does not fit"),
    "a deleted row": ("DELETE FROM trail WHERE seq = 3", "row 3 is missing"),
    "the first row": ("DELETE FROM trail WHERE seq = 1", "row 1 is missing"),
    "the end cut off": ("DELETE FROM trail WHERE seq >= 5", "row 5 is missing: the end is cut off, there were 6 rows"),
    "renumbered": ("DELETE FROM trail WHERE seq = 3; UPDATE trail SET seq = seq - 1 WHERE seq > 3 ORDER BY seq",
                   "row 3 does not fit"),
    "an inserted row": ("UPDATE trail SET seq = seq + 1 WHERE seq > 3 ORDER BY seq DESC; INSERT INTO trail (seq, file,"
                        " start_at, end_at, line, seal) SELECT 4, REPEAT('f', 16), 0, end_at - start_at, line, seal FROM"
                        " trail WHERE seq = 2", "row 4 does not fit"),
    "an appended row": ("INSERT INTO trail (seq, file, start_at, end_at, line, seal) SELECT 7, file, 9000, 9001, line,"
                        " seal FROM trail WHERE seq = 2", "row 7 does not fit"),
    "two rows exchanged": ("UPDATE trail SET seq = 100 WHERE seq = 2; UPDATE trail SET seq = 2 WHERE seq = 3;"
                           " UPDATE trail SET seq = 3 WHERE seq = 100", "row 2 does not fit"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_verification_names_the_first_bad_row(place, name):
    statement, words = TAMPERINGS[name]
    place.write(6)
    place.catch_up()
    assert place.verify()[0] == 0
    place.database.sql(statement, schema="cnop_audit")
    code, text = place.verify()
    assert code == 1 and text.startswith(words), text


def test_a_trail_that_lost_its_end_is_not_continued(place):
    place.write(4)
    place.catch_up()
    place.database.sql("DELETE FROM cnop_audit.trail WHERE seq = 4")
    place.write(1)
    writer = place.start()
    try:
        harness.wait_until(lambda: "rows of the trail are gone" in writer.output(), 20, "the alarm")
        harness.wait_until(lambda: "cnop_audit_trail_cut 1" in place.metrics.read_text(), 20, "the metric")
    finally:
        writer.stop()
    assert len(place.stored()) == 3


def test_a_movement_that_the_ledger_lacks_is_named(place):
    place.database.sql("REPLACE INTO cnop_ledger.cash_entry (id, account_id, kind, amount_e8, balance_after_e8, request_id,"
                       " created_us) VALUES (77, 5, 1, 100, 100, 'req-deposit', 1)")
    fields = {"service": "audit", "action": "deposit_success", "user": "5", "timestamp": "x"}
    for request_id, replayed in (("req-deposit", False), ("req-again", True)):
        place.written.append(json.dumps({**fields, "request_id": request_id,
                                         "extra": {"object": "entry:77", "replayed": replayed}}))
    place.streams[0].write_text("".join(text + "\n" for text in place.written))
    place.catch_up()
    assert place.verify() == (0, "ok: 2 rows of 1 files fit their seals, 2 movements are in the ledger")
    place.database.sql("DELETE FROM cnop_ledger.cash_entry WHERE id = 77")
    assert place.verify() == (1, "row 1 tells of entry 77, which the ledger does not have so")
    assert place.verify("--no-ledger")[0] == 0


# ---- rights ----

@pytest.mark.parametrize("user,statement", [
    ("cnop_audit", "UPDATE trail SET line = ''"), ("cnop_audit", "DELETE FROM trail"), ("cnop_audit", "TRUNCATE trail"),
    ("cnop_audit", "SELECT 1 FROM trail"), ("cnop_audit", "DROP TABLE trail"),
    ("cnop_audit", "REPLACE INTO trail (seq) VALUES (1)"),
    ("cnop_audit_read", "INSERT INTO trail (seq) VALUES (1)"), ("cnop_audit_read", "UPDATE trail SET line = ''"),
    ("cnop_audit_read", "DELETE FROM trail"), ("cnop_audit_read", "SELECT amount_e8 FROM cnop_ledger.cash_entry")])
def test_rights_refuse(place, user, statement):
    done = subprocess.run([harness.installed("mariadb"), "--no-defaults", "-u", user, f"-psecret-{user}", "-S",
                           str(place.database.socket), "cnop_audit", "-e", statement], capture_output=True, text=True,
                          check=False)
    assert done.returncode != 0 and re.search(r"ERROR (1142|1143|1044)", done.stderr), done.stderr


# ---- figures ----

def test_metrics_tell_rows_and_lag(place):
    place.write(3)
    place.catch_up()
    writer = place.start()
    try:
        harness.wait_until(lambda: "cnop_audit_rows 3\n" in place.metrics.read_text(), 20, "the rows")
    finally:
        writer.stop()
    text = place.metrics.read_text()
    assert "cnop_audit_behind_seconds 0\n" in text and "cnop_audit_trail_cut 0\n" in text
    assert os.stat(place.metrics).st_mode & 0o777 == 0o644 and os.stat(place.mark).st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(place):
    place.key.chmod(0o644)
    try:
        writer = place.start()
        harness.wait_until(lambda: not writer.running(), 20, "the end")
        assert writer.stop() == 78
    finally:
        place.key.chmod(0o600)
