# SPDX-License-Identifier: MIT
"""How Debian packages are installed: tools/deploy/packages.sh with stand-ins for apt, dpkg, sudo and systemctl.

The stand-ins keep their state in files: `installed`, `enabled`, and `calls`, one line a call.
"""
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

PACKAGES = """
[run]
cnoptest-web
cnoptest-db
cnoptest-tool

[daemons]
cnoptest-web
cnoptest-db
"""

STAND_INS = {
    "dpkg-query": 'grep -qx "${!#}" installed && echo "install ok installed"',
    "dpkg": "true",
    "tee": 'case $1 in /usr/sbin/*) cat >policy ;; *) exec /usr/bin/tee "$@" ;; esac',
    "chmod": "true",
    "systemctl": """
name=${!#}
case $1 in
    is-enabled)
        if grep -qx "$name" enabled; then echo enabled; exit 0; fi
        if grep -qx "$name" installed; then echo disabled; fi
        exit 1 ;;
    disable) sed -i "/^$name\\$/d" enabled ;;
esac""",
    "apt-get": """
case " $* " in
    *" install "*)
        if [ -s locked ]; then
            sed -i 1d locked
            echo "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1 (apt)"
            exit 100
        fi
        if [ -e broken ]; then echo "E: Unable to locate package"; exit 100; fi
        for name in "$@"; do
            case $name in cnoptest-*) echo $name >>installed; case $name in *-web | *-db) echo $name >>enabled ;; esac ;; esac
        done
        if [ -e interrupted ]; then rm interrupted; exit 130; fi ;;
esac""",
    "sleep": "true",
    "id": '[ ! -e ordinary ] && echo 0 || echo 1000',
    "sudo": """
case $1 in
    -v) exit 1 ;;
    -n) shift; [ -e nopasswd ] || exit 1 ;;
esac
exec "$@" """,
}

SCRIPT = """
set -euo pipefail
cd "$CNOP_TEST"
PATH=$CNOP_TEST/bin:$PATH
. "$SHELL_PARTS/say.sh"
step() { shift 2; "$@"; }
as_root() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
CNOP_VAR=$CNOP_TEST CNOP_SOURCE=$CNOP_TEST
. "$SHELL_PARTS/packages.sh"
POLICY=/usr/sbin/policy-rc.d.of-a-test
need_packages run
"""


class Machine:
    def __init__(self, folder):
        self.folder = folder
        (folder / "bin").mkdir()
        (folder / "conf").mkdir()
        (folder / "conf/packages.txt").write_text(PACKAGES)
        for name, body in STAND_INS.items():
            path = folder / "bin" / name
            path.write_text(f'#!/bin/bash\necho "{name} $*" >>calls\n{body}\n')
            path.chmod(0o755)
        for name in ("installed", "enabled", "calls"):
            (folder / name).touch()

    def install(self):
        return subprocess.run(["bash", "-c", SCRIPT], capture_output=True, text=True, check=False,
                              env={**os.environ, "CNOP_TEST": str(self.folder),
                                   "SHELL_PARTS": str(ROOT / "tools/deploy")})

    def lines(self, name):
        return (self.folder / name).read_text().splitlines()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_new_daemons_do_not_start_at_boot(machine):
    done = machine.install()
    assert done.returncode == 0, done
    assert machine.lines("installed") == ["cnoptest-web", "cnoptest-db", "cnoptest-tool"]
    assert machine.lines("enabled") == []
    assert "exit 101" in machine.lines("policy")  # nor now


def test_a_daemon_that_was_there_is_left_alone(machine):
    (machine.folder / "installed").write_text("cnoptest-web\n")
    (machine.folder / "enabled").write_text("cnoptest-web\n")
    assert machine.install().returncode == 0
    assert machine.lines("enabled") == ["cnoptest-web"]
    assert not [call for call in machine.lines("calls") if call.startswith("systemctl disable")
                and call.endswith("cnoptest-web")]


def test_after_an_interruption_new_daemons_are_disabled_all_the_same(machine):
    (machine.folder / "interrupted").touch()
    assert machine.install().returncode == 130
    assert machine.lines("enabled") == ["cnoptest-web", "cnoptest-db"]
    assert machine.install().returncode == 0
    assert machine.lines("enabled") == []


def test_a_daemon_enabled_later_by_its_owner_stays_enabled(machine):
    assert machine.install().returncode == 0
    (machine.folder / "enabled").write_text("cnoptest-db\n")
    assert machine.install().returncode == 0
    assert machine.lines("enabled") == ["cnoptest-db"]


def test_it_waits_for_another_apt(machine):
    (machine.folder / "locked").write_text("1\n2\n")
    done = machine.install()
    assert done.returncode == 0, done
    installs = [call for call in machine.lines("calls") if call.startswith("apt-get") and " install " in call]
    assert len(installs) == 3 and all("DPkg::Lock::Timeout=300" in call for call in installs)


def test_another_failure_of_apt_is_not_repeated(machine):
    (machine.folder / "broken").touch()
    done = machine.install()
    assert done.returncode == 100 and "Unable to locate" in done.stdout
    assert len([call for call in machine.lines("calls") if " install " in call]) == 1


def test_a_rule_without_password_is_enough(machine):
    """`sudo -v` fails for a user whose only rule is NOPASSWD; `sudo -n true` does not."""
    (machine.folder / "ordinary").touch()
    (machine.folder / "nopasswd").touch()
    done = machine.install()
    assert done.returncode == 0, done
    assert "sudo -v" not in machine.lines("calls")


def test_a_refusal_by_sudo_names_what_is_missing(machine):
    (machine.folder / "ordinary").touch()
    done = machine.install()
    assert done.returncode == 3 and "cnoptest-web" in done.stderr and "as root" in done.stderr, done


def test_nothing_is_asked_when_nothing_is_missing(machine):
    (machine.folder / "installed").write_text("cnoptest-web\ncnoptest-db\ncnoptest-tool\n")
    assert machine.install().returncode == 0
    assert not [call for call in machine.lines("calls") if call.split()[0] in ("apt-get", "sudo")]
