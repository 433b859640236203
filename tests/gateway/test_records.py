# SPDX-License-Identifier: MIT
"""What is written down: metrics, access log, audit log; and that nothing secret is."""
import json
import re
import time

from support.fcgi_stub import Reply
from support.harness import SOURCE, wait_until

HTTP = """
    cnop_jwt optional; cnop_zone guard 64k; cnop_zone limit 64k; cnop_audit_log @DIR@/audit.jsonl;
    log_format json escape=json '{"path":"$cnop_log_path","agent":"$cnop_log_agent","status":$status,"us":$cnop_us,'
        '"user":"$cnop_user_id","id":"$cnop_request_id","route":"$cnop_route"}';
    access_log @DIR@/access.jsonl json;
"""
SERVER = """
    cnop_route unmatched;
    location = /login {
        cnop_route /login; cnop_guard fails=3;
        @PARAMS@ fastcgi_pass worker;
    }
    location = /logout { cnop_route /logout; cnop_jwt required; @PARAMS@ fastcgi_pass worker; }
    location = /limited { cnop_route /limited; cnop_limit ip key=ip rate=1/h; @PARAMS@ fastcgi_pass worker; }
    location = /admin { cnop_route /admin; cnop_jwt required; cnop_require_role admin; @PARAMS@ fastcgi_pass worker; }
    location /id/ { cnop_route "/id/{id}"; @PARAMS@ fastcgi_pass worker; }
    location / { cnop_problem 404; }
"""


def lines(path, count=0):
    """Rows of a file that gets `count` of them: the last may be written after the response."""
    wait_until(lambda: path.read_text().count("\n") >= count, what=f"{count} lines")
    return [json.loads(line) for line in path.read_text().splitlines()]


def requests_total(gateway, endpoint, status):
    return gateway.metric(f'gateway_requests_total{{endpoint="{endpoint}",status_code="{status}"}}')


# ---- metrics ----

def test_requests_are_counted_by_route(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    for i in range(50):
        gateway.get(f"/id/{i}")
    for i in range(30):
        gateway.get(f"/scan/{i}.php")
    gateway.get("/limited"), gateway.get("/limited")
    gateway.get("/admin")
    gateway.get("/admin", token="junk")
    gateway.raw(b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert requests_total(gateway, "/id/{id}", 200) == 50
    assert requests_total(gateway, "unmatched", 404) == 30
    assert requests_total(gateway, "unmatched", 400) == 1
    assert requests_total(gateway, "/limited", 429) == 1
    assert requests_total(gateway, "/admin", 401) == 2
    assert gateway.metric('gateway_errors_total{endpoint="unmatched",status_code="404"}') == 30
    assert gateway.metric('gateway_request_latency_seconds_count{endpoint="/id/{id}"}') == 50
    assert gateway.metric('gateway_request_latency_seconds_bucket{endpoint="/id/{id}",le="+Inf"}') == 50
    assert gateway.metric('gateway_request_latency_seconds_sum{endpoint="/id/{id}"}') > 0
    page = gateway.get("/metrics").body.decode()
    assert "/scan/" not in page and "/id/1" not in page


def test_page_is_well_formed(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    gateway.get("/id/1")
    response = gateway.get("/metrics")
    assert response.headers["Content-Type"].startswith("text/plain")
    seen = set()
    for line in response.body.decode().splitlines():
        if line.startswith("#"):
            continue
        assert re.fullmatch(r'[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? \d+(\.\d+)?', line), line
        series = line.rpartition(" ")[0]
        assert series not in seen, series
        seen.add(series)


def test_histogram_is_cumulative(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    worker.answer = lambda request: (time.sleep(0.03), Reply())[1]
    for i in range(4):
        gateway.get("/id/1")
    values = [gateway.metric(f'gateway_request_latency_seconds_bucket{{endpoint="/id/{{id}}",le="{le}"}}')
              for le in ("0.001", "0.025", "0.25", "1", "+Inf")]
    assert values == sorted(values) and values[1] == 0 and values[-1] == 4


def test_counters_survive_reload(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    for _ in range(5):
        gateway.get("/id/1")
    gateway.configure(server="location /new { cnop_route /new; cnop_problem 404; }" + SERVER)
    gateway.reload()
    gateway.get("/new")
    assert requests_total(gateway, "/id/{id}", 200) == 5
    assert requests_total(gateway, "/new", 404) == 1


def test_preflights_are_not_counted(gateway, worker):
    gateway.start(http=HTTP + "cnop_cors *;", server=SERVER)
    gateway.request("OPTIONS", "/id/1")
    assert "204" not in gateway.get("/metrics").body.decode()


def test_labels_are_checked(gateway):
    for label in ('"a b"', "x" * 64, '"a\\"b"', "a,b"):
        code, output = gateway.test(server=f"cnop_route {label};")
        assert code != 0 and "label" in output, output
    gateway.expected.append("emerg")


# ---- audit ----

def test_a_block_is_told_once_and_what_it_refuses(gateway, worker):
    """What came of a login is the service's to tell; the gateway tells what it decided itself."""
    gateway.start(http=HTTP, server=SERVER)
    worker.answer = lambda request: Reply(401, headers={"X-Cnop-Audit-User": "alice"})
    for _ in range(3):
        response = gateway.post("/login", headers={"User-Agent": "agent/1", "X-Forwarded-For": "6.6.6.6"})
        assert response.status == 401 and "X-Cnop-Audit-User" not in response.headers
    assert gateway.post("/login").status == 403
    worker.answer = lambda request: Reply(200, headers={"X-Cnop-Audit-User": "bob"})
    assert gateway.post("/login", source="127.0.0.2").status == 200
    rows = lines(gateway.dir / "audit.jsonl", 2)
    assert [(row["action"], row["user"], row["level"]) for row in rows] == [
        ("ip_blocked", "gateway", "INFO"), ("access_denied", "", "WARN")]
    assert rows[0]["extra"] == {"origin": "gateway", "outcome": "success", "reason": "failed_logins",
                                "object": "ip:127.0.0.1", "ip": "127.0.0.1", "user_agent": "agent/1",
                                "method": "POST", "path": "/login"}
    assert rows[1]["extra"] == {"origin": "gateway", "outcome": "failure", "reason": "ip_blocked", "ip": "127.0.0.1",
                                "method": "POST", "path": "/login"}
    for row in rows:
        assert row["service"] == "audit" and row["level"] in ("INFO", "WARN")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", row["timestamp"])
        assert len(row["request_id"]) == 36


def test_other_events(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    gateway.get("/admin", token="junk")
    gateway.get("/admin", token=gateway.token())
    gateway.post("/logout", token=gateway.token(sub="77"))
    rows = lines(gateway.dir / "audit.jsonl", 2)
    assert [(row["action"], row["message"], row["user"]) for row in rows] == [
        ("token_rejected", "not_compact", ""), ("access_denied", "role", "1001")]


def test_a_flood_of_refusals_is_counted_and_hides_nothing_else(gateway, worker):
    """Twenty lines a second, kind and worker; the rest are told by one line each second. None is lost."""
    gateway.start(http=HTTP, server=SERVER)
    for _ in range(400):
        assert gateway.get("/admin", token="junk").status == 401
    gateway.get("/admin", token=gateway.token())

    def told():
        rows = [json.loads(line) for line in (gateway.dir / "audit.jsonl").read_text().splitlines()]
        return sum(row["extra"].get("left_out", 1) for row in rows if row["action"] == "token_rejected")
    wait_until(lambda: told() == 400, what="the count of the last second")
    rows = lines(gateway.dir / "audit.jsonl")
    more = [row for row in rows if "left_out" in row["extra"]]
    assert more and len(rows) < 400
    assert more[0]["extra"] | {"left_out": 0} == {"origin": "gateway", "outcome": "failure", "reason": "not_compact",
                                                  "left_out": 0}
    assert [row["message"] for row in rows if row["action"] == "access_denied"] == ["role"]


def test_a_new_configuration_is_an_event(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    assert (gateway.dir / "audit.jsonl").read_text() == ""
    gateway.reload()
    rows = lines(gateway.dir / "audit.jsonl", 1)
    assert [(row["action"], row["user"], row["request_id"], row["extra"]) for row in rows] == [
        ("config_reloaded", "operator", None, {"origin": "gateway", "outcome": "success"})]


HOSTILE = [b'x"},"level":"INFO', b"\xff\xfe\x80", b"\x1b[31mred", "ümläut \u202e".encode(), b"a" * 3000, b"\\u0000\\"]


def test_hostile_text_makes_one_valid_line_each(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    for text in HOSTILE:
        gateway.get("/admin", token="junk", headers={"User-Agent": text})
        gateway.raw(b"GET /admin/" + text.replace(b" ", b"").replace(b"\x1b", b"") + b" HTTP/1.1\r\nHost: x\r\n"
                    b"Connection: close\r\n\r\n")
    rows = lines(gateway.dir / "audit.jsonl")
    assert len(rows) == len(HOSTILE)
    gateway.stop()
    data = (gateway.dir / "access.jsonl").read_bytes()
    assert len(data.decode("ascii").splitlines()) >= 2 * len(HOSTILE) - 1
    for line in data.splitlines():
        json.loads(line)


def test_logs_reopen_on_usr1(gateway, worker):
    gateway.start(http=HTTP, server=SERVER)
    path = gateway.dir / "audit.jsonl"
    gateway.get("/admin", token="junk")
    path.rename(gateway.dir / "audit.1")
    gateway.process.tell(10)
    wait_until(path.exists, what="a new audit file")
    wait_until(lambda: (gateway.get("/admin", token="junk"), path.read_text())[1], what="a line in it")
    assert len(lines(gateway.dir / "audit.1")) >= 1


def test_nothing_secret_is_written(gateway, worker):
    gateway.start(http=HTTP + "cnop_jwt_cookie cnop_at;", server=SERVER)
    secret = "canary-5eCr3t"
    token = gateway.token(jti="c" * 32)
    gateway.post(f"/login?password={secret}", body=f'{{"password":"{secret}"}}'.encode())
    gateway.get("/admin", token=token)
    gateway.get("/admin", headers={"Cookie": f"cnop_at={token}; other={secret}"})
    gateway.get("/admin", headers={"Authorization": f"Basic {secret}"})
    gateway.get(f"/admin?access_token={token}")
    gateway.stop()
    for name in ("audit.jsonl", "access.jsonl", "nginx.out"):
        text = (gateway.dir / name).read_text()
        assert secret not in text and token not in text and token.split(".")[2] not in text, name


def test_every_directive_is_documented():
    source = (SOURCE / "nginx_modules/src/ngx_http_cnop_module.c").read_text()
    readme = (SOURCE / "nginx_modules/README.md").read_text()
    names = set(re.findall(r'ngx_string\("(cnop\w*)"\),\n +NGX_HTTP', source)) | {"cnop", "cnop_zone"}
    assert len(names) > 20
    missing = [name for name in names if f"### `{name}`" not in readme]
    variables = (SOURCE / "nginx_modules/src/ngx_http_cnop_variables.c").read_text()
    missing += [name for name in re.findall(r'ngx_string\("(cnop_\w+)"\), NULL', variables) if f"`${name}`" not in readme]
    assert missing == []
