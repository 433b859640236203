#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes what no exporter of the distribution knows about a stack as Prometheus text, again and again.

Memcached's `stats`, the state of each supervised service, the age of keys, the end of the certificate.
The file is for the node exporter's textfile collector, so this needs no port.
"""
import argparse
import os
import pathlib
import re
import socket
import struct
import subprocess
import time

# name in `stats`: type, unit suffix, meaning
MEMCACHED = {
    "uptime": ("gauge", "uptime_seconds", "Seconds since the start."),
    "curr_connections": ("gauge", "connections", "Open connections."),
    "total_connections": ("counter", "connections_total", "Connections since the start."),
    "listen_disabled_num": ("counter", "connections_refused_total", "Times the connection limit was met."),
    "cmd_get": ("counter", "gets_total", "Keys asked for."),
    "cmd_set": ("counter", "sets_total", "Values stored."),
    "get_hits": ("counter", "get_hits_total", "Keys found."),
    "get_misses": ("counter", "get_misses_total", "Keys not found."),
    "evictions": ("counter", "evictions_total", "Values dropped for want of room."),
    "bytes": ("gauge", "bytes", "Bytes stored."),
    "limit_maxbytes": ("gauge", "limit_bytes", "Bytes that may be stored."),
    "curr_items": ("gauge", "items", "Values stored now."),
    "bytes_read": ("counter", "read_bytes_total", "Bytes from clients."),
    "bytes_written": ("counter", "written_bytes_total", "Bytes to clients."),
}

# runit's supervise/status: TAI64 seconds with nanoseconds, pid in the other byte order, paused,
# wanted, terminated, state
STATUS = struct.Struct(">QI")
PID = struct.Struct("<I")
TAI64_OF_1970 = 4611686018427387914
STATE_RUN = 1


class Page:
    """Samples grouped by family, as the text format wants them."""

    def __init__(self):
        self.families = {}

    def add(self, name, kind, text, value, **labels):
        family = self.families.setdefault(name, (kind, text, []))
        inner = ",".join(f'{key}="{escape(item)}"' for key, item in sorted(labels.items()))
        family[2].append(f"{name}{{{inner}}} {value}" if inner else f"{name} {value}")

    def text(self):
        lines = []
        for name, (kind, text, samples) in sorted(self.families.items()):
            lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *samples]
        return "\n".join(lines) + "\n"


def escape(value):
    return str(value).replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def parse_stats(text):
    """`STAT name value` lines up to END; whole numbers only, since nothing else is published."""
    return {name: int(value) for name, value in re.findall(r"^STAT (\S+) (\d+)\r?$", text, re.M)}


def ask_memcached(path):
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(2)
        link.connect(str(path))
        link.sendall(b"stats\r\n")
        answer = b""
        while not answer.endswith(b"END\r\n"):
            part = link.recv(65536)
            if not part or len(answer) > 1 << 20:
                raise OSError("an answer without end")
            answer += part
    return parse_stats(answer.decode("ascii", "replace"))


def memcached(page, path):
    try:
        stats = ask_memcached(path)
    except OSError:
        stats = None
    page.add("memcached_up", "gauge", "1 while Memcached answers.", int(stats is not None), service="memcached")
    for key, (kind, name, text) in MEMCACHED.items():
        if stats and key in stats:
            page.add(f"memcached_{name}", kind, text, stats[key], service="memcached")


def parse_status(data):
    """(running, pid, since) of a runit status file."""
    if len(data) != 20:
        return False, 0, 0
    seconds, _ = STATUS.unpack_from(data)
    pid = PID.unpack_from(data, 12)[0]
    return data[19] == STATE_RUN and pid != 0, pid, seconds - TAI64_OF_1970


class Services:
    """Counts restarts by the process ids that pass by."""

    def __init__(self):
        self.last, self.restarts = {}, {}

    def report(self, page, folder):
        for path in sorted(folder.glob("*/supervise/status")):
            name = path.parent.parent.name
            try:
                running, pid, since = parse_status(path.read_bytes())
            except OSError:
                continue
            if running and self.last.get(name, pid) != pid:
                self.restarts[name] = self.restarts.get(name, 0) + 1
            if running:
                self.last[name] = pid
            labels = {"service": name.replace("-", "_")}
            page.add("cnop_service_running", "gauge", "1 while the supervised process runs.", int(running), **labels)
            page.add("cnop_service_since_seconds", "gauge", "When that began or ended, Unix time.", since, **labels)
            page.add("cnop_service_restarts_total", "counter", "Other processes seen in its place.",
                     self.restarts.get(name, 0), **labels)


def keys(page, folder):
    for path in sorted(folder.glob("*")):
        if path.suffix in (".pw", ".key") or path.name in ("jwks.json", "keyring"):
            page.add("cnop_key_changed_seconds", "gauge", "When a key or password file last changed, Unix time.",
                     int(path.stat().st_mtime), key=path.name)


def certificate(page, path):
    if not path:
        return
    done = subprocess.run(["openssl", "x509", "-noout", "-enddate", "-dateopt", "iso_8601", "-in", path],
                          capture_output=True, text=True, check=False, timeout=10)
    end = re.search(r"notAfter=(\S+ \S+)Z", done.stdout)
    if end:
        seconds = int(time.mktime(time.strptime(end[1], "%Y-%m-%d %H:%M:%S")) - time.timezone)
        page.add("cnop_certificate_end_seconds", "gauge", "When the certificate expires, Unix time.", seconds)
    page.add("cnop_certificate_readable", "gauge", "1 while the certificate can be read.", int(bool(end)))


def write(path, text):
    fresh = path.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    os.chmod(fresh, 0o644)
    os.replace(fresh, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--var", type=pathlib.Path, required=True, help="state folder of the stack")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the .prom file to write")
    parser.add_argument("--certificate", default="", help="PEM file of the gateway")
    parser.add_argument("--every", type=float, default=5, help="seconds between two files")
    parser.add_argument("--once", action="store_true")
    args = parser.parse_args()
    services = Services()
    while True:
        page = Page()
        memcached(page, args.var / "run/memcached.sock")
        services.report(page, args.var / "sv")
        keys(page, args.var / "keys")
        certificate(page, args.certificate)
        write(args.out, page.text())
        if args.once:
            return
        time.sleep(args.every)


if __name__ == "__main__":
    main()
