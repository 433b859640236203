# SPDX-License-Identifier: MIT
"""Tokens through the module: sources, forgeries, key files and their rotation."""
import json
import os
import time

import pytest
from conftest import problem
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from support import tokens
from support.harness import wait_until

HTTP = "cnop_jwt optional; cnop_jwt_cookie __Host-cnop_at cnop_at;"
SERVER = """
    location /closed { cnop_jwt required; @PARAMS@ fastcgi_pass worker; }
    location /admin { cnop_jwt required; cnop_require_role admin; @PARAMS@ fastcgi_pass worker; }
    location /strict { cnop_jwt strict; @PARAMS@ fastcgi_pass worker; }
    location / { @PARAMS@ fastcgi_pass worker; }
"""


@pytest.fixture
def open_gateway(gateway, worker):
    return gateway.start(http=HTTP, server=SERVER)


def test_identity_reaches_the_worker(open_gateway):
    params = open_gateway.get("/closed", token=open_gateway.token(sub="4711", role="admin")).json
    assert params["CNOP_USER_ID"] == "4711"
    assert params["CNOP_ROLE"] == "admin"
    assert params["CNOP_SID"] == tokens.SID
    assert params["CNOP_JTI"] == tokens.JTI
    assert int(params["CNOP_TOKEN_EXP"]) - int(params["CNOP_TOKEN_IAT"]) == 3610
    again = open_gateway.get("/closed", token=open_gateway.token(sub="4712")).json
    assert again["CNOP_USER_ID"] == "4712"


def test_anonymous(open_gateway, worker):
    assert open_gateway.get("/x").json["CNOP_USER_ID"] == ""
    problem(open_gateway.get("/closed"), 401, "AUTH_001")
    assert open_gateway.get("/x", headers={"Authorization": ""}).status == 200
    problem(open_gateway.get("/closed", headers={"Authorization": "  "}), 401, "AUTH_001")
    assert len(worker.requests) == 2


REALM = 'Bearer realm="cnop"'


@pytest.mark.parametrize("value", ["Bearer", "Bearer a b", "Bearer\t@", "Bearer @,@", "bearer", "Bearer @ ,Bearer @"])
@pytest.mark.parametrize("path", ["/x", "/closed"])
def test_malformed_authorization(open_gateway, worker, path, value):
    value = value.replace("@", open_gateway.token())
    response = open_gateway.get(path, headers={"Authorization": value})
    problem(response, 401, "AUTH_001")
    assert response.headers["WWW-Authenticate"] == REALM + ', error="invalid_token"'
    assert worker.requests == []


@pytest.mark.parametrize("value", ["InvalidScheme x", "Basic dTpw", "@", "Token @", "BearerX @"])
def test_other_schemes_are_not_ours(open_gateway, worker, value):
    """Ignored where nobody need be known and beside a cookie; elsewhere a challenge without an error."""
    headers = {"Authorization": value.replace("@", open_gateway.token())}
    assert open_gateway.get("/x", headers=headers).json["CNOP_USER_ID"] == ""
    cookie = {"Cookie": f"cnop_at={open_gateway.token(sub='7')}"}
    assert open_gateway.get("/closed", headers={**headers, **cookie}).json["CNOP_USER_ID"] == "7"
    response = open_gateway.get("/closed", headers=headers)
    problem(response, 401, "AUTH_001")
    assert response.headers["WWW-Authenticate"] == REALM
    assert open_gateway.get("/closed").headers["WWW-Authenticate"] == REALM


def test_blanks_before_the_token(open_gateway):
    value = f"Bearer   {open_gateway.token(sub='7')}"
    assert open_gateway.get("/closed", headers={"Authorization": value}).json["CNOP_USER_ID"] == "7"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_scheme_is_case_insensitive(open_gateway, scheme):
    value = f"{scheme} {open_gateway.token()}"
    assert open_gateway.get("/closed", headers={"Authorization": value}).status == 200


def test_two_authorization_headers(open_gateway):
    line = f"Authorization: Bearer {open_gateway.token()}\r\n".encode()
    answer = open_gateway.raw(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + line + line + b"\r\n")
    assert answer.startswith((b"HTTP/1.1 401", b"HTTP/1.1 400")), answer


def test_token_in_query_is_nothing(open_gateway):
    problem(open_gateway.get(f"/closed?access_token={open_gateway.token()}"), 401, "AUTH_001")


def test_expired_token(open_gateway):
    now = int(time.time())
    token = open_gateway.token(iat=now - 7200, exp=now - 3600)
    problem(open_gateway.get("/closed", token=token), 401, "AUTH_002")
    problem(open_gateway.get("/strict", token=token), 401, "AUTH_002")
    assert open_gateway.get("/x", token=token).json["CNOP_USER_ID"] == ""
    assert open_gateway.metric('gateway_token_rejected_total{reason="expired"}') == 3


def test_a_cached_token_expires(gateway, worker):
    gateway.start(http=HTTP, server=SERVER, keys=" leeway=0s")
    now = int(time.time())
    token = gateway.token(iat=now - 10, exp=now + 2)
    assert gateway.get("/closed", token=token).status == 200
    wait_until(lambda: gateway.get("/closed", token=token).status == 401, what="expiry")


def forgeries(key):
    """Name and token; every one must be refused."""
    good = json.dumps(tokens.default_claims())
    header = {"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}
    public = key.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for secret in (pem, pem.strip(), der, b"", b"cnop", tokens.jwks(key).encode()):
        yield "confusion", tokens.hs256(secret, json.dumps({**header, "alg": "HS256"}), good)
        yield "confusion", tokens.hs256(secret, json.dumps(header), good)
    for alg in ("none", "None", "NONE", "nOnE", "", "es256", "HS256", "RS256", None, ["none"], {}, 0):
        bad = json.dumps({**header, "alg": alg})
        yield f"alg {alg}", f"{tokens.b64(bad)}.{tokens.b64(good)}."
        yield f"alg {alg}", f"{tokens.b64(bad)}.{tokens.b64(good)}"
        yield f"alg {alg}", key.token(header=bad)
    for kid in ("k2", "", "../../dev/null", "/dev/null", "' OR 1", "k" * 4000, "k1\0", "http://127.0.0.1/k", None, 1):
        yield f"kid {kid!r:.20}", key.token(header=json.dumps({**header, "kid": kid}))
    for extra in ({"jku": "http://127.0.0.1:1/"}, {"x5u": "http://127.0.0.1:1/"}, {"jwk": key.jwk()}, {"x5c": ["A"]},
                  {"crit": ["exp"]}, {"zip": "DEF"}, {"b64": False}):
        yield f"header {extra}", key.token(header=json.dumps({**header, **extra}))
    for typ in ("JWT", "rt+jwt", None, "at+JWT"):
        yield f"typ {typ}", key.token(header=json.dumps({**header, "typ": typ}))
    yield "two alg", key.token(header='{"alg":"none","alg":"ES256","kid":"k1","typ":"at+jwt"}')
    for change in ({"iss": "x"}, {"aud": "x"}, {"aud": ["x"]}, {"aud": None}, {"sub": "0"}, {"sub": 1001},
                   {"sub": "admin"}, {"sub": "1001 "}, {"sub": None}, {"sid": "x"}, {"jti": None}, {"role": "root"},
                   {"role": None}, {"exp": None}, {"exp": "9999999999"}, {"exp": 1e10}, {"exp": -1}, {"exp": 2**63},
                   {"exp": True}, {"iat": 9999999999}, {"iat": None}, {"nbf": 9999999999}, {"nbf": "x"}):
        yield f"claim {change}", key.token(**change)
    for payload in (good[:-1] + ',"sub":"1"}', '{"sub":"1",' + good[1:], good[:-1] + ',"su\\u0062":"1"}', good + good,
                    "[]", "null", "", good[:-1] + ',"x":' + "[" * 40 + "]" * 40 + "}"):
        yield f"payload {payload[-20:]}", key.token(payload=payload or " ")
    token = key.token()
    head, body, signature = token.split(".")
    yield "padding", token + "="
    yield "alphabet", token.replace("-", "+").replace("_", "/") + "+"
    yield "other key", tokens.Key("k1").token()
    yield "four parts", token + ".x"
    yield "three dots", f"{head}..{signature}"
    yield "zero signature", f"{head}.{body}.{tokens.b64(bytes(64))}"
    yield "short signature", f"{head}.{body}.{signature[:-2]}"
    yield "swapped", f"{body}.{head}.{signature}"
    yield "large", "A" * 5000


def test_forged_tokens(gateway, worker):
    gateway.start(http=HTTP + "client_header_buffer_size 16k; large_client_header_buffers 4 16k;", server=SERVER)
    accepted = []
    for count, (name, token) in enumerate(forgeries(gateway.key)):
        for path in ("/closed", "/strict", "/x"):
            response = gateway.get(path, headers={"Authorization": f"Bearer {token}".encode()})
            anonymous = path == "/x" and response.status == 200 and response.json["CNOP_USER_ID"] == ""
            if response.status != 401 and not anonymous:
                accepted.append((name, response.status))
    assert accepted == []
    assert all(request.params["CNOP_PATH"] == "/x" for request in worker.requests)
    assert count > 90
    assert gateway.get("/closed", token=gateway.token()).status == 200


# ---- roles ----

def test_role(open_gateway, worker):
    problem(open_gateway.get("/admin"), 401, "AUTH_001")
    problem(open_gateway.get("/admin", token=open_gateway.token()), 403, "PERM_001")
    assert open_gateway.get("/admin", token=open_gateway.token(role="admin")).status == 200
    assert len(worker.requests) == 1


# ---- cookies ----

@pytest.mark.parametrize("name", ["cnop_at", "__Host-cnop_at"])
def test_cookie_is_a_source(open_gateway, name):
    params = open_gateway.get("/closed", headers={"Cookie": f"a=b; {name}={open_gateway.token()}"}).json
    assert params["CNOP_USER_ID"] == "1001"
    assert params["CNOP_TOKEN_SOURCE"] == "cookie"


def test_bearer_wins_over_cookie(open_gateway):
    headers = {"Cookie": f"cnop_at={open_gateway.token(sub='7')}"}
    assert open_gateway.get("/x", headers=headers, token=open_gateway.token(sub="8")).json["CNOP_USER_ID"] == "8"
    assert open_gateway.get("/x", headers=headers, token="broken").json["CNOP_USER_ID"] == ""
    problem(open_gateway.get("/closed", headers=headers, token="broken"), 401, "AUTH_001")


@pytest.mark.parametrize("value", ["broken", "", "a.b.c"])
def test_stale_cookie_is_anonymous_where_public(open_gateway, value):
    headers = {"Cookie": f"cnop_at={value}"}
    assert open_gateway.get("/x", headers=headers).json["CNOP_USER_ID"] == ""
    problem(open_gateway.get("/closed", headers=headers), 401, "AUTH_001")


def test_expired_cookie_says_so_where_required(open_gateway):
    now = int(time.time())
    headers = {"Cookie": f"cnop_at={open_gateway.token(iat=now - 90, exp=now - 60)}"}
    problem(open_gateway.get("/closed", headers=headers), 401, "AUTH_002")
    assert open_gateway.get("/x", headers=headers).status == 200


# ---- keys ----

def test_keys_rotate_without_reload(gateway, worker):
    gateway.start(http=HTTP, server=SERVER, keys=" check=100ms")
    old, new = gateway.key, tokens.Key("k2")
    old_token, new_token = old.token(), new.token()
    assert gateway.get("/closed", token=old_token).status == 200
    assert gateway.get("/closed", token=new_token).status == 401

    def all_workers(token, status):
        return all(gateway.get("/closed", token=token).status == status for _ in range(8))

    gateway.write_jwks(old, new)
    wait_until(lambda: all_workers(new_token, 200), what="the new key")
    assert all_workers(old_token, 200)
    gateway.write_jwks(new)
    wait_until(lambda: all_workers(old_token, 401), what="the old key's end")
    assert all_workers(new_token, 200)


@pytest.mark.parametrize("text", ["", "{", '{"keys":[]}', '{"keys":[{"kty":"oct","k":"AAAA","kid":"k1","alg":"HS256"}]}'])
def test_broken_key_file_keeps_the_old_keys(gateway, worker, text):
    gateway.start(http=HTTP, server=SERVER, keys=" check=100ms")
    gateway.write_jwks(text=text)
    wait_until(lambda: gateway.metric("gateway_keys_refused_total") >= 2, what="both workers to look")
    assert all(gateway.get("/closed", token=gateway.token()).status == 200 for _ in range(8))
    assert gateway.metric("gateway_keys_broken") == 1
    time.sleep(0.5)  # several looks: each worker complains about one version once
    assert gateway.metric("gateway_keys_refused_total") == 2
    assert gateway.errors().count("the keys in use stay") == 2
    for pid in gateway.workers():  # a respawned worker inherits the good keys
        os.kill(pid, 9)
    gateway.expected.append(r"exited on signal 9")
    wait_until(lambda: gateway.metric("gateway_keys") == 1, what="new workers")
    assert all(gateway.get("/closed", token=gateway.token()).status == 200 for _ in range(8))
    gateway.process.tell(1)
    wait_until(lambda: "refused" in gateway.errors().split("[emerg]")[-1] and "[emerg]" in gateway.errors())
    assert gateway.get("/closed", token=gateway.token()).status == 200
    gateway.expected.append(r"key file .* refused")


def test_a_key_file_that_stays_broken_makes_it_unready(gateway, worker):
    """Keys of long ago may have been withdrawn since; a file that is being replaced is no reason."""
    gateway.start(http=HTTP, server="location = /ready { cnop_info ready; }" + SERVER, keys=" check=100ms")

    def all_workers(status):
        return all(gateway.get("/ready").status == status for _ in range(8))

    assert all_workers(200)
    gateway.write_jwks(text="{")
    wait_until(lambda: gateway.metric("gateway_keys_refused_total") >= 2, what="both workers to look")
    assert gateway.get("/closed", token=gateway.token()).status == 200
    wait_until(lambda: all_workers(503), timeout=60, what="the gateway to be unready")
    problem(gateway.get("/ready"), 503, "SVC_003")
    assert gateway.get("/closed", token=gateway.token()).status == 200
    gateway.write_jwks(gateway.key)
    wait_until(lambda: all_workers(200), timeout=60, what="the gateway to be ready again")
    gateway.expected.append(r"key file .* refused")


def test_hs256_when_configured(gateway, worker):
    secret = b"0123456789abcdef0123456789abcdef"
    path = gateway.dir / "secret"
    path.write_bytes(secret)
    path.chmod(0o600)
    gateway.start(http=HTTP, server=SERVER, keys=f" hs256=h1:{path}")
    header = json.dumps({"alg": "HS256", "kid": "h1", "typ": "at+jwt"})
    payload = json.dumps(tokens.default_claims())
    assert gateway.get("/closed", token=tokens.hs256(secret, header, payload)).status == 200
    assert gateway.get("/closed", token=tokens.hs256(secret + b"x", header, payload)).status == 401
    crossed = json.dumps({"alg": "HS256", "kid": "k1", "typ": "at+jwt"})
    assert gateway.get("/closed", token=tokens.hs256(secret, crossed, payload)).status == 401
    assert gateway.get("/closed", token=gateway.token()).status == 200
    assert gateway.get("/closed", token=gateway.key.token(header=header)).status == 401


def test_verdicts_are_remembered_for_the_same_token_only(open_gateway):
    token = open_gateway.token()
    for _ in range(20):
        assert open_gateway.get("/closed", token=token).status == 200
    assert open_gateway.metric("gateway_token_cache_hits_total") >= 18
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    assert open_gateway.get("/closed", token=changed).status == 401


# ---- refused configurations ----

@pytest.mark.parametrize("mode,text,message", [
    (0o644, "{", "not a JSON object"),
    (0o644, "", "not a JSON object"),
    (0o666, None, "permissions that are too wide"),
    (0o664, None, "permissions that are too wide"),
    (None, None, "No such file"),
])
def test_key_file_is_checked_at_start(gateway, mode, text, message):
    path = gateway.dir / "jwks.json"
    if text is not None:
        path.write_text(text)
    if mode is None:
        path.unlink()
    else:
        path.chmod(mode)
    code, output = gateway.test(http=HTTP, server=SERVER)
    assert code != 0 and message in output, output
    gateway.expected.append("key file")


@pytest.mark.parametrize("size,mode", [(0, 0o600), (31, 0o600), (32, 0o644), (32, 0o620), (32, 0o602)])
def test_secret_file_is_checked_at_start(gateway, size, mode):
    path = gateway.dir / "secret"
    path.write_bytes(b"x" * size)
    path.chmod(mode)
    code, output = gateway.test(http=HTTP, server=SERVER, keys=f" hs256=h1:{path}")
    assert code != 0 and "refused" in output, output
    gateway.expected.append("key file")
