# SPDX-License-Identifier: MIT
"""HTTP that is itself an attack: paths around the routing, forged headers, framing tricks on a raw
socket. And what every answer must carry, or must not show."""
import json
import os
import select
import socket
from urllib.parse import urlsplit

import pytest
from support import corpora
from support.api import loopback_address
from support.attack import LEAKS, raw, refusal_faults
from support.openapi_check import Spec

SPEC = Spec()
PROTECTED = "/balance"
FRAMING = "127.0.0.85"  # the address that sends broken framing


def request(method, target, *headers, body=b"", host="localhost", version="HTTP/1.1"):
    lines = [f"{method} {target} {version}", f"Host: {host}", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


# ---- paths ----

def test_no_path_gets_around_authentication(base_url, judge):
    for case, pattern in corpora.PATHS.items():
        target = pattern.replace("{}", PROTECTED)
        for method in ("GET", "POST"):
            replies, _ = raw(base_url, request(method, target, "Connection: close", "Content-Length: 0"))
            assert replies, f"{method} {target}: no answer"
            judge.refused(f"{case} {method} {target[:60]}", replies[0], {400, 401, 403, 404, 405, 414})
            if method == "GET" and replies[0].status not in (401, 404):
                assert replies[0].status in (400, 403, 405, 414), replies[0].brief()
    judge.verdict(100)


def test_no_path_gets_around_the_methods(base_url, world, judge):
    token = f"Authorization: Bearer {world.jane.token}"
    for method in ("TRACE", "CONNECT", "PROPFIND", "PATCH", "get", "FOO", "GETX", "TRACK", "DEBUG", "PURGE"):
        replies, _ = raw(base_url, request(method, "/api/v1/orders", token, "Connection: close", "Content-Length: 0"))
        judge.refused(method, replies[0], {400, 405, 501})
    for header in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "_method"):
        replies, _ = raw(base_url, request("POST", "/api/v1/balance", token, f"{header}: GET", "Connection: close",
                                           "Content-Length: 0"))
        judge.refused(header, replies[0], {405})
    judge.verdict(14)


# ---- headers ----

def test_forged_identity_is_nobody(attacker, judge):
    for name, value in corpora.SPOOFED_HEADERS.items():
        judge.refused(f"{name}: {value}", attacker.send("GET", "/api/v1/balance", headers=[(name, value)]), {401})
    judge.refused("all", attacker.send("GET", "/api/v1/balance", headers=corpora.SPOOFED_HEADERS.items()), {401})
    judge.verdict(20)


def test_forged_identity_changes_nobody(attacker, world, stranger):
    victim = world.jane.user_id
    for name, value in corpora.SPOOFED_HEADERS.items():
        value = value.replace("1000", victim)
        me = attacker.send("GET", "/api/v1/auth/me", token=stranger.token, headers=[(name, value)])
        assert me.status == 200, (name, me.brief())
        assert (me.json["user_id"], me.json["role"]) == (stranger.user_id, "customer"), name


def test_credentials_that_are_none(base_url, world, judge):
    good = world.jane.token
    head, payload, signature = good.split(".")
    lines = {
        "two": f"Authorization: Bearer {good}\r\nAuthorization: Bearer {good}",
        "two_kinds": f"Authorization: Basic eDp5\r\nAuthorization: Bearer {good}",
        "comma": f"Authorization: Bearer {good}, Bearer {good}", "basic": "Authorization: Basic eDp5",
        "bare": f"Authorization: {good}", "scheme": "Authorization: Bearer", "scheme_blank": "Authorization: Bearer ",
        "three_parts": f"Authorization: Bearer {good} x", "tab": f"Authorization: Bearer\t{good}",
        "unsigned": f"Authorization: Bearer {head}.{payload}.", "no_signature": f"Authorization: Bearer {head}.{payload}",
        "four": f"Authorization: Bearer {good}.x", "padded": f"Authorization: Bearer {good}=",
        "upper": f"Authorization: Bearer {good.upper()}", "cut": f"Authorization: Bearer {good[:-1]}",
        "swapped": f"Authorization: Bearer {payload}.{head}.{signature}", "dots": "Authorization: Bearer ..",
        "none": "Authorization: Bearer eyJhbGciOiJub25lIn0." + payload + ".",
        "none_case": "Authorization: Bearer eyJhbGciOiJOb25FIn0." + payload + ".",
        "hs256": "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9." + payload + "." + signature,
        "nul": f"Authorization: Bearer {good}%00", "quote": f'Authorization: Bearer "{good}"',
        "long": "Authorization: Bearer " + "a" * 7000, "bytes": "Authorization: Bearer \xff\xfe\xfd",
        "form": f"X-Authorization: Bearer {good}", "proxy": f"Proxy-Authorization: Bearer {good}",
        "x_token": f"X-Access-Token: {good}",
    }
    for case, line in lines.items():
        replies, _ = raw(base_url, request("GET", "/api/v1/balance", line, "Connection: close"))
        judge.refused(case, replies[0], {400, 401})
    for target in (f"/api/v1/balance?access_token={good}", f"/api/v1/balance?token={good}"):
        replies, _ = raw(base_url, request("GET", target, "Connection: close"))
        judge.refused(target[:30], replies[0], {401})
    judge.verdict(25)


def test_every_flipped_bit_of_a_signature_matters(attacker, world, judge):
    head, payload, signature = world.jane.token.split(".")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for at in range(len(signature)):
        other = alphabet[(alphabet.index(signature[at]) + 1) % 64]
        token = f"{head}.{payload}.{signature[:at]}{other}{signature[at + 1:]}"
        judge.refused(f"sign {at}", attacker.send("GET", "/api/v1/balance", token=token), {401})
    judge.verdict(80)


HOSTILE_HEADERS = {
    "huge_value": "X-A: " + "a" * 40_000, "huge_name": "X-" + "a" * 40_000 + ": 1", "huge_cookie": "Cookie: a=" + "b" * 40_000,
    "no_colon": "NoColonHere", "empty_name": ": value", "blank_name": " X-A: 1", "blank_before_colon": "Content-Length : 5",
    "nul": "X-A: a\x00b", "nul_name": "X\x00A: 1", "bare_cr": "X-A: a\rX-B: b", "obs_fold": "X-A: a\r\n b",
    "many": "\r\n".join(f"X-H{i}: {i}" for i in range(20_000)),
}


@pytest.mark.parametrize("case", sorted(HOSTILE_HEADERS))
def test_hostile_headers(base_url, world, case):
    """Refused, or a header nobody reads: then the answer is that of the request without it."""
    replies, closed = raw(base_url, request("GET", "/api/v1/balance", HOSTILE_HEADERS[case],
                                            f"Authorization: Bearer {world.jane.token}", "Connection: close"))
    assert len(replies) <= 1
    if replies and replies[0].status == 200:
        assert case in ("no_colon", "empty_name", "blank_name", "obs_fold", "bare_cr", "many", "nul_name"), "accepted"
    elif replies:
        assert refusal_faults(replies[0]) == [], replies[0].brief()
    assert closed


def test_request_ids_are_ours_or_harmless(base_url):
    for sent in ("a" * 65, "a b", "a\tb", "x\"y", "<script>", "a\\nb", "\xe9", "", "{}", "a,b", "../x", "a'b"):
        replies, _ = raw(base_url, request("GET", "/health", f"X-Request-ID: {sent}", "Connection: close"))
        assert replies[0].status == 200
        echoed = replies[0].headers["x-request-id"]
        assert 0 < len(echoed) <= 64 and all(c.isalnum() or c in "._-" for c in echoed), (sent, echoed)


def test_hosts_do_not_steer(base_url, judge):
    for host in ("evil.example", "localhost:1@evil", "127.0.0.1:9145", "internal", "a" * 300, "[::1]"):
        replies, _ = raw(base_url, request("GET", "/api/v1/balance", "Connection: close", host=host))
        assert "evil" not in replies[0].headers.get("location", "")
        judge.refused(host[:30], replies[0], {400, 401, 404, 421})
    replies, _ = raw(base_url, b"GET http://evil.example/internal/order/metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    judge.refused("absolute form", replies[0], {400, 401, 404})
    judge.verdict(7)


# ---- framing ----

def smuggled(world):
    body = b'{"amount":"1.00"}'
    return request("POST", "/api/v1/balance/deposit", f"Authorization: Bearer {world.jane.token}",
                   "Content-Type: application/json", f"Content-Length: {len(body)}", body=body)


def framing_cases(world):
    """Two readers could disagree where each of these ends; what hides behind it is a deposit."""
    inner = smuggled(world)
    post = ("POST", "/api/v1/auth/logout")
    chunk = b"0\r\n\r\n"
    length = f"Content-Length: {len(chunk) + len(inner)}"

    def case(*headers, body=chunk + inner):
        return request(*post, *headers, body=body)

    return {
        "cl_te": case(length, "Transfer-Encoding: chunked"), "te_cl": case("Transfer-Encoding: chunked", "Content-Length: 4"),
        "te_te": case("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
        "te_twice": case("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
        "te_list": case("Transfer-Encoding: chunked, identity", length), "te_unknown": case("Transfer-Encoding: xchunked", length),
        "te_blank": case("Transfer-Encoding : chunked", length), "te_fold": case("Transfer-Encoding:\r\n chunked", length),
        "te_quote": case('Transfer-Encoding: "chunked"', length), "te_vt": case("Transfer-Encoding: \x0bchunked", length),
        "te_gzip": case("Transfer-Encoding: gzip, chunked", length), "te_http10": request(*post, "Transfer-Encoding: chunked", length, version="HTTP/1.0", body=chunk + inner),
        "cl_twice": case("Content-Length: 0", length), "cl_twice_same": case("Content-Length: 5", "Content-Length: 5"),
        "cl_list": case("Content-Length: 0, 5"), "cl_plus": case("Content-Length: +5"), "cl_minus": case("Content-Length: -1"),
        "cl_hex": case("Content-Length: 0x5"), "cl_blank": case("Content-Length: 5 5"), "cl_empty": case("Content-Length: "),
        "cl_letters": case("Content-Length: five"), "cl_point": case("Content-Length: 5.0"), "cl_exponent": case("Content-Length: 5e0"),
        "cl_huge": case("Content-Length: 99999999999999999999"), "cl_wrap": case("Content-Length: 18446744073709551616"),
        "cl_nul": case("Content-Length: 5\x00"), "cl_tab_name": case("Content-Length\t: 5"), "cl_fold": case("Content-Length:\r\n 5"),
        "chunk_bad_size": case("Transfer-Encoding: chunked", body=b"zz\r\n" + inner),
        "chunk_minus": case("Transfer-Encoding: chunked", body=b"-1\r\n\r\n" + inner),
        "chunk_huge": case("Transfer-Encoding: chunked", body=b"ffffffffffffffff\r\n" + inner),
        "chunk_wrap": case("Transfer-Encoding: chunked", body=b"10000000000000000\r\n" + inner),
        "chunk_0x": case("Transfer-Encoding: chunked", body=b"0x5\r\nhello\r\n0\r\n\r\n" + inner),
        "bare_lf_version": b"POST /api/v1/auth/logout HTTP/1.1\nHost: localhost\nContent-Length : 5\n\n" + inner,
        "no_host": b"POST /api/v1/auth/logout HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        "two_hosts": request(*post, "Host: other", "Content-Length: 0"), "version_0": request(*post, version="HTTP/0.9"),
        "version_2": request(*post, version="HTTP/2.0"), "version_9": request(*post, version="HTTP/9.9"),
        "version_bad": request(*post, version="HTTPS/1.1"), "h2_preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "tls_hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, "zeros": b"\x00" * 100,
    }


ACCEPTED_AND_EMPTY = {"cl_empty"}  # treated as no body at all: 401, then the next request stands for itself


def test_framing_tricks(base_url, world, unchanged, judge):
    for case, data in framing_cases(world).items():
        replies, closed = raw(base_url, data, source=FRAMING, wait=1.5)
        judge.count += 1
        faults = []
        if any(200 <= reply.status < 300 for reply in replies):
            faults.append("the hidden request was served")
        if len(replies) > 1:
            faults.append(f"{len(replies)} answers: {[r.status for r in replies]}")
        if replies and replies[0].status >= 500 and replies[0].status != 501 and replies[0].status != 505:
            faults.append(f"status {replies[0].status}")
        if replies:
            faults += [f for f in refusal_faults(replies[0], {400, 401, 404, 405, 408, 411, 413, 501, 505})]
            judge.note(case, replies[0], faults)
        else:
            assert closed or case in ("cl_huge", "chunk_huge"), f"{case}: neither answered nor closed"
            assert not faults, (case, faults)
    judge.verdict(40)


def test_a_pipelined_request_is_judged_by_itself(base_url, world):
    """The token of one request says nothing about the next on the connection."""
    first = request("GET", "/api/v1/balance", f"Authorization: Bearer {world.jane.token}")
    second = request("GET", "/api/v1/balance", "Connection: close")
    replies, _ = raw(base_url, first + second)
    assert [reply.status for reply in replies] == [200, 401]


# ---- what every answer shows ----

def samples(attacker, world, base_url):
    jane = world.jane.token
    post = b'{"amount":"0.01"}'
    yield "200 private", attacker.send("GET", "/api/v1/balance", token=jane)
    yield "200 public", attacker.send("GET", "/api/v1/inventory/assets?limit=1")
    yield "200 health", attacker.send("GET", "/health")
    yield "200 version", attacker.send("GET", "/version")
    yield "200 jwks", attacker.send("GET", "/.well-known/jwks.json")
    yield "201", attacker.send("POST", "/api/v1/balance/deposit", post, jane)
    yield "204", attacker.send("OPTIONS", "/api/v1/orders", headers=[("Origin", "https://evil.example"),
                                                                    ("Access-Control-Request-Method", "POST")])
    yield "400", attacker.send("POST", "/api/v1/balance/deposit", b"{", jane)
    yield "401", attacker.send("GET", "/api/v1/balance")
    yield "403", attacker.send("POST", f"/api/v1/accounts/{world.jane.user_id}/freeze", b'{"reason":"x"}', jane)
    yield "404", attacker.send("GET", "/api/v1/nothing")
    yield "404 order", attacker.send("GET", "/api/v1/orders/o00000000000000000000000", token=jane)
    yield "405", attacker.send("PATCH", "/api/v1/balance", b"{}", jane)
    yield "413", attacker.send("POST", "/api/v1/balance/deposit", b" " * 70_000, jane)
    yield "415", attacker.send("POST", "/api/v1/balance/deposit", post, jane, [("Content-Type", "text/plain")])
    yield "422", attacker.send("POST", "/api/v1/balance/deposit", b'{"amount":"x"}', jane)
    yield "414", raw(base_url, request("GET", "/" + "a" * 40_000, "Connection: close"))[0][0]
    yield "431", raw(base_url, request("GET", "/health", "X-A: " + "a" * 40_000, "Connection: close"))[0][0]
    yield "400 line", raw(base_url, b"GARBAGE\r\n\r\n")[0][0]
    yield "root", attacker.send("GET", "/")


def test_headers_of_every_answer(attacker, world, base_url):
    faults = []
    for what, reply in samples(attacker, world, base_url):
        headers = reply.headers

        def need(condition, text, what=what, reply=reply):
            if not condition:
                faults.append(f"{what} ({reply.status}): {text}")

        need(what[:3] in ("roo", str(reply.status)), "another status than meant")
        need("x-request-id" in headers or what in ("414", "431", "400 line"), "no X-Request-ID")
        need(headers.get("x-content-type-options") == "nosniff", "no nosniff")
        need(not any(c.isdigit() for c in headers.get("server", "")), f"Server: {headers.get('server')}")
        need("x-powered-by" not in headers, "X-Powered-By")
        need("fastcgi" not in str(headers).lower(), "names FastCGI")
        need(headers.get("access-control-allow-credentials") != "true" or
             headers.get("access-control-allow-origin") not in ("*", "https://evil.example"), "credentials for anybody")
        if "private" in what or reply.status in (201, 401, 403, 422):
            need("no-store" in headers.get("cache-control", ""), "may be stored")
        if reply.status >= 400:
            need(headers.get("content-type", "").startswith("application/problem+json"), "not a problem")
            leak = LEAKS.search(json.dumps({k: v for k, v in reply.json.items() if k not in ("instance", "type")}))
            need(leak is None, f"shows {leak and leak.group(0)!r}")
        if reply.status == 401:
            need("bearer" in headers.get("www-authenticate", "").lower(), "no WWW-Authenticate")
        if reply.status == 405:
            need("allow" in headers, "no Allow")
    assert not faults, "\n".join(faults)


def test_cookies_are_locked_away(attacker, world):
    reply = attacker.send("POST", "/api/v1/auth/login", json.dumps(
        {"username": world.jane.username, "password": "Quiet-Harbour-41"}).encode(), headers=[("X-Session-Mode", "cookie")])
    assert reply.status == 200, reply.brief()
    cookies = reply.headers["set-cookie"].split("\n")
    assert len(cookies) >= 2
    for cookie in cookies:
        assert "HttpOnly" in cookie and "SameSite=" in cookie and "Path=/" in cookie, cookie
        assert "Domain" not in cookie
    assert "token" not in reply.json, "tokens stay out of reach of scripts"
    assert not {"access_token", "refresh_token"} & set(reply.json)


def test_cross_site_requests_with_cookies_are_refused(attacker, world, judge, unchanged):
    cookies = "; ".join(f"{name}={value}" for name, value in world.jane_cookies.items())
    body = b'{"amount":"1.00"}'
    for origin in ("https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1:1", "file://", "localhost"):
        reply = attacker.send("POST", "/api/v1/balance/deposit", body, headers=[("Cookie", cookies), ("Origin", origin)])
        judge.refused(origin, reply, {403})
    for site in ("cross-site", "same-site"):
        reply = attacker.send("POST", "/api/v1/balance/deposit", body, headers=[("Cookie", cookies), ("Sec-Fetch-Site", site)])
        judge.refused(site, reply, {403})
    form = attacker.send("POST", "/api/v1/balance/deposit", b"amount=1.00", headers=[
        ("Cookie", cookies), ("Content-Type", "text/plain"), ("Origin", "https://evil.example")])
    judge.refused("form", form, {403, 415})
    judge.verdict(9)


def test_a_forged_client_address_does_not_reset_the_count(attacker):
    """Only configured proxies may say who the client is; by default nobody."""
    def remaining(*headers):
        return int(attacker.send("GET", "/api/v1/inventory/assets/BTC", headers=headers).headers["x-ratelimit-remaining"])

    attacker.source = "127.0.0.86"
    first = remaining()
    for at, name in enumerate(("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP")):
        assert remaining((name, "203.0.113.9" if name != "Forwarded" else "for=203.0.113.9")) < first - at, name


def test_ranges_do_not_multiply(attacker, world):
    """Many overlapping ranges of one file must not cost more than the file."""
    ranges = "bytes=" + ",".join(f"0-{end}" for end in range(1, 1000))
    for target in ("/api/v1/openapi.json", "/.well-known/jwks.json", "/api/v1/inventory/assets?limit=250"):
        whole = attacker.send("GET", target)
        part = attacker.send("GET", target, headers=[("Range", ranges)])
        assert part.status in (200, 206, 416) and len(part.raw) <= len(whole.raw) + 1000, target


def test_slow_clients_keep_nobody_waiting(base_url, attacker):
    """Three hundred requests that never end, and everybody else is served at once."""
    url = urlsplit(base_url)
    links = []
    try:
        for number in range(300):
            link = socket.create_connection((url.hostname, url.port or 80), 5, ("127.0.0.87", 0))
            link.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                         + (b"Content-Length: 100\r\n\r\n{" if number % 2 else b"X-Slow: "))
            links.append(link)
        for _ in range(20):
            assert attacker.send("GET", "/api/v1/inventory/assets?limit=5").status == 200
        assert any(not select.select([link], [], [], 0)[0] for link in links), "nobody waited for their end"
    finally:
        for link in links:
            link.close()


def test_a_refused_body_never_costs_the_next_request(base_url, world):
    """Bodies over the route's limit, one after the other over kept connections: each gets its own refusal, and
    what follows on the gateway's connection to the service is answered as ever. CNOP_REFUSALS=10000 for long."""
    body = b'{"current_password":"' + b"x" * 60_500 + b'"}'
    seen = {}
    for number in range(int(os.environ.get("CNOP_REFUSALS", "200"))):
        if number % 500 == 0:  # from elsewhere, so that no limit answers in the place of the service
            source, account = loopback_address(), world.account()
        for method, path, content in (("POST", "/api/v1/auth/password", body), ("GET", "/api/v1/auth/me", b"")):
            replies, _ = raw(base_url, request(method, path, f"Authorization: Bearer {account.token}",
                                               f"Content-Length: {len(content)}", "Content-Type: application/json",
                                               "Connection: close", body=content), source)
            status = (path, replies[0].status)
            seen[status] = seen.get(status, 0) + 1
    assert {status for path, status in seen if path.endswith("password")} == {413}, seen
    assert {status for path, status in seen if path.endswith("me")} == {200}, seen
