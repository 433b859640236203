# SPDX-License-Identifier: MIT
"""`SERVICE logs`: order, filters, rotated files, and following, on a log folder made here."""
import json
import pathlib
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def record(second, service, level="INFO", request_id="r-1", **more):
    return json.dumps({"timestamp": f"2026-01-31T12:00:{second:02}.000001Z", "level": level, "service": service,
                       "request_id": request_id, "message": f"at {second}", **more})


@pytest.fixture
def folder(tmp_path):
    for name, lines in {
        "auth/@400000.s": [record(1, "auth")],
        "auth/current": [record(3, "auth", request_id="r-2"), record(9, "auth", "ERROR")],
        "user/current": [record(2, "user")],
        "mariadb/current": ["2026-01-31 12:00:04 28 [Warning] Aborted connection", "with a second line",
                            "2026-01-31 12:00:05 0 [Note] ready"],
        "gateway/current": ["2026/01/31 12:00:06 [notice] 17#17: reconfiguring"],
        "gateway-access.jsonl": ['{"timestamp":"2026-01-31T12:00:07+00:00","level":"INFO","service":"gateway",'
                                 '"request_id":"r-2","status":422}'],
        "orders.jsonl": [record(12, "order")],
        "gateway-audit.jsonl": [record(8, "audit", "WARN")],
        "audit.jsonl": [record(10, "audit", extra={"origin": "auth"}), record(11, "audit", extra={"origin": "user"})],
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in lines))
    return tmp_path


def logs(folder, names, *options):
    done = subprocess.run(["/usr/bin/python3", ROOT / "tools/deploy/logs.py", "--folder", folder, "--names", names,
                           *options], capture_output=True, text=True, check=False, timeout=30)
    return done.stdout.splitlines(), done


def seconds(lines):
    return [int(line.split("12:00:")[1][:2]) if "12:00:" in line else None for line in lines]


def test_lines_of_all_files_come_in_the_order_of_time(folder):
    assert seconds(logs(folder, "auth user")[0]) == [1, 2, 3, 9, 10, 11]


def test_the_gateway_shows_access_and_audit(folder):
    assert seconds(logs(folder, "gateway")[0]) == [6, 7, 8]


def test_a_service_shows_its_own_audit_lines_only(folder):
    assert seconds(logs(folder, "auth")[0]) == [1, 3, 9, 10]


def test_accepted_orders_are_lines_of_the_engine(folder):
    assert seconds(logs(folder, "order")[0]) == [12]


@pytest.mark.parametrize("level,expected", [
    ("debug", [6, 7, 8]), ("info", [6, 7, 8]), ("warn", [7, 8]), ("error", []),
])
def test_levels(folder, level, expected):
    """A refused request counts as a warning whatever its line says."""
    assert seconds(logs(folder, "gateway", "--level", level)[0]) == expected


def test_a_line_without_time_stays_with_the_one_before(folder):
    assert logs(folder, "mariadb", "--level", "warn")[0] == [
        "2026-01-31 12:00:04 28 [Warning] Aborted connection", "with a second line"]


def test_one_request_over_all_programs(folder):
    assert seconds(logs(folder, "gateway auth user", "--request-id", "r-2")[0]) == [3, 7]


def test_since_and_lines(folder):
    assert seconds(logs(folder, "auth user", "--since", "2026-01-31T12:00:03")[0]) == [3, 9, 10, 11]
    assert seconds(logs(folder, "auth user", "--since", "2026-01-31 12:00")[0]) == [1, 2, 3, 9, 10, 11]
    assert logs(folder, "auth user", "--since", "1m")[0] == []
    assert seconds(logs(folder, "auth user", "--lines", "2")[0]) == [10, 11]


@pytest.mark.parametrize("options,message", [
    (["--since", "yesterday"], "expected 15m"), (["--level", "loud"], "invalid choice"), (["--colour"], "unrecognized"),
])
def test_wrong_options_are_named(folder, options, message):
    done = logs(folder, "auth", *options)[1]
    assert done.returncode == 2 and message in done.stderr


def test_following_goes_over_a_rotation(folder):
    process = subprocess.Popen(["/usr/bin/python3", ROOT / "tools/deploy/logs.py", "--folder", folder, "--names",
                                "user", "--follow"], stdout=subprocess.PIPE, text=True)
    try:
        assert "at 2" in process.stdout.readline() and "at 11" in process.stdout.readline()
        path = folder / "user/current"
        with open(path, "a", encoding="utf-8") as log:
            log.write(record(20, "user") + "\n")
        assert "at 20" in process.stdout.readline()
        path.rename(folder / "user/@400001.s")
        path.write_text(record(21, "user") + "\n")
        assert "at 21" in process.stdout.readline()
        with open(path, "a", encoding="utf-8") as log:
            log.write(record(22, "user")[:30])
            log.flush()
            time.sleep(0.7)  # at least one look at half a line
            log.write(record(22, "user")[30:] + "\n")
        assert "at 22" in process.stdout.readline()
    finally:
        process.terminate()
        process.wait(timeout=10)
