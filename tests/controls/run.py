#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Negative controls: plants one defect after the other into a copy of the sources and expects the
test named beside it to fail. A test that passes all the same is a hole, and ends the run with 1.

    tests/controls/run.py [NAME...]     all of them, or those named
    tests/controls/run.py --sample 4    some, which change whenever the code around them does

A stack's build tree in CNOP_BUILDDIR, with its sources beside it, is copied and spares most of the
compiling. Each test runs once without a defect first: one that fails by itself proves nothing.
"""
import argparse
import hashlib
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
from defects import DEFECTS  # noqa: E402
from sources import copy_sources  # noqa: E402

BUILD_MINUTES, TEST_MINUTES = 20, 6


class Broken(Exception):
    """The control could not be carried out."""


def limited(command, minutes, **options):
    """Exit code and output; the whole process group ends with the time."""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True, **options) as process:
        try:
            output, _ = process.communicate(timeout=minutes * 60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, process.communicate()[0] + f"\nno end within {minutes} minutes\n"
    return process.returncode, output


class Copy:
    """Sources and a build tree of its own, which looks for them in ../src as every build of a stack does."""

    def __init__(self, folder):
        self.source, self.build = folder / "src", folder / "build"
        given = os.environ.get("CNOP_BUILDDIR")
        if given:
            leave = shutil.ignore_patterns(".git", "node_modules")
            shutil.copytree(pathlib.Path(given).parent / "src", self.source, symlinks=True, ignore=leave)
            shutil.copytree(given, self.build, symlinks=True)
        else:
            copy_sources(ROOT, self.source)
            self.build.mkdir()
            self.require(["./bootstrap"], self.source)
            self.require(["../src/configure", "-q"], self.build)
        self.require(["make", "-s", "-j2", "all"], self.build)
        self.require(["make", "-s", "-j2", "check", "TESTS="], self.build)

    @staticmethod
    def require(command, folder):
        code, output = limited(command, BUILD_MINUTES, cwd=folder)
        if code != 0:
            raise Broken(f"{' '.join(command)} ended with {code}:\n{output[-2000:]}")

    def passes(self, test):
        """Whether the test passes, after building what it needs."""
        program, *options = shlex.split(test)
        is_unit = program.startswith(("tests/unit/", "tests/sim/", "tests/torture/"))
        for target in [[program]] if is_unit else [["all"], ["check", "TESTS="]]:
            # a defect may leave something unused: that is not what is asked
            code, output = limited(["make", "-s", "-j2", "CFLAGS=-O1 -Wno-error", *target], BUILD_MINUTES, cwd=self.build)
            if code != 0:
                raise Broken(f"it does not compile:\n{output[-2000:]}")
        if is_unit:
            env = {**os.environ, "srcdir": str(self.source), "top_srcdir": str(self.source)}
            return limited([f"./{program}", *options], TEST_MINUTES, cwd=self.build, env=env)[0] == 0
        env = {**os.environ, "CNOP_BUILDDIR": str(self.build), "PYTHONDONTWRITEBYTECODE": "1"}
        code, output = limited(["/usr/bin/python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=short",
                                program, *options], TEST_MINUTES, cwd=self.source, env=env)
        if code not in (0, 1) or " passed" not in output and " failed" not in output and " error" not in output:
            raise Broken(f"pytest ended with {code}:\n{output[-2000:]}")
        return code == 0

    def try_defect(self, defect):
        """True: the test has noticed it."""
        path = self.source / defect.path
        text = path.read_text(encoding="utf-8")
        if text.count(defect.find) != 1:
            raise Broken(f"the text to replace is {text.count(defect.find)} times in {defect.path}")
        path.write_text(text.replace(defect.find, defect.plant), encoding="utf-8")
        try:
            return not self.passes(defect.test)
        finally:
            path.write_text(text, encoding="utf-8")


def choose(names, sample):
    unknown = set(names) - {defect.name for defect in DEFECTS}
    if unknown:
        raise SystemExit(f"unknown: {' '.join(sorted(unknown))}")
    if names:
        return [defect for defect in DEFECTS if defect.name in names]
    if not sample:
        return DEFECTS

    def rank(defect):
        text = (ROOT / defect.path).read_bytes()
        return hashlib.sha256(defect.name.encode() + text).digest()
    return sorted(DEFECTS, key=rank)[:sample]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", nargs="*")
    parser.add_argument("--sample", type=int, default=0)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    chosen = choose(options.name, options.sample)
    if options.list:
        print("\n".join(f"{defect.name:<42} {defect.test}" for defect in chosen))
        return 0
    missed = 0
    with tempfile.TemporaryDirectory(prefix="cnop-controls-", dir="/var/tmp") as folder:
        os.chmod(folder, 0o755)
        copy = Copy(pathlib.Path(folder))
        for test in sorted({defect.test for defect in chosen}):
            if not copy.passes(test):
                raise Broken(f"{test} fails without a defect")
        for defect in chosen:
            started = time.monotonic()
            try:
                verdict = "ok" if copy.try_defect(defect) else "FAIL: not noticed"
            except Broken as why:
                verdict = f"FAIL: {why}"
            missed += verdict != "ok"
            print(f"{verdict:<4} {defect.name} ({defect.test}, {time.monotonic() - started:.0f} s)", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} planted defects were noticed")
    return int(missed > 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Broken as why:
        sys.exit(f"FAIL: {why}")
