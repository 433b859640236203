# SPDX-License-Identifier: MIT
"""A small client of the public API for tests: one connection a client, JSON in and out."""
import http.client
import itertools
import json
import os
import secrets
import urllib.parse

BASE_URL = os.environ.get("CNOP_BASE_URL", "http://127.0.0.1:8080")
PASSWORD = "Violet-Kettle-73"
_numbers = itertools.count()


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers  # http.client.HTTPMessage: case-insensitive get
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


class Client:
    def __init__(self, base_url=None, timeout=15):
        parts = urllib.parse.urlsplit(base_url or BASE_URL)
        self.address = (parts.hostname, parts.port)
        self.timeout = timeout
        self.connection = None
        self.token = None
        self.username = None

    def request(self, method, path, body=None, headers=None):
        """body: bytes are sent as they are, anything else but None as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.token and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.token}"
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(*self.address, timeout=self.timeout)
            try:
                self.connection.request(method, path, body=body, headers=headers)
                response = self.connection.getresponse()
                return Answer(response.status, response.headers, response.read())
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                # an idle kept-alive connection that the server closed: once more on a new one
                if fresh or attempt == 2:
                    raise
        raise AssertionError("unreachable")

    def get(self, path, **kwargs):
        return self.request("GET", f"/api/v1{path}", **kwargs)

    def post(self, path, body=None, **kwargs):
        return self.request("POST", f"/api/v1{path}", body, **kwargs)

    def put(self, path, body=None, **kwargs):
        return self.request("PUT", f"/api/v1{path}", body, **kwargs)

    def delete(self, path, **kwargs):
        return self.request("DELETE", f"/api/v1{path}", **kwargs)

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def register(self, username=None):
        self.username = username or unique_username()
        answer = self.post("/auth/register", {
            "username": self.username, "email": f"{self.username}@example.com",
            "password": PASSWORD, "first_name": "Ada", "last_name": "Byron"})
        assert answer.status == 201, answer
        return self

    def login(self):
        answer = self.post("/auth/login", {"username": self.username, "password": PASSWORD})
        assert answer.status == 200, answer
        self.token = answer.json["access_token"]
        return self


def unique_username():
    return f"t{next(_numbers)}_{secrets.token_hex(5)}"


def loopback_address():
    """An address of this machine that no other test sends from: its limits and blocks are its own."""
    return ".".join(["127", *(str(128 + secrets.randbelow(127)) for _ in range(3))])


def trader(deposit="1000.00"):
    """A fresh account that is logged in and has money."""
    client = Client().register().login()
    if deposit:
        answer = client.post("/balance/deposit", {"amount": deposit})
        assert answer.status == 201, answer
    return client
