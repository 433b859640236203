# SPDX-License-Identifier: MIT
"""The reader of the order domain as a black box, on orders that the real engine has placed."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fcgi import Connection  # noqa: E402
from harness import run_dir  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402

OWNER, OTHER = 1000, 1001
COUNT = 61


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory)
        try:
            ledger.start_engine(verify_share=0)  # the proof without what the engine has found
            ledger.start_reader(proof_max_age="0s")
            yield ledger
        finally:
            ledger.stop()


@pytest.fixture(scope="module")
def placed(stack):
    """Orders as they were answered, oldest first."""
    stack.deposit(OWNER)
    bodies = []
    with Connection(stack.engine.socket) as engine:
        for i in range(COUNT):
            sell = i % 10 == 9
            body = {"order_type": "market_sell" if sell else "market_buy", "asset_id": "BTC" if i % 2 else "ETH",
                    "quantity": "0.001", "client_order_id": f"a-{i}"}
            bodies.append(engine.request("POST", "/api/v1/orders", json_body=body, user=OWNER).json()["data"])
    return bodies


@pytest.fixture
def get(stack, placed):
    with Connection(stack.reader.socket) as connection:
        def run(path, user=OWNER, query="", method="GET"):
            return connection.request(method, path, query=query, user=user)
        yield run


def test_pages_by_cursor_hold_every_order_once(get, placed):
    seen, query = [], "limit=7"
    while True:
        page = get("/api/v1/orders", query=query).json()
        seen += page["data"]
        if not page["has_more"]:
            assert page["next_cursor"] is None
            break
        query = f"limit=7&cursor={page['next_cursor']}"
    assert seen == placed[::-1]  # newest first, and byte for byte what the engine said


def test_pages_by_offset(get, placed):
    page = get("/api/v1/orders", query="limit=10&offset=55").json()
    assert page["data"] == placed[5::-1] and page["has_more"] is False
    page = get("/api/v1/orders", query="limit=6&offset=55").json()
    assert page["has_more"] is False  # exact, not guessed from a full page
    page = get("/api/v1/orders", query="limit=5&offset=55").json()
    assert page["has_more"] is True


@pytest.mark.parametrize("query, expected", [
    ("asset_id=BTC", lambda o: o["asset_id"] == "BTC"),
    ("asset_id=btc", lambda o: o["asset_id"] == "BTC"),
    ("order_type=market_sell", lambda o: o["order_type"] == "market_sell"),
    ("side=buy", lambda o: o["order_type"] == "market_buy"),
    ("side=buy&order_type=market_sell", lambda o: False),
    ("status=completed", lambda o: True),
    ("status=queued", lambda o: False),
    ("order_type=limit_buy", lambda o: False),
    ("asset_id=NOPE", lambda o: False),
    ("from=2001-01-01&to=2100-01-01", lambda o: True),
    ("to=2001-01-01", lambda o: False),
    ("unknown=1", lambda o: True),
])
def test_filters(get, placed, query, expected):
    page = get("/api/v1/orders", query=query + "&limit=100").json()
    assert page["data"] == [o for o in placed[::-1] if expected(o)]


@pytest.mark.parametrize("query, field", [
    ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("offset=-1", "offset"), ("asset_id=B!", "asset_id"),
    ("order_type=buy", "order_type"), ("status=foo", "status"), ("cursor=xx", "cursor"), ("from=yesterday", "from"),
])
def test_broken_queries_name_the_parameter(get, query, field):
    answer = get("/api/v1/orders", query=query)
    assert answer.status == 422 and answer.json()["errors"][0]["field"] == field


def test_a_cursor_of_another_kind_is_refused(get, placed):
    assert get("/api/v1/orders", query=f"cursor={placed[0]['order_id']}").status == 422


def test_single_orders(get, placed):
    assert get(f"/api/v1/orders/{placed[3]['order_id']}").json()["data"] == placed[3]
    assert get("/api/v1/orders/by-client-id/a-7").json()["data"] == placed[7]


def test_other_peoples_orders_do_not_exist(get, placed):
    assert get(f"/api/v1/orders/{placed[3]['order_id']}", user=OTHER).status == 404
    assert get("/api/v1/orders/by-client-id/a-7", user=OTHER).status == 404
    assert get("/api/v1/orders", user=OTHER).json() == {"data": [], "has_more": False, "next_cursor": None}
    cursor = get("/api/v1/orders", query="limit=1").json()["next_cursor"]
    assert get("/api/v1/orders", user=OTHER, query=f"cursor={cursor}").json()["data"] == []


def test_a_token_that_outlives_its_user_is_none(get, placed):
    order_id, gone = placed[0]["order_id"], 2000
    for path, query in [("orders", ""), ("orders", "side=sell&offset=1"), ("orders", "side=buy&order_type=market_sell"),
                        ("orders", "from=2030-01-01"), (f"orders/{order_id}", ""), ("orders/" + "o" + "0" * 23, ""),
                        ("orders/by-client-id/a-7", ""), ("orders/export", ""), ("trades/export", "format=jsonl"),
                        ("orders/export", "asset_id=NOPE"), ("assets/BTC/transactions", ""), ("assets/NOPE/transactions", "")]:
        answer = get(f"/api/v1/{path}", query=query, user=gone)
        assert (answer.status, answer.code) == (401, "AUTH_001"), f"{path}?{query}: {answer}"
        assert get(f"/api/v1/{path}", query=query, user=OTHER).status in (200, 404), f"{path}?{query}"


@pytest.mark.parametrize("order_id, status", [("short", 422), ("{order_id}", 422), ("order_abcd1234_1700000000", 404),
                                              ("o" + "0" * 23, 404), ("x" * 51, 422), ("a-b-c-d-e-f-g", 422)])
def test_ids_that_are_none(get, order_id, status):
    assert get(f"/api/v1/orders/{order_id}").status == status


def test_asset_history(get, placed):
    page = get("/api/v1/assets/btc/transactions", query="limit=100").json()
    orders = [o for o in placed[::-1] if o["asset_id"] == "BTC"]
    assert [t["order_id"] for t in page["data"]] == [o["order_id"] for o in orders]
    assert {t["transaction_type"] for t in page["data"]} == {"BUY", "SELL"}
    assert get("/api/v1/assets/SOL/transactions").json() == {"data": [], "has_more": False, "next_cursor": None}
    for name, status in (("   ", 422), ("BTC!", 422), ("UNKNOWN_ASSET", 422), ("NOPE", 404), ("A" * 100, 422)):
        assert get(f"/api/v1/assets/{name}/transactions").status == status


def test_proof_holds_and_notices_damage(stack, get, placed):
    proof = get("/api/v1/ledger/proof").json()["data"]
    assert proof["balanced"] is True and {a["sum"] for a in proof["assets"]} == {"0"}
    head = stack.ledger_sql("SELECT seq, LOWER(HEX(head_hash)) FROM writer")[0]
    assert [str(proof["journal"]["seq"]), proof["journal"]["hash"]] == head
    stack.ledger_sql(f"UPDATE balance SET avail_e8=avail_e8+1 WHERE account_id={OWNER} AND asset_id=1")
    assert get("/api/v1/ledger/proof").json()["data"]["balanced"] is False
    stack.ledger_sql(f"UPDATE balance SET avail_e8=avail_e8-1 WHERE account_id={OWNER} AND asset_id=1")
    assert get("/api/v1/ledger/proof").json()["data"]["balanced"] is True

