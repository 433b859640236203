# SPDX-License-Identifier: MIT
"""Breaks parts of the deployed stack that CNOP_VAR names, and mends them again.

For the user who deployed it. Everything that a test breaks here is whole again when its block ends.
"""
import contextlib
import http.client
import os
import pathlib
import pwd
import signal
import socket
import subprocess

SERVICES = ("auth", "user", "inventory", "order", "order-read", "insights", "ops")
BREAKERS = tuple(f"{name.replace('-', '_')}_service" for name in SERVICES)
DATABASE_USERS = ("cnop_auth", "cnop_user", "cnop_market", "cnop_engine", "cnop_read", "cnop_insights")


def folder():
    return pathlib.Path(os.environ["CNOP_VAR"])


def supervise(command, *names):
    """up, down, restart...: done when it returns, but for what the service itself still has to do."""
    done = subprocess.run(["sv", "-w", "20", command, *names], check=False, capture_output=True, text=True,
                          timeout=60, env={**os.environ, "SVDIR": str(folder() / "sv")})
    assert done.returncode == 0, f"{done.stdout}{done.stderr}{[state(n) for n in names]}"


def state(name):
    """What each process of a service does, for the one who has to find out why it does not end."""
    found = []
    for pid in processes(name):
        with contextlib.suppress(OSError):
            found.append((pid, *(pathlib.Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").strip()
                                 for file in ("stat", "wchan", "syscall"))))
    return found


@contextlib.contextmanager
def stopped(*names):
    try:
        for name in names:
            supervise("down", name)
        yield
    finally:
        supervise("up", *names)
        close_breakers()


def processes(name):
    """The service's process and all its descendants."""
    found = [int((folder() / "sv" / name / "supervise/pid").read_text(encoding="ascii") or 0)]
    if found == [0]:
        return []
    for pid in found:
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        found += [int(child) for child in children.split()]
    return found


@contextlib.contextmanager
def frozen(*names):
    """Alive and connected, but nothing is answered."""
    pids = [pid for name in names for pid in processes(name)]
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        close_breakers()


def sql(text):
    """As the database's administrator; the rows as text."""
    administrator = pwd.getpwuid(os.geteuid()).pw_name
    return subprocess.run(
        ["mariadb", "--no-defaults", f"--socket={folder() / 'run/mariadb.sock'}",
         f"--user={administrator}", "--batch", "--skip-column-names"],
        input=text, check=True, capture_output=True, text=True, timeout=60).stdout


@contextlib.contextmanager
def without_rights():
    """The database takes every service's connections and refuses every statement."""
    schemas = ("cnop_auth", "cnop_user", "cnop_market", "cnop_ledger")
    try:
        _grant("".join(f"GRANT SHOW VIEW ON {schema}.* TO '{name}'@'localhost';"
                       for schema in schemas for name in DATABASE_USERS))
        yield
    finally:
        _grant((folder() / "etc/grants.sql").read_text(encoding="utf-8"))
        close_breakers()


def _grant(text):
    """These rights and no others; a connection would keep those it was opened with."""
    sql("".join(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM '{name}'@'localhost';"
                for name in DATABASE_USERS) + text)
    for name in DATABASE_USERS:
        sql(f"KILL HARD CONNECTION USER '{name}'@'localhost';")


class _UnixConnection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(folder() / "run/gateway-control.sock"))


def close_breakers():
    control = _UnixConnection("localhost", timeout=10)
    try:
        control.request("POST", "/control/breakers",
                        body="".join(f"close {name}\n" for name in BREAKERS).encode())
        answer = control.getresponse()
        assert answer.status == 200, answer.read()
    finally:
        control.close()
