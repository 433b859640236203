# SPDX-License-Identifier: MIT
"""cnop-feed with a real database and cache: ticks, history, faults, prices from outside."""

import contextlib
import http.server
import json
import pathlib
import signal
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import harness  # noqa: E402
from support.market import Engine, market, small_catalogue  # noqa: E402

SYMBOLS = ("BTC", "ETH", "USDC", "WBTC")


@pytest.fixture(scope="module")
def place():
    with market() as place:
        place.catalogue = small_catalogue(place.directory, SYMBOLS)
        place.seed(catalogue_file=place.catalogue)
        rows = place.database.sql("SELECT symbol, id FROM asset", "cnop_market")
        place.ids = {symbol: int(number) for symbol, number in rows}
        yield place


@pytest.fixture
def engine(place):
    engine = Engine(place.directory)
    yield engine
    engine.stop()


@pytest.fixture
def feed(place, engine):
    with place.feed(catalogue_file=place.catalogue) as feed:
        whole(feed)
        ticks_after(place, 1)
        yield feed


def whole(feed):
    """Waits until the feed has filled the past."""
    harness.wait_until(lambda: "the candles have no hole" in feed.output(), 300, "history")


def ticks_after(place, count):
    """Waits until so many more ticks are in the database."""
    begin = place.version()
    harness.wait_until(lambda: place.version() >= begin + count, 30, f"{count} ticks")


def candles(place, symbol, span):
    return [[int(cell) for cell in row] for row in place.database.sql(
        "SELECT start_s, open_e10, high_e10, low_e10, close_e10 FROM candle"
        f" WHERE asset_id = {place.ids[symbol]} AND span_s = {span} ORDER BY start_s", "cnop_market")]


def steps(rows):
    """Every distance in time between neighbouring candles: {span} when none is missing."""
    return {after[0] - before[0] for before, after in zip(rows, rows[1:])}


# ---- seeding ----

def test_seeding_fills_every_span(place):
    for span, count in ((60, 1440), (300, 576), (900, 384), (3600, 840), (14400, 360), (86400, 365)):
        rows = candles(place, "BTC", span)
        assert count <= len(rows) <= count + 2
        assert steps(rows) == {span}
        for before, after in zip(rows[:-2], rows[1:]):
            assert before[4] == after[1]


def test_seeding_again_changes_nothing(place):
    before = place.database.sql("CHECKSUM TABLE asset", "cnop_market")
    count = place.database.sql("SELECT COUNT(*) FROM candle WHERE span_s = 86400", "cnop_market")
    place.seed(catalogue_file=place.catalogue)
    assert place.database.sql("CHECKSUM TABLE asset", "cnop_market") == before
    assert place.database.sql("SELECT COUNT(*) FROM candle WHERE span_s = 86400", "cnop_market") == count


def test_a_broken_catalogue_is_refused(place):
    broken = place.directory / "broken.tsv"
    broken.write_text(place.catalogue.read_text() + "5\tBAD\n")
    with pytest.raises(AssertionError, match="16 columns"):
        place.seed(catalogue_file=broken)


def test_a_long_pause_is_filled(place, engine):
    place.database.sql("DELETE FROM candle WHERE span_s = 60 AND start_s > UNIX_TIMESTAMP() - 3600", "cnop_market")
    with place.feed(catalogue_file=place.catalogue) as feed:
        whole(feed)
        ticks_after(place, 2)  # candles of now, behind what was the hole
    for symbol in SYMBOLS:
        assert steps(candles(place, symbol, 60)) == {60}


def test_prices_do_not_wait_for_history(place, engine):
    place.database.sql("TRUNCATE candle; DELETE FROM quote", "cnop_market")
    with place.feed(catalogue_file=place.catalogue) as feed:
        harness.wait_until(engine.ticks, 30, "a tick")
        first = engine.ticks()[0]
        whole(feed)
        ticks_after(place, 2)
    assert {tick[0] for tick in first} == set(place.ids.values())
    for symbol in SYMBOLS:
        for span, count in ((60, 1440), (3600, 840), (86400, 365)):
            rows = candles(place, symbol, span)
            assert len(rows) >= count and steps(rows) == {span}


# ---- ticks ----

def test_a_tick_reaches_database_engine_and_cache(place, feed, engine):
    ticks_after(place, 3)
    last = engine.ticks()[-1]
    assert {tick[0] for tick in last} == set(place.ids.values())
    assert len({tick[2] for tick in last}) == 1
    sequence = [ticks[0][2] for ticks in engine.ticks()]
    assert sequence == sorted(set(sequence))
    bitcoin = [tick for tick in last if tick[0] == place.ids["BTC"]][0]
    assert 50000 * 10**10 < bitcoin[1] < 100000 * 10**10


def test_the_wrapped_coin_follows_its_leader(place, feed):
    assert place.price_of(place.ids["WBTC"]) == pytest.approx(place.price_of(place.ids["BTC"]), rel=0.01)
    assert place.price_of(place.ids["USDC"]) == pytest.approx(10**10, rel=0.002)


def test_candles_hold_every_tick(place, feed, engine):
    skipped = len(engine.ticks())
    ticks_after(place, 5)
    feed.freeze()
    prices = [tick[1] for ticks in engine.ticks()[skipped:] for tick in ticks if tick[0] == place.ids["BTC"]]
    day = candles(place, "BTC", 86400)[-1]
    feed.tell(signal.SIGCONT)
    assert day[2] >= max(prices) and day[3] <= min(prices) and day[4] == prices[-1]


def test_an_inactive_asset_stands_still(place, feed, engine):
    place.database.sql(f"UPDATE asset SET is_active = 0 WHERE id = {place.ids['ETH']}", "cnop_market")
    try:
        ticks_after(place, 3)
        assert place.ids["ETH"] not in {tick[0] for tick in engine.ticks()[-1]}
    finally:
        place.database.sql("UPDATE asset SET is_active = 1", "cnop_market")


def test_the_engine_learns_what_is_traded(place, feed, engine):
    def told():
        return [command["active"] for command in engine.commands() if command["symbol"] == "ETH"]

    assert told() == [True]  # at the start, and not again with every tick
    place.database.sql(f"UPDATE asset SET is_active = 0 WHERE id = {place.ids['ETH']}", "cnop_market")
    try:
        harness.wait_until(lambda: told() == [True, False], 30, "the delisting")
    finally:
        place.database.sql("UPDATE asset SET is_active = 1", "cnop_market")
    harness.wait_until(lambda: told() == [True, False, True], 30, "the listing")
    ticks_after(place, 3)
    assert told() == [True, False, True]


def test_the_market_goes_on_from_an_operators_price(place, feed):
    price = 75000 * 10**10
    place.database.sql("UPDATE price_head SET seq = seq + 1; UPDATE quote SET source = 'admin', ts_us ="
                       f" UNIX_TIMESTAMP() * 1000000, price_e10 = {price} WHERE asset_id = {place.ids['BTC']}",
                       "cnop_market")
    ticks_after(place, 5)
    assert place.price_of(place.ids["BTC"]) == pytest.approx(price, rel=0.01)
    assert place.database.sql("SELECT DISTINCT source FROM quote", "cnop_market") == [["model"]]


# ---- faults ----

def test_it_survives_the_engine(place, feed, engine):
    engine.stop()
    ticks_after(place, 3)
    late = Engine(place.directory, empty=True)
    try:
        harness.wait_until(lambda: {c["symbol"] for c in late.commands()} == set(SYMBOLS), 30, "assets made known")
        assert {command["op"] for command in late.commands()} == {11}
        harness.wait_until(late.ticks, 30, "ticks")
    finally:
        late.stop()


def test_it_survives_database_and_cache(place, feed):
    place.cache.stop()
    place.database.kill()
    harness.wait_until(lambda: "prices cannot be written" in feed.output(), 30, "the failure in the log")
    place.database._start()
    ticks_after(place, 2)
    place.cache._start()
    ticks_after(place, 2)
    assert "prices are written again" in feed.output()
    assert feed.running()


def test_a_restart_goes_on_without_a_jump(place, engine):
    with place.feed(catalogue_file=place.catalogue):
        ticks_after(place, 2)
    before = place.price_of(place.ids["ETH"])
    with place.feed(catalogue_file=place.catalogue):
        ticks_after(place, 1)
        assert place.price_of(place.ids["ETH"]) == pytest.approx(before, rel=0.01)


def test_old_candles_go(place, engine):
    place.database.sql("INSERT INTO candle SELECT asset_id, span_s, start_s - 90000, 1, 1, 1, 1, 1, 1 FROM candle"
                       " WHERE span_s = 60 AND start_s > UNIX_TIMESTAMP() - 600", "cnop_market")
    old = "SELECT COUNT(*) FROM candle WHERE span_s = 60 AND start_s < UNIX_TIMESTAMP() - 87000"
    with place.feed(catalogue_file=place.catalogue):
        harness.wait_until(lambda: place.database.sql(old, "cnop_market") == [["0"]], 30, "old candles removed")


def test_candles_from_the_future_go(place, engine):
    """A clock that was a year ahead has left them."""
    place.database.sql("INSERT INTO candle SELECT asset_id, span_s, start_s + 31536000, 1, 1, 1, 1, 1, 1 FROM candle"
                       " WHERE start_s > UNIX_TIMESTAMP() - 90000", "cnop_market")
    future = "SELECT COUNT(*) FROM candle WHERE start_s > UNIX_TIMESTAMP()"
    assert place.database.sql(future, "cnop_market") != [["0"]]
    with place.feed(catalogue_file=place.catalogue):
        harness.wait_until(lambda: place.database.sql(future, "cnop_market") == [["0"]], 30, "candles of the future removed")
        ticks_after(place, 2)
    assert candles(place, "BTC", 60)[-1][0] > time.time() - 180


def test_it_ends_on_term(place, engine):
    with place.feed(catalogue_file=place.catalogue) as feed:
        ticks_after(place, 1)
        assert feed.stop() == 0


# ---- prices from outside ----

class Source:
    """A web server on loopback; `answer` is what it says: (status, body, headers)."""

    def __init__(self):
        source = self
        self.answer = (200, b"{}", {})
        self.count = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                source.count += 1
                status, body, headers = source.answer
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/prices"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def say(self, prices):
        self.answer = (200, json.dumps(prices).encode(), {})

    def polled(self, count=2):
        begin = self.count
        harness.wait_until(lambda: self.count >= begin + count, 30, "polls")


@pytest.fixture
def source():
    source = Source()
    yield source
    source.server.shutdown()
    source.server.server_close()


@pytest.fixture
def remote(place, engine, source):
    """The feed with prices from outside; the last known price of BTC is 60000."""
    place.database.sql("UPDATE quote SET source = 'feed', price_e10 = 60000 * 10000000000 WHERE asset_id ="
                       f" {place.ids['BTC']}", "cnop_market")
    with place.feed(catalogue_file=place.catalogue, feed_url=source.url, feed_timeout="1s") as feed:
        yield feed


def test_only_the_web_is_an_outside_source(place):
    place.directory.joinpath("prices").write_text('{"BTC": "1"}')
    for url in (f"file://{place.directory}/prices", "ftp://127.0.0.1/prices", "prices"):
        with place.feed(catalogue_file=place.catalogue, feed_url=url) as feed:
            harness.wait_until(lambda: not feed.running(), 30, "the refusal")
            assert "feed_url is not http or https" in feed.output()


def bitcoin(place):
    return place.price_of(place.ids["BTC"]) / 10**10


def test_outside_prices_are_taken_exactly(place, remote, source):
    ether = place.price_of(place.ids["ETH"])
    source.say({"BTC": "60001.0000000001", "NOSUCH": "1", "USDC": 1.0001})
    harness.wait_until(lambda: place.price_of(place.ids["BTC"]) == 600010000000001, 30, "the outside price")
    assert place.price_of(place.ids["USDC"]) == 10001000000
    assert place.price_of(place.ids["ETH"]) == ether  # nothing was said about it


def test_an_outlier_needs_confirmation(place, remote, source):
    source.say({"BTC": "600000"})
    harness.wait_until(lambda: "outside prices refused" in remote.output(), 30, "a refusal")
    source.say({"BTC": "60500"})
    harness.wait_until(lambda: bitcoin(place) == 60500, 30, "the believable price")
    source.say({"BTC": "90000"})
    harness.wait_until(lambda: bitcoin(place) == 90000, 30, "the confirmed price")


@pytest.mark.parametrize("answer", [
    (200, b"", {}), (200, b"[1]", {}), (200, b'{"BTC": NaN}', {}), (200, b'{"BTC": "1", "BTC": "2"}', {}),
    (200, b'{"BTC": "0"}', {}), (200, b'{"BTC": "-5"}', {}), (200, b'{"BTC": "1e3"}', {}), (200, b'{"BTC": null}', {}),
    (200, b'{"BTC": {"usd": "1"}}', {}), (200, b'{"x": "' + b"A" * 300000 + b'"}', {}), (500, b'{"BTC": "60002"}', {}),
    (302, b"", {"Location": "http://127.0.0.1:1/"}),
])
def test_bad_answers_leave_the_market_alone(place, remote, source, answer):
    source.answer = answer
    source.polled()
    before = (place.version(), bitcoin(place))
    source.polled()
    assert (place.version(), bitcoin(place)) == before  # the price grows old, and the engine stops trading on it
    source.say({"BTC": "60100"})
    harness.wait_until(lambda: bitcoin(place) == 60100, 30, "recovery")
