# SPDX-License-Identifier: MIT
"""cnop-inventory over FastCGI, with a real database, a real cache and the shipped catalogue."""

import concurrent.futures
import datetime
import json
import pathlib
import signal
import socket
import sys
from decimal import Decimal

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import fcgi, harness  # noqa: E402
from support.market import ADMIN, Engine, market  # noqa: E402

ASSETS = "/api/v1/inventory/assets"
LIST_KEYS = {"asset_id", "name", "description", "category", "price_usd", "is_active", "halted", "symbol", "image",
             "market_cap_rank", "price_change_percentage_24h", "market_cap", "total_volume_24h",
             "price_tick"}
DETAIL_KEYS = LIST_KEYS | {
    "availability_status", "price_change_24h", "price_change_percentage_7d", "price_change_percentage_30d",
    "high_24h", "low_24h", "circulating_supply", "total_supply", "max_supply", "ath", "ath_change_percentage",
    "ath_date", "atl", "atl_change_percentage", "atl_date", "last_updated", "min_quantity", "max_order_value",
    "state", "quantity_step", "min_order_value"}
SPANS = {"1m": 60, "5m": 300, "15m": 900, "1h": 3600, "4h": 14400, "1d": 86400}


@pytest.fixture(scope="module")
def place():
    with market() as place:
        place.seed()
        yield place


@pytest.fixture(scope="module")
def worker(place):
    with place.inventory() as worker:
        yield worker


@pytest.fixture
def engine(place):
    engine = Engine(place.directory)
    yield engine
    engine.stop()


@pytest.fixture
def get(worker):
    def get(path, query="", **options):
        return fcgi.request(worker.socket, "GET", path, query=query, **options)
    return get


def page(get, query=""):
    answer = get(ASSETS, query)
    assert answer.status == 200, answer
    return answer.json()


def faulty_fields(answer):
    assert answer.status == 422, answer
    return [error["field"] for error in answer.json()["errors"]]


# ---- the list ----

def test_first_page_is_the_largest_fifty(get):
    body = page(get)
    assert len(body["data"]) == 50
    assert [asset["market_cap_rank"] for asset in body["data"]] == list(range(1, 51))
    assert body["total_count"] == 257 and body["matched_count"] == 256  # one is delisted
    assert body["active_count"] == 50
    assert body["has_more"] is True
    for asset in body["data"]:
        assert set(asset) == LIST_KEYS
        assert isinstance(asset["price_usd"], (int, float)) and asset["price_usd"] > 0
        assert asset["is_active"] is True and asset["halted"] is False


def test_bitcoin_costs_less_than_100000(get):
    bitcoin = page(get)["data"][0]
    assert bitcoin["asset_id"] == "BTC"
    assert 50000 < bitcoin["price_usd"] <= 100000


def test_prices_have_the_digits_of_the_database(get, place):
    stored = dict(place.database.sql("SELECT a.symbol, q.price_e10 FROM quote q JOIN asset a ON a.id = q.asset_id",
                                     "cnop_market"))
    for asset in page(get, "limit=250")["data"]:
        assert round(asset["price_usd"] * 10**10) == pytest.approx(int(stored[asset["asset_id"]]), rel=1e-14)


def test_pages_cover_every_asset_once(get):
    seen, offset, more = [], 0, True
    while more:
        body = page(get, f"limit=64&offset={offset}")
        seen += [asset["asset_id"] for asset in body["data"]]
        more = body["has_more"]
        offset += 64
    assert len(seen) == len(set(seen)) == 256  # four full pages: has_more is exact at the end
    assert page(get, "offset=256")["data"] == []
    assert page(get, "limit=250&offset=6")["has_more"] is False
    assert page(get, "limit=250&offset=5")["has_more"] is True


def test_search_category_and_sort(get):
    assert {asset["asset_id"] for asset in page(get, "search=BITCOIN&limit=250")["data"]} >= {"BTC", "BCH", "WBTC"}
    assert page(get, "search=usdc")["data"][0]["asset_id"] == "USDC"
    stable = page(get, "category=stablecoin&limit=250")
    assert stable["matched_count"] == len(stable["data"]) > 10
    for asset in stable["data"]:
        assert asset["category"] == "stablecoin"
        if asset["asset_id"] not in ("EURC", "EURS"):
            assert asset["price_usd"] == pytest.approx(1, abs=0.005)
    prices = [asset["price_usd"] for asset in page(get, "sort=price&order=desc&limit=250")["data"]]
    assert prices == sorted(prices, reverse=True)
    changes = [asset["price_change_percentage_24h"] for asset in page(get, "sort=change_24h&limit=250")["data"]]
    assert changes == sorted(changes)
    names = [asset["name"].lower() for asset in page(get, "sort=name&limit=250")["data"]]
    assert names == sorted(names)
    assert page(get, "search=no-such-thing")["matched_count"] == 0


@pytest.mark.parametrize("query, field", [
    ("limit=0", "limit"), ("limit=251", "limit"), ("limit=abc", "limit"), ("limit=-1", "limit"), ("limit=1.5", "limit"),
    ("offset=-1", "offset"), ("offset=1000001", "offset"), ("active_only=maybe", "active_only"),
    ("sort=colour", "sort"), ("order=up", "order"), ("category=a%20b", "category"), ("search=" + "x" * 51, "search"),
])
def test_bad_queries_name_their_field(get, query, field):
    assert faulty_fields(get(ASSETS, query)) == [field]


def test_unknown_parameters_are_ignored(get):
    assert page(get, "colour=blue&limit=1")["data"][0]["asset_id"] == "BTC"


# ---- one asset ----

def test_detail_has_every_key_and_own_figures(get):
    answer = get(f"{ASSETS}/btc")
    assert answer.status == 200
    asset = answer.json()["data"]
    assert set(asset) == DETAIL_KEYS
    assert asset["asset_id"] == asset["symbol"] == "BTC"
    assert asset["availability_status"] == "available"
    assert asset["low_24h"] <= asset["price_usd"] <= asset["high_24h"]
    assert asset["price_change_percentage_7d"] is not None and asset["price_change_percentage_30d"] is not None
    assert abs(asset["price_change_percentage_24h"]) < 20
    assert asset["ath"] > asset["price_usd"] > asset["atl"]
    assert asset["ath_change_percentage"] < 0 < asset["atl_change_percentage"]
    assert asset["circulating_supply"] <= asset["max_supply"] == 21000000
    assert asset["image"] is None
    assert asset["min_quantity"] == "0.001" and asset["max_order_value"] == "10000.00"
    datetime.datetime.fromisoformat(asset["last_updated"].replace("Z", "+00:00"))


def test_day_figures_come_from_the_candles(get, place):
    asset = get(f"{ASSETS}/ETH").json()["data"]
    low, high = place.database.sql(
        "SELECT MIN(low_e10), MAX(high_e10) FROM candle WHERE asset_id = 2 AND span_s = 60"
        " AND start_s > UNIX_TIMESTAMP() - 86400 + 900", "cnop_market")[0]
    assert asset["low_24h"] * 10**10 <= int(low) + 1
    assert asset["high_24h"] * 10**10 >= int(high) - 1


def test_unknown_and_malformed_ids(get):
    assert get(f"{ASSETS}/NOSUCH").status == 404
    assert get(f"{ASSETS}/NOSUCH").code == "not_found"
    for bad in ("BTC!", "BTC@123", "X" * 100, "UNKNOWN_ASSET", "   ", "\u00e9"):
        assert faulty_fields(get(f"{ASSETS}/{bad}")) == ["asset_id"]
    assert get(f"{ASSETS}/ btc ").json()["data"]["asset_id"] == "BTC"


def test_entity_tags(get):
    tag = get(f"{ASSETS}/BTC").headers["etag"]
    again = get(f"{ASSETS}/BTC", headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status == 304 and again.body == b"" and again.headers["etag"] == tag
    assert get(f"{ASSETS}/BTC", headers={"If-None-Match": '"other"'}).status == 200


# ---- candles ----

@pytest.mark.parametrize("interval", SPANS)
def test_candles_are_whole_and_in_order(get, interval):
    answer = get(f"{ASSETS}/BTC/candles", f"interval={interval}&limit=300")
    assert answer.status == 200, answer
    body = answer.json()
    assert body["asset_id"] == "BTC" and body["interval"] == interval
    times = [datetime.datetime.fromisoformat(c["time"].replace("Z", "+00:00")).timestamp() for c in body["data"]]
    assert len(times) >= 290
    assert all(time % SPANS[interval] == 0 for time in times)
    assert [b - a for a, b in zip(times, times[1:])] == [SPANS[interval]] * (len(times) - 1)
    for candle in body["data"]:
        assert set(candle) == {"time", "open", "high", "low", "close", "volume", "quote_volume"}
        assert candle["low"] <= min(candle["open"], candle["close"])
        assert candle["high"] >= max(candle["open"], candle["close"])
        assert candle["volume"] > 0 or candle is body["data"][-1]
    for before, after in zip(body["data"][:-2], body["data"][1:]):
        assert before["close"] == after["open"]  # the past goes on without a jump


@pytest.mark.parametrize("asset", ["BTC", "PEPE"])
@pytest.mark.parametrize("fine, coarse", [("1m", "5m"), ("5m", "15m"), ("15m", "1h"), ("1h", "4h")])
def test_candles_add_up_to_those_of_the_next_interval(get, asset, fine, coarse):
    def candles(interval):
        body = json.loads(get(f"{ASSETS}/{asset}/candles", f"interval={interval}&limit=1000").body, parse_float=Decimal)
        return {datetime.datetime.fromisoformat(c["time"].replace("Z", "+00:00")).timestamp(): c for c in body["data"]}

    parts, checked = candles(fine), 0
    for start, candle in list(candles(coarse).items())[-20:-2]:
        inside = [parts.get(start + n * SPANS[fine]) for n in range(SPANS[coarse] // SPANS[fine])]
        if None in inside:
            continue  # begins before the finer ones that are kept
        for field in ("volume", "quote_volume"):
            assert sum(Decimal(c[field]) for c in inside) == Decimal(candle[field])
        checked += 1
    assert checked >= 10


def test_candle_queries_are_checked(get):
    assert faulty_fields(get(f"{ASSETS}/BTC/candles", "interval=2m")) == ["interval"]
    assert faulty_fields(get(f"{ASSETS}/BTC/candles", "limit=1001")) == ["limit"]
    assert get(f"{ASSETS}/NOSUCH/candles").status == 404
    assert len(get(f"{ASSETS}/BTC/candles").json()["data"]) == 200


# ---- operators ----

def change(worker, method, path, body, **who):
    return fcgi.request(worker.socket, method, f"{ASSETS}/{path}", json_body=body, **(who or ADMIN))


def actions(place):
    return place.database.sql("SELECT asset_id, actor_user_id, action, reason, old_value, new_value, request_id"
                              " FROM admin_action ORDER BY id", "cnop_market")


def test_only_operators_change_the_market(worker, engine, place):
    before = actions(place)
    for path, method, body in (("BTC/price", "PUT", {"price": "1", "reason": "x"}),
                               ("BTC/halt", "POST", {"reason": "x"}),
                               ("BTC/halt", "POST", {"halted": False, "reason": "x"})):
        assert fcgi.request(worker.socket, method, f"{ASSETS}/{path}", json_body=body).status == 401
        assert change(worker, method, path, body, user=1000, role="customer").status == 403
        assert change(worker, method, path, body, user=2000, role="admin").code == "AUTH_001"  # nobody
    assert actions(place) == before and engine.commands() == []


@pytest.mark.parametrize("body, field", [
    ({"price": "1"}, "reason"), ({"reason": "x"}, "price"), ({"price": "0", "reason": "x"}, "price"),
    ({"price": "-1", "reason": "x"}, "price"), ({"price": "1e3", "reason": "x"}, "price"),
    ({"price": "1000000.01", "reason": "x"}, "price"), ({"price": "1.00000000001", "reason": "x"}, "price"),
    ({"price": "1", "reason": "   "}, "reason"), ({"price": "1", "reason": "x" * 201}, "reason"),
])
def test_bad_prices_change_nothing(worker, engine, place, body, field):
    before = place.price_of(1)
    assert faulty_fields(change(worker, "PUT", "BTC/price", body)) == [field]
    assert place.price_of(1) == before and engine.commands() == []


def test_price_set_reaches_engine_database_trail_and_readers(worker, engine, place, get):
    before = get(f"{ASSETS}/ADA").json()["data"]["price_usd"]
    answer = change(worker, "PUT", "ada/price", {"price": "0.5123", "reason": "Correcting a feed error"})
    assert answer.status == 200, answer
    data = answer.json()["data"]
    assert data["asset_id"] == "ADA" and data["price_usd"] == 0.5123 and data["previous_price_usd"] == before
    command = engine.commands()[-1]
    assert (command["op"], command["price"], command["reason"]) == (6, 5123000000, "Correcting a feed error")
    assert command["seq"] == place.version() and command["request_id"] == "req-test"
    trail = actions(place)[-1]
    assert trail[1:4] == ["1", "price_set", "Correcting a feed error"]
    assert float(trail[4]) == before and trail[5:] == ["0.5123", "req-test"]
    for _ in range(16):  # every process and thread
        assert get(f"{ASSETS}/ADA").json()["data"]["price_usd"] == 0.5123
    audit = [line for line in worker.log_lines() if line["action"] == "price_set"]
    assert audit[-1]["service"] == "audit" and audit[-1]["extra"]["asset"] == "ADA"


def test_halt_and_resume(worker, engine, place, get):
    assert change(worker, "POST", "XRP/halt", {"reason": "Feed under investigation"}).json()["data"]["halted"] is True
    for _ in range(16):
        asset = get(f"{ASSETS}/XRP").json()["data"]
        assert asset["halted"] is True and asset["availability_status"] == "unavailable"
        assert asset["is_active"] is True
    assert change(worker, "POST", "XRP/halt", {"halted": False, "reason": "Clear"}).json()["data"]["halted"] is False
    assert get(f"{ASSETS}/XRP").json()["data"]["halted"] is False
    assert change(worker, "POST", "XRP/halt", {"reason": "Again"}).status == 200
    assert change(worker, "POST", "XRP/halt", {"halted": False, "reason": "Clear"}).status == 200
    assert faulty_fields(change(worker, "POST", "XRP/halt", {"halted": "no", "reason": "x"})) == ["halted"]
    assert [command["op"] for command in engine.commands()][-4:] == [7, 8, 7, 8]
    assert [row[2] for row in actions(place)][-4:] == ["halt", "resume", "halt", "resume"]
    assert change(worker, "POST", "NOSUCH/halt", {"reason": "x"}).status == 404


def test_without_the_engine_nothing_changes(worker, place, get):
    before, price, version = actions(place), place.price_of(2), place.version()
    assert change(worker, "PUT", "ETH/price", {"price": "1", "reason": "x"}).status == 503
    assert change(worker, "POST", "ETH/halt", {"reason": "x"}).status == 503
    assert (actions(place), place.price_of(2), place.version()) == (before, price, version)
    assert get(f"{ASSETS}/ETH").json()["data"]["halted"] is False


def test_a_refusal_of_the_engine_takes_the_rows_back(worker, engine, place):
    before, price = actions(place), place.price_of(2)
    engine.refuse(1)  # CNOP_E_INVALID
    try:
        assert change(worker, "PUT", "ETH/price", {"price": "1", "reason": "x"}).status == 422
    finally:
        engine.accept()
    assert (actions(place), place.price_of(2)) == (before, price)


# ---- faults ----

def statements_of(database):
    return int(database.sql("SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'")[0][1])


def crowd(worker, count):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        return list(pool.map(lambda _: fcgi.request(worker.socket, "GET", ASSETS).status, range(count)))


def memcached(place, text):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(place.cache.socket))
        connection.sendall(text)
        return connection.recv(65536)


def test_29_warm_reads_leave_the_database_alone(worker, place):
    crowd(worker, 32)
    before = statements_of(place.database)
    assert set(crowd(worker, 200)) == {200}
    assert statements_of(place.database) - before <= 8


def test_an_expired_value_is_loaded_by_one(worker, place):
    crowd(worker, 32)
    before = statements_of(place.database)
    memcached(place, b"flush_all\r\n")
    harness.wait_until(lambda: set(crowd(worker, 64)) == {200} and statements_of(place.database) > before, 20, "a load")
    assert statements_of(place.database) - before <= 8  # two statements a load


def test_hostile_cache_values_never_show(worker, place, get):
    price = get(f"{ASSETS}/SOL").json()["data"]["price_usd"]
    for key in (b"catalogue", b"catalogue-version"):
        for value in (b"", b"x", b"\xff" * 8, b"A" * 70000):
            memcached(place, b"set %s 0 60 %d\r\n%s\r\n" % (key, len(value), value))
            assert get(f"{ASSETS}/SOL").json()["data"]["price_usd"] == price


def test_without_a_cache_all_is_the_same(place, get, worker):
    whole = page(get, "limit=250")["data"]
    place.cache.stop()
    try:
        for _ in range(8):
            assert page(get, "limit=250")["data"] == whole
    finally:
        place.cache._start()
    assert page(get, "limit=250")["data"] == whole


def test_a_hung_cache_is_passed_by(place, get, worker):
    whole = page(get, "limit=250")["data"]
    place.cache.freeze()
    try:
        for _ in range(8):
            assert page(get, "limit=250")["data"] == whole
    finally:
        place.cache.tell(signal.SIGCONT)


def test_lists_survive_a_short_absence_of_the_database(place, get, worker):
    for _ in range(16):
        page(get)
    place.database.kill()
    try:
        assert len(page(get)["data"]) == 50
    finally:
        place.database._start()
    harness.wait_until(lambda: get(f"{ASSETS}/BTC/candles").status == 200, 20, "candles again")


def test_health_and_methods(worker):
    ready = fcgi.request(worker.socket, "GET", "/health/ready")
    assert ready.status == 200, ready
    assert fcgi.request(worker.socket, "POST", ASSETS, json_body={}).status == 405
