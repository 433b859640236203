# SPDX-License-Identifier: MIT
"""The format file of lnav fits the lines that the stack under CNOP_VAR writes."""
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOGS = pathlib.Path(os.environ.get("CNOP_VAR", "/nonexistent")) / "log"
FILE = ROOT / "conf/monitoring/lnav/cnop_log.json"
FORMAT = json.loads(FILE.read_text(encoding="utf-8"))["cnop_log"]
SAMPLES = [json.loads(sample["line"]) for sample in FORMAT["sample"]]
KINDS = {"string": str, "integer": int, "json": dict}
MEMBERS = [FORMAT[key] for key in ("timestamp-field", "level-field", "body-field")]


def value_of(line, name):
    for part in name.split("/"):
        line = line.get(part) if isinstance(line, dict) else None
    return line


def check(line):
    assert all(isinstance(line.get(name), str) for name in MEMBERS), line
    assert line[FORMAT["level-field"]] in FORMAT["level"].values(), line
    # six digits; nginx gives none, and Alertmanager as many as it likes
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9}Z|Z|[+-]\d\d:\d\d)$", line[FORMAT["timestamp-field"]]), line
    for name, value in FORMAT["value"].items():
        found = value_of(line, name)
        assert found is None or isinstance(found, KINDS[value["kind"]]), (name, line)


def test_it_shows_fields_that_it_knows():
    shown = {part["field"] for part in FORMAT["line-format"] if isinstance(part, dict)}
    assert shown <= {*FORMAT["value"], "__timestamp__", FORMAT["level-field"]}
    assert FORMAT["opid-field"] in FORMAT["value"] and FORMAT["body-field"] in FORMAT["value"]


def test_every_level_has_a_name():
    names = re.search(r"level_names\[\] = \{(.*?)\}", (ROOT / "shared/base/log.c").read_text(encoding="utf-8"), re.S)
    assert set(re.findall(r'"([A-Z]+)"', names[1])) == set(FORMAT["level"].values())


@pytest.mark.parametrize("line", SAMPLES)
def test_its_samples(line):
    check(line)


@pytest.mark.skipif(not shutil.which("lnav"), reason="lnav is not installed")
def test_lnav_takes_it(tmp_path):
    (tmp_path / "formats/cnop").mkdir(parents=True)
    shutil.copy(FILE, tmp_path / "formats/cnop")
    done = subprocess.run(["lnav", "-I", tmp_path, "-C"], env={**os.environ, "HOME": str(tmp_path)}, capture_output=True,
                          text=True, timeout=30, check=False)
    assert done.returncode == 0, done


@pytest.mark.skipif(not (LOGS / "audit.jsonl").exists(), reason="nothing is deployed")
def test_lines_of_the_stack():
    files = [*LOGS.glob("*.jsonl"), *LOGS.glob("*/current")]
    seen = set()
    for path in files:
        for text in path.read_text(encoding="utf-8", errors="replace").splitlines()[-200:]:
            if not text.startswith("{"):
                continue  # nginx and MariaDB have words of their own
            line = json.loads(text)
            check(line)
            seen |= {name for name in FORMAT["value"] if value_of(line, name) is not None}
    assert {"service", "request_id", "action", "message", "status", "dur_us", "extra/route", "extra/status",
            "extra/dur_us", "extra/outcome", "extra/object"} <= seen
