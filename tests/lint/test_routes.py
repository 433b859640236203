#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The route table and docs/reference/openapi.yaml say the same, both ways. Prints TAP.

The table (conf/routes) makes the services' routers and the gateway's locations; the description makes the
clients. What the gateway answers by itself stands literally in conf/nginx/api.conf.j2.
"""
import dataclasses
import re
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "conf"))
import routes  # noqa: E402

METHODS = ("get", "post", "put", "patch", "delete")


def operations(spec):
    return {(method.upper(), path): operation for path, item in spec["paths"].items()
            for method, operation in item.items() if method in METHODS}


def own_paths():
    """Paths that the gateway answers without a service."""
    text = (ROOT / "conf/nginx/api.conf.j2").read_text(encoding="utf-8")
    return set(re.findall(r"^location = (/\S+) \{", text, re.M))


def parameters(operation):
    return {item.get("$ref", "").rsplit("/", 1)[-1] for item in operation.get("parameters", [])}


def disagreements(row, operation):
    """What a row and its operation do not agree about."""
    name = f"{row.method} {row.path}"
    public = operation.get("security") is not None and (not operation["security"] or {} in operation["security"])
    cookie_alone = ("csrf", "any") in row.words
    if (row.role == "PUBLIC") != (public or cookie_alone):
        yield f"{name}: role {row.role}, but the description's security is {operation.get('security', 'the default')}"
    if (row.role == "ADMIN") != ("Role `admin`" in operation.get("description", "")):
        yield f"{name}: role {row.role}, but the description " \
              f"{'does not say' if row.role == 'ADMIN' else 'says'} that it is for admins"
    if (row.body > 0) != ("requestBody" in operation):
        yield f"{name}: a body of {row.body} bytes, but {'no' if row.body else 'a'} requestBody"
    if ("CNOP_ROUTE_IDEMPOTENT" in row.flags) != ("IdempotencyKey" in parameters(operation)):
        yield f"{name}: flags {row.flags}, but parameters {sorted(parameters(operation))}"


def complaints(table, described, own):
    rows = {(row.method, row.path): row for row in table}
    for key in sorted(rows.keys() - described.keys()):
        yield f"{' '.join(key)}: in conf/routes/{rows[key].service}.def, not in openapi.yaml"
    for key in sorted(described.keys() - rows.keys()):
        if key[1] not in own:
            yield f"{' '.join(key)}: in openapi.yaml, neither in conf/routes nor in api.conf.j2"
    for key in sorted(rows.keys() & described.keys()):
        yield from disagreements(rows[key], described[key])


def changed(table, **values):
    """The table with its first fitting row changed: a row that is wrong in one point."""
    return [dataclasses.replace(table[0], **values), *table[1:]]


def mistakes(table):
    """Tables that are wrong in one point each: the check must notice."""
    posting = sorted(table, key=lambda row: "CNOP_ROUTE_IDEMPOTENT" not in row.flags)
    reading = sorted(table, key=lambda row: (row.method, row.role) != ("GET", "CUSTOMER"))
    return {"a row less": table[1:],
            "another path": changed(table, path="/api/v1/nowhere"),
            "another method": changed(table, method="PATCH"),
            "anybody may read": changed(reading, role="PUBLIC"),
            "admins alone may read": changed(reading, role="ADMIN"),
            "a body where none is expected": changed(reading, body=4096),
            "no body": changed(posting, body=0),
            "keys are ignored": changed(posting, flags=())}


def report(results):
    print(f"1..{len(results)}")
    for number, (name, faults) in enumerate(results, 1):
        print(f"{'not ok' if faults else 'ok'} {number} - {name}")
        for fault in faults:
            print(f"# {fault}")
    return 1 if any(faults for _, faults in results) else 0


def main():
    spec = yaml.load((ROOT / "docs/reference/openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    table, described, own = routes.read(), operations(spec), own_paths()
    results = [("routes and description agree", list(complaints(table, described, own)))]
    for name, wrong in mistakes(table).items():
        results.append((f"noticed: {name}",
                        [] if list(complaints(wrong, described, own)) else ["the check said nothing"]))
    return report(results)


if __name__ == "__main__":
    sys.exit(main())
