#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the logs of services in the order of time: rotated files too, the gateway's access and audit lines,
and each service's part of the audit trail. Lines are printed as they are; filters look at their fields.
"""
import argparse
import collections
import datetime
import heapq
import json
import pathlib
import re
import sys
import time

LEVELS = ["debug", "info", "warn", "error", "critical"]
OTHER_WORDS = {"warning": "warn", "notice": "info", "note": "info", "crit": "critical", "alert": "critical",
               "emerg": "critical", "fatal": "critical"}
# nginx: 2026/11/26 10:20:49 [notice] ...; MariaDB: 2026-11-26 10:20:44 28 [Warning] ...
PLAIN = re.compile(r"(\d{4})[/-](\d\d)[/-](\d\d) (\d\d:\d\d:\d\d)(?:[^\[]{0,40}\[(\w+)\])?")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
FOLLOW_EVERY_S = 0.3


class Line:
    def __init__(self, text, before):
        """A line without a time of its own belongs to the one before it."""
        self.text, self.fields = text, {}
        self.time, self.level = before
        if text.startswith("{"):
            try:
                self.fields = json.loads(text)
            except ValueError:
                pass
        if isinstance(self.fields, dict) and self.fields:
            self.read_fields()
        else:
            self.fields = {}
            match = PLAIN.match(text)
            if match:
                year, month, day, clock, word = match.groups()
                self.time = f"{year}-{month}-{day}T{clock}"
                self.level = level_of(word or "info")

    def read_fields(self):
        self.time = str(self.fields.get("timestamp", self.time))[:26].split("+")[0].rstrip("Z")
        status = self.fields.get("status") or nested(self.fields, "status") or 0
        by_status = 3 if int(status) >= 500 else 2 if int(status) >= 400 else 0
        self.level = max(level_of(str(self.fields.get("level", "info"))), by_status)

    def wanted(self, args):
        return ((args.level is None or self.level >= LEVELS.index(args.level))
                and (args.since is None or self.time >= args.since)
                and (args.request_id is None or self.fields.get("request_id") == args.request_id
                     or (not self.fields and args.request_id in self.text)))


def nested(fields, key):
    extra = fields.get("extra")
    return extra.get(key) if isinstance(extra, dict) else None


def level_of(word):
    word = OTHER_WORDS.get(word.lower(), word.lower())
    return LEVELS.index(word) if word in LEVELS else 1


def moment(text):
    """15m, 2h, or an RFC 3339 time, which may stop at any unit; as UTC text."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if match:
        then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(
            seconds=int(match[1]) * UNITS[match[2]])
        return then.strftime("%Y-%m-%dT%H:%M:%S")
    if re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?", text):
        return text.replace(" ", "T").rstrip("Z")
    raise argparse.ArgumentTypeError("expected 15m, 2h, 3d, or a time such as 2026-01-31T12:00")


class Source:
    """One log with its rotated files, oldest first; `keep` decides which lines belong to it."""

    def __init__(self, path, rotated, keep=lambda line: True):
        self.path, self.keep = path, keep
        self.files = [*sorted(rotated, key=lambda file: file.stat().st_mtime), path]
        self.before = ("", 1)
        self.handle, self.rest = None, ""

    def lines(self, file):
        with open(file, encoding="utf-8", errors="replace") as handle:
            yield from self.parse(handle)

    def parse(self, texts):
        for text in texts:
            line = Line(text.rstrip("\n"), self.before)
            self.before = (line.time, line.level)
            if self.keep(line):
                yield line

    def history(self, since):
        for file in self.files:
            if not file.exists():
                continue
            if since and file != self.path and age_limit(file, since):
                continue
            yield from self.lines(file)

    def news(self):
        """What was appended since the last look; a new file under the name is read from its start."""
        texts = []
        if self.handle is None:
            if not self.path.exists():
                return
            self.handle = open(self.path, encoding="utf-8", errors="replace")
        texts += self.handle.readlines()
        try:
            replaced = self.path.stat().st_ino != pathlib.Path(f"/proc/self/fd/{self.handle.fileno()}").stat().st_ino
        except OSError:
            replaced = False
        if replaced:
            self.handle.close()
            self.handle = open(self.path, encoding="utf-8", errors="replace")
            texts += self.handle.readlines()
        if texts:
            texts[0] = self.rest + texts[0]
            self.rest = "" if texts[-1].endswith("\n") else texts.pop()
        yield from self.parse(texts)

    def skip_history(self):
        if self.path.exists():
            self.handle = open(self.path, encoding="utf-8", errors="replace")
            self.handle.seek(0, 2)


def age_limit(file, since):
    """The file was finished before that time."""
    return datetime.datetime.fromtimestamp(file.stat().st_mtime, datetime.timezone.utc).isoformat() < since


def sources(folder, names):
    for name in names:
        if (folder / name).is_dir():
            yield Source(folder / name / "current", (folder / name).glob("@*"))
        if name == "gateway":
            for kind in ("access", "audit"):
                yield Source(folder / f"gateway-{kind}.jsonl", folder.glob(f"gateway-{kind}.jsonl.*"))
        if name == "order":
            yield Source(folder / "orders.jsonl", folder.glob("orders.jsonl.*"))
        if name == "alertmanager":
            yield Source(folder / "alerts.jsonl", [])
    origins = {name.replace("-", "_") for name in names} | set(names)
    yield Source(folder / "audit.jsonl", folder.glob("audit.jsonl.*"),
                 lambda line: nested(line.fields, "origin") in origins)


def show(lines):
    for line in lines:
        print(line.text)
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(prog="./deploy.sh SERVICE logs", description=__doc__)
    parser.add_argument("--folder", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--names", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--level", choices=LEVELS, help="this severity and above; a 4xx counts as warn, a 5xx as error")
    parser.add_argument("--since", type=moment, metavar="TIME", help="15m, 2h, 3d, or a time such as 2026-01-31T12:00 (UTC)")
    parser.add_argument("--request-id", metavar="ID", help="only lines of this request")
    parser.add_argument("--lines", type=int, metavar="N", help="the last N; without a filter the last 200")
    parser.add_argument("--follow", "-f", action="store_true", help="go on with what is written from now on")
    args = parser.parse_args()
    found = list(sources(args.folder, args.names.split()))
    if args.follow:
        for source in found:
            source.skip_history()
    filtered = args.level or args.since or args.request_id
    merged = (line for line in heapq.merge(*(source.history(args.since) for source in found),
                                           key=lambda line: line.time) if line.wanted(args))
    count = args.lines if args.lines is not None else None if filtered else 40 if args.follow else 200
    show(merged if count is None else collections.deque(merged, maxlen=count))
    while args.follow:
        time.sleep(FOLLOW_EVERY_S)
        fresh = [line for source in found for line in source.news() if line.wanted(args)]
        show(sorted(fresh, key=lambda line: line.time))


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.stderr.close()
        sys.exit(0)
