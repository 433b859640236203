# SPDX-License-Identifier: MIT
"""Streams: framing, resuming, whom an event concerns, limits, endings, reload and killed workers."""
import http.client
import json
import os
import re
import signal
import socket
import time

import pytest
from conftest import problem
from support.harness import wait_until

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
        assert stream.event() == {"event": "hello", "data": {"seq": 10}}
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


@pytest.mark.parametrize("query", ["?channels=", "?channels=orders,,fills", "?channels=secrets", "?channels=order",
                                   "?after=", "?after=-1", "?after=1e3", "?after=99999999999999999999"])
def test_a_wish_that_is_none_is_refused(gateway, query):
    start(gateway)
    push(gateway, "reset 0\n")
    answer = gateway.get("/stream" + query, token=gateway.token(sub="42"))
    body = problem(answer, 422, "validation_failed")
    assert body["detail"].startswith(query[1:].partition("=")[0])


def test_a_forged_last_id_is_refused(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    for value in ("x", "-3", "1:2", "0x10", "9" * 30, "1 "):
        answer = gateway.get("/stream", headers={"Last-Event-ID": value + ";"})
        assert problem(answer, 422, "validation_failed")["detail"].startswith("Last-Event-ID")
    stream = Stream(gateway, headers={"Last-Event-ID": str(2**63 - 1)})
    assert stream.status == 200
    stream.close()


def test_who_is_not_known_gets_nothing_private(gateway):
    start(gateway)
    push(gateway, "reset 0\n")
    answer = gateway.get("/stream?channels=orders")
    problem(answer, 401, "AUTH_001")
    assert answer.headers["WWW-Authenticate"]
    problem(gateway.get("/stream", token="rubbish"), 401, "AUTH_001")


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
    assert stream.rest() == [{"event": "auth", "data": {"reason": "expired"}}]


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
    assert stream.rest() == [{"event": "auth", "data": {"reason": "revoked"}}]
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
    got = [int(number) for number in re.findall(rb"^id: (\d+)", text, re.M)]
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
