# SPDX-License-Identifier: MIT
"""Sending what no client library sends, and judging the answer.

An attacked server must say no in its own form: a problem body with a request id, that gives nothing
away. Judge collects what is wrong, so that one test can try a whole corpus.
"""

import json
import re
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

# What an answer to a stranger must not show. The member `instance` repeats the request's own path.
LEAKS = re.compile(
    r"/(work|home|root|usr|var|opt|srv|tmp|run|etc)/\w|\b(SELECT|INSERT|UPDATE|DELETE) \w|maria|mysql|sqlstate"
    r"|memcached|nginx/\d|libfcgi|fastcgi|json-c|jwt\.c|errno|\.c:\d|\.h:\d|0x[0-9a-f]{8}|segfault|assert|stack trace"
    r"|Traceback|Exception|unix:/|\.sock\b|cnop_(auth|user|market|engine|ledger|read)\b", re.I)


@dataclass
class Reply:
    status: int
    headers: dict  # lower-case name -> value; repeated ones joined by newlines
    raw: bytes

    @property
    def json(self):
        return json.loads(self.raw)

    def brief(self):
        return f"{self.status} {self.raw[:300]!r}"


class Attacker:
    """One kept-alive connection from one source address."""

    def __init__(self, base_url, source=None):
        url = urlsplit(base_url)
        self.host, self.port = url.hostname, url.port or 80
        self.source = source
        self.connection = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def send(self, method, target, body=None, token=None, headers=None):
        """headers: pairs, sent in order, also when a name repeats."""
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = HTTPConnection(
                    self.host, self.port, timeout=20,
                    source_address=(self.source, 0) if self.source else None)
            try:
                return self._exchange(method, target, body, token, list(headers or ()))
            except (HTTPException, OSError):
                self.close()
                if fresh or attempt == 2:  # an idle connection that was closed: once more
                    raise
        raise AssertionError("unreachable")

    def _exchange(self, method, target, body, token, headers):
        link = self.connection
        link.putrequest(method, target, skip_accept_encoding=True)
        if token:
            link.putheader("Authorization", f"Bearer {token}")
        names = {name.lower() for name, _ in headers}
        if body is not None and "content-type" not in names:
            link.putheader("Content-Type", "application/json")
        if body is not None or method in ("POST", "PUT"):
            link.putheader("Content-Length", str(len(body or b"")))
        for name, value in headers:
            link.putheader(name, value)
        link.endheaders()
        try:
            if body:
                link.send(body)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused on its headers alone; the answer is waiting
        response = link.getresponse()
        reply = Reply(response.status, joined(response.getheaders()), response.read())
        if response.will_close:
            self.close()
        return reply


def joined(pairs):
    headers = {}
    for name, value in pairs:
        name = name.lower()
        headers[name] = f"{headers[name]}\n{value}" if name in headers else value
    return headers


def raw(base_url, data, source=None, wait=2.0, quiet=0.25):
    """Sends bytes as they are. Returns the replies that came back and whether the server closed."""
    url = urlsplit(base_url)
    received, closed = b"", False
    with socket.create_connection((url.hostname, url.port or 80), 5,
                                  (source, 0) if source else None) as link:
        try:
            link.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        link.settimeout(wait)
        try:
            while chunk := link.recv(65536):
                received += chunk
                link.settimeout(quiet if whole(received) else wait)
            closed = True
        except socket.timeout:
            pass
        except ConnectionResetError:
            closed = True
    return split(received), closed


def whole(received):
    try:
        return len(split(received)) > 0
    except ValueError:
        return False


def split(received):
    """The replies in a stream; ValueError when the last one is cut."""
    replies = []
    while received:
        head, found, rest = received.partition(b"\r\n\r\n")
        if not found or not re.match(rb"HTTP/1\.1 \d{3} ", head):  # RFC 9112, 4: the space stands even before no phrase
            raise ValueError(f"no HTTP reply: {received[:200]!r}")
        lines = head.decode("latin-1").split("\r\n")
        headers = joined(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "")
                         for line in lines[1:])
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            raise ValueError("cut reply")
        replies.append(Reply(int(lines[0].split()[1]), headers, rest[:length]))
        received = rest[length:]
    return replies


def refusal_faults(reply, statuses=None):
    """What is wrong with a refusal; empty when it is as it should be."""
    faults = []
    if not (400 <= reply.status < 500) and reply.status not in (statuses or ()):
        faults.append(f"status {reply.status}")
    if statuses is not None and reply.status not in statuses:
        faults.append(f"status {reply.status}, not one of {sorted(statuses)}")
    if not reply.headers.get("content-type", "").startswith("application/problem+json"):
        faults.append(f"content type {reply.headers.get('content-type')!r}")
    if "x-request-id" not in reply.headers:
        faults.append("no X-Request-ID")
    if b"<html" in reply.raw.lower():
        faults.append("HTML")
    return faults + problem_faults(reply)


def problem_faults(reply):
    try:
        problem = reply.json
    except ValueError:
        return ["body is not JSON"]
    faults = []
    if problem.get("status") != reply.status:
        faults.append(f"body says {problem.get('status')}")
    if problem.get("trace_id") != reply.headers.get("x-request-id"):
        faults.append("trace_id is not the request id")
    shown = json.dumps({key: value for key, value in problem.items() if key != "instance"})
    leak = LEAKS.search(shown.replace("/docs/", ""))
    if leak:
        faults.append(f"gives away {leak.group(0)!r}")
    return faults


class Judge:
    """Collects faults over many cases and fails once, with all of them."""

    def __init__(self):
        self.faults = []
        self.count = 0

    def refused(self, what, reply, statuses=None, field=None):
        self.count += 1
        faults = refusal_faults(reply, statuses)
        if field is not None and not faults and not self._names(reply, field):
            faults.append(f"does not name {field}")
        self.note(what, reply, faults)

    @staticmethod
    def _names(reply, field):
        problem = reply.json
        named = [entry["field"] for entry in problem.get("errors", [])]
        return any(re.sub(r"^.*\.", "", name) == field for name in named) or field in problem["detail"]

    def note(self, what, reply, faults):
        if faults:
            self.faults.append(f"{what}: {'; '.join(faults)} <- {reply.brief()}")

    def verdict(self, at_least=1):
        assert self.count >= at_least, f"only {self.count} cases were tried"
        assert not self.faults, f"{len(self.faults)} of {self.count} cases:\n" + "\n".join(self.faults[:25])
