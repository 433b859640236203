#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turns openapi.yaml into the openapi.json that is served, with a curl, a JavaScript and a Python
sample for every operation. The samples come from the examples of the description and are executed
by tests/contract/test_code_samples.py.

    code_samples.py openapi.yaml openapi.json
"""

import json
import shlex
import sys
from typing import NamedTuple
from urllib.parse import quote

import yaml

METHODS = ("get", "put", "post", "patch", "delete")
# Headers that a sample shows without being told: they make a retry safe.
SHOWN_HEADERS = ("Idempotency-Key",)


class Call(NamedTuple):
    method: str
    url: str
    body: object  # None without one
    headers: dict
    needs_login: bool
    is_stream: bool  # has no end: a sample shows the first of it


def resolve(document: dict, node: dict) -> dict:
    while "$ref" in node:
        target = document
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        node = target
    return node


def describe_call(document: dict, path: str, method: str, operation: dict) -> Call:
    """The call that the operation's first examples make."""
    headers = {}
    for parameter in (resolve(document, p) for p in operation.get("parameters", [])):
        if parameter["in"] == "path":
            path = path.replace("{" + parameter["name"] + "}", quote(parameter["example"], safe=""))
        elif parameter["name"] in SHOWN_HEADERS:
            headers[parameter["name"]] = parameter["example"]
    body = None
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]["application/json"]
        body = next(iter(content["examples"].values()))["value"]
    security = operation.get("security", document["security"])
    return Call(method.upper(), document["servers"][0]["url"] + path, body, headers,
                bool(security) and {} not in security,
                "text/event-stream" in resolve(document, operation["responses"].get("200", {})).get("content", {}))


def curl_sample(call: Call) -> str:
    lines = ["curl -sS" + (" -N --max-time 2" if call.is_stream else "")
             + ("" if call.method == "GET" else f" -X {call.method}")
             + " " + shlex.quote(call.url)]
    if call.needs_login:
        lines.append('-H "Authorization: Bearer $CNOP_TOKEN"')
    for name, value in call.headers.items():
        lines.append("-H " + shlex.quote(f"{name}: {value}"))
    if call.body is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append("-d " + shlex.quote(json.dumps(call.body)))
    return " \\\n  ".join(lines) + "\n"


def javascript_sample(call: Call) -> str:
    headers = [f"'{name}': '{value}'" for name, value in call.headers.items()]
    if call.body is not None:
        headers.insert(0, "'Content-Type': 'application/json'")
    if call.needs_login:
        headers.insert(0, "Authorization: `Bearer ${process.env.CNOP_TOKEN}`")
    options = []
    if call.method != "GET":
        options.append(f"  method: '{call.method}',\n")
    if headers:
        options.append("  headers: {\n" + "".join(f"    {line},\n" for line in headers) + "  },\n")
    if call.body is not None:
        options.append(f"  body: JSON.stringify({json.dumps(call.body)}),\n")
    arguments = f"'{call.url}'" + (", {\n" + "".join(options) + "}" if options else "")
    if call.is_stream:
        return (f"const response = await fetch({arguments});\n"
                "const reader = response.body.getReader();\n"
                "console.log(response.status, new TextDecoder().decode((await reader.read()).value));\n"
                "await reader.cancel();\n")
    return (f"const response = await fetch({arguments});\n"
            "console.log(response.status, await response.text());\n")


def python_sample(call: Call) -> str:
    headers = [f'"{name}": "{value}"' for name, value in call.headers.items()]
    imports = []
    if call.body is not None:
        headers.insert(0, '"Content-Type": "application/json"')
        imports.append("json")
    if call.needs_login:
        headers.insert(0, '"Authorization": "Bearer " + os.environ["CNOP_TOKEN"]')
        imports.append("os")
    lines = [f"import {', '.join(imports)}"] if imports else []
    lines += ["from urllib.request import Request, urlopen", "", "request = Request(",
              f'    "{call.url}",', f'    method="{call.method}",']
    if headers:
        lines += ["    headers={", *(f"        {line}," for line in headers), "    },"]
    if call.body is not None:
        lines.append(f"    data=json.dumps({call.body!r}).encode(),")
    body = "response.read1()" if call.is_stream else "response.read()"
    lines += [")", "with urlopen(request) as response:", f"    print(response.status, {body}.decode())"]
    return "\n".join(lines) + "\n"


SAMPLES = {"Shell": ("curl", curl_sample), "JavaScript": ("JavaScript", javascript_sample),
           "Python": ("Python", python_sample)}


def add_samples(document: dict) -> dict:
    """Gives every operation its x-codeSamples, in place."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                call = describe_call(document, path, method, item[method])
                item[method]["x-codeSamples"] = [
                    {"lang": language, "label": label, "source": render(call)}
                    for language, (label, render) in SAMPLES.items()
                ]
    return document


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: code_samples.py openapi.yaml openapi.json", file=sys.stderr)
        return 2
    with open(sys.argv[1], encoding="utf-8") as file:
        document = yaml.safe_load(file)
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump(add_samples(document), file, ensure_ascii=False, separators=(",", ":"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
