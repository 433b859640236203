# SPDX-License-Identifier: MIT
"""A FastCGI client for tests: speaks to a worker's socket as the gateway does.

    with Connection(socket_path) as worker:
        answer = worker.request("POST", "/api/v1/orders", json_body={...}, user=1000)
        assert answer.status == 201

The byte-level helpers (record, params, begin) also build broken streams.
"""

import json
import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def record(kind, content=b"", request_id=1, version=1, padding=0):
    return struct.pack(">BBHHBB", version, kind, request_id, len(content), padding, 0) + content + bytes(padding)


def begin(role=1, keep=True, request_id=1):
    return record(BEGIN, struct.pack(">HB5x", role, 1 if keep else 0), request_id)


def _length(count):
    return bytes([count]) if count < 128 else struct.pack(">I", count | 0x80000000)


def pair(name, value):
    name, value = name.encode(), value if isinstance(value, bytes) else str(value).encode()
    return _length(len(name)) + _length(len(value)) + name + value


def params(values):
    return b"".join(pair(name, value) for name, value in values.items())


def stream(kind, content, chunk=65528):
    parts = [record(kind, content[at : at + chunk]) for at in range(0, len(content), chunk)]
    return b"".join(parts) + record(kind)


def encode(values, body=b"", keep=True):
    """A whole request as bytes."""
    return begin(keep=keep) + stream(PARAMS, params(values)) + stream(STDIN, body)


class Closed(Exception):
    """The worker closed the connection instead of answering."""


class Answer:
    def __init__(self, raw, stderr):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.stderr = stderr
        self.headers = {}
        self.cookies = []
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                self.cookies.append(value)
            self.headers[name.lower()] = value
        self.status = int(self.headers.get("status", "200").split()[0])

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json()["code"]

    def __repr__(self):
        return f"<Answer {self.status} {self.body[:300]!r}>"


class Connection:
    def __init__(self, path, timeout=15.0):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _take(self, count):
        while len(self.buffer) < count:
            data = self.socket.recv(65536)
            if not data:
                raise Closed(f"closed with {len(self.buffer)} bytes of an answer")
            self.buffer += data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def receive(self):
        """The answer to the request sent last."""
        out, err = b"", b""
        while True:
            try:
                _, kind, _, length, padding = struct.unpack(">BBHHBx", self._take(8))
                content = self._take(length + padding)[:length]
            except (ConnectionResetError, BrokenPipeError) as cause:
                raise Closed(str(cause)) from cause
            if kind == STDOUT:
                out += content
            elif kind == STDERR:
                err += content
            elif kind == END:
                return Answer(out, err)

    def is_closed(self):
        """True when the worker has closed its end (waits up to the timeout)."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def request(self, method, path, **options):
        try:
            self.send(encode(*values_of(method, path, **options)))
        except (ConnectionResetError, BrokenPipeError) as cause:
            raise Closed(str(cause)) from cause
        return self.receive()


def leave(path, method, route, **options):
    """Sends a request and goes, as the gateway does when its client has gone."""
    with Connection(path) as worker:
        worker.send(encode(*values_of(method, route, **options)))


def values_of(method, path, query="", json_body=None, body=b"", content_type="application/json", user=None,
              role="customer", headers=None, request_id="req-test", params=None, keep=True):
    """Parameters, body and keep flag of a request as the gateway would send it."""
    if json_body is not None:
        body = json.dumps(json_body).encode()
    values = {
        "REQUEST_METHOD": method,
        "CNOP_PATH": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": content_type if body else "",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "CNOP_REQUEST_ID": request_id,
        "CNOP_USER_ID": "" if user is None else str(user),
        "CNOP_ROLE": "" if user is None else role,
        "CNOP_SID": "" if user is None else "5" * 32,
        "CNOP_JTI": "" if user is None else "7" * 32,
        "CNOP_TOKEN_IAT": "",
        "CNOP_TOKEN_EXP": "",
        "CNOP_TOKEN_SOURCE": "" if user is None else "bearer",
        "CNOP_CLIENT_ADDR": "192.0.2.7",
        "CNOP_HTTPS": "off",
    }
    for name, value in (headers or {}).items():
        values["HTTP_" + name.upper().replace("-", "_")] = value
    values.update(params or {})
    return values, body, keep


def request(socket_path, method, path, **options):
    """One request on a connection of its own."""
    with Connection(socket_path) as worker:
        return worker.request(method, path, **options)
