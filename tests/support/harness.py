# SPDX-License-Identifier: MIT
"""Private processes for tests: workers, MariaDB, Memcached, each in a directory of its own.

Every helper starts a process, waits until it answers, and ends exactly that process. Nothing
listens beyond unix sockets. Build products are found under CNOP_BUILDDIR or CNOP_BUILD (default: the
source tree); programs that are absent skip the test.
"""

import atexit
import contextlib
import functools
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import pytest

TERM = signal.SIGTERM
SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("CNOP_BUILDDIR") or os.environ.get("CNOP_BUILD") or SOURCE).resolve()


def built(name):
    """Path of a program of this build, or skip."""
    path = BUILD / name
    if not path.exists():
        pytest.skip(f"{name} is not built")
    return path


def installed(name):
    """Path of a Debian program, or skip."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


@contextlib.contextmanager
def run_dir(prefix="cnop-test-"):
    """A short directory: socket paths have 107 bytes."""
    path = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def wait_until(condition, timeout=10.0, what="condition", pause=0.01):
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"timed out waiting for {what}")


def answers(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)  # nobody may be left who accepts, and the queue be full of earlier looks
        try:
            probe.connect(str(path))
            return True
        except OSError:
            return False


def free_port():
    """Of loopback, for a server that is started at once."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Process:
    """A child process that is ended by its own id, never by name."""

    def __init__(self, args, log, **options):
        self.log_path = pathlib.Path(log)
        self.log = open(self.log_path, "ab")
        self.log_begin = self.log.tell()
        self.process = subprocess.Popen([str(a) for a in args], stdout=self.log, stderr=self.log,
                                        stdin=subprocess.DEVNULL, **options)

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process.poll() is None

    def tell(self, number):
        self.process.send_signal(number)

    def freeze(self):
        """SIGSTOP, done when every thread has stopped: until then a request may still be answered."""
        self.process.send_signal(signal.SIGSTOP)
        tasks = pathlib.Path(f"/proc/{self.pid}/task")
        wait_until(lambda: all((task / "stat").read_text().rsplit(")", 1)[1].split()[0] == "T"
                               for task in tasks.iterdir()), what="a stop of every thread")

    def stop(self, timeout=15.0, number=TERM):
        """Exit status after the signal; SIGKILL when it takes too long."""
        if self.running():
            self.process.send_signal(number)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -9
        finally:
            self.log.close()

    def output(self):
        """What this process has written: an earlier one may have used the same file."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_begin)
            return log.read().decode(errors="replace")


class Worker(Process):
    """A service program with its own configuration file and socket."""

    def __init__(self, program, directory, name="worker", check_ready=True, env=None, **config):
        self.directory = pathlib.Path(directory)
        self.socket = self.directory / f"{name}.sock"
        self.config_path = self.directory / f"{name}.conf"
        self.config = {"listen": self.socket, "processes": 2, "threads": 2, **config}
        self.write_config()
        super().__init__([program, "--config", self.config_path], self.directory / f"{name}.log",
                         env={**os.environ, **(env or {})})
        if check_ready:
            try:
                self.wait_ready()
            except BaseException:
                self.stop()
                raise

    def write_config(self, **changes):
        self.config.update(changes)
        lines = [f"{key} = {value}\n" for key, value in self.config.items()]
        self.config_path.write_text("".join(lines))

    def wait_ready(self, timeout=15.0):
        def ready():
            if not self.running():
                raise AssertionError(f"worker ended: {self.output()[-3000:]}")
            return self.socket.exists() and answers(self.socket) and len(self.children()) >= 1 and \
                '"worker is ready"' in self.output()

        if self.config.get("log_file"):
            wait_until(lambda: self.socket.exists() and answers(self.socket), timeout, "worker socket")
        else:
            wait_until(ready, timeout, "worker")

    def children(self):
        """Process ids of the worker processes."""
        if int(self.config["processes"]) == 0:
            return [self.pid]
        try:
            text = pathlib.Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        except FileNotFoundError:
            return []
        return [int(pid) for pid in text.split()]

    def log_lines(self):
        lines = []
        for line in self.output().splitlines():
            with contextlib.suppress(json.JSONDecodeError):
                lines.append(json.loads(line))
        return lines


@contextlib.contextmanager
def worker(program, directory, **options):
    process = Worker(program, directory, **options)
    try:
        yield process
    finally:
        process.stop()


@functools.cache
def empty_data(options):
    """An empty data directory to copy: made once a test run, because making one takes seconds."""
    directory = tempfile.mkdtemp(prefix="cnop-data-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    done = subprocess.run([installed("mariadb-install-db"), "--no-defaults", f"--datadir={directory}/data",
                           "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
                           *options], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, f"no empty database: {done.stdout[-4000:]}"
    return f"{directory}/data"


class Database(Process):
    """A private MariaDB server with an empty data directory. Root has no password."""

    def __init__(self, directory, extra=()):
        self.directory = pathlib.Path(directory) / "db"
        self.socket = self.directory / "s.sock"
        self.data = self.directory / "data"
        self.extra = list(extra)
        fresh = not self.data.exists()
        if fresh:
            self._create()
        self._start()

    def _user(self):
        return ["--user=root"] if os.geteuid() == 0 else []

    def _create(self):
        self.directory.mkdir(exist_ok=True)  # a disk may be mounted there
        shutil.copytree(empty_data(tuple(self._user())), self.data)

    def _start(self):
        super().__init__([installed("mariadbd"), "--no-defaults", f"--datadir={self.data}", f"--socket={self.socket}",
                          f"--pid-file={self.directory}/pid", f"--log-error={self.directory}/error.log",
                          "--skip-networking", "--skip-name-resolve", "--innodb-buffer-pool-size=32M",
                          "--innodb-log-file-size=16M", "--innodb-rollback-on-timeout=ON",
                          "--innodb-snapshot-isolation=ON", "--character-set-server=utf8mb4",
                          "--collation-server=utf8mb4_bin", *self._user(), *self.extra],
                         self.directory / "stdout.log")
        try:
            wait_until(self._ready, 30, "MariaDB", pause=0.05)
        except BaseException:
            self.stop()
            raise

    def _ready(self):
        if not self.running():
            raise AssertionError((self.directory / "error.log").read_text()[-2000:])
        return self.socket.exists() and self.sql("SELECT 1", check=False) is not None

    def sql(self, text, schema="", check=True):
        """Rows as lists of strings; None when the server does not answer and check is off."""
        done = subprocess.run([installed("mariadb"), "--no-defaults", "-uroot", "-S", str(self.socket), "-N", "-B",
                               *([schema] if schema else [])], input=text, capture_output=True, text=True)
        if done.returncode != 0:
            if check:
                raise AssertionError(done.stderr)
            return None
        return [line.split("\t") for line in done.stdout.splitlines()]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def restart(self):
        if self.running():
            self.stop(30)
        self._start()

    def session(self, text):
        """A client of its own that runs the text; kill it to end the session."""
        return subprocess.Popen([installed("mariadb"), "--no-defaults", "-uroot", "-S", str(self.socket), "-e", text],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self, timeout=30.0, number=TERM):
        return super().stop(timeout, number)

    def add_user(self, name, password, grants):
        """A user with a password file; returns its path. grants: ("SELECT", "schema.*") pairs."""
        self.sql(f"CREATE USER '{name}'@'localhost' IDENTIFIED BY '{password}'")
        for right, where in grants:
            self.sql(f"GRANT {right} ON {where} TO '{name}'@'localhost'")
        path = self.directory / f"db-{name}.pw"
        path.write_text(password + "\n")
        path.chmod(0o600)
        return path

    def create_profiles(self, first, last):
        """Schema cnop_user, in which everybody from first to last is registered."""
        self.sql("CREATE OR REPLACE DATABASE cnop_user CHARACTER SET utf8mb4")
        for path in sorted((SOURCE / "shared/db/migrations/user").glob("*.sql")):
            self.sql(path.read_text(encoding="utf-8"), schema="cnop_user")
        self.sql("INSERT INTO profile (user_id, username, email, first_name, last_name, created_us, updated_us) SELECT seq,"
                 f" CONCAT('user', seq), CONCAT('u', seq, '@example.com'), 'Jane', 'Doe', 1, 1 FROM seq_{first}_to_{last}",
                 schema="cnop_user")


@contextlib.contextmanager
def database(directory, **options):
    server = Database(directory, **options)
    try:
        yield server
    finally:
        server.stop()


class Cache(Process):
    """A private Memcached on a unix socket."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.socket = self.directory / "m.sock"
        self._start()

    def _start(self):
        self.socket.unlink(missing_ok=True)
        user = ["-u", "root"] if os.geteuid() == 0 else []
        super().__init__([installed("memcached"), "-s", self.socket, "-a", "0700", "-m", "32", "-t", "1", *user],
                         self.directory / "memcached.log")
        wait_until(lambda: answers(self.socket), 10, "Memcached")

    def restart(self):
        self.stop()
        self._start()


@contextlib.contextmanager
def cache(directory):
    server = Cache(directory)
    try:
        yield server
    finally:
        server.stop()
