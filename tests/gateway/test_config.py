# SPDX-License-Identifier: MIT
"""Configurations that must not start, each with a message that says why."""
import os
import subprocess

import pytest
from conftest import sanitizers

CASES = [
    ("cnop_zone limit 4k;", "", "too small"),
    ("cnop_zone metrics2 1m;", "", "unknown zone kind"),
    ("cnop_zone limit x;", "", "invalid parameter"),
    ("cnop_zone limit 64k; cnop_zone limit 64k;", "", "duplicate"),
    ("cnop_guard fails=5;", "", "not allowed here"),
    ("", "location /x { cnop_guard fails=5; cnop_problem 404; }", "cnop_zone"),
    ("cnop_breaker svc;", "", "cnop_zone"),
    ("cnop_revoke closed;", "", "cnop_zone"),
    ("cnop_revoke perhaps;", "", "invalid value"),
    ("cnop_jwt maybe;", "", "invalid value"),
    ("", "location /x { cnop_require_role admin; cnop_problem 404; }", "cnop_jwt required"),
    ("cnop_jwt required; cnop_require_role root;", "", "invalid parameter"),
    ("", "location /x { cnop_problem 200; }", "400 to 599"),
    ("", "location /x { cnop_control all; }", "read"),
    ("", "location /x { cnop_info uptime; }", "takes health"),
    ("", "location /x { cnop_info version 'a b'; }", "takes health"),
    ("", "location /x { cnop_methods FETCH; cnop_problem 404; }", "invalid parameter"),
    ("", "location /x { cnop_service 'a b'; cnop_problem 404; }", "a name is 1 to 31"),
    ("", "location /x { cnop_service a reads=b; cnop_problem 404; }", "invalid parameter"),
    ("cnop_security strict;", "", "invalid value"),
    ("cnop_csrf never;", "", "invalid value"),
    ("cnop_audit_log /nowhere/audit.jsonl;", "", "open"),
    ("cnop_unknown on;", "", "unknown directive"),
    ("cnop_cors https://a.example/;", "", "without a path"),
    ("cnop_cors https://A.example;", "", "lower case"),
    ("cnop_cors https://a.example:443;", "", "default port"),
    ("cnop_cors http://a.example:80;", "", "default port"),
    ("cnop_cors http://a.example:0;", "", "1 to 65535"),
    ("cnop_cors http://a.example:x;", "", "1 to 65535"),
    ("cnop_cors https://;", "", "has a host"),
    ("cnop_cors https://a.example,https://b.example;", "", "separated by blanks"),
    ("cnop_cors https://a.example https://a.example;", "", "given twice"),
    ("cnop_cors https://a.example max_age=1 max_age=2;", "", "given twice"),
    ("cnop_zone limit 64k; cnop_limit a key=ip rate=1/s; cnop_limit a key=ip rate=2/s;", "", "another key or rate"),
    ("cnop_zone limit 64k; cnop_limit a key=ip rate=1/s; cnop_limit a key=user rate=1/s;", "", "another key or rate"),
    ("cnop_zone limit 64k; cnop_limit a key=ip rate=60/m; cnop_limit a key=ip rate=60/s;", "", "another key or rate"),
    ("cnop_zone limit 64k; cnop_limit a key=ip key=ip rate=1/s;", "", "given twice"),
    ("cnop_zone guard 64k;", "location /x { cnop_guard fails=5 fails=6; cnop_problem 404; }", "given twice"),
    ("cnop_zone breaker 64k; cnop_breaker s open=1s open=2s;", "", "given twice"),
    ("", "location /x { cnop_methods GET GET; cnop_problem 404; }", "given twice"),
    ("cnop_jwt_cookie a a;", "", "given twice"),
    ("cnop_jwt required; cnop_require_role admin admin;", "", "given twice"),
    ("cnop_connections 0;", "", "1 to 1000000"),
    ("cnop_socket_mode 0666x;", "", "such as 0660"),
    ("cnop_socket_mode 0060;", "", "such as 0660"),
    ("cnop_body_deadline soon;", "", "invalid value"),
]


@pytest.mark.parametrize("http,server,message", CASES, ids=range(len(CASES)))
def test_refused(gateway, http, server, message):
    code, output = gateway.test(http=http, server=server)
    assert code != 0 and message in output, output
    gateway.expected.append("emerg")


ACCEPTED = [
    ("cnop_cors https://a.example http://localhost:3000 http://[::1]:3000 https://b.example:8443;", ""),
    ("cnop_zone limit 64k; cnop_limit a key=ip rate=60/m;", "location /x { cnop_limit a key=ip rate=60/m dry_run; cnop_problem 404; }"),
]


@pytest.mark.parametrize("http,server", ACCEPTED, ids=range(len(ACCEPTED)))
def test_accepted(gateway, http, server):
    code, output = gateway.test(http=http, server=server)
    assert code == 0, output


KEYS = [" iss=a iss=b", " leeway=31s", " check=1ms", " hs256=x", " hs256=b@d:/x", " hs256=k:/none", " iss=", " colour=red", " max_ttl=x"]


@pytest.mark.parametrize("keys", KEYS)
def test_refused_keys(gateway, keys):
    code, output = gateway.test(http="cnop_jwt required;", keys=keys)
    assert code != 0, output
    assert any(text in output for text in ("cnop_keys", "key file", "out of range")), output
    gateway.expected.append("emerg")


def test_tokens_need_keys(gateway):
    gateway.configure(http="cnop_jwt required;")
    path = gateway.dir / "nginx.conf"
    path.write_text("\n".join(line for line in path.read_text().splitlines() if "cnop_keys" not in line))
    done = subprocess.run(gateway.command("-t"), capture_output=True, text=True, timeout=20,
                          env={**os.environ, **sanitizers()})
    assert done.returncode != 0 and 'no "cnop_keys"' in done.stderr + gateway.errors()
    gateway.expected.append("emerg")


def test_too_many_names(gateway):
    limits = "".join(f"cnop_limit l{i} key=ip rate=1/s;" for i in range(17))
    code, output = gateway.test(http="cnop_zone limit 64k;" + limits)
    assert code != 0 and "most is 16" in output
    routes = "".join(f"location /{i} {{ cnop_route r{i}; cnop_problem 404; }}" for i in range(97))
    code, output = gateway.test(http="", server=routes)
    assert code != 0 and "most is 96" in output
    gateway.expected.append("emerg")
