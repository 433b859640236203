# SPDX-License-Identifier: MIT
"""cnop-ops over FastCGI, with monitors that answer well, badly and not at all, and an audit trail."""

import calendar
import contextlib
import http.server
import json
import pathlib
import socketserver
import sys
import tempfile
import threading
import time
import urllib.parse

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import fcgi, harness  # noqa: E402

OPS = "/api/v1/ops"
ADMIN = {"user": 7, "role": "admin"}
LOGIN = "Basic b3BlcmF0b3I6c2VjcmV0IHBhc3N3b3Jk"  # operator:secret password


class Monitors:
    """Prometheus and Alertmanager on one port of loopback, saying what the test wants."""

    def __init__(self):
        monitors = self
        self.asked = []
        self.reply = None  # (status, bytes), or a function of the handler

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802, the name is http.server's
                form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                is_json = self.headers["Content-Type"] == "application/json"
                said = json.loads(form) if is_json else dict(urllib.parse.parse_qsl(form))
                monitors.asked.append((self.path, said, self.headers))
                self.answer()

            def do_DELETE(self):  # noqa: N802
                monitors.asked.append((self.path, "delete", self.headers))
                self.answer()

            def do_GET(self):  # noqa: N802
                monitors.asked.append((self.path, {}, self.headers))
                self.answer()

            def answer(self):
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    if callable(monitors.reply):
                        monitors.reply(self)
                    else:
                        self.say(*monitors.reply)

            def say(self, status, body, length=None):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body) if length is None else length))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answers(self, kind, results):
        body = {"status": "success", "data": {"resultType": kind, "result": results}}
        self.reply = (200, json.dumps(body).encode())


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="cnop-ops-") as directory:
        place = pathlib.Path(directory)
        place.chmod(0o755)
        (place / "login").write_text("secret password\n", encoding="ascii")
        (place / "login").chmod(0o600)
        yield place


@pytest.fixture(scope="module")
def trail():
    """A database with the audit trail and the account that reads it."""
    with harness.run_dir() as directory, harness.database(directory) as database:
        database.sql("CREATE DATABASE cnop_audit CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        for path in sorted((harness.SOURCE / "shared/db/migrations/audit").glob("*.sql")):
            database.sql(path.read_text(encoding="utf-8"), schema="cnop_audit")
        database.password = database.add_user("cnop_audit_read", "reader", [("SELECT", "cnop_audit.trail")])
        yield database


@pytest.fixture(scope="module")
def monitors():
    monitors = Monitors()
    yield monitors
    monitors.server.shutdown()


def service(place, monitors, name="ops", **changes):
    values = {"prometheus_url": monitors.url, "alertmanager_url": monitors.url, "login_file": place / "login",
              "arena_kib": 12288, "processes": 1, "threads": 2, "monitor_timeout": "1s",
              "db_socket": place / "nosuch.sock", "db_user": "cnop_audit_read", "log_folder": place,
              "gateway_socket": place / "control.sock", **changes}
    return harness.worker(harness.built("cnop-ops"), place, name=name, **values)


@pytest.fixture(scope="module")
def worker(place, monitors):
    with service(place, monitors) as worker:
        yield worker


@pytest.fixture(autouse=True)
def forget(monitors):
    monitors.asked.clear()
    monitors.reply = (500, b"")


def ask(worker, path, query="", **who):
    return fcgi.request(worker.socket, "GET", OPS + path, query=query, **(who or ADMIN))


def refused(answer, status, code):
    return answer.status == status and answer.json()["code"] == code


PATHS = ("/health", "/panels", "/panels/overview-latency", "/alerts", "/audit", "/logs", "/logs/histogram",
         "/guard", "/silences")


@pytest.mark.parametrize("path", PATHS)
def test_nobody_but_admins_may_ask(worker, monitors, path):
    assert fcgi.request(worker.socket, "GET", OPS + path).status == 401
    assert refused(ask(worker, path, user=7, role="customer"), 403, "PERM_001")
    assert monitors.asked == []


def test_the_catalogue(worker, monitors):
    boards = ask(worker, "/panels").json()["data"]
    assert [board["name"] for board in boards] == ["overview", "gateway", "services", "orders", "stores", "security",
                                                   "machine"]
    names = [panel["panel_id"] for board in boards for panel in board["panels"]]
    assert len(names) == len(set(names)) >= 40
    assert all(set(panel) == {"panel_id", "title", "unit"} for board in boards for panel in board["panels"])
    assert monitors.asked == []


def test_a_panel(worker, monitors):
    now = int(time.time())
    start = (now - 600) // 15 * 15
    monitors.answers("matrix", [{"metric": {"le": "1"}, "values": [[start, "0.5"], [start + 30, "NaN"]]}])
    answer = ask(worker, "/panels/overview-latency", query=f"from={now - 600}&to={now}&step=15")
    assert answer.status == 200, answer
    data = answer.json()["data"]
    assert (data["from"], data["step"], data["unit"], data["omitted"]) == (start, 15, "s", 0)
    assert [series["legend"] for series in data["series"]] == ["p50", "p95", "p99"]
    for series in data["series"]:
        assert len(series["values"]) == data["points"] and data["points"] in (41, 42)
        assert series["values"][0] == 0.5 and set(series["values"][1:]) == {None}
    assert [path for path, _, _ in monitors.asked] == ["/api/v1/query_range"] * 3
    _, form, headers = monitors.asked[0]
    assert headers["Authorization"] == LOGIN
    assert form["query"] == ("histogram_quantile(0.5, sum by (le) "
                             "(rate(gateway_request_latency_seconds_bucket[60s])))")
    assert (form["start"], form["step"]) == (str(start), "15")
    assert int(form["end"]) == start + (data["points"] - 1) * 15


def test_legends_name_the_series(worker, monitors):
    now = int(time.time()) // 60 * 60 - 60
    monitors.answers("matrix", [{"metric": {"__name__": "up", "service": name}, "values": [[now, "1"]]}
                                for name in ("auth", "<b>", "ü" * 200)])
    data = ask(worker, "/panels/overview-services", query=f"from={now - 60}&to={now}&step=60").json()["data"]
    assert [series["legend"] for series in data["series"]] == ["auth", "<b>", "..."]


@pytest.mark.parametrize("query, field", [
    ("step=1", "step"), ("step=x", "step"), ("step=86401", "step"), ("from=0", "from"), ("from=9999999999", "from"),
    ("from=100&to=50", "from"), ("from=1", "from"), ("from=-1", "from"), ("step=5", "step"), ("to=1e9", "to")])
def test_bad_spans_name_the_field(worker, monitors, query, field):
    answer = ask(worker, "/panels/overview-latency", query=query)
    assert refused(answer, 422, "validation_failed") and answer.json()["errors"][0]["field"] == field
    assert monitors.asked == []


@pytest.mark.parametrize("name", ["nosuch", "overview", "up%7Bx%3D%22y%22%7D", "..", "overview-latency%00"])
def test_nothing_but_the_catalogue_is_asked(worker, monitors, name):
    assert ask(worker, "/panels/" + name).status in (400, 404)
    assert monitors.asked == []


def test_health_puts_what_is_wrong_first(worker, monitors):
    def sample(name, value, **labels):
        return {"metric": {"__name__": name, **labels}, "value": [time.time(), str(value)]}

    monitors.answers("vector", [
        sample("up", 1, service="auth"), sample("auth_build_info", 1, service="auth", version="9.9"),
        sample("cnop_service_running", 1, service="auth"), sample("cnop_service_restarts_total", 4, service="auth"),
        sample("cnop_service_since_seconds", 1700000000, service="auth"), sample("up", 0, service="user"),
        sample("cnop_service_running", 0, service="feed")])
    data = ask(worker, "/health").json()["data"]
    assert [(row["name"], row["state"]) for row in data["processes"]] == [("feed", "down"), ("user", "silent"),
                                                                          ("auth", "up")]
    assert data["processes"][2] == {"name": "auth", "state": "up", "since": "2023-11-14T22:13:20.000000Z",
                                    "restarts": 4, "version": "9.9"}
    assert data["processes"][1]["since"] is None and data["processes"][1]["restarts"] is None


def test_alerts(worker, monitors):
    def alert(print_, severity, state="active"):
        return {"fingerprint": print_, "startsAt": "2026-11-22T09:30:15.123Z", "status": {"state": state},
                "labels": {"alertname": "A", "severity": severity}, "annotations": {"summary": "It is so."}}

    monitors.reply = (200, json.dumps([alert("a", "warning"), alert("b", "critical", "suppressed"),
                                       alert("c", "critical")]).encode())
    answer = ask(worker, "/alerts").json()
    assert [row["fingerprint"] for row in answer["data"]] == ["c", "a", "b"] and answer["omitted"] == 0
    assert answer["data"][0] == {"fingerprint": "c", "name": "A", "severity": "critical", "service": None,
                                 "summary": "It is so.", "runbook": None, "since": "2026-11-22T09:30:15.123000Z",
                                 "silenced": False}
    assert monitors.asked[0][0] == "/api/v2/alerts" and monitors.asked[0][2]["Authorization"] == LOGIN


def moved(handler):
    handler.send_response(302)
    handler.send_header("Location", "/api/v1/query")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


WHOLE = b'{"status":"success","data":{"resultType":"matrix","result":[]}}'


@pytest.mark.parametrize("reply", [
    (500, WHOLE), (401, b"Unauthorized"), (200, b""), (200, b"<html>"), (200, WHOLE[:-1]), (200, b"[" * 100000),
    (200, b" " * (2 << 20) + WHOLE), lambda handler: handler.say(200, WHOLE, length=len(WHOLE) + 5),
    lambda handler: handler.say(200, b"x" * 10, length=1 << 40), moved, lambda handler: handler.wfile.write(b"hello"),
    lambda handler: time.sleep(1.5)],
    ids=["500", "401", "nothing", "html", "cut", "deep", "huge", "short", "endless", "moved", "no http", "slow"])
@pytest.mark.parametrize("path", ["/health", "/panels/overview-orders", "/alerts", "/silences"])
def test_an_answer_that_is_none_is_not_passed_on(worker, monitors, path, reply):
    monitors.reply = reply
    assert refused(ask(worker, path), 503, "monitoring_failed")
    assert len(monitors.asked) == 1
    assert ask(worker, "/panels").status == 200


def test_the_queries_of_a_panel_share_their_time(worker, monitors):
    """Each of the three answers in time; together they do not."""
    monitors.reply = lambda handler: (time.sleep(0.6), handler.say(200, WHOLE))
    assert refused(ask(worker, "/panels/overview-latency"), 503, "monitoring_failed")
    assert len(monitors.asked) == 2


def test_without_a_login_there_is_no_monitoring(place, monitors):
    with service(place, monitors, name="absent", login_file=place / "later") as worker:
        for path in ("/health", "/panels/overview-orders", "/alerts", "/silences"):
            assert refused(ask(worker, path), 503, "monitoring_absent")
        assert monitors.asked == []
        (place / "later").write_text("secret password", encoding="ascii")
        (place / "later").chmod(0o600)
        monitors.reply = (200, b"[]")
        assert ask(worker, "/alerts").json() == {"data": [], "omitted": 0}
        (place / "later").chmod(0o644)  # everybody could read it
        assert refused(ask(worker, "/alerts"), 503, "monitoring_failed")


def test_a_panel_is_asked_for_by_one_at_a_time(place, monitors):
    """The second waits, and asks when the first has its answer."""
    running, most = [0], [0]
    lock = threading.Lock()

    def slow(handler):
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.2)
        with lock:
            running[0] -= 1
        handler.say(200, WHOLE)

    monitors.reply = slow
    with service(place, monitors, name="turns", monitor_timeout="5s") as worker:
        answers = []
        threads = [threading.Thread(target=lambda: answers.append(ask(worker, "/panels/overview-orders").status))
                   for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answers == [200, 200] and len(monitors.asked) == 2 and most[0] == 1


def test_addresses_are_http(place, monitors):
    for url in ("file:///etc/passwd", "127.0.0.1:9090"):
        with pytest.raises(AssertionError, match="prometheus_url and alertmanager_url must be"):
            with service(place, monitors, name="bad", prometheus_url=url):
                pass


# ---- the audit trail ----

def rows(count, first=1):
    """Lines 1, 2, ... of three users, the last of them without anything but a time."""
    for number in range(first, first + count):
        yield number, {"timestamp": "2026-11-26T12:00:00.000000Z", "user": f"user{number % 3}",
                       "request_id": f"req-{number}", "action": "auth_failed" if number % 2 else "logout",
                       "extra": {"object": f"session:{number % 5}", "outcome": "failure", "reason": "bad \u00e4 <b>",
                                 "ip": "203.0.113.9"}}
    yield first + count, {"timestamp": "2026-11-26T12:00:01.000000Z"}


@pytest.fixture(scope="module")
def reader(place, trail, monitors):
    values = ",".join(f"({number}, REPEAT('f', 16), {number}, {number + 1}, x'{json.dumps(line).encode().hex()}',"
                      " REPEAT('s', 32))" for number, line in rows(60))
    trail.sql(f"INSERT INTO trail (seq, file, start_at, end_at, line, seal) VALUES {values}", "cnop_audit")
    with service(place, monitors, name="reader", db_socket=trail.socket, db_password_file=trail.password) as worker:
        yield worker


def numbers(answer):
    assert answer.status == 200, answer
    return [line["number"] for line in answer.json()["data"]]


def test_the_newest_lines_come_first(reader, monitors):
    page = ask(reader, "/audit").json()
    assert page["has_more"] is True and [line["number"] for line in page["data"]] == list(range(61, 11, -1))
    assert page["data"][0] == {"number": 61, "happened": "2026-11-26T12:00:01.000000Z", "action": None, "actor": None,
                               "object": None, "outcome": None, "reason": None, "ip": None, "request_id": None}
    assert page["data"][1] == {"number": 60, "happened": "2026-11-26T12:00:00.000000Z", "action": "logout",
                               "actor": "user0", "object": "session:0", "outcome": "failure",
                               "reason": "bad \u00e4 <b>", "ip": "203.0.113.9", "request_id": "req-60"}
    rest = ask(reader, "/audit", query="before=12").json()
    assert rest["has_more"] is False and [line["number"] for line in rest["data"]] == list(range(11, 0, -1))
    assert monitors.asked == []


@pytest.mark.parametrize("query, wanted", [
    ("action=logout", [n for n in range(60, 0, -1) if n % 2 == 0]), ("actor=user1", list(range(58, 0, -3))),
    ("object=session:4", list(range(59, 0, -5))), ("request_id=req-7", [7]), ("action=nosuch", []),
    ("actor=%27%20OR%201=1%20--", []), ("action=%C3%A4", []), ("request_id=%C3%A4", []),
    ("object=%C3%A4", []), ("actor=user1&before=10&limit=2", [7, 4])])
def test_one_filter_at_a_time(reader, query, wanted):
    assert numbers(ask(reader, "/audit", query=query)) == wanted


@pytest.mark.parametrize("query, wanted", [
    ("from=2026-11-26T12:00:01Z", [61]), ("to=2026-11-26T12:00:01Z&limit=1", [60]), ("from=2026-11-27", []),
    ("to=2026-11-25", []), ("from=2026-11-26&to=2026-11-26&actor=user1&limit=2", [58, 55]),
    ("from=2026-11-26T13:00:00%2B01:00&request_id=req-7", [7])])
def test_a_span_of_time(reader, query, wanted):
    assert numbers(ask(reader, "/audit", query=query)) == wanted


def test_every_filter_is_a_seek(trail, reader):
    """None of the statements reads the table from end to end, nor sorts."""
    for where in ("", "action = 'logout' AND ", "actor = 'user1' AND ", "object = 'x' AND ", "request_id = 'x' AND "):
        plan = trail.sql(f"EXPLAIN SELECT seq, happened FROM trail WHERE {where}seq > 0 AND seq < 1000"
                         " ORDER BY seq DESC LIMIT 51",
                         "cnop_audit")
        assert plan[0][3] != "ALL" and "filesort" not in plan[0][-1], (where, plan)


@pytest.mark.parametrize("query, field", [
    ("action=a&actor=b", "actor"), ("object=a&request_id=b", "request_id"), ("limit=0", "limit"),
    ("limit=201", "limit"), ("to=x", "to"), ("from=2026-11-28&to=2026-11-26", "from"),
    ("before=0", "before"), ("before=x", "before"), ("action=" + "a" * 65, "action")])
def test_bad_filters_name_the_field(reader, query, field):
    answer = ask(reader, "/audit", query=query)
    assert refused(answer, 422, "validation_failed") and answer.json()["errors"][0]["field"] == field


def test_a_database_that_is_away_stops_nothing_else(worker, monitors):
    assert ask(worker, "/audit").status == 503
    assert ask(worker, "/panels").status == 200


# ---- the logs ----

def written(folder, name, lines):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.writelines((line if isinstance(line, str) else json.dumps(line, separators=(",", ":"))) + "\n"
                        for line in lines)
    return path


STARTED = time.time()


def moment(ago_s):
    """So long before the tests began."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(STARTED - ago_s)) + ".000000Z"


def line(service, ago_s, status, request_id, level="INFO"):
    return {"timestamp": moment(ago_s), "level": level, "service": service, "request_id": request_id, "user": "1042",
            "action": "request_end", "message": "request answered", "extra": {"status": status, "route": "/x"}}


@pytest.fixture(scope="module")
def logs(place, monitors):
    """Three requests, told by several programs, and what is no line."""
    folder = place / "logs"
    folder.mkdir()
    written(folder, "inventory/@4000.s", [line("inventory", 1000, 200, "req-1")])
    written(folder, "inventory/current", [line("inventory", 300, 422, "req-2", "WARN"), "not JSON",
                                          line("inventory", 200, 200, "req-3"), "{\"timestamp\":\"cut"])
    access = {**line("gateway", 299, 0, "req-2"), "status": 422}
    del access["extra"]
    access["timestamp"] = moment(299)[:19] + "+00:00"
    written(folder, "gateway-access.jsonl", [access])
    written(folder, "audit.jsonl", [{**line("audit", 298, 0, "req-2"), "action": "price_set"}])
    written(folder, "secrets/current", [line("inventory", 100, 422, "req-9")])
    (folder / "audit.jsonl.1.gz").write_bytes(b"packed")
    with service(place, monitors, name="logs", log_folder=folder) as worker:
        yield worker


def match_of(*tests):
    return urllib.parse.urlencode({"match": json.dumps([
        {"op": op, "values": list(values), **({"field": field} if field else {})} for field, op, *values in tests])})


def request_ids(answer):
    assert answer.status == 200, answer
    return [row["line"]["request_id"] for row in answer.json()["data"]]


def test_lines_are_found_by_their_members(logs):
    assert request_ids(ask(logs, "/logs")) == ["req-3", "req-2", "req-2", "req-2", "req-1"]
    assert request_ids(ask(logs, "/logs", query=match_of(("service", "is", "inventory"), ("status", "is", "422")))) == [
        "req-2"]
    page = ask(logs, "/logs", query=match_of(("", "contains", "req-2"))).json()
    assert [row["line"]["service"] for row in page["data"]] == ["audit", "gateway", "inventory"]
    assert page["has_more"] is False and page["next_cursor"] is None and page["exhausted"] is False
    assert page["unread_files"] == 1 and page["searched_bytes"] > 0
    assert request_ids(ask(logs, "/logs", query=match_of(("status", "at_least", "400")))) == ["req-2", "req-2"]
    assert request_ids(ask(logs, "/logs", query=match_of(("level", "is", "warn", "error")))) == ["req-2"]


def test_a_line_is_passed_on_as_it_is(logs):
    row = ask(logs, "/logs", query=match_of(("request_id", "is", "req-1"))).json()["data"][0]
    assert set(row) == {"id", "time", "line"}
    assert row["line"]["extra"] == {"status": 200, "route": "/x"} and row["time"] == row["line"]["timestamp"]


def test_pages_of_logs_follow_each_other(logs):
    found, cursor, pages = [], "", 0
    while cursor is not None:
        page = ask(logs, "/logs", query="limit=2" + (f"&cursor={cursor}" if cursor else "")).json()
        found += [row["id"] for row in page["data"]]
        cursor, pages = page["next_cursor"], pages + 1
    assert len(found) == len(set(found)) == 5 and pages == 3


def test_a_span_bounds_the_search(logs):
    query = urllib.parse.urlencode({"from": moment(310), "to": moment(250)})
    assert request_ids(ask(logs, "/logs", query=query)) == ["req-2"] * 3


def test_lines_are_counted_over_time(logs):
    data = ask(logs, "/logs/histogram").json()["data"]
    assert data["step"] == 60 and 60 <= len(data["bars"]) <= 62 and data["from"] % 60 == 0
    assert [sum(kind) for kind in zip(*data["bars"])] == [3, 2, 0]
    place = next(index for index, bar in enumerate(data["bars"]) if bar[1])
    assert abs(data["from"] + place * 60 - (STARTED - 300)) <= 120


@pytest.mark.parametrize("query, field", [
    ("match=x", "match"), ("match=%5B1%5D", "match"), ("limit=0", "limit"), ("limit=201", "limit"), ("cursor=1", "cursor"),
    ("from=2020-01-01", "from"), ("from=2999-01-01", "from"), ("from=x", "from")])
def test_bad_searches_name_the_parameter(logs, query, field):
    answer = ask(logs, "/logs", query=query)
    assert refused(answer, 422, "validation_failed") and answer.json()["errors"][0]["field"] == field


def test_a_search_that_ends_early_says_so_and_goes_on(place, monitors):
    """Ten MiB, of which a search may look at one."""
    folder = place / "much"
    written(folder.parent, "much/orders.jsonl", [])
    pad = "x" * 1000
    written(folder, "orders.jsonl", [{**line("order", 3000 - number // 4, 201, f"req-{number}"), "message": pad}
                                     for number in range(10000)])
    with service(place, monitors, name="much", log_folder=folder, log_search_mib=1) as worker:
        query, found, pages, cursor = match_of(("request_id", "is", "req-7")), [], 0, None
        while True:
            page = ask(worker, "/logs", query=query + (f"&cursor={cursor}" if cursor else "")).json()
            found += page["data"]
            pages, cursor = pages + 1, page["next_cursor"]
            if cursor is None:
                break
            assert page["exhausted"] is True and page["searched_from"] > moment(3600)
        assert [row["line"]["request_id"] for row in found] == ["req-7"] and pages > 3


def test_without_a_folder_of_logs_the_answer_is_no_list(place, monitors):
    with service(place, monitors, name="nologs", log_folder=place / "nowhere") as worker:
        assert ask(worker, "/logs").status == 503


# ---- the login guard ----

GUARDED = {"addresses": [
    {"address": "192.0.2.7", "fails": 2, "unknown_users": 1, "blocked": False, "seconds_left": 0},
    {"address": "2001:db8::", "fails": 5, "unknown_users": 0, "blocked": True, "seconds_left": 120}], "blocked": 1}


@pytest.fixture
def gateway(place):
    """The control socket of a gateway that keeps what it is told."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):  # noqa: N802, the name is http.server's
            self.say()

        def do_POST(self):  # noqa: N802
            self.server.told.append((self.path, self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.say()

        def say(self):
            status, body = self.server.reply
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self):
            return "unix"

        def log_message(self, *_):
            pass

    path = place / "control.sock"
    path.unlink(missing_ok=True)
    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        server.daemon_threads, server.block_on_close = True, False
        server.told, server.reply = [], (200, json.dumps(GUARDED).encode())
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
    path.unlink()


def order(worker, **body):
    return fcgi.request(worker.socket, "POST", OPS + "/guard", json_body=body, **ADMIN)


@pytest.fixture
def audited(place, monitors):
    """A worker of its own, and the audit lines that it writes."""
    path = place / "audit.jsonl"
    path.unlink(missing_ok=True)
    with service(place, monitors, name="audited", audit_file=path) as worker:
        yield worker, lambda: [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]


def test_the_guard_is_told_as_the_gateway_counts_it(worker, gateway):
    answer = ask(worker, "/guard").json()
    assert answer["blocked"] == 1 and [row["address"] for row in answer["data"]] == ["2001:db8::", "192.0.2.7"]
    assert answer["data"][1] == {"address": "192.0.2.7", "failures": 2, "unknown_users": 1, "blocked_until": None}
    left = time.strptime(answer["data"][0]["blocked_until"][:19], "%Y-%m-%dT%H:%M:%S")
    assert 0 < calendar.timegm(left) - time.time() <= 121


def test_an_operator_blocks_and_lifts_with_a_reason(audited, gateway):
    worker, lines = audited
    done = order(worker, address=" 203.0.113.9 ", blocked=True, seconds=600, reason="guesses")
    assert done.status == 200 and done.json()["data"]["address"] == "203.0.113.9", done
    assert done.json()["data"]["blocked_until"] is not None
    assert order(worker, address="2001:db8::1", blocked=False, reason="a customer").json()["data"] == {
        "address": "2001:db8::1", "blocked_until": None}
    assert gateway.told == [("/control/guard", "block 203.0.113.9 600\n"), ("/control/guard", "unblock 2001:db8::1\n")]
    shapes = [(line["action"], line["user"], line["extra"]["object"], line["extra"]["outcome"], line["extra"]["reason"])
              for line in lines()]
    assert shapes == [("ip_block", "7", "ip:203.0.113.9", "success", "guesses"),
                      ("ip_unblock", "7", "ip:2001:db8::1", "success", "a customer")]


def test_a_gateway_that_does_not_confirm_is_told_and_audited(audited, gateway):
    worker, lines = audited
    gateway.reply = (400, b"{}")
    answer = order(worker, address="203.0.113.9", blocked=True, reason="guesses")
    assert refused(answer, 503, "SVC_003") and "did not confirm" in answer.json()["detail"]
    assert [(line["action"], line["extra"]["outcome"], line["extra"]["reason"]) for line in lines()] == [
        ("ip_block_failed", "failure", "SVC_003")]


@pytest.mark.parametrize("change, field", [
    ({"address": "localhost"}, "address"), ({"address": "10.0.0.0/8"}, "address"),
    ({"address": "10.0.0.1\nunblock 10.0.0.2"}, "address"), ({"address": ""}, "address"), ({"reason": " "}, "reason"),
    ({"blocked": "x"}, "blocked"), ({"seconds": 59}, "seconds"), ({"seconds": 2592001}, "seconds")])
def test_bad_orders_name_the_field_and_tell_nothing(worker, gateway, change, field):
    answer = order(worker, **{"address": "203.0.113.9", "blocked": True, "reason": "x", **change})
    assert refused(answer, 422, "validation_failed") and answer.json()["errors"][0]["field"] == field
    assert gateway.told == []


@pytest.mark.parametrize("reply", [(500, b""), (200, b""), (200, b"{}"), (200, b"x" * (1 << 20))])
def test_a_guard_that_says_nothing_usable(worker, gateway, reply):
    gateway.reply = reply
    assert refused(ask(worker, "/guard"), 503, "SVC_003")


def test_without_a_gateway(worker):
    assert refused(ask(worker, "/guard"), 503, "SVC_003")


# ---- silences ----

SILENCE = "0f8b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3"
FIRING = {"fingerprint": "a1", "startsAt": "2026-11-22T09:30:15.123Z", "status": {"state": "active"},
          "labels": {"alertname": "DiskLow", "severity": "warning", "mount": "/\"}"}, "annotations": {}}


def silence(id_=SILENCE, state="active", **changes):
    return {"id": id_, "status": {"state": state}, "startsAt": "2026-11-22T09:30:15.123Z",
            "endsAt": "2026-11-22T10:30:15.123Z", "createdBy": "7", "comment": "known",
            "matchers": [{"name": "alertname", "value": "Disk.*", "isRegex": True, "isEqual": False}], **changes}


class Alertmanager:
    """Answers like one that holds these silences; `broken` names a method that it fails."""

    def __init__(self, *silences, broken=None):
        self.silences, self.broken = silences, broken

    def __call__(self, handler):
        replies = {("GET", "/api/v2/alerts"): [FIRING], ("GET", "/api/v2/silences"): list(self.silences),
                   ("POST", "/api/v2/silences"): {"silenceID": SILENCE}}
        if handler.command == self.broken:
            handler.say(500, b"{}")
        else:
            reply = replies.get((handler.command, handler.path))
            handler.say(200, b"" if handler.command == "DELETE" else json.dumps(reply).encode())


def tell(worker, path, **body):
    return fcgi.request(worker.socket, "POST", OPS + path, json_body=body, **ADMIN)


def shapes_of(lines):
    return [(line["action"], line["user"], line["extra"]["object"], line["extra"]["outcome"], line["extra"]["reason"])
            for line in lines()]


def test_silences_are_listed_as_alertmanager_holds_them(worker, monitors):
    later = silence("1" * 36, "pending", endsAt="2026-11-23T00:00:00Z", matchers=[
        {"name": "alertname", "value": "A", "isRegex": False}])
    monitors.reply = Alertmanager(later, silence("2" * 36, "expired"), silence())
    answer = ask(worker, "/silences").json()
    assert [row["silence_id"] for row in answer["data"]] == [SILENCE, "1" * 36] and answer["omitted"] == 0
    assert answer["data"][0] == {
        "silence_id": SILENCE, "active": True, "reason": "known", "created_by": "7",
        "matchers": [{"name": "alertname", "comparison": "!~", "value": "Disk.*"}],
        "starts_at": "2026-11-22T09:30:15.123000Z", "ends_at": "2026-11-22T10:30:15.123000Z"}
    assert answer["data"][1]["active"] is False and answer["data"][1]["matchers"][0]["comparison"] == "="
    assert monitors.asked[0][2]["Authorization"] == LOGIN


def test_an_operator_silences_an_alert_by_all_of_its_labels(audited, monitors):
    worker, lines = audited
    monitors.reply = Alertmanager()
    answer = tell(worker, "/silences", fingerprint="a1", seconds=600, reason=" a \"disk\" comes ")
    assert answer.status == 201 and answer.json()["data"]["silence_id"] == SILENCE, answer
    path, said, headers = monitors.asked[-1]
    assert path == "/api/v2/silences" and headers["Authorization"] == LOGIN
    assert {matcher["name"]: matcher["value"] for matcher in said["matchers"]} == FIRING["labels"]
    assert {(matcher["isRegex"], matcher["isEqual"]) for matcher in said["matchers"]} == {(False, True)}
    assert (said["createdBy"], said["comment"], said["endsAt"]) == ("7", 'a "disk" comes', answer.json()["data"]["ends_at"])
    start, end = (calendar.timegm(time.strptime(said[key][:19], "%Y-%m-%dT%H:%M:%S")) for key in ("startsAt", "endsAt"))
    assert end - start == 600
    assert shapes_of(lines) == [("alert_silence", "7", "alert:a1", "success", 'a "disk" comes')]
    assert lines()[0]["extra"]["alert"] == "DiskLow" and lines()[0]["extra"]["silence_id"] == SILENCE


def test_an_operator_ends_a_silence(audited, monitors):
    worker, lines = audited
    monitors.reply = Alertmanager(silence())
    answer = tell(worker, f"/silences/{SILENCE}/end", reason="it came")
    assert answer.status == 200 and answer.json()["data"]["silence_id"] == SILENCE, answer
    assert [(path, said) for path, said, _ in monitors.asked] == [
        ("/api/v2/silences", {}), (f"/api/v2/silence/{SILENCE}", "delete")]
    assert shapes_of(lines) == [("alert_silence_end", "7", f"silence:{SILENCE}", "success", "it came")]


def test_what_does_not_fire_is_not_silenced(audited, monitors):
    worker, lines = audited
    monitors.reply = Alertmanager()
    answer = tell(worker, "/silences", fingerprint="b2", reason="x")
    assert refused(answer, 404, "not_found") and answer.json()["detail"] == "No such alert fires."
    assert [path for path, _, _ in monitors.asked] == ["/api/v2/alerts"]
    assert [(action, outcome, reason) for action, _, _, outcome, reason in shapes_of(lines)] == [
        ("alert_silence_failed", "failure", "not_found")]


@pytest.mark.parametrize("id_, count", [("1" * 36, 1), ("nosuch", 0), (SILENCE[:-1] + "?", 0)])
def test_what_is_over_is_not_ended(worker, monitors, id_, count):
    monitors.reply = Alertmanager(silence("1" * 36, "expired"))
    assert tell(worker, f"/silences/{urllib.parse.quote(id_)}/end", reason="x").status == 404
    assert len(monitors.asked) == count and all(said != "delete" for _, said, _ in monitors.asked)


@pytest.mark.parametrize("path, broken, action", [
    ("/silences", "POST", "alert_silence_failed"), (f"/silences/{SILENCE}/end", "DELETE", "alert_silence_end_failed")])
def test_an_alertmanager_that_does_not_confirm_is_told_and_audited(audited, monitors, path, broken, action):
    worker, lines = audited
    monitors.reply = Alertmanager(silence(), broken=broken)
    body = {"fingerprint": "a1", "reason": "x"} if path == "/silences" else {"reason": "x"}
    answer = tell(worker, path, **body)
    assert refused(answer, 503, "monitoring_failed") and "did not confirm" in answer.json()["detail"]
    assert [(done, outcome, reason) for done, _, _, outcome, reason in shapes_of(lines)] == [
        (action, "failure", "monitoring_failed")]


@pytest.mark.parametrize("change, field", [
    ({"fingerprint": ""}, "fingerprint"), ({"fingerprint": "x" * 65}, "fingerprint"), ({"reason": " "}, "reason"),
    ({"reason": "x" * 201}, "reason"), ({"seconds": 299}, "seconds"), ({"seconds": 604801}, "seconds")])
def test_bad_silences_name_the_field_and_ask_nothing(worker, monitors, change, field):
    answer = tell(worker, "/silences", **{"fingerprint": "a1", "reason": "x", **change})
    assert refused(answer, 422, "validation_failed") and answer.json()["errors"][0]["field"] == field
    assert monitors.asked == []


def test_only_operators_change_silences(worker, monitors):
    for path in ("/silences", f"/silences/{SILENCE}/end"):
        body = {"fingerprint": "a1", "reason": "x"}
        assert fcgi.request(worker.socket, "POST", OPS + path, json_body=body).status == 401
        assert refused(fcgi.request(worker.socket, "POST", OPS + path, json_body=body, user=7, role="customer"), 403,
                       "PERM_001")
    assert monitors.asked == []
