# SPDX-License-Identifier: MIT
"""Cookies and the origin rule: who may change something on the strength of a cookie."""
import pytest
from conftest import problem

HTTP = "cnop_jwt optional; cnop_jwt_cookie __Host-cnop_at cnop_at;"
SERVER = """
    location /closed { cnop_jwt required; @PARAMS@ fastcgi_pass worker; }
    location /refresh { cnop_jwt off; cnop_csrf any; @PARAMS@ fastcgi_pass worker; }
    location / { @PARAMS@ fastcgi_pass worker; }
"""
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def site(gateway, worker):
    return gateway.start(http=HTTP, server=SERVER)


def origin(site, scheme="http", host=None):
    return f"{scheme}://{host or f'127.0.0.1:{site.port}'}"


def cookie(site):
    return {"Cookie": f"cnop_at={site.token()}", **JSON}


ALLOWED = [{"Sec-Fetch-Site": "same-origin"},
           {"Sec-Fetch-Site": "same-origin", "Origin": "http://elsewhere.example"},
           {"Origin": "SELF"}, {"Origin": "SELF-TLS"}]
REFUSED = [{}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "none"},
           {"Sec-Fetch-Site": ""}, {"Sec-Fetch-Site": "cross-site", "Origin": "SELF"},
           {"Origin": "null"}, {"Origin": "http://elsewhere.example"}, {"Origin": "SELFx"}, {"Origin": "SELF/"},
           {"Origin": "ftp://127.0.0.1"}, {"Referer": "SELF"}, {"Origin": "http://127.0.0.1"}]


def filled(site, headers):
    values = {}
    for name, value in headers.items():
        value = value.replace("SELF-TLS", origin(site, "https")).replace("SELF", origin(site))
        values[name] = value
    return values


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("headers", ALLOWED)
def test_same_origin_may_write(site, method, headers):
    response = site.request(method, "/closed", body=b"{}", headers={**cookie(site), **filled(site, headers)})
    assert response.status == 200, response


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("headers", REFUSED)
def test_others_may_not(site, worker, method, headers):
    response = site.request(method, "/closed", body=b"{}", headers={**cookie(site), **filled(site, headers)})
    problem(response, 403, "csrf_rejected")
    assert worker.requests == []
    assert site.metric("gateway_csrf_rejected_total") == 1


@pytest.mark.parametrize("headers", REFUSED)
def test_reading_is_free(site, headers):
    assert site.get("/closed", headers={**cookie(site), **filled(site, headers)}).status == 200


@pytest.mark.parametrize("headers", REFUSED)
def test_bearer_needs_no_origin(site, headers):
    assert site.post("/closed", token=site.token(), headers=filled(site, headers)).status == 200
    both = {**cookie(site), **filled(site, headers)}
    assert site.post("/closed", token=site.token(), headers=both).status == 200


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "",
                                  "application/jsonx", "text/json", None])
def test_cookie_writes_carry_json(site, kind):
    headers = {**cookie(site), "Sec-Fetch-Site": "same-origin"}
    headers.pop("Content-Type")
    if kind is not None:
        headers["Content-Type"] = kind
    problem(site.post("/closed", headers=headers), 415, "unsupported_media_type")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON;charset=x"])
def test_json_has_parameters(site, kind):
    headers = {**cookie(site), "Sec-Fetch-Site": "same-origin", "Content-Type": kind}
    assert site.post("/closed", headers=headers).status == 200


def test_no_body_needs_no_type(site):
    headers = {"Cookie": cookie(site)["Cookie"], "Sec-Fetch-Site": "same-origin"}
    assert site.post("/closed", body=None, headers=headers).status == 200


def test_two_origins_are_none(site):
    lines = "".join(f"Origin: {origin(site)}\r\n" for _ in range(2))
    answer = site.raw(f"POST /closed HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nCookie: {cookie(site)['Cookie']}\r\n"
                      f"Connection: close\r\n{lines}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 403"), answer


def test_anonymous_writes_need_no_origin(site):
    assert site.post("/x").status == 200
    assert site.post("/x", headers={"Cookie": "theme=dark"}).status == 200
    assert site.post("/x", headers={"Cookie": "cnop_at=stale"}).status == 200


def test_any_cookie_rule(site):
    assert site.post("/refresh", headers=JSON).status == 200
    problem(site.post("/refresh", headers={"Cookie": "cnop_rt=x", **JSON}), 403, "csrf_rejected")
    allowed = {"Cookie": "cnop_rt=x", "Sec-Fetch-Site": "same-origin", **JSON}
    assert site.post("/refresh", headers=allowed).status == 200


def test_a_bearer_replaces_the_any_cookie_rule(site):
    """No other site can make a browser send Authorization without asking first."""
    headers = {"Cookie": "cnop_rt=x", "Authorization": "Bearer x", "Sec-Fetch-Site": "cross-site", **JSON}
    assert site.post("/refresh", headers=headers).status == 200


def raw_write(site, *lines, body=""):
    head = ["POST /closed HTTP/1.1", f"Host: 127.0.0.1:{site.port}", f"Cookie: {cookie(site)['Cookie']}",
            "Connection: close", *lines]
    return site.raw("\r\n".join(head).encode() + b"\r\n\r\n" + body.encode())


def test_said_twice_is_not_said(site):
    once, twice = ["Sec-Fetch-Site: same-origin"], ["Sec-Fetch-Site: same-origin"] * 2
    assert raw_write(site, *once).startswith(b"HTTP/1.1 200")
    assert raw_write(site, *twice).startswith(b"HTTP/1.1 403")


def test_a_chunked_body_needs_its_type(site):
    lines = ["Sec-Fetch-Site: same-origin", "Transfer-Encoding: chunked"]
    body = "2\r\n{}\r\n0\r\n\r\n"
    assert raw_write(site, *lines, body=body).startswith(b"HTTP/1.1 415")
    assert raw_write(site, *lines, "Content-Type: application/json", body=body).startswith(b"HTTP/1.1 200")
