#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs every test of the product, or the named suites, and ends with `N passed, N failed`.

A private stack is deployed with ./deploy.sh into a temporary folder on free ports, tested, and
removed again; nothing of a deployed stack of the user is touched, and nothing is written into the
checkout: tests run from a copy of it, in a folder with a blank in its name. Each suite has a time
limit, its output goes to a log of its own, and a suite that cannot run counts as a failure.
"""
import argparse
import hashlib
import os
import pathlib
import random
import re
import shutil
import socket
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import suites  # noqa: E402
from running import Result, Run, SuiteError, remove  # noqa: E402
from support.sources import copy_sources  # noqa: E402
from variants import Variants  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS_KEPT = 5

SUITES = {name[len("suite_"):]: function for name, function in vars(suites).items()
          if name.startswith("suite_")}
NEEDS_NO_STACK = {"lint", "deploy", "frontend", "provision"}
BY_NAME = {"provision"}  # run only when they are named


def free_ports(count):
    """Below the ports that outgoing connections are given: nobody takes them while we build."""
    ports = []
    for port in random.sample(range(20000, 32000), 1000):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        ports.append(port)
        if len(ports) == count:
            return ports
    raise SystemExit("no free ports from 20000 to 32000")


# ---- sources and folders ----

def kept_folder():
    """Where --keep leaves a stack of this checkout and --reuse finds it."""
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:8]
    return pathlib.Path(f"/var/tmp/cnop-test-kept-{os.getuid()}-{name}")


def write_settings(folder, settings):
    api, ui, internal = free_ports(3)
    (folder / "etc").mkdir(parents=True)
    # the trusted proxy lets the contract tests speak for clients of other machines
    (folder / "etc" / "local.yml").write_text(
        f"gateway:\n  api_port: {api}\n  ui_port: {ui}\n  internal_port: {internal}\n"
        f"  trusted_proxies: [127.77.77.77]\n{settings}", encoding="utf-8")


def read_ports(folder):
    text = (folder / "etc" / "local.yml").read_text(encoding="utf-8")
    return [int(re.search(rf"^ *{name}_port: (\d+)$", text, re.M)[1]) for name in ("api", "ui", "internal")]


def prepare(base, name="var", settings="", configure_flags="--enable-werror"):
    """The state folder must be reachable by the user the stack runs as, and short."""
    folder = base / name
    reused = (folder / "etc" / "local.yml").exists()
    if not reused:
        write_settings(folder, settings)
    api, ui, internal = read_ports(folder)
    env = {**os.environ, "CNOP_VAR": str(folder), "NO_COLOR": "1", "LC_ALL": "C.UTF-8",
           "CNOP_CONFIGURE_FLAGS": configure_flags, "PYTHONDONTWRITEBYTECODE": "1",
           "XDG_CACHE_HOME": str(base / "cache"),
           "CNOP_CACHE": os.environ.get("CNOP_CACHE", str(base / "cache")),
           "CNOP_BASE_URL": f"http://127.0.0.1:{api}", "CNOP_UI_URL": f"http://localhost:{ui}",
           "CNOP_INTERNAL_URL": f"http://127.0.0.1:{internal}",
           "CNOP_BUILDDIR": str(folder / "build"), "CNOP_APP": str(folder / "app")}
    return Run(base / "a checkout", folder, api, ui, internal, env,
               lambda *more: prepare(base, f"{name}2", *more), reused)


def log_folder():
    """A new one for this run; of earlier ones the newest are kept."""
    if os.environ.get("CNOP_TEST_LOGS"):
        folder = pathlib.Path(os.environ["CNOP_TEST_LOGS"])
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    parent = pathlib.Path(os.environ["CNOP_VAR"]) / "log/tests" if os.environ.get("CNOP_VAR") \
        else pathlib.Path(f"/var/tmp/cnop-test-logs-{os.getuid()}")
    parent.mkdir(parents=True, exist_ok=True)
    for old in sorted(parent.iterdir())[:-(LOGS_KEPT - 1)]:
        shutil.rmtree(old, ignore_errors=True)
    return pathlib.Path(tempfile.mkdtemp(prefix=time.strftime("%Y%m%d-%H%M%S-"), dir=parent))


# ---- one run ----

def run_suite(run, logs, name):
    path = logs / f"{name}.log"
    started = time.monotonic()
    with open(path, "w", encoding="utf-8") as log:
        try:
            result, problem = SUITES[name](run, log), None
        except SuiteError as error:
            result, problem = Result(failed=1), str(error)
    seconds = time.monotonic() - started
    verdict = "ok  " if result.failed == 0 else "FAIL"
    print(f"{verdict} {name:<12} {result.passed:4} passed {result.failed:3} failed "
          f"{result.skipped:3} skipped  {seconds:6.1f} s", flush=True)
    if result.failed:
        if problem:
            print(f"     {problem}")
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        hits = [line for line in lines if re.search(r"^(FAIL|ERROR|FAILED)|not ok ", line)][:40]
        for line in (hits + lines[-60:] if hits else lines[-80:]):
            print(f"     | {line[:300]}")
        print(f"     the whole output: {path}", flush=True)
    return result


def run_all(run, logs, names, keep):
    total = Result()
    try:
        with open(logs / "variants.log", "w", encoding="utf-8") as log:
            total = run_each(run, logs, names, log)
    finally:
        if keep and run.folder.exists():
            print(f"test stack left in {run.folder}; --reuse runs on it, --remove ends it")
        elif run.folder.exists():
            with open(logs / "teardown.log", "w", encoding="utf-8") as log:
                remove(run, log)
    if total.skipped:
        print(f"{total.skipped} skipped, for the reasons listed in tests/running.py")
    print(f"{total.passed} passed, {total.failed} failed")
    return 1 if total.failed else 0


def run_each(run, logs, names, log):
    total = Result()
    try:
        for name in names:
            result = run_suite(run, logs, name)
            total += result
            if name == "deploy":
                if result.failed:
                    break
                run.variants = Variants(run, log, names)
    finally:
        if run.variants:
            run.variants.stop()
    return total


def remove_kept():
    base = kept_folder()
    if not base.exists():
        print("no test stack is kept")
        return 0
    with open(os.devnull, "w", encoding="utf-8") as log:
        remove(prepare(base), log)
    shutil.rmtree(base)
    print(f"removed {base}")
    return 0


def arguments():
    parser = argparse.ArgumentParser(prog="./deploy.sh test", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", nargs="*", help="suites to run; without any, all but those run by name")
    parser.add_argument("--list", action="store_true", help="name the suites")
    parser.add_argument("--keep", action="store_true", help="leave the test stack running")
    parser.add_argument("--reuse", action="store_true",
                        help="use the test stack that was kept, bring it up to date, and keep it")
    parser.add_argument("--remove", action="store_true", help="remove the test stack that was kept")
    parser.add_argument("--check-words", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    unknown = [name for name in args.suite if name not in SUITES]
    if unknown:
        print(f"error: unknown suite: {', '.join(unknown)}\n  try: ./deploy.sh test --list", file=sys.stderr)
        sys.exit(2)
    return args


def main():
    args = arguments()
    if args.check_words:
        return 0
    if args.list:
        for name, function in SUITES.items():
            print(f"{name:<12} {function.__doc__}")
        return 0
    if args.remove:
        return remove_kept()
    names = [name for name in SUITES if (name in args.suite if args.suite else name not in BY_NAME)]
    if "deploy" not in names and set(names) - NEEDS_NO_STACK:
        names.insert(0, "deploy")

    keep = args.keep or args.reuse
    if args.keep and kept_folder().exists():
        remove_kept()
    base = kept_folder() if keep else pathlib.Path(tempfile.mkdtemp(prefix="cnop-test-", dir="/var/tmp"))
    base.mkdir(exist_ok=True)
    base.chmod(0o755)
    try:
        copy_sources(ROOT, base / "a checkout")
        return run_all(prepare(base), log_folder(), names, keep)
    finally:
        if not keep:
            shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
