# SPDX-License-Identifier: MIT
"""Backups of the running stack: taken, proved, and put back, whole and to a moment between two orders."""
import json
import os
import re
import shutil
import subprocess
import time

import pytest
import yaml

from test_deploy import DEPLOYED, ROOT, deploy, needs_stack

pytestmark = needs_stack
FOLDER = DEPLOYED / "data/backups"
UNTIL = "%Y-%m-%dT%H:%M:%SZ"


def head_of_journal():
    return int(subprocess.run(
        ["mariadb", "--no-defaults", "-S", DEPLOYED / "run/mariadb.sock", "-N", "-B", "-e",
         "SELECT MAX(seq) FROM cnop_ledger.journal"], capture_output=True, text=True, check=True).stdout)


def order():
    """Money and two orders through the public API; the journal's number after them."""
    api = subprocess.run([ROOT / "deploy.sh", "url", "api"], capture_output=True,
                         text=True, check=True).stdout.strip().removesuffix("/api/v1")
    subprocess.run([ROOT / "tools/deploy/smoke.sh", api, DEPLOYED / "keys/smoke.pw"],
                   check=True, capture_output=True, timeout=90)
    return head_of_journal()


def backup(*words, code=0):
    done = deploy("backup", *map(str, words))
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def make_identity(path):
    path.unlink(missing_ok=True)
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    return subprocess.run(["age-keygen", "-y", path], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(scope="module")
def identity(tmp_path_factory):
    """The stack takes backups for this identity, until the module ends."""
    settings = DEPLOYED / "etc/local.yml"
    before = settings.read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("identity") / "identity.txt"
    values = yaml.safe_load(before)
    values["backup"] = {"recipients": [make_identity(path)], "keep": 2}
    try:
        settings.write_text(yaml.safe_dump(values), encoding="utf-8")
        assert deploy("local", "deploy", "--no-ui").returncode == 0
        yield path
    finally:
        settings.write_text(before, encoding="utf-8")
        assert deploy("local", "deploy", "--no-ui").returncode == 0
        shutil.rmtree(FOLDER, ignore_errors=True)
        for old in [path for where in ("data/*", "keys", "log/audit") for path in DEPLOYED.glob(where + ".before-*")]:
            if old.is_dir():
                shutil.rmtree(old)
            else:
                old.unlink()


@pytest.fixture(scope="module")
def history(identity):
    """A backup, an order, a moment, another order, and the binary logs of both."""
    backup("take")
    first = order()
    time.sleep(1.1)  # a moment is a whole second
    moment = time.strftime(UNTIL, time.gmtime())
    time.sleep(1.1)
    second = order()
    assert second > first
    backup("logs")
    return {"first": first, "second": second, "moment": moment, "identity": identity}


@pytest.fixture
def logs():
    """The copied binary logs; as they were, afterwards."""
    place = next(FOLDER.glob("logs/*"))
    aside = place.with_name("aside")
    shutil.copytree(place, aside)
    yield sorted(place.glob("*.age"))
    shutil.rmtree(place)
    aside.rename(place)


def test_nobody_could_read_it():
    assert "backup.recipients" in backup("take", code=3)


@pytest.mark.parametrize("words,message", [
    ("", "backup: take, logs"),
    ("steal", "not 'steal'"),
    ("take it", "unknown argument 'it'"),
    ("verify", "--identity names no file"),
    ("verify --identity", "--identity needs a value"),
    ("verify --quick", "unknown option --quick"),
])
def test_wrong_words(words, message):
    assert message in backup(*words.split(), code=2)


def test_what_there_is_is_told(history):
    rows = re.findall(r"^(full-\d{8}T\d{6}Z) .* (\S+Z) \.\. (\S+Z)$", backup("list"), re.M)
    assert len(rows) == 1 and rows[0][1] < history["moment"] < rows[0][2]


def test_it_proves_itself(history):
    said = backup("verify", "--identity", history["identity"])
    assert "every invariant holds" in said and "fit their seals" in said
    assert f"journal at {history['second']}:" in said


def test_secrets_are_readable_by_their_recipient_alone(history, tmp_path):
    secrets = [path.read_bytes() for path in [*DEPLOYED.glob("keys/db-*.pw"), *DEPLOYED.glob("keys/*.key")]]
    for path in FOLDER.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert path.suffix != ".age" or content.startswith(b"age-encryption.org/v1")
            assert not any(secret in content for secret in secrets), path
    for log in DEPLOYED.glob("data/binlog/cnop.*"):
        assert not any(secret in log.read_bytes() for secret in secrets), log
    other = tmp_path / "other.txt"
    make_identity(other)
    assert "cannot be read with this identity" in backup("verify", "--identity", other, code=1)


def test_a_damaged_one_is_found(history):
    place = next(FOLDER.glob("full-*/data.mbs.zst.age"))
    whole = place.read_bytes()
    try:
        place.write_bytes(whole[:-4096] + bytes([whole[-4096] ^ 1]) + whole[-4095:])
        assert "is damaged" in backup("verify", "--identity", history["identity"], code=1)
    finally:
        place.write_bytes(whole)


def test_a_missing_log_is_found(history, logs):
    order()
    backup("logs")
    first = re.search("^binlog = (.+)$", next(FOLDER.glob("full-*/info")).read_text(encoding="utf-8"), re.M).group(1)
    next(log for log in logs if log.name >= first).unlink()
    assert re.search(r"binary log \d+ is missing", backup("verify", "--identity", history["identity"], code=1))


def test_a_time_that_is_not_covered(history):
    late = time.strftime(UNTIL, time.gmtime(time.time() + 3600))
    assert "the binary logs end at" in backup("verify", "--identity", history["identity"], "--until", late, code=3)
    assert "no backup from before that time" in backup("verify", "--identity", history["identity"], "--until",
                                                       "2020-01-01T00:00:00Z", code=3)
    assert "no time such as" in backup("verify", "--identity", history["identity"], "--until", "yesterdayish", code=2)


def test_what_cannot_be_restored_leaves_everything_as_it_is(history, tmp_path):
    before = head_of_journal()
    other = tmp_path / "other.txt"
    make_identity(other)
    backup("restore", "--identity", other, code=1)
    assert head_of_journal() == before and order() > before


def test_restored_to_a_moment_between_two_orders(history):
    backup("restore", "--identity", history["identity"], "--until", history["moment"])
    assert head_of_journal() == history["first"]
    assert order() > history["first"]
    assert "every invariant holds" in subprocess.run(
        [DEPLOYED / "app/bin/cnop-audit", "--socket", DEPLOYED / "run/mariadb.sock"], capture_output=True, text=True,
        check=True).stdout
    assert deploy("audit", "verify").returncode == 0
    told = json.loads(deploy("audit", "list", "--action", "database_restored").stdout.splitlines()[-1])
    assert told["extra"]["reason"] == f"until {history['moment']}"


def test_logs_of_a_restored_database_are_a_history_of_their_own(history):
    before = order()
    backup("take")
    backup("logs")
    assert len(list(FOLDER.glob("logs/*"))) == 2
    assert f"journal at {before}:" in backup("verify", "--identity", history["identity"])


def test_the_oldest_go(history):
    first = min(FOLDER.glob("full-*"))
    backup("take")
    assert not first.exists() and len(list(FOLDER.glob("full-*"))) == 2


def test_half_a_backup_is_none(history):
    (FOLDER / "full-20200101T000000Z.part").mkdir()
    assert "20200101" not in backup("list")
    assert os.access(FOLDER, os.R_OK)
