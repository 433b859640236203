# SPDX-License-Identifier: MIT
"""cnop-insights over FastCGI: the rules on real ledger rows, and a language model that misbehaves."""

import contextlib
import http.server
import json
import pathlib
import socket
import subprocess
import sys
import threading
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import fcgi, harness  # noqa: E402
from support.market import market, small_catalogue  # noqa: E402

PATH = "/api/v1/insights/portfolio"
SYMBOLS = ("BTC", "ETH", "USDC", "ADA", "SOL", "DOGE", "LTC")
E8 = 10**8
WORDS = "Half of it is Bitcoin. The rest is cash."


@pytest.fixture(scope="module")
def place():
    with market() as place:
        place.seed(catalogue_file=small_catalogue(place.directory, SYMBOLS))
        rows = place.database.sql("SELECT a.symbol, a.id, q.price_e10 FROM asset a JOIN quote q ON q.asset_id = a.id",
                                  "cnop_market")
        place.ids = {symbol: int(number) for symbol, number, _ in rows}
        place.prices = {symbol: int(price) / 10**10 for symbol, _, price in rows}
        place.users = iter(range(1000, 2000))
        yield place


@pytest.fixture(scope="module")
def worker(place):
    with place.insights() as worker:
        yield worker


def account(place, cash=0, dollars_in=None, orders=0, order_dollars=0, order_age_s=60):
    """A user with this much cash, so many dollars' worth of each asset, and so many orders."""
    user = next(place.users)
    rows = [(user, 0, int(cash * E8))]
    for symbol, dollars in (dollars_in or {}).items():
        rows.append((user, place.ids[symbol], int(dollars / place.prices[symbol] * E8)))
    place.database.sql(
        "INSERT INTO account (id, user_id, kind, status, created_us, changed_us)"
        f" VALUES ({user}, {user}, 5, 1, 1, 1);"
        + "".join("INSERT INTO balance (account_id, asset_id, avail_e8, held_e8, floor_e8, cost_e8, realised_e8,"
                  f" entries, ver, created_us, updated_us) VALUES ({u}, {a}, {q}, 0, 0, 0, 0, 1, 1, 1, 1);"
                  for u, a, q in rows)
        + "".join("INSERT INTO orders (id, account_id, asset_id, side, type, tif, status, qty_e8, filled_qty_e8,"
                  " filled_quote_e8, fee_e8, price_e10, price_seq, cash_after_e8, created_us, updated_us)"
                  f" VALUES ({user * 1000 + n}, {user}, 1, 1, 1, 1, 4, 1, 1, {int(order_dollars * E8)}, 0, 1, 1, 0,"
                  f" (UNIX_TIMESTAMP() - {order_age_s}) * 1000000, 1);" for n in range(orders)),
        "cnop_ledger")
    return user


def insights(worker, user):
    answer = fcgi.request(worker.socket, "GET", PATH, user=user)
    assert answer.status == 200, answer
    data = answer.json()["data"]
    assert set(data) == {"summary", "generated_at", "model", "total_value", "cash_percent", "asset_count", "findings"}
    assert 1 <= len(data["summary"]) < 1500
    for finding in data["findings"]:
        assert set(finding) == {"rule", "severity", "text", "value", "asset_id", "is_group", "count"}
        assert finding["severity"] in ("info", "notice", "warning")
    return data


def found(data):
    return {finding["rule"]: finding for finding in data["findings"]}


# ---- rules ----

def test_anonymous_callers_are_refused(worker):
    assert fcgi.request(worker.socket, "GET", PATH).status == 401


def test_a_token_that_outlives_its_user_is_none(worker):
    answer = fcgi.request(worker.socket, "GET", PATH, user=2000)
    assert (answer.status, answer.code) == (401, "AUTH_001")


def test_an_empty_portfolio_says_what_to_do(worker, place):
    for user in (next(place.users), account(place)):  # never seen by the ledger; and with nothing in it
        data = insights(worker, user)
        assert data["summary"] == "Your portfolio is empty. Deposit US dollars to start trading."
        assert data["model"] == "cnop-rules-1"
        assert list(found(data)) == ["empty"] and found(data)["empty"]["value"] is None


def test_cash_only(worker, place):
    data = insights(worker, account(place, cash=1234567.891))
    assert data["summary"].startswith("Your portfolio is worth $1,234,567.89, all of it in cash and stablecoins.")
    assert found(data)["cash_drag"]["severity"] == "notice"
    assert found(data)["cash_drag"]["value"] == "100.00"


def test_one_asset_dominates(worker, place):
    data = insights(worker, account(place, cash=2000, dollars_in={"BTC": 8000}))
    assert found(data)["concentration"]["severity"] == "warning"
    assert float(found(data)["concentration"]["value"]) == pytest.approx(80, abs=0.5)
    assert "BTC makes up 80% of your portfolio" in data["summary"]
    assert found(data)["concentration"]["asset_id"] == "BTC" and found(data)["concentration"]["is_group"] is False
    assert float(data["total_value"]) == pytest.approx(10000, abs=0.05) and data["asset_count"] == 1
    assert float(data["cash_percent"]) == pytest.approx(20, abs=0.5)
    assert "cash_drag" not in found(data)
    assert data["findings"][0]["severity"] == "warning"  # the most severe first


def test_stablecoins_count_as_cash(worker, place):
    data = insights(worker, account(place, cash=1000, dollars_in={"USDC": 8000, "BTC": 1000}))
    assert float(found(data)["cash_drag"]["value"]) == pytest.approx(90, abs=0.5)
    assert "concentration" not in found(data)


def test_a_spread_portfolio_is_praised(worker, place):
    data = insights(worker, account(place, cash=100, dollars_in={s: 1000 for s in SYMBOLS if s != "USDC"}))
    assert found(data)["diversified"]["severity"] == "info"
    assert "as if over 6 assets of equal size" in data["summary"]
    assert found(data)["diversified"]["count"] == 6 and found(data)["diversified"]["asset_id"] is None


def test_churn_counts_the_last_week_only(worker, place):
    busy = insights(worker, account(place, cash=1000, orders=40, order_dollars=100))
    assert found(busy)["churn"]["severity"] == "warning" and found(busy)["churn"]["value"] == "400.00"
    assert found(busy)["churn"]["count"] == 40
    calm = insights(worker, account(place, cash=1000, orders=40, order_dollars=100, order_age_s=8 * 86400))
    assert "churn" not in found(calm)


def test_drawdown_and_volatility_come_from_the_market(worker, place):
    user = account(place, dollars_in={"ADA": 1000})
    asset = place.ids["ADA"]
    place.database.sql(f"UPDATE asset_stat SET high_30d_e10 = {int(place.prices['ADA'] * 10**10 * 2)},"
                       f" volatility_ppm = 51234 WHERE asset_id = {asset}", "cnop_market")
    data = insights(worker, user)
    assert found(data)["drawdown"]["severity"] == "warning"
    assert float(found(data)["drawdown"]["value"]) == pytest.approx(50, abs=0.1)
    assert found(data)["volatility"]["severity"] == "warning" and found(data)["volatility"]["value"] == "5.12"


def test_the_summary_has_two_to_four_sentences(worker, place):
    for cash, dollars, orders in ((0, {}, 0), (10, {}, 0), (5, {"BTC": 1}, 0), (0, {"ADA": 5, "BTC": 1}, 50)):
        data = insights(worker, account(place, cash=cash, dollars_in=dollars, orders=orders, order_dollars=100))
        text = data["summary"].replace("$", "")
        sentences = [part for part in text.replace("!", ".").split(". ") if part]
        assert 2 <= len(sentences) <= 4, data["summary"]


def test_the_same_portfolio_gives_the_same_words(worker, place):
    user = account(place, cash=10, dollars_in={"BTC": 20, "SOL": 5})
    first = insights(worker, user)
    again = insights(worker, user)
    assert (first["summary"], first["findings"]) == (again["summary"], again["findings"])


def test_nobody_else_is_read(worker, place):
    account(place, cash=5000)
    assert "empty" in found(insights(worker, next(place.users)))


def test_the_database_user_reads_views_only(place):
    for table in ("cnop_ledger.balance", "cnop_ledger.journal", "cnop_market.admin_action"):
        text = f"SELECT * FROM {table} LIMIT 1"
        done = subprocess.run([harness.installed("mariadb"), "--no-defaults", "-ucnop_insights", "-pinsights", "-S",
                               str(place.database.socket), "-e", text], capture_output=True, text=True)
        assert "denied" in done.stderr


# ---- the language model ----

class Model:
    """A chat-completions endpoint on loopback that says what the test wants."""

    def __init__(self):
        model = self
        self.requests = []
        self.answer = lambda handler: model.send(handler, 200, model.completion(WORDS))

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                model.requests.append((dict(self.headers), json.loads(body)))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    model.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/chat/completions"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @staticmethod
    def completion(text):
        return json.dumps({"id": "x", "choices": [{"message": {"role": "assistant", "content": text}}]}).encode()

    @staticmethod
    def send(handler, status, body, headers=None):
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def model():
    model = Model()
    yield model
    model.server.shutdown()
    model.server.server_close()


@contextlib.contextmanager
def reworded(place, model, **changes):
    key = place.directory / "provider.key"
    key.write_text("sk-test-123\n")
    key.chmod(0o600)
    place.cache.restart()
    with place.insights("reworded", provider_url=model.url, provider_model="tiny-1", provider_key_file=key, processes=1, threads=1,
                        provider_timeout="500ms", **changes) as worker:
        yield worker


def test_a_model_may_reword_the_summary(place, model):
    user = account(place, cash=4321.09, dollars_in={"BTC": 6000})
    with reworded(place, model) as worker:
        data = insights(worker, user)
        assert data["summary"] == WORDS and data["model"] == "tiny-1"
        assert "concentration" in found(data)  # the findings stay those of the rules
        assert insights(worker, user)["summary"] == WORDS
    assert len(model.requests) == 1  # the second answer came from the cache
    headers, body = model.requests[0]
    assert headers["Authorization"] == "Bearer sk-test-123" and body["model"] == "tiny-1"
    sent = json.dumps(body)
    for private in (str(user), "4321", "6000", "10321", "4,321"):
        assert private not in sent.split('"user"')[1]  # shares only: no amounts, no identity


def test_37_wordings_are_shared_by_all_workers_and_outlive_a_price(place, model):
    user = account(place, cash=4050, dollars_in={"BTC": 6000})
    with reworded(place, model) as worker:
        assert insights(worker, user)["summary"] == WORDS
    place.database.sql(f"UPDATE quote SET price_e10 = price_e10 + price_e10 DIV 10000"
                       f" WHERE asset_id = {place.ids['BTC']}", "cnop_market")
    with place.insights("second", provider_url=model.url, provider_model="tiny-1", processes=1, threads=1) as worker:
        assert insights(worker, user)["summary"] == WORDS
    assert len(model.requests) == 1


def slow(handler):
    time.sleep(5)


def redirect(handler):
    Model.send(handler, 302, b"", {"Location": "http://127.0.0.1:1/"})


@pytest.mark.parametrize("answer", [
    slow, redirect,
    lambda h: Model.send(h, 500, Model.completion(WORDS)),
    lambda h: Model.send(h, 200, b"not json"),
    lambda h: Model.send(h, 200, b'{"choices": []}'),
    lambda h: Model.send(h, 200, b'{"choices": [{"message": {"content": 5}}]}'),
    lambda h: Model.send(h, 200, Model.completion("")),
    lambda h: Model.send(h, 200, Model.completion("<script>alert(1)</script>")),
    lambda h: Model.send(h, 200, Model.completion("a\u0000b")),
    lambda h: Model.send(h, 200, Model.completion("x" * 1300)),
    lambda h: Model.send(h, 200, Model.completion("y" * 100000)),
], ids=["slow", "redirect", "500", "not-json", "no-choice", "not-text", "empty", "markup", "nul", "long", "huge"])
def test_bad_models_fall_back_to_the_rules(place, model, answer):
    user = account(place, cash=4000, dollars_in={"BTC": 6000})
    model.answer = answer
    with reworded(place, model) as worker:
        data = insights(worker, user)
        assert data["model"] == "cnop-rules-1" and data["summary"].startswith("Your portfolio is worth")
        asked = len(model.requests)
        assert insights(worker, user)["model"] == "cnop-rules-1"
        assert len(model.requests) == asked  # it rests after a failure


def test_a_poisoned_cache_is_not_quoted(place, model):
    user = account(place, cash=4000, dollars_in={"BTC": 6000})
    with reworded(place, model) as worker:
        assert insights(worker, user)["summary"] == WORDS
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(place.cache.socket))
            connection.sendall(b"lru_crawler metadump all\r\n")
            dump = b""
            while not dump.endswith(b"END\r\n"):
                dump += connection.recv(65536)
            keys = [part[4:].split(b" ")[0] for part in dump.splitlines() if part.startswith(b"key=insight")]
            assert len(keys) == 1
            key = keys[0].replace(b"%3A", b":")
            connection.sendall(b"set %s 0 60 20\r\n%s\r\n" % (key, b"Send me your coins!!"))
            assert b"STORED" in connection.recv(100)
        assert insights(worker, user)["summary"] == WORDS
    assert len(model.requests) == 2  # asked again


def test_without_a_cache_the_model_is_asked_each_time(place, model):
    user = account(place, cash=4000, dollars_in={"BTC": 6000})
    with reworded(place, model, cache_socket="") as worker:
        assert insights(worker, user)["summary"] == WORDS
        assert insights(worker, user)["summary"] == WORDS
    assert len(model.requests) == 2


def test_an_empty_portfolio_is_never_sent_out(place, model):
    with reworded(place, model) as worker:
        assert insights(worker, next(place.users))["model"] == "cnop-rules-1"
    assert model.requests == []


# ---- faults ----

def test_the_database_away_is_503_and_passes(place, worker):
    user = account(place, cash=1)
    place.database.kill()
    try:
        assert fcgi.request(worker.socket, "GET", PATH, user=user).status == 503
    finally:
        place.database._start()
    harness.wait_until(lambda: fcgi.request(worker.socket, "GET", PATH, user=user).status == 200, 20, "recovery")
