# SPDX-License-Identifier: MIT
"""The checker itself: it must see what is undocumented, and say nothing about what is right."""
import json

import pytest
from support.openapi_check import Reply, Spec, reply_faults

SPEC = Spec()
BALANCE = SPEC.operations["getBalance"]
HEADERS = {"content-type": "application/json", "x-request-id": "r1", "x-ratelimit-limit": "10",
           "x-ratelimit-remaining": "9", "x-ratelimit-reset": "1795339852"}
BODY = {"current_balance": "1000.00", "held_balance": "0.00", "updated_at": "2026-11-22T09:30:15.123456Z"}


def faults(status=200, headers=HEADERS, body=BODY):
    return reply_faults(SPEC, BALANCE, Reply(status, headers, json.dumps(body).encode()))


def test_a_right_reply_has_no_faults():
    assert faults() == []


@pytest.mark.parametrize("body", [
    {**BODY, "surprise": 1}, {"current_balance": "1000.00"}, {**BODY, "current_balance": 1000.0},
    {**BODY, "current_balance": "1e3"}, {**BODY, "updated_at": "2026-13-22T09:30:15.123456Z"},
    {**BODY, "updated_at": "yesterday"}, [], float("nan"),
])
def test_a_wrong_body_is_seen(body):
    assert len(faults(body=body)) >= 1


@pytest.mark.parametrize("change", [
    {"x-request-id": None}, {"x-ratelimit-limit": "many"}, {"x-ratelimit-limit": "0"},
    {"content-type": "text/html"},
])
def test_wrong_headers_are_seen(change):
    headers = {k: v for k, v in {**HEADERS, **change}.items() if v is not None}
    assert len(faults(headers=headers)) >= 1


def test_an_undocumented_status_is_seen():
    assert "not documented" in faults(status=418)[0]


def test_every_example_fits_its_schema():
    for operation in SPEC.operations.values():
        for status, (_, response) in operation.responses.items():
            for media_type, content in response.get("content", {}).items():
                if "json" not in media_type or media_type == "application/jsonl":
                    continue
                for example in content["examples"].values():
                    value = SPEC.resolve(example)["value"]
                    assert not SPEC.schema_faults(content["schema"], value), (operation.id, status)


def properties(schema, name):
    """Every property of a schema that is described in place, also inside others."""
    for key, value in schema.get("properties", {}).items():
        if "$ref" not in value:
            yield f"{name}.{key}", value
        yield from properties(value, f"{name}.{key}")
        yield from properties(value.get("items", {}), f"{name}.{key}[]")


def test_every_field_says_what_it_is_and_shows_one():
    mute = []
    for name, schema in SPEC.document["components"]["schemas"].items():
        for path, field in properties(schema, name):
            shown = field.get("examples") or {"const", "enum"} & set(field)
            if not field.get("description") or not (shown or field.get("type") in ("object", "array")):
                mute.append(path)
            for example in field.get("examples", ()):
                assert not SPEC.schema_faults(field, example), (path, example)
    assert not mute
