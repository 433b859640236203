# SPDX-License-Identifier: MIT
"""How each kind of test is run and counted."""
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time
import xml.etree.ElementTree as ElementTree

PYTHON = "/usr/bin/python3"

# A test may be left out for these reasons only; any other skip is a failure.
EXPECTED_SKIPS = {
    "a full disk of the logs needs root and a tmpfs",
    "a power cut needs root and a loop device",
    "AddressSanitizer keeps what is freed for a while",
    "only root can connect as others",
    "needs another user to connect as",
    "lnav is not installed",
}


@dataclasses.dataclass
class Result:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Result(self.passed + other.passed, self.failed + other.failed,
                      self.skipped + other.skipped)


@dataclasses.dataclass
class Run:
    """One run of the whole: its sources, the state folder, environment and ports of its stack."""
    source: pathlib.Path
    folder: pathlib.Path
    api_port: int
    ui_port: int
    internal_port: int
    env: dict
    variant: object = None  # prepares another stack of the same sources
    reused: bool = False    # the stack of an earlier run
    variants: object = None  # builds under sanitizers, once there is a stack


class SuiteError(Exception):
    pass


def shell(run, log, command, minutes, env=None, check=True, on_start=None):
    """Runs a command into the log; ends its whole process group when it overstays. on_start is given its process."""
    began = time.monotonic()
    log.write(f"$ {' '.join(map(str, command))}\n")
    log.flush()
    process = subprocess.Popen(command, cwd=run.source, stdout=log, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, env={**run.env, **(env or {})},
                               start_new_session=True)
    if on_start:
        on_start(process)
    try:
        code = process.wait(timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise SuiteError(f"no end within {minutes} minutes: {command[0]}") from None
    log.write(f"# {time.monotonic() - began:.0f} s\n")
    if check and code != 0:
        raise SuiteError(f"exit code {code}: {' '.join(map(str, command))[:200]}")
    return code


def run_pytest(run, log, folder, minutes, env=None):
    report = run.folder / f"pytest-{folder.replace('/', '-')}.xml"
    report.unlink(missing_ok=True)
    code = shell(run, log, [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short",
                            "--durations=12", f"--junitxml={report}", f"tests/{folder}"], minutes, env, check=False)
    if not report.is_file():
        raise SuiteError(f"pytest left no report (exit code {code})")
    result = read_report(report, log)
    if result.passed + result.failed == 0:
        raise SuiteError(f"no test in tests/{folder} ran")
    return result


def read_report(report, log):
    result = Result()
    root = ElementTree.parse(report).getroot()
    for suite in root.iter("testsuite"):
        count = {key: int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped")}
        bad = count["failures"] + count["errors"]
        result.failed += bad
        result.skipped += count["skipped"]
        result.passed += count["tests"] - bad - count["skipped"]
    for case in root.iter("testcase"):
        for skipped in case.iter("skipped"):
            if skipped.get("message") not in EXPECTED_SKIPS:
                log.write(f"FAIL: {case.get('name')} was left out: {skipped.get('message')}\n")
                result.failed += 1
                result.skipped -= 1
    return result


def run_make_check(run, log, build, minutes):
    """Automake writes the totals of all TAP lines into the end of its output."""
    before = log.tell()
    code = shell(run, log, ["make", "-C", str(build), "-k", "-j2", "check"], minutes, check=False)
    log.flush()
    text = pathlib.Path(log.name).read_text(encoding="utf-8", errors="replace")[before:]
    totals = {key: int(value) for key, value in
              re.findall(r"^# (PASS|FAIL|ERROR|XPASS|SKIP):\s+(\d+)", text, re.M)}
    if not totals:
        raise SuiteError(f"make check printed no totals (exit code {code})")
    # none of these has a reason to leave anything out
    failed = sum(totals.get(key, 0) for key in ("FAIL", "ERROR", "XPASS", "SKIP"))
    if code != 0 and failed == 0:
        failed = 1
    return Result(totals.get("PASS", 0), failed)


def run_node(run, log, command, minutes, *files):
    """The totals of node:test (a line each) or of Vitest (one line), from the output."""
    before = log.tell()
    code = shell(run, log, [command, *files], minutes, check=False)
    text = pathlib.Path(log.name).read_text(encoding="utf-8", errors="replace")[before:]
    totals = {key: int(value) for key, value in re.findall(r"^ℹ (pass|fail|skipped) (\d+)$", text, re.M)}
    for line in re.findall(r"^ +Tests  (.+) \(\d+\)", re.sub(r"\x1b\[[0-9;]*m", "", text), re.M):
        for value, key in re.findall(r"(\d+) (pass|fail|skipped)", line):
            totals[key] = int(value)
    if not totals and code == 0:
        raise SuiteError(f"{command} printed no totals")
    failed = totals.get("fail", 0) + totals.get("skipped", 0)
    return Result(totals.get("pass", 0), failed or int(code != 0))


def commands(run, log, *rows):
    """Each row (minutes, command...) is one test."""
    result = Result()
    for minutes, *command in rows:
        if shell(run, log, command, minutes, check=False) == 0:
            result.passed += 1
        else:
            result.failed += 1
    return result


def remove(run, log):
    """The stack and its folder."""
    shell(run, log, ["./deploy.sh", "local", "destroy", "--yes"], 3, check=False)
    shutil.rmtree(run.folder, ignore_errors=True)
