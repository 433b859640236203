# SPDX-License-Identifier: MIT
"""A worker for gateway tests: a FastCGI server on a unix socket whose answers a test decides.

    with Stub(path) as worker:
        worker.answer = lambda request: Reply(401)
        ...
        assert worker.requests[-1].params["CNOP_USER_ID"] == "1001"

By default it echoes the parameters as JSON with status 200. Connections are kept, one thread each.
"""

import dataclasses
import json
import os
import socket
import struct
import threading

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT = 1, 2, 3, 4, 5, 6


@dataclasses.dataclass
class Reply:
    status: int = 200
    body: bytes = b"{}"
    headers: dict = dataclasses.field(default_factory=dict)
    drop: bool = False  # close the connection instead of answering


@dataclasses.dataclass
class Request:
    params: dict
    body: bytes


def _number(data, at):
    if data[at] < 128:
        return data[at], at + 1
    return struct.unpack_from(">I", data, at)[0] & 0x7FFFFFFF, at + 4


def _parse(data):
    values, at = {}, 0
    while at < len(data):
        name_len, at = _number(data, at)
        value_len, at = _number(data, at)
        name = data[at : at + name_len].decode()
        values[name] = data[at + name_len : at + name_len + value_len].decode("utf-8", "replace")
        at += name_len + value_len
    return values


def _record(kind, content, request_id):
    return struct.pack(">BBHHBB", 1, kind, request_id, len(content), 0, 0) + content


class Stub:
    def __init__(self, path):
        self.path = str(path)
        self.answer = self.echo
        self.requests = []
        self.lock = threading.Lock()
        self.open = set()
        self.listener = None

    def echo(self, request):
        return Reply(body=json.dumps(request.params).encode())

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(1024)
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()
        return self

    def stop(self):
        """Closes the listener and every connection: the worker is gone."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None
        with self.lock:
            connections = list(self.open)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        if os.path.exists(self.path):
            os.unlink(self.path)

    __enter__ = start

    def __exit__(self, *_):
        self.stop()

    def _accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        stream = connection.makefile("rb")
        try:
            while self._one(connection, stream):
                pass
        except (OSError, ValueError, struct.error):
            pass
        finally:
            with self.lock:
                self.open.discard(connection)
            stream.close()
            connection.close()

    def _one(self, connection, stream):
        params, body, keep = b"", b"", False
        while True:
            head = stream.read(8)
            if len(head) < 8:
                return False
            _, kind, request_id, length, padding, _ = struct.unpack(">BBHHBB", head)
            content = stream.read(length + padding)[:length]
            if kind == BEGIN:
                keep = bool(content[2] & 1)
            elif kind == PARAMS:
                params += content
            elif kind == STDIN:
                if length == 0:
                    break
                body += content
            elif kind == ABORT:
                return False
        request = Request(_parse(params), body)
        with self.lock:
            self.requests.append(request)
        reply = self.answer(request)
        if reply.drop:
            return False
        headers = {"Content-Type": "application/json", **reply.headers}
        lines = [f"Status: {reply.status}"] + [f"{name}: {value}" for name, value in headers.items()]
        out = "\r\n".join(lines).encode() + b"\r\n\r\n" + reply.body
        data = b"".join(_record(STDOUT, out[at : at + 65000], request_id)
                        for at in range(0, len(out), 65000))
        data += _record(STDOUT, b"", request_id) + _record(END, bytes(8), request_id)
        connection.sendall(data)
        return keep
