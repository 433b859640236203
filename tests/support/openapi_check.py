# SPDX-License-Identifier: MIT
"""Holds live responses against docs/reference/openapi.yaml and remembers what has been seen.

Knows nothing about any single operation; the scenarios are in tests/contract/.
"""

import json
import re
import secrets
import socket
from dataclasses import dataclass, field
from datetime import date, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import yaml
from jsonschema import Draft202012Validator, FormatChecker, RefResolver

SPEC_PATH = Path(__file__).resolve().parents[2] / "docs/reference/openapi.yaml"
METHODS = ("get", "put", "post", "delete", "patch")

_formats = FormatChecker(formats=())


@_formats.checks("date-time", raises=ValueError)
def _is_moment(value: Any) -> bool:
    return not isinstance(value, str) or bool(datetime.fromisoformat(value.replace("Z", "+00:00")))


@_formats.checks("date", raises=ValueError)
def _is_date(value: Any) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


@dataclass(frozen=True)
class Operation:
    """One operation of the description, with its references resolved one level deep."""

    id: str
    method: str
    path: str
    tag: str
    security: list
    responses: dict  # status text -> (component name or None, response object)
    has_body: bool

    @property
    def needs_login(self) -> bool:
        return bool(self.security) and {} not in self.security

    @property
    def accepts_anonymous_and_login(self) -> bool:
        return {} in self.security

    def statuses(self) -> set[int]:
        return {int(status) for status in self.responses}


class Spec:
    def __init__(self, path: Path = SPEC_PATH):
        self.document = yaml.safe_load(path.read_text(encoding="utf-8"))
        self._resolver = RefResolver("", self.document)
        self.operations: dict[str, Operation] = {}
        for template, methods in self.document["paths"].items():
            for method in METHODS:
                if method in methods:
                    operation = self._operation(template, method, methods[method])
                    self.operations[operation.id] = operation

    def _operation(self, template: str, method: str, raw: dict) -> Operation:
        responses = {}
        for status, response in raw["responses"].items():
            name = response["$ref"].rsplit("/", 1)[1] if "$ref" in response else None
            responses[status] = (name, self.resolve(response))
        return Operation(
            id=raw["operationId"],
            method=method.upper(),
            path=template,
            tag=raw["tags"][0],
            security=raw.get("security", self.document["security"]),
            responses=responses,
            has_body="requestBody" in raw,
        )

    def resolve(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node and node["$ref"].startswith("#/"):
            node = self._resolver.resolve(node["$ref"])[1]
        return node

    def schema_faults(self, schema: dict, value: Any) -> list[str]:
        validator = Draft202012Validator(
            schema, resolver=self._resolver, format_checker=_formats
        )
        return [
            f"{'/'.join(map(str, fault.absolute_path)) or 'body'}: {fault.message[:300]}"
            for fault in validator.iter_errors(value)
        ]

    def documented_codes(self) -> set[tuple[str, str, str]]:
        """Each (operation or shared response, status, error code) that an example promises."""
        promised = set()
        for operation in self.operations.values():
            for status, (shared, response) in operation.responses.items():
                content = response.get("content", {}).get("application/problem+json", {})
                for example in content.get("examples", {}).values():
                    value = self.resolve(example)["value"]
                    promised.add((shared or operation.id, status, value["code"]))
        return promised


@dataclass
class Reply:
    status: int
    headers: dict  # lower-case name -> value; set-cookie values joined by newlines
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def code(self) -> str | None:
        """The error code of a problem body."""
        return self.json.get("code") if self.status >= 400 else None

    def cookies(self) -> dict[str, str]:
        lines = self.headers.get("set-cookie", "").split("\n")
        pairs = (line.split(";", 1)[0].split("=", 1) for line in lines if "=" in line)
        return {name.strip(): value for name, value in pairs if value}


def reply_faults(spec: Spec, operation: Operation, reply: Reply) -> list[str]:
    """What the reply does that the description does not allow."""
    if str(reply.status) not in operation.responses:
        return [f"status {reply.status} is not documented: {reply.raw[:500]!r}"]
    response = operation.responses[str(reply.status)][1]
    return _header_faults(spec, response, reply) + _body_faults(spec, response, reply)


def _header_faults(spec: Spec, response: dict, reply: Reply) -> list[str]:
    faults = []
    for name, header in response.get("headers", {}).items():
        header = spec.resolve(header)
        value = reply.headers.get(name.lower())
        if value is None:
            if header.get("required"):
                faults.append(f"header {name} is missing")
            continue
        if header["schema"].get("type") == "integer":
            if not re.fullmatch(r"-?\d+", value):
                faults.append(f"header {name} is no integer: {value!r}")
                continue
            value = int(value)
        faults += [f"header {name}: {fault}" for fault in spec.schema_faults(header["schema"], value)]
    return faults


def _body_faults(spec: Spec, response: dict, reply: Reply) -> list[str]:
    content = response.get("content", {})
    if not content:
        return [f"a body where none is documented: {reply.raw[:200]!r}"] if reply.raw else []
    media_type = reply.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in content:
        return [f"content type {media_type!r} is not documented"]
    schema = content[media_type]["schema"]
    if media_type not in ("application/json", "application/problem+json"):
        return _text_faults(spec, schema, reply)
    try:
        value = json.loads(reply.raw, parse_constant=_refuse_constant)
    except ValueError as error:
        return [f"body is not JSON: {error}"]
    faults = spec.schema_faults(schema, value)
    if media_type == "application/problem+json" and not faults and value["status"] != reply.status:
        faults.append(f"problem says {value['status']}, HTTP says {reply.status}")
    return faults


def _text_faults(spec: Spec, schema: dict, reply: Reply) -> list[str]:
    """Text bodies; JSON Lines are checked line by line against contentSchema."""
    try:
        text = reply.raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"body is not UTF-8: {error}"]
    if "contentSchema" not in schema:
        return spec.schema_faults(schema, text)
    faults = []
    for line in text.splitlines():
        faults += spec.schema_faults(schema["contentSchema"], json.loads(line))
    return faults


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@dataclass
class Api:
    """A client that validates whatever it receives and books it as exercised."""

    base_url: str
    spec: Spec = field(default_factory=Spec)
    seen: set = field(default_factory=set)  # (operation id, status)
    seen_codes: set = field(default_factory=set)  # (operation or shared response, status, code)

    def call(
        self,
        operation_id: str,
        *,
        path: dict | None = None,
        query: dict | None = None,
        body: Any = None,
        raw_body: bytes | None = None,
        headers: dict | None = None,
        token: str | None = None,
        source: str | None = None,
        expect: int | None = None,
        code: str | None = None,
    ) -> Reply:
        operation = self.spec.operations[operation_id]
        target = operation.path
        for name, value in (path or {}).items():
            target = target.replace("{" + name + "}", quote(value, safe=""))
        if query:
            target += "?" + urlencode(query)
        sent = {"Host": urlsplit(self.base_url).netloc, **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None:
            raw_body = json.dumps(body).encode()
        if raw_body is not None:
            sent.setdefault("Content-Type", "application/json")
        reply = self.send(operation.method, target, sent, raw_body, source)
        self._judge(operation, reply, f"{operation.method} {target}", expect, code)
        return reply

    def _judge(self, operation: Operation, reply: Reply, what: str, expect: int | None,
               code: str | None) -> None:
        faults = reply_faults(self.spec, operation, reply)
        if expect is not None and reply.status != expect:
            faults.insert(0, f"expected {expect}, got {reply.status}: {reply.raw[:500]!r}")
        assert not faults, f"{what} -> {reply.status}\n  " + "\n  ".join(faults)
        if code is not None:
            assert reply.code == code, f"{what} -> {reply.status} {reply.code}, expected {code}"
        self.seen.add((operation.id, reply.status))
        if reply.status >= 400:
            shared = operation.responses[str(reply.status)][0]
            self.seen_codes.add((shared or operation.id, str(reply.status), reply.code))

    def send(self, method: str, target: str, headers: dict, body: bytes | None,
             source: str | None = None) -> Reply:
        """One exchange on its own connection; survives a server that stops reading the body."""
        url = urlsplit(self.base_url)
        connection = HTTPConnection(url.hostname, url.port or 80, timeout=60,
                                    source_address=(source, 0) if source else None)
        try:
            connection.putrequest(method, target, skip_host="Host" in headers,
                                  skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body is not None or method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders()
            try:
                if body:
                    connection.send(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused on its headers alone; the answer is waiting
            return _read_reply(connection.getresponse())
        finally:
            connection.close()


def _read_reply(response: HTTPResponse) -> Reply:
    headers: dict[str, str] = {}
    for name, value in response.getheaders():
        name = name.lower()
        headers[name] = headers[name] + "\n" + value if name in headers else value
    if headers.get("content-type") != "text/event-stream":
        return Reply(response.status, headers, response.read())
    raw = b""  # a stream has no end: its first frame will do
    while not raw.endswith(b"\n\n"):
        raw += response.readline()
    return Reply(response.status, headers, raw)


def exhaust_rate_limit(base_url: str, source: str, target: str, at_most: int) -> bool:
    """Pipelines GETs from one source address until the gateway answers 429."""
    url = urlsplit(base_url)
    request = f"GET {target} HTTP/1.1\r\nHost: {url.netloc}\r\n\r\n".encode()
    burst = 50
    for _ in range(0, at_most, burst):
        with socket.create_connection((url.hostname, url.port or 80), 10, (source, 0)) as link:
            link.sendall(request * (burst - 1) + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            received = b""
            while chunk := link.recv(65536):
                received += chunk
        if b"HTTP/1.1 429" in received:
            return True
    return False


def unique(prefix: str) -> str:
    return f"{prefix}{secrets.token_hex(5)}"
