# SPDX-License-Identifier: MIT
"""The suites of tests/run.py, in the order in which they run."""
import pathlib
import re

from running import PYTHON, Result, SuiteError, commands, remove, run_make_check, run_node, run_pytest, shell


# ---- suites, in the order in which they run ----

def suite_lint(run, log):
    """style, layering, shell scripts, formatting, playbooks, generated files"""
    formatted = [str(path) for folder in ("shared", "fcgi_services", "tests")
                 for path in sorted((run.source / folder).rglob("*.[ch]"))]
    scripts = [str(path) for path in [
        run.source / "deploy.sh", run.source / "tools/cnopctl", run.source / "tools/cnopctl.bash-completion",
        run.source / "docs/build_api_docs.sh", *sorted((run.source / "tools").rglob("*.sh")),
        *sorted((run.source / "tests").rglob("*.sh")), *sorted((run.source / "ansible").rglob("*.sh"))]]
    return commands(
        run, log,
        (1, PYTHON, "tests/lint/tidy.py"),
        (2, "shellcheck", "-x", "-P", str(run.source), *scripts),
        (2, "clang-format-14", "--dry-run", "--Werror", *formatted),
        (2, "yamllint", "-s", "ansible", "conf/defaults.yml", "conf/profiles"),
        (2, "ansible-lint", "-q", "--nocolor", "ansible"),
        (1, PYTHON, "shared/base/gen_errors.py", "--check"),
    )


def suite_deploy(run, log):
    """a fresh stack through ./deploy.sh, and the same again"""
    options = ["--api-port", str(run.api_port), "--ui-port", str(run.ui_port)]
    if run.reused:
        return commands(run, log, (20, "./deploy.sh", "local", "deploy", "--ui"))
    before = files_of(run.source)
    result = commands(
        run, log,
        (20, "./deploy.sh", "local", "deploy", *options),
        (5, "./deploy.sh", "local", "deploy"),
        # without a registry: nothing is missing
        (5, "env", "npm_config_registry=http://127.0.0.1:9", "./deploy.sh", "frontend", "rebuild"),
        (1, "./deploy.sh", "all", "status"),
        (1, "./deploy.sh", "doctor"),
    )
    written = files_of(run.source) ^ before
    log.write("".join(f"FAIL: {path} was written into the checkout\n" for path in sorted(written)[:20]))
    return result + Result(passed=int(not written), failed=int(bool(written)))


def files_of(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def suite_unit(run, log):
    """libcheck units of the programs that the stack runs"""
    return run_make_check(run, log, run.folder / "build", 10)


def suite_sim(run, log):
    """a million commands through the engine in a made up world; planted bugs end it"""
    build = run.folder / "build"
    shell(run, log, ["make", "-C", str(build), "-s", "-j2", "tests/sim/simulator"], 5)
    program = str(build / "tests/sim/simulator")
    seed = "1"  # the same result every time; other seeds by ./deploy.sh simulate
    return commands(run, log, (10, program, "--commands", "1000000", "--seed", seed),
                    *[(1, "env", f"CNOP_FAULT={bug}", program, "--seed", seed, "--caught")
                      for bug in ("reply_early", "skip_dedupe", "drop_fence", "lose_leg", "cancel_unheard", "keep_hold",
                                  "lose_priority", "keep_open")])


def suite_gateway(run, log):
    """the nginx module: real nginx, stub workers"""
    return run_pytest(run, log, "gateway", 10)


def build_helpers(run, log):
    """Programs that only tests use; without them the tests that need them would be skipped."""
    shell(run, log, ["make", "-C", str(run.folder / "build"), "-s", "-j2", "check", "TESTS="], 10)


def suite_service(run, log):
    """real workers, private MariaDB and Memcached"""
    build_helpers(run, log)
    return run_pytest(run, log, "service", 15)


def suite_flow(run, log):
    """the whole product through its public API"""
    return run_pytest(run, log, "flow", 10)


def suite_contract(run, log):
    """every operation and status of openapi.yaml"""
    return run_pytest(run, log, "contract", 10)


def suite_hostile(run, log):
    """hostile input and hostile customers on every operation that writes"""
    return run_pytest(run, log, "hostile", 5)


def suite_reference(run, log):
    """the contract and flow suites in the profile `reference`"""
    deploy = ["./deploy.sh", "local", "deploy", "--no-ui", "--profile"]
    result = Result()
    try:
        shell(run, log, [*deploy, "reference"], 5)
        for folder in ("contract", "flow"):
            result += run_pytest(run, log, folder, 10, {"CNOP_PROFILE": "reference"})
    finally:
        shell(run, log, [*deploy, "default"], 5)
    return result


def suite_frontend(run, log):
    """static gates and component tests of the UI"""
    return run_node(run, log, "frontend/check.sh", 10)


def suite_e2e(run, log):
    """the UI in a real browser on the real stack"""
    return run_node(run, log, "tests/e2e/run.sh", 15)


def suite_check(run, log):
    """./deploy.sh check, load, demo and test SERVICE, as an operator calls them"""
    return commands(run, log,
                    (3, "./deploy.sh", "check"),
                    (1, "./deploy.sh", "check", "incident"),
                    (2, "./deploy.sh", "load", "contention"),
                    (1, "./deploy.sh", "load", "breaker"),
                    (2, "./deploy.sh", "load", "latency", "--seconds", "3", "--rate", "20"),
                    (2, "./deploy.sh", "demo", "traffic", "--seconds", "10"),
                    (10, "./deploy.sh", "test", "insights"),
                    (1, "./deploy.sh", "all", "logs", "--since", "5m", "--level", "warn"))


def suite_monitoring(run, log):
    """./deploy.sh monitoring: login, charts, alerts, runbooks"""
    return run_pytest(run, log, "monitoring", 15)


def suite_chaos(run, log):
    """kill -9 during writes, then every invariant"""
    build_helpers(run, log)
    return run_pytest(run, log, "chaos", 15)


def suite_controls(run, log):
    """planted defects, a few of them: the tests notice each (all: tests/controls/run.py)"""
    build_helpers(run, log)
    before = log.tell()
    shell(run, log, ["tests/controls/run.py", "--sample", "5"], 15, check=False)
    log.flush()
    text = pathlib.Path(log.name).read_text(encoding="utf-8", errors="replace")[before:]
    totals = re.search(r"^(\d+) of (\d+) planted defects were noticed$", text, re.M)
    if not totals:
        raise SuiteError("no defect was planted")
    noticed, planted = map(int, totals.groups())
    return Result(noticed, planted - noticed)


def suite_operate(run, log):
    """./deploy.sh with wrong words, taken ports, Ctrl-C, killed services; backups"""
    return run_pytest(run, log, "deploy", 15)


def suite_provision(run, log):
    """by name, as root: Debian packages, and ansible-playbook site.yml on one bare host and on three"""
    shell(run, log, [PYTHON, "tests/provision/hosts.py"], 1)
    packages = run.folder / "packages"
    shell(run, log, ["./deploy.sh", "package", str(packages)], 15)
    return run_pytest(run, log, "provision", 60, {"CNOP_PACKAGES": str(packages)})


def suite_market(run, log):
    """two people trade with each other in two browsers, between the prices of the house"""
    settings = run.folder / "etc" / "local.yml"
    before = settings.read_text(encoding="utf-8")
    deploy = ["./deploy.sh", "local", "deploy", "--no-ui"]
    try:
        settings.write_text(before + "order:\n  house_spread_bps: 400\n", encoding="utf-8")
        shell(run, log, deploy, 5)
        return run_node(run, log, "tests/e2e/run.sh", 14, "market/two-people.test.ts", "market/stream.test.ts",
                        "market/workspace.test.ts", "market/stops.test.ts")
    finally:
        settings.write_text(before, encoding="utf-8")
        shell(run, log, deploy, 5)


# ---- what is compiled beside the suites above (variants.py) ----

def suite_tsan(run, log):
    """no warning from clang, and the units under its ThreadSanitizer"""
    return run_make_check(run, log, run.variants.wait("tsan"), 15)


def suite_gateway_asan(run, log):
    """the same with a module under AddressSanitizer and UndefinedBehaviorSanitizer"""
    build = run.variants.wait("gateway-asan")
    return run_pytest(run, log, "gateway", 15, {"CNOP_BUILDDIR": str(build)})


def suite_asan(run, log):
    """units, contract and hostile input under AddressSanitizer and UndefinedBehaviorSanitizer"""
    other = run.variants.wait("asan")
    # Leaks are looked for by the units only: that search stops the whole process when it ends, and
    # has once kept a daemon from ending.
    daemons = {"ASAN_OPTIONS": "detect_leaks=0"}
    try:
        shell(other, log, ["./deploy.sh", "local", "deploy", "--no-ui"], 15, daemons)
        shell(other, log, ["sh", "-c", "ldd $CNOP_APP/libexec/cnop/cnop-order | grep libasan"], 1)
        result = run_make_check(other, log, other.folder / "build", 15)
        result += run_pytest(other, log, "contract", 15)
        result += run_pytest(other, log, "hostile", 10)
        result += commands(other, log, (1, "sh", "-c", "! grep -rE 'Sanitizer|runtime error:' $CNOP_VAR/log"))
    finally:
        remove(other, log)
    return result


COMPILED = ("build", "src", "src.files")


def suite_destroy(run, log):
    """./deploy.sh local destroy leaves nothing behind"""
    for name in COMPILED:
        (run.folder / name).rename(run.folder.parent / name)
    result = commands(run, log, (3, "./deploy.sh", "local", "destroy", "--yes", "--keep-data"))
    # what was compiled serves again: a deployment from nothing has been seen
    for name in COMPILED:
        (run.folder.parent / name).rename(run.folder / name)
    result += commands(run, log, (10, "./deploy.sh", "local", "deploy", "--no-ui"),
                       (3, "./deploy.sh", "local", "destroy", "--yes"))
    if run.folder.exists():
        result.failed += 1
    else:
        result.passed += 1
    return result
