# SPDX-License-Identifier: MIT
"""Request identifiers, trace context and client headers that pose as the gateway's own."""
import re

import pytest

SERVER = """
    location /static/ { root @DIR@; }
    location / { @PARAMS@ fastcgi_pass worker; }
"""
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_generated_id_is_echoed_and_passed_on(gateway, worker):
    gateway.start(server=SERVER)
    ids = []
    for _ in range(20):
        response = gateway.get("/x")
        identifier = response.headers["X-Request-ID"]
        assert UUID7.fullmatch(identifier)
        assert response.json["CNOP_REQUEST_ID"] == identifier
        ids.append(identifier)
    assert len(set(ids)) == 20
    assert [i[:13] for i in ids] == sorted(i[:13] for i in ids)


@pytest.mark.parametrize("value", ["abcdefgh", "A.b_c-12345", "x" * 64])
def test_good_client_id_is_kept(gateway, worker, value):
    gateway.start(server=SERVER)
    response = gateway.get("/x", headers={"X-Request-ID": value})
    assert response.headers["X-Request-ID"] == value
    assert response.json["CNOP_REQUEST_ID"] == value


@pytest.mark.parametrize("value", ["short", "x" * 65, "has space in it", 'quote"quote"', "semi;colon",
                                   "new\tline99", "<script>alert", "a" * 7, "ümlaut-ümlaut"])
def test_bad_client_id_is_replaced(gateway, worker, value):
    gateway.start(server=SERVER)
    response = gateway.get("/x", headers={"X-Request-ID": value.encode()})
    assert UUID7.fullmatch(response.headers["X-Request-ID"])


def test_every_response_has_an_id(gateway, worker):
    gateway.start(server=SERVER)
    for path in ("/static/none", "/%00", "/" + "x" * 9000):
        answer = gateway.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert b"X-Request-ID: " in answer, answer
    assert b"X-Request-ID: " in gateway.raw(b"\x16\x03\x01 nonsense\r\n\r\n")


TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_traceparent_is_passed_when_well_formed(gateway, worker):
    gateway.start(server=SERVER)
    assert gateway.get("/x", headers={"traceparent": TRACE}).json["CNOP_TRACEPARENT"] == TRACE
    for bad in (TRACE.upper(), TRACE[:-1], TRACE + "0", TRACE.replace("0af7651916cd43dd8448eb211c80319c", "0" * 32),
                TRACE.replace("b7ad6b7169203331", "0" * 16), "ff" + TRACE[2:], "x"):
        assert gateway.get("/x", headers={"traceparent": bad}).json["CNOP_TRACEPARENT"] == ""


SPOOFED = ["X-User-ID", "X-User-Role", "X-Authenticated", "X-Source", "Remote-User", "X-Remote-User",
           "X-Auth-Service", "X-Forwarded-User", "Proxy", "CNOP-User-ID", "CNOP_USER_ID", "X-CNOP-Role",
           "X_User_ID", "Auth-Subject", "X-Sub", "x-uSeR-iD", "X-Jwt-Payload", "X-Accel-Redirect"]


@pytest.mark.parametrize("name", SPOOFED)
def test_identity_headers_reach_nobody(gateway, worker, name):
    gateway.start(http="underscores_in_headers on; cnop_jwt optional;", server="""
        location /all/ {
            fastcgi_param CNOP_USER_ID $cnop_user_id;
            fastcgi_param CNOP_ROLE $cnop_role;
            fastcgi_pass worker;
        }
        location / { @PARAMS@ fastcgi_pass worker; }
    """)
    for path in ("/x", "/all/x"):
        params = gateway.get(path, headers={name: "1"}).json
        assert params["CNOP_USER_ID"] == "" and params["CNOP_ROLE"] == ""
        assert "HTTP_" + name.upper().replace("-", "_") not in params
        assert "HTTP_PROXY" not in params


def test_a_client_cannot_add_identity_beside_its_token(gateway, worker):
    gateway.start(http="cnop_jwt optional;", server=SERVER)
    params = gateway.get("/x", token=gateway.token(sub="1001"),
                         headers={"X-User-ID": "1", "CNOP-USER-ID": "1"}).json
    assert params["CNOP_USER_ID"] == "1001"
    assert params["CNOP_ROLE"] == "customer"
    assert params["CNOP_TOKEN_SOURCE"] == "bearer"
    assert params["CNOP_CLIENT_ADDR"] == "127.0.0.1"


def test_only_named_headers_reach_the_worker(gateway, worker):
    gateway.start(server=SERVER)
    params = gateway.get("/x?q=%20a", headers={
        "Idempotency-Key": "k-1", "X-Session-Mode": "cookie", "If-None-Match": '"e"', "Cookie": "a=b",
        "X-Other": "1", "User-Agent": "t"}).json
    http = {name for name in params if name.startswith("HTTP_")}
    assert http == {"HTTP_IDEMPOTENCY_KEY", "HTTP_X_SESSION_MODE", "HTTP_IF_NONE_MATCH", "HTTP_USER_AGENT"}
    assert params["QUERY_STRING"] == "q=%20a"


@pytest.mark.parametrize("sent,path", [
    ("/api/v1/orders/%20%20%20", "/api/v1/orders/   "), ("/a/BTC%21", "/a/BTC!"), ("/a/%7Bid%7D", "/a/{id}"),
    ("//a///b", "/a/b"), ("/a/./b/../c", "/a/c"), ("/a%2Fb", "/a/b"), ("/a;x=1", "/a;x=1"),
])
def test_the_worker_gets_the_decoded_path(gateway, worker, sent, path):
    gateway.start(server=SERVER)
    assert gateway.get(sent).json["CNOP_PATH"] == path
