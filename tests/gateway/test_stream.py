# SPDX-License-Identifier: MIT
"""Streams: framing, resuming, whom an event concerns, limits, endings, reload and killed workers."""
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import time

import pytest
from conftest import problem
from support.harness import free_port, wait_until

HTTP = "cnop_zone events 1m; cnop_zone revoke 1m; cnop_revoke open; cnop_jwt off;"
STREAM = """location = /stream {{ cnop_jwt strict; cnop_route /stream; cnop_methods GET;
                                  cnop_stream account=3 address=200 ping={ping}; }}"""


class Stream:
    """A client that reads until what it waits for is there."""

    def __init__(self, gateway, query="", token=None, headers=None, source=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10,
                                                     source_address=(source, 0) if source else None)
        head = dict(headers or {})
        if token:
            head["Authorization"] = f"Bearer {token}"
        self.connection.request("GET", f"/stream{query}", headers=head)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.text = ""
        self.pings = 0
        self.ended = False

    def event(self):
        """The next event, or None at the end of the stream."""
        while "\n\n" not in self.text:
            part = self.answer.read1(65536)
            if not part:
                self.ended = True
                return None
            self.text += part.decode()
        frame, self.text = self.text.split("\n\n", 1)
        if frame == ": ping":
            self.pings += 1
            return self.event()
        fields = dict(re.findall(r"^(\w*): ?(.*)$", frame, re.M))
        return {**fields, "data": json.loads(fields["data"])} if "data" in fields else fields

    def events(self, count):
        return [self.event() for _ in range(count)]

    def rest(self):
        found = []
        while (event := self.event()) is not None:
            found.append(event)
        return found

    def close(self):
        self.answer.close()
        self.connection.close()


def start(gateway, ping="10s", http="", **options):
    return gateway.start(http=HTTP + http, server=STREAM.format(ping=ping), **options)


def push(gateway, text):
    return gateway.control("POST", "/control/events", text)


def line(seq, account, kind="order", **data):
    return f"{seq} {account} {kind} {json.dumps({'seq': seq, **data}, separators=(',', ':'))}\n"


def lines(first, last, account="-", kind="trade"):
    return "".join(line(seq, account, kind) for seq in range(first, last + 1))


def ids(events):
    return [int(event["id"]) for event in events]


def test_an_event_reaches_those_whom_it_concerns(gateway):
    start(gateway)
    assert push(gateway, "reset 10\n").status == 200
    mine = Stream(gateway, token=gateway.token(sub="42"))
    other = Stream(gateway, token=gateway.token(sub="43"))
    anybody = Stream(gateway)
    assert mine.answer.getheader("Content-Type") == "text/event-stream"
    assert mine.answer.getheader("Cache-Control") == "no-store"
    for stream in (mine, other, anybody):
        assert stream.event() == {"id": "10", "event": "hello", "data": {"seq": 10}}
    answer = push(gateway, "events 10\n" + line(11, 42, status="queued") + line(12, 43, "fill")
                  + line(13, "-", "trade", price="1.5") + line(0, "-", "ticker", asset="BTC"))
    assert (answer.status, answer.json["last"], answer.json["streams"]) == (200, 13, 3)
    assert mine.events(3) == [
        {"id": "11", "event": "order", "data": {"seq": 11, "status": "queued"}},
        {"id": "13", "event": "trade", "data": {"seq": 13, "price": "1.5"}},
        {"event": "ticker", "data": {"seq": 0, "asset": "BTC"}}]
    assert [event["event"] for event in other.events(3)] == ["fill", "trade", "ticker"]
    assert [event["event"] for event in anybody.events(2)] == ["trade", "ticker"]


def test_only_the_channels_that_were_asked_for(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    fills = Stream(gateway, "?channels=fills%2Ctrades", token=gateway.token(sub="42"))
    tickers = Stream(gateway, "?channels=tickers")
    fills.event(), tickers.event()
    push(gateway, "events 0\n" + line(1, 42, "order") + line(2, 42, "fill") + line(3, 42, "balance")
         + line(4, "-", "trade") + line(0, "-", "ticker") + line(5, "-", "unheard_of"))
    assert [event["event"] for event in fills.events(2)] == ["fill", "trade"]
    assert tickers.event()["event"] == "ticker"


@pytest.mark.parametrize("query", ["?channels=", "?channels=orders,,fills", "?channels=orders,",
                                   "?channels=secrets", "?channels=order",
                                   "?after=", "?after=-1", "?after=1e3", "?after=99999999999999999999"])
def test_a_wish_that_is_none_is_refused(gateway, query):
    start(gateway)
    push(gateway, "reset 0\n")
    answer = gateway.get("/stream" + query, token=gateway.token(sub="42"))
    body = problem(answer, 422, "validation_failed")
    field = query[1:].partition("=")[0]
    rule = body["detail"].removeprefix(field + " ")
    assert rule.startswith("must be")
    assert body["errors"] == [{"field": field, "message": rule, "type": "value_error"}]


def test_a_forged_last_id_is_refused(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    for value in ("x", "-3", "1:2", "0x10", "9" * 30, "1 "):
        answer = gateway.get("/stream", headers={"Last-Event-ID": value + ";"})
        assert problem(answer, 422, "validation_failed")["detail"].startswith("Last-Event-ID")
    stream = Stream(gateway, headers={"Last-Event-ID": str(2**63 - 1)})
    assert stream.event() == {"event": "gap", "data": {"after": 2**63 - 1, "first": 1}}
    push(gateway, "events 0\n" + lines(1, 2))
    assert ids(stream.events(2)) == [1, 2]


def test_who_is_not_known_gets_nothing_private(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    answer = gateway.get("/stream?channels=orders")
    problem(answer, 401, "AUTH_001")
    assert answer.headers["WWW-Authenticate"]
    problem(gateway.get("/stream", token="rubbish"), 401, "AUTH_001")


def test_a_cookie_that_does_not_hold_is_said(gateway):
    """A stream without what is private would look like a quiet one."""
    start(gateway, http="cnop_jwt_cookie cnop_at;")
    push(gateway, "reset 0\n")
    old = gateway.token(sub="42", iat=int(time.time()) - 900, exp=int(time.time()) - 100)
    problem(gateway.get("/stream", headers={"Cookie": f"cnop_at={old}"}), 401, "AUTH_002")
    later, sid = int(time.time()) + 100, "cd" * 16
    gateway.control("POST", "/control/revocations", f"snapshot 1\n2 sid {sid} {later}\n")
    ended = gateway.token(sub="42", sid=sid)
    problem(gateway.get("/stream", headers={"Cookie": f"cnop_at={ended}"}), 401, "AUTH_003")
    good = Stream(gateway, "?channels=orders", headers={"Cookie": f"cnop_at={gateway.token(sub='42')}"})
    assert good.status == 200


def test_a_good_token_is_not_refused_before_revocations_are_known(gateway):
    gateway.start(http=HTTP.replace("open", "closed"), server=STREAM.format(ping="10s"))
    push(gateway, "reset 0\n")
    answer = gateway.get("/stream?channels=orders", token=gateway.token(sub="42"))
    problem(answer, 503, "SVC_003")
    assert answer.headers["Retry-After"] == "1"
    gateway.control("POST", "/control/revocations", "snapshot 1\n")
    assert Stream(gateway, "?channels=orders", token=gateway.token(sub="42")).status == 200


def test_what_is_private_is_somebody_s(gateway):
    """However the source writes it: nothing private goes to everybody, live or read from the ring."""
    start(gateway)
    push(gateway, "reset 0\n")
    live = Stream(gateway, token=gateway.token(sub="42"))
    live.event()
    push(gateway, "events 0\n" + line(1, "-", "order") + line(2, 42, "trade") + line(3, 42, "fill"))
    late = Stream(gateway, "?after=0", token=gateway.token(sub="42"))
    assert ids([live.event()]) == ids([late.event()]) == [3]


def test_lines_before_one_that_is_no_line_are_told(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    stream = Stream(gateway)
    stream.event()
    assert push(gateway, "events 0\n" + lines(1, 2) + "rubbish\n").status == 400
    assert ids(stream.events(2)) == [1, 2]


def test_unknown_until_the_source_has_spoken(gateway):
    start(gateway)
    answer = gateway.get("/stream")
    assert problem(answer, 503, "SVC_003")
    assert answer.headers["Retry-After"] == "1"
    assert push(gateway, "events 3\n").status == 409
    assert gateway.get("/stream").status == 503
    push(gateway, "events 0\n" + lines(1, 2))
    assert Stream(gateway, "?after=0").events(2)


def test_goes_on_where_it_was(gateway):
    start(gateway)
    push(gateway, "reset 0\n" + lines(1, 50))
    streams = [Stream(gateway, "?after=20"), Stream(gateway, headers={"Last-Event-ID": "20"})]
    for stream in streams:
        assert ids(stream.events(30)) == list(range(21, 51))
    now, ahead = Stream(gateway, "?after=50"), Stream(gateway, "?after=55")
    push(gateway, "events 50\n" + lines(51, 57))
    for stream in (*streams, now):
        assert ids(stream.events(7)) == list(range(51, 58))
    assert ids(ahead.events(2)) == [56, 57]


def test_what_is_forgotten_is_said(gateway):
    start(gateway)
    push(gateway, "reset 100\n" + lines(101, 110))
    stream = Stream(gateway, "?after=50")
    assert stream.event() == {"event": "gap", "data": {"after": 50, "first": 101}}
    assert ids(stream.events(10)) == list(range(101, 111))
    push(gateway, "reset 200\n" + lines(201, 201))
    assert stream.event() == {"event": "gap", "data": {"after": 110, "first": 201}}
    assert ids([stream.event()]) == [201]


def test_that_numbers_begin_anew_is_said(gateway):
    """After a database was brought back to an earlier moment."""
    start(gateway)
    push(gateway, "reset 0\n" + lines(1, 50))
    stream = Stream(gateway, "?after=49")
    assert ids([stream.event()]) == [50]
    push(gateway, "reset 20\n" + lines(21, 22))
    assert stream.event() == {"event": "gap", "data": {"after": 50, "first": 21}}
    assert ids(stream.events(2)) == [21, 22]
    back = Stream(gateway, "?after=50")  # it has one of the old numbers, and not what is behind 20
    assert back.event() == {"event": "gap", "data": {"after": 50, "first": 21}}
    assert ids(back.events(2)) == [21, 22]
    ahead = Stream(gateway, "?after=51")  # nobody gave this one here: another gateway may have
    push(gateway, "events 22\n" + lines(23, 52))
    assert ids([ahead.event()]) == [52]


def test_the_ring_goes_round(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    last = 0
    stream = Stream(gateway, token=gateway.token(sub="7"))
    stream.event()
    for _ in range(40):
        push(gateway, f"events {last}\n" + "".join(
            line(seq, 7, "order", text="x" * (seq % 700)) for seq in range(last + 1, last + 201)))
        assert ids(stream.events(200)) == list(range(last + 1, last + 201))
        last += 200
    state = gateway.control("GET", "/control/events").json
    assert state["last"] == last
    assert 100 < last - state["first"] < last - 100
    again = Stream(gateway, f"?after={state['first'] - 1}", token=gateway.token(sub="7"))
    assert ids(again.events(last - state["first"] + 1)) == list(range(state["first"], last + 1))


@pytest.mark.parametrize("text, status", [
    ("", 400), ("events\n", 400), ("events x\n", 400), ("more 1\n", 400), ("reset 0\nrubbish\n", 400),
    ("reset 0\n1 x order {}\n", 400), ("reset 0\n1 0 order {}\n", 400), ("reset 0\n1 2 Order! {}\n", 400),
    ("reset 0\n1 2 order \n", 400), ("reset 0\n1 2 order {\"a\":\"\x01\"}\n", 400),
    ("reset 0\n2 2 order {}\n", 409), ("reset 5\n5 2 order {}\n", 409), ("events 77\n78 - trade {}\n", 409),
    ("reset 0\n1 2 order " + "x" * 4200 + "\n", 400)])
def test_a_text_that_does_not_fit_is_refused(gateway, text, status):
    start(gateway)
    push(gateway, "reset 3\n4 - trade {}\n")
    assert push(gateway, text).status == status
    assert gateway.control("POST", "/control/events", "reset 3\n4 - trade {}\n").json["last"] == 4


def test_limits_of_account_and_address(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    token = gateway.token(sub="42")
    streams = [Stream(gateway, token=token) for _ in range(3)]
    assert [stream.status for stream in streams] == [200] * 3
    answer = gateway.get("/stream", token=token)
    problem(answer, 429, "RATE_001")
    assert answer.headers["Retry-After"]
    other = Stream(gateway, token=gateway.token(sub="43"))
    assert other.status == 200
    streams[0].close()
    wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == 3, what="a free seat")
    assert Stream(gateway, token=token).status == 200
    many = [Stream(gateway, source="127.0.0.9") for _ in range(200)]
    assert {stream.status for stream in many} == {200}
    assert Stream(gateway, source="127.0.0.9").status == 429
    assert gateway.metric("gateway_streams_refused_total") == 2


def test_seats_of_a_killed_worker_are_free_again(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    token = gateway.token(sub="42")
    streams = [Stream(gateway, token=token) for _ in range(3)]
    gateway.expected.append("exited on signal 9")
    before = set(gateway.workers())
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    wait_until(lambda: len(set(gateway.workers()) - before) == 2, what="new workers")
    wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == 0, what="free seats")
    del streams
    push(gateway, "events 0\n" + lines(1, 3))
    assert ids(Stream(gateway, "?after=0", token=token).events(3)) == [1, 2, 3]


def test_ends_with_its_token(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    stream = Stream(gateway, token=gateway.token(sub="42", exp=int(time.time()) + 2))
    assert stream.event()["event"] == "hello"
    assert stream.rest() == [{"id": "0", "event": "auth", "data": {"reason": "expired"}}]


@pytest.mark.parametrize("kind", ["sid", "sub"])
def test_ends_with_its_session(gateway, kind):
    start(gateway)
    push(gateway, "reset 0\n")
    sid = "ab" * 16
    stream = Stream(gateway, token=gateway.token(sub="42", sid=sid))
    other = Stream(gateway, token=gateway.token(sub="43"))
    stream.event(), other.event()
    later = int(time.time()) + 100
    gateway.control("POST", "/control/revocations", "snapshot 1\n")
    began = time.monotonic()
    text = f"2 sid {sid} {later}\n" if kind == "sid" else f"2 sub 42 {later} {later}\n"
    assert gateway.control("POST", "/control/revocations", "delta 1\n" + text).status == 200
    assert stream.rest() == [{"id": "0", "event": "auth", "data": {"reason": "revoked"}}]
    print(f"ended {time.monotonic() - began:.3f} s after the revocation was sent")
    push(gateway, "events 0\n" + lines(1, 1))
    assert ids([other.event()]) == [1]
    assert gateway.metric('gateway_streams_ended_total{reason="revoked"}') == 1


def test_a_quiet_stream_is_kept_alive(gateway):
    start(gateway, ping="200ms")
    push(gateway, "reset 0\n")
    stream = Stream(gateway)
    stream.event()
    time.sleep(1)
    push(gateway, "events 0\n" + lines(1, 1))
    assert ids([stream.event()]) == [1]
    assert stream.pings >= 3


def test_a_reload_loses_nothing(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    last, seen, token = 0, [], gateway.token(sub="42")
    stream = Stream(gateway, token=token)
    for turn in range(6):
        push(gateway, f"events {last}\n" + lines(last + 1, last + 20, 42, "order"))
        last += 20
        if turn % 2:
            gateway.reload()
        push(gateway, f"events {last}\n" + lines(last + 1, last + 20, 42, "order"))
        last += 20
        while not seen or seen[-1] < last:
            event = stream.event()
            if event is None or event.get("event") == "bye":
                assert stream.ended or 0 <= int(event["retry"]) < 3000
                stream = Stream(gateway, f"?after={seen[-1]}", token=token)
            elif event.get("event") == "order":
                seen.append(int(event["id"]))
    assert seen == list(range(1, last + 1))
    assert gateway.metric('gateway_streams_ended_total{reason="shutdown"}') == 3


class Crowd:
    """Many clients that come back at once where they were, and note what they get."""

    def __init__(self, gateway, count):
        self.gateway, self.poll, self.seen = gateway, select.epoll(), {}
        for number in range(count):
            self.open(number, 0)
            self.seen[number] = []

    def open(self, number, after):
        link = socket.socket()
        link.bind((f"127.2.{number // 200}.{1 + number % 200}", 0))
        link.settimeout(10)
        link.connect(("127.0.0.1", self.gateway.port))
        link.sendall(f"GET /stream?after={after} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self.poll.register(link.fileno(), select.EPOLLIN)
        self.links = getattr(self, "links", {})
        self.links[link.fileno()] = [number, link, b""]

    def read_until(self, last, seconds=60):
        end = time.monotonic() + seconds
        while any(not seen or seen[-1] < last for seen in self.seen.values()):
            assert time.monotonic() < end, "some did not get everything"
            for file, _ in self.poll.poll(0.1):
                number, link, rest = self.links[file]
                try:
                    part = link.recv(65536)
                except ConnectionResetError:
                    part = b""
                text = rest + part
                whole, cut = text[:text.rfind(b"\n\n") + 2], text[text.rfind(b"\n\n") + 2:]
                self.links[file][2] = cut
                assert b"event: gap" not in whole
                self.seen[number] += map(int, re.findall(rb"^id: (\d+)\nevent: trade", whole, re.M))
                if not part:
                    self.poll.unregister(file)
                    del self.links[file]
                    link.close()
                    self.open(number, self.seen[number][-1] if self.seen[number] else 0)

    def close(self):
        for _, link, _ in self.links.values():
            link.close()


@pytest.mark.parametrize("how", ["reload", "kill"])
def test_a_crowd_misses_nothing(gateway, how):
    """CNOP_STREAM_CROWD=2000x200: so many clients, so many times."""
    clients, times = map(int, os.environ.get("CNOP_STREAM_CROWD", "60x8").split("x"))
    if how == "kill":
        gateway.expected.append("exited on signal 9")
    start(gateway, http="keepalive_timeout 0;", main="worker_rlimit_nofile 8192;")
    push(gateway, "reset 0\n")
    crowd, last, memory = Crowd(gateway, clients), 0, []
    for turn in range(times):
        if how == "reload":
            gateway.reload()
        else:
            os.kill(gateway.workers()[turn % 2], signal.SIGKILL)
        for _ in range(3):
            while push_or_again(gateway, last, last + 5) is None:
                time.sleep(0.01)
            last += 5
        crowd.read_until(last)
        memory.append(int(re.search(r"VmRSS:\s*(\d+)", open(f"/proc/{gateway.process.pid}/status").read())[1]))
    assert all(seen == list(range(1, last + 1)) for seen in crowd.seen.values())
    wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == clients, what="one seat for each")
    crowd.close()
    print(f"memory of the master, KiB: {memory[0]}, {memory[len(memory) // 2]}, {memory[-1]}")
    wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == 0, what="free seats")


def push_or_again(gateway, after, last):
    """As the source does it: after a failure it asks what is there, and sends the rest."""
    try:
        there = gateway.control("GET", "/control/events").json["last"]
        return push(gateway, f"events {there}\n" + lines(max(there, after) + 1, last)) if there < last else True
    except (OSError, http.client.HTTPException):
        return None


def test_who_saw_nothing_but_the_beginning_comes_back_to_it(gateway):
    """A browser says by itself which id it had last: hello and bye have one."""
    start(gateway)
    push(gateway, "reset 7\n")
    stream = Stream(gateway, token=gateway.token(sub="42"))
    assert stream.event()["id"] == "7"
    push(gateway, "events 7\n" + lines(8, 9, 43, "order"))
    gateway.reload()
    bye = stream.event()
    assert (bye["event"], bye["id"]) == ("bye", "9")
    push(gateway, "events 9\n" + lines(10, 11, 42, "order"))
    assert ids(Stream(gateway, f"?after={bye['id']}", token=gateway.token(sub="42")).events(2)) == [10, 11]


def test_nothing_comes_behind_the_end(gateway):
    """A request may stay for a while after its end: here its client has sent more than it."""
    start(gateway, ping="100ms")
    push(gateway, "reset 0\n")
    token = gateway.token(sub="42", exp=int(time.time()) + 2)
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=10) as client:
        client.sendall(f"GET /stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        while b"hello" not in (text := client.recv(65536)):
            pass
        client.sendall(b"GET /stream HTTP/1.1\r\n")
        for seq in range(1, 41):
            push(gateway, f"events {seq - 1}\n" + line(seq, 42))
            time.sleep(0.1)
        while part := client.recv(65536):
            text += part
    assert text.count(b"event: auth") == 1
    assert text.endswith(b"0\r\n\r\n"), text[-200:]
    assert gateway.metric("gateway_streams") == 0


def test_many_streams_on_one_connection(gateway):
    """HTTP/2, as browsers use it: each stream of a connection is one of its own, with an end of its own."""
    version = subprocess.run(["curl", "--version"], capture_output=True, text=True, check=False).stdout
    if "HTTP2" not in version:
        pytest.skip("curl has no HTTP/2")
    port = free_port()
    key, certificate = gateway.dir / "key.pem", gateway.dir / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=localhost", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    gateway.start(http=HTTP, server=f"listen 127.0.0.1:{port} ssl http2; ssl_certificate {certificate}; "
                                    f"ssl_certificate_key {key};" + STREAM.format(ping="10s"))
    push(gateway, "reset 0\n")
    tokens = [gateway.token(sub="42", exp=int(time.time()) + 2), gateway.token(sub="43"), gateway.token(sub="44")]
    command = ["curl", "--no-progress-meter", "--parallel"]
    for number, token in enumerate(tokens):
        command += (["--next"] if number else []) + [
            "--no-progress-meter", "-Nk", "-o", f"{gateway.dir}/{number}.txt", "-H", f"Authorization: Bearer {token}",
            "-w", "%{num_connects} %{http_version}\\n", f"https://127.0.0.1:{port}/stream"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == 3, what="three streams")
        push(gateway, "events 0\n" + line(1, 42) + line(2, 43) + line(3, "-", "trade")
             + "".join(line(seq, 44, text="x" * 900) for seq in range(4, 404)))
        wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == 2, what="the token's end")
        push(gateway, "events 403\n" + line(404, 42) + line(405, 43) + line(406, 44))
        gateway.reload()
        assert sorted(client.communicate(timeout=10)[0].split("\n")) == ["", "0 2", "0 2", "1 2"]
    texts = [(gateway.dir / f"{number}.txt").read_text() for number in range(3)]
    numbers = [list(map(int, re.findall(r"^id: (\d+)\nevent: (?:order|trade)", text, re.M))) for text in texts]
    assert numbers == [[1, 3], [2, 3, 405], [3, *range(4, 404), 406]]
    assert ["event: auth" in text for text in texts] == [True, False, False]
    assert ["event: bye" in text for text in texts] == [False, True, True]


def test_who_does_not_read_is_cut_and_may_go_on(gateway):
    start(gateway, http="send_timeout 1s;")
    push(gateway, "reset 0\n")
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    slow.connect(("127.0.0.1", gateway.port))
    slow.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    quick = Stream(gateway)
    quick.event()
    last = 0
    for _ in range(12):
        push(gateway, f"events {last}\n" + "".join(
            line(seq, "-", "trade", text="x" * 900) for seq in range(last + 1, last + 51)))
        last += 50
        assert ids(quick.events(50))[-1] == last
    wait_until(lambda: gateway.metric_now('gateway_streams_ended_total{reason="slow"}') == 1, what="the cut")
    slow.settimeout(10)
    text = b""
    try:
        while part := slow.recv(65536):
            text += part
    except ConnectionResetError:
        pass
    got = [int(number) for number in re.findall(rb"^id: (\d+)\nevent: trade", text, re.M)]
    assert got == list(range(1, len(got) + 1))
    again = Stream(gateway, f"?after={got[-1] if got else 0}")
    events = again.events(1)
    assert events[0].get("event") == "gap" or ids(events) == [len(got) + 1]


def test_a_slow_client_that_reads_on_misses_nothing(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    stream = Stream(gateway)
    stream.event()
    last = 0
    for _ in range(10):  # more than block and socket take, less than the ring
        push(gateway, f"events {last}\n" + "".join(
            line(seq, "-", "trade", text="x" * 900) for seq in range(last + 1, last + 51)))
        last += 50
    assert ids(stream.events(last)) == list(range(1, last + 1))
    push(gateway, f"events {last}\n" + lines(last + 1, last + 1))
    assert ids([stream.event()]) == [last + 1]


def test_head_and_other_methods(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    assert gateway.request("HEAD", "/stream").status == 200
    assert gateway.post("/stream").status == 405
    wait_until(lambda: gateway.control("GET", "/control/events").json["streams"] == 0, what="no stream left")


def test_configuration(gateway):
    gateway.expected.append("emerg")
    code, text = gateway.test(http=HTTP.replace("cnop_zone events 1m;", ""), server=STREAM.format(ping="10s"))
    assert code != 0 and "events" in text
    for words in ("account=0", "account=x", "address=1 address=2", "more=1", "ping=1ms"):
        code, text = gateway.test(http=HTTP, server=f"location = /stream {{ cnop_stream {words}; }}")
        assert code != 0, words
