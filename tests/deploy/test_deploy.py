# SPDX-License-Identifier: MIT
"""deploy.sh as a stranger meets it: wrong words, taken ports, Ctrl-C, a killed supervisor.

What needs a running stack uses the one under CNOP_VAR, and leaves it running; without one those
tests are skipped.
"""
import contextlib
import fcntl
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOYED = pathlib.Path(os.environ.get("CNOP_VAR", "/nonexistent"))

needs_stack = pytest.mark.skipif(not (DEPLOYED / "sv/gateway").is_dir(), reason="nothing is deployed")


def deploy(*words, var=None, timeout=300):
    env = {**os.environ, "NO_COLOR": "1", **({"CNOP_VAR": str(var)} if var else {})}
    return subprocess.run([ROOT / "deploy.sh", *words], env=env, capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=timeout)


def processes_of(folder):
    """Ids of living processes that name the folder in their command line, but for this one."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int(entry.name) != os.getpid() and f"{folder}/".encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def status():
    """Service -> (ready, pid) from `local status`, and its exit code."""
    done = deploy("local", "status")
    rows = re.findall(r"^(\S+) +(ready|not ready) +(?:pid (\d+))?", done.stdout, re.M)
    return {name: (health == "ready", pid) for name, health, pid in rows}, done.returncode


@pytest.fixture
def folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="cnop-deploy-", dir="/var/tmp"))
    path.chmod(0o755)
    yield path
    if (path / "state").exists():
        deploy("local", "destroy", "--yes", var=path / "state")
    shutil.rmtree(path, ignore_errors=True)


# ---- sources ----

def test_a_source_that_was_edited_during_a_build_is_built_again(tmp_path):
    """Its time stamp is older than what was compiled, meanwhile, of its earlier text."""
    source, state = tmp_path / "source", tmp_path / "state"
    (source / "tools").mkdir(parents=True)
    state.mkdir()
    shutil.copy2(ROOT / "tools/list_files.sh", source / "tools")
    subprocess.run(["git", "init", "-q", source], check=True)
    script = f'set -eu; . "{ROOT}/tools/deploy/build.sh"; sync_sources'
    env = {**os.environ, "CNOP_SOURCE": str(source), "CNOP_VAR": str(state)}

    def sync(second, **texts):
        for name, text in texts.items():
            (source / f"{name}.c").write_text(text)
            os.utime(source / f"{name}.c", (second, second))
        subprocess.run(["bash", "-c", script], env=env, check=True, timeout=30)
        files = {path.stem: path for path in (state / "src").glob("*.c")}
        return {name: path.read_text() for name, path in files.items()}, \
            {name: path.stat().st_mtime for name, path in files.items()}

    texts, times = sync(1_000_000_000, edited="old", left="same", removed="")
    assert texts == {"edited": "old", "left": "same", "removed": ""} and set(times.values()) == {1_000_000_000}
    (source / "removed.c").unlink()
    texts, times = sync(1_000_000_001, edited="new", left="same")
    assert texts == {"edited": "new", "left": "same"}
    assert times["left"] == 1_000_000_000 and times["edited"] > 1_700_000_000
    assert sync(1_000_000_002, edited="new") == (texts, times)


def state_with_builds(state):
    for name in ("sv/gateway", "build/x", "cache/x", "src/x", "src.files", "log/deploy/x", "log/auth", "data", "keys", "etc",
                 "ui/1/site", "ui/2/site"):
        (state / name).mkdir(parents=True)
    for name in (".cnop-state", "log/auth/current", "data/row", "keys/key", "etc/local.yml", "ui/stamp"):
        (state / name).touch()
    (state / "ui/current").symlink_to("2")
    return state


def kept(state):
    return {str(path.relative_to(state)) for path in state.rglob("*")
            if path.is_symlink() or not path.is_dir() or not any(path.iterdir())}


LASTING = {".cnop-state", "log/auth/current", "data/row", "keys/key", "etc/local.yml", "ui/stamp", "ui/current", "ui/2/site",
           "ui/1/site", "sv/gateway"}


def test_clean_leaves_what_cannot_be_made_again(folder):
    """And there is nothing wrong with a stack that is clean already."""
    state = state_with_builds(folder / "state")
    try:
        for _ in range(2):
            done = deploy("all", "clean", var=state)
            assert done.returncode == 0, done
            assert kept(state) == LASTING - {"ui/1/site"} | {"build", "cache", "log/deploy"}
        with open(state / ".cnop-state", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert deploy("all", "clean", var=state).returncode == 3, "somebody else builds"
    finally:
        shutil.rmtree(state)


@pytest.mark.parametrize("verb", ["local_deploy", "take_no_cache 'all rebuild'", "take_no_cache 'auth deploy'"])
@pytest.mark.parametrize("option", ["", "--no-cache"])
def test_without_a_cache_nothing_of_an_earlier_build_is_left(tmp_path, verb, option):
    """Downloads are: they are named by what is in them."""
    state = state_with_builds(tmp_path / "state")
    parts = "\n".join(f'. "{ROOT}/tools/deploy/{name}.sh"' for name in ("say", "paths", "build", "verbs"))
    nothing = "\n".join(f"{name}() {{ :; }}" for name in (
        "prepare_var", "need_packages", "check_choices", "check_ports", "remember_choices", "remember_ui", "step",
        "deploy_stack", "say_urls"))
    script = f"set -euo pipefail\n{parts}\n{nothing}\nui_is_wanted() {{ return 1; }}\n{verb} {option}"
    env = {**os.environ, "CNOP_SOURCE": str(ROOT), "CNOP_VAR": str(state), "CNOP_VAR_GIVEN": str(state)}
    done = subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done
    builds = {"build/x", "src/x", "src.files"}
    assert kept(state) & (builds | {"ui/stamp"}) == (set() if option else builds | {"ui/stamp"})
    assert LASTING - {"ui/stamp"} | {"cache/x"} <= kept(state)


# ---- words ----

def test_without_words_it_explains_itself():
    done = deploy()
    assert done.returncode == 1 and "local deploy" in done.stdout
    assert deploy("help").stdout == done.stdout and deploy("help").returncode == 0


@pytest.mark.parametrize("words,message", [
    ("sing", "unknown word 'sing'"),
    ("local sing", "unknown verb 'sing'"),
    ("local status now", "unexpected 'now'"),
    ("local deploy --fast", "unknown option '--fast'"),
    ("local deploy --api-port", "lacks its value"),
    ("local deploy --api-port 80", "from 1024 to 65535"),
    ("local deploy --api-port http", "from 1024 to 65535"),
    ("local deploy --profile nosuch", "no profile 'nosuch'"),
    ("local destroy --all", "unknown option '--all'"),
    ("all sing", "unknown verb 'sing'"),
    ("all stop now", "unexpected 'now'"),
    ("doctor now", "unexpected 'now'"),
    ("test nosuch", "unknown suite: nosuch"),
])
def test_wrong_words_are_named(folder, words, message):
    done = deploy(*words.split(), var=folder / "state")
    assert done.returncode == 2 and message in done.stderr, done
    assert done.stderr.count("\n") <= 2 and done.stdout == "", done  # the message, and what to try
    assert not (folder / "state").exists()


def test_the_list_of_suites_needs_nothing(folder):
    """Not even a package, and no state folder."""
    done = deploy("test", "--list", var=folder / "state")
    assert done.returncode == 0 and re.search(r"^operate +\./deploy\.sh with wrong words", done.stdout, re.M), done
    assert not (folder / "state").exists()


def test_git_ignores_the_link_to_the_state(folder):
    subprocess.run(["git", "init", "-q", folder], check=True)
    shutil.copy(ROOT / ".gitignore", folder)
    (folder / "var").symlink_to("/var/lib/cnop")
    done = subprocess.run(["git", "-C", folder, "status", "--porcelain"], capture_output=True, text=True, check=True)
    assert done.stdout == "?? .gitignore\n"


@pytest.mark.parametrize("words", ["local status", "local logs", "all start", "auth restart"])
def test_nothing_deployed(folder, words):
    done = deploy(*words.split(), var=folder / "state")
    assert done.returncode == 3 and "nothing is deployed" in done.stderr, done


# ---- whose folder, whose ports ----

@pytest.mark.parametrize("words", ["local deploy --no-ui", "local destroy --yes"])
def test_a_folder_of_somebody_else_is_left_alone(folder, words):
    (folder / "letter.txt").write_text("dear diary")
    done = deploy(*words.split(), var=folder)
    assert done.returncode == 3 and str(folder) in done.stderr, done
    assert [path.name for path in folder.iterdir()] == ["letter.txt"]


def test_only_one_at_a_time(folder):
    with open(folder / ".cnop-state", "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = deploy("local", "deploy", "--no-ui", var=folder)
    assert done.returncode == 3 and "another ./deploy.sh" in done.stderr, done


def test_taken_ports_are_named_with_free_ones(folder):
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(3)]
    try:
        api, ui, internal = (str(s.getsockname()[1]) for s in taken)
        done = deploy("local", "deploy", "--no-ui", "--api-port", api, "--ui-port", ui,
                      "--internal-port", internal, var=folder / "state")
    finally:
        for listener in taken:
            listener.close()
    assert done.returncode == 3 and f"{api} {ui} {internal}" in done.stderr, done
    assert re.search(r"--api-port \d+ --ui-port \d+ --internal-port \d+$", done.stderr.strip())
    assert not (folder / "state/etc/local.yml").exists()  # a refused port is not remembered


# ---- interruption ----

def test_ctrl_c_ends_everything_it_started(folder):
    state = folder / "state"
    with contextlib.ExitStack() as stack:
        ports = [stack.enter_context(socket.create_server(("127.0.0.1", 0))).getsockname()[1] for _ in range(3)]
    process = subprocess.Popen([ROOT / "deploy.sh", "local", "deploy", "--no-ui", "--api-port", str(ports[0]),
                                "--ui-port", str(ports[1]), "--internal-port", str(ports[2])], text=True,
                               env={**os.environ, "CNOP_VAR": str(state), "NO_COLOR": "1"},
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, start_new_session=True,
                               # whoever runs this in the background has it ignored
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
    end = time.monotonic() + 120
    while not (state / "log/deploy/configure.log").exists():
        assert process.poll() is None and time.monotonic() < end, process.stdout.read()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "interrupted" in output, output
    assert not (state / "build/configured").exists()
    assert processes_of(state) == []
    done = deploy("local", "destroy", "--yes", var=state)
    assert done.returncode == 0 and not state.exists()
    assert os.getuid() != 0 or "the system user 'cnop' stays" in done.stdout, done


# ---- the running stack ----

@needs_stack
def test_a_second_deployment_restarts_nothing():
    before, code = status()
    assert code == 0 and all(ready for ready, _ in before.values()), before
    done = deploy("local", "deploy", "--no-ui")
    assert done.returncode == 0 and "roll services over" not in done.stdout, done
    assert status() == (before, 0)


@needs_stack
def test_a_new_module_replaces_the_one_that_runs():
    """A reload keeps the code that nginx has loaded."""
    module = DEPLOYED / "app/lib/nginx/modules/ngx_http_cnop_module.so"
    assert deploy("gateway", "restart").returncode == 0
    first = status()[0]["gateway"]
    assert deploy("gateway", "restart").returncode == 0
    assert status()[0]["gateway"] == first
    fresh = module.with_suffix(".new")
    shutil.copy2(module, fresh)
    fresh.rename(module)
    assert deploy("gateway", "restart").returncode == 0
    ready, pid = status()[0]["gateway"]
    assert ready and pid != first[1]
    assert "module.so (deleted)" not in pathlib.Path(f"/proc/{pid}/maps").read_text()


@needs_stack
def test_services_gain_no_rights_and_leave_no_core():
    """As far as it goes without systemd; no service is left out."""
    rows, _ = status()
    assert {"gateway", "auth", "order", "mariadb", "memcached"} <= set(rows)
    for name, (_, pid) in rows.items():
        process = pathlib.Path("/proc") / pid
        assert re.search(r"^NoNewPrivs:\t1$", (process / "status").read_text(), re.M), name
        assert re.search(r"^Max core file size +0 +0 ", (process / "limits").read_text(), re.M), name
    ours = {name: pid for name, (_, pid) in rows.items() if "/libexec/cnop/" in os.readlink(f"/proc/{pid}/exe")}
    assert {"auth", "auth-relay", "order", "feed", "audit-writer"} <= set(ours)
    for name, pid in ours.items():
        workers = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split() or [pid]
        for worker in workers:
            text = pathlib.Path(f"/proc/{worker}/status").read_text()
            assert re.search(r"^Seccomp:\t2$", text, re.M), f"{name} is not in its sandbox"


@needs_stack
def test_no_ui_is_remembered():
    """And no link is printed that leads nowhere."""
    settings = (DEPLOYED / "etc/local.yml").read_text()
    current, aside = DEPLOYED / "ui/current", DEPLOYED / "ui/aside"
    had_pages = os.path.lexists(current)
    if had_pages:
        current.rename(aside)
    try:
        assert deploy("local", "deploy", "--no-ui").returncode == 0
        done = deploy("local", "deploy")
        assert done.returncode == 0 and "build the UI" not in done.stdout, done
        assert "/docs" not in done.stdout and "--ui builds it" in done.stdout, done
        assert (DEPLOYED / "etc/local.yml").read_text() == settings
    finally:
        if had_pages:
            aside.rename(current)
        (DEPLOYED / "etc/no-ui").unlink()


@needs_stack
def test_the_owners_comments_in_the_settings_stay():
    path = DEPLOYED / "etc/local.yml"
    before = path.read_text()
    path.write_text(f"# why we do this\n{before}")
    try:
        assert deploy("local", "deploy", "--no-ui").returncode == 0
        assert path.read_text().startswith("# why we do this\n")
    finally:
        path.write_text(before)


@needs_stack
def test_a_started_service_is_not_kept_waiting_by_its_breaker():
    socket_path = DEPLOYED / "run/gateway-control.sock"

    def breakers(*lines):
        return subprocess.run(["curl", "-sf", "--unix-socket", socket_path, *lines,
                               "http://x/control/breakers"], capture_output=True, text=True, check=True).stdout

    assert deploy("insights", "stop").returncode == 0
    try:
        breakers("--data-binary", "open insights_service")
        assert '"insights_service":"open"' in breakers()
    finally:
        assert deploy("insights", "start").returncode == 0
    assert '"insights_service":"closed"' in breakers()


@needs_stack
@pytest.mark.parametrize("name", ["order-read", "order_read"])
def test_the_reader_is_found_by_its_name_and_by_its_label(name):
    url = os.environ["CNOP_INTERNAL_URL"]
    done = subprocess.run(["curl", "-sf", f"{url}/internal/{name}/metrics"], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "order_read_requests_total" in done.stdout, done


@needs_stack
def test_status_tells_what_is_dead():
    assert deploy("insights", "stop").returncode == 0
    try:
        rows, code = status()
        assert code == 1 and rows["insights"] == (False, "")
        assert [name for name, (ready, _) in rows.items() if not ready] == ["insights"]
    finally:
        assert deploy("insights", "start").returncode == 0
    assert status()[1] == 0


SERVICES = ["mariadb", "memcached", "order", "order-read", "auth", "auth-relay", "user", "inventory",
            "feed", "insights", "ops", "gateway", "audit-writer", "logrotate"]


@needs_stack
@pytest.mark.parametrize("name", SERVICES)
def test_a_killed_service_comes_back_by_itself(name):
    rows, _ = status()
    assert list(rows) == SERVICES and rows[name][0], rows
    os.kill(int(rows[name][1]), signal.SIGKILL)
    end = time.monotonic() + 30
    while True:
        after, code = status()
        if code == 0 and after[name][1] != rows[name][1]:
            break
        assert time.monotonic() < end, after
        time.sleep(0.2)


@needs_stack
def test_a_service_that_will_not_end_keeps_nobody_else():
    program = DEPLOYED / "sv/auth-relay/run"
    original = program.read_text()
    program.write_text("#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n")
    try:
        subprocess.run(["sv", "-w", "10", "restart", DEPLOYED / "sv/auth-relay"], check=True)
        done = deploy("all", "stop")
        assert done.returncode == 0 and processes_of(DEPLOYED) == [], done
        done = deploy("order", "start")
        assert done.returncode == 3 and "./deploy.sh all start" in done.stderr, done
    finally:
        program.write_text(original)
        assert deploy("all", "start").returncode == 0
    assert status()[1] == 0


@needs_stack
@pytest.mark.parametrize("also", ["", "runsv"])
def test_a_killed_supervisor_is_replaced(also):
    """Services outlive it; the next deployment must end them before it starts new ones."""
    keeper = int((DEPLOYED / "run/runsvdir.pid").read_text())
    before, _ = status()
    children = pathlib.Path(f"/proc/{keeper}/task/{keeper}/children").read_text().split()
    os.kill(keeper, signal.SIGKILL)
    for pid in children if also else []:
        os.kill(int(pid), signal.SIGKILL)
    done = deploy("local", "status")
    assert done.returncode == 1 and re.search(r"^supervisor +not running", done.stdout, re.M), done
    assert deploy("local", "deploy", "--no-ui").returncode == 0
    after, code = status()
    assert code == 0 and all(ready for ready, _ in after.values())
    assert not {pid for _, pid in before.values()} & {pid for _, pid in after.values()}
    databases = [pid for pid in processes_of(DEPLOYED) if os.path.basename(
        os.readlink(f"/proc/{pid}/exe")) == "mariadbd"]
    assert [str(pid) for pid in databases] == [after["mariadb"][1]]


@needs_stack
def test_after_a_power_cut():
    for pid in [int((DEPLOYED / "run/runsvdir.pid").read_text()), *processes_of(DEPLOYED)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    names = ("runsv", "svlogd")
    for entry in pathlib.Path("/proc").glob("[0-9]*"):  # they name no path, but work in the folder
        try:
            if entry.joinpath("comm").read_text().strip() in names and \
                    os.readlink(entry / "cwd").startswith(f"{DEPLOYED}/"):
                os.kill(int(entry.name), signal.SIGKILL)
        except OSError:
            continue
    assert status()[1] == 1
    assert deploy("local", "deploy", "--no-ui").returncode == 0
    assert status()[1] == 0
