# SPDX-License-Identifier: MIT
"""The shell client against a running stack: its whole command list, its exit codes, its secrets."""
import datetime
import http.server
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import threading

import pytest
from support import api

CNOPCTL = pathlib.Path(__file__).resolve().parents[2] / "tools/cnopctl"
PASSWORD = "Quiet-Harbour-41"


class Shell:
    def __init__(self, home):
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_STATE_HOME": str(home / "state"),
                    "CNOP_URL": api.BASE_URL, "LC_ALL": "C.UTF-8"}
        self.session = home / "state/cnop/session.json"

    def run(self, *args, stdin="", expect=0):
        done = subprocess.run([CNOPCTL, *args], input=stdin, capture_output=True, text=True,
                              env=self.env, timeout=60, check=False)
        assert done.returncode == expect, f"{args}: {done.returncode}\n{done.stdout}{done.stderr}"
        assert PASSWORD not in done.stdout + done.stderr
        return done.stdout if expect == 0 else done.stderr

    def json(self, *args):
        return json.loads(self.run("--json", *args))


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


@pytest.fixture
def trader(shell):
    name = api.unique_username()
    made = shell.run("register", name, f"{name}@example.com", "Jane", "O'Neill", stdin=PASSWORD + "\n")
    assert made.endswith(f"cnopctl login {name}\n")
    assert name in shell.run("login", name, stdin=PASSWORD + "\n")
    return shell


def test_the_whole_trade(trader):
    trader.run("deposit", "1000")
    assert "1000.00 USD" in trader.run("balance")
    assert "BTC" in trader.run("assets", "bitcoin")
    assert "price_usd" in trader.run("asset", "btc")
    assert "accepted" in trader.run("buy", "BTC", "0.002", "--preview")
    assert "refused" in trader.run("buy", "BTC", "5", "--preview")
    assert trader.json("orders")["data"] == []
    bought = trader.json("buy", "BTC", "0.002")["data"]
    assert bought["quantity"] == "0.002" and bought["status"] == "completed"
    trader.run("buy", "ETH", "--amount", "50")
    assert re.search(r"completed: market_sell 0\.001 BTC at ", trader.run("sell", "BTC", "0.001"))
    mark = trader.json("asset", "btc")["data"]["price_usd"]
    low = f"{float(mark) * 0.6:.0f}"
    for quantity in ("0.001", "0.001", "0.002"):
        trader.run("buy", "BTC", quantity, "--limit", low)
    assert trader.run("cancel-all", "--asset", "eth") == "0 cancelled\n"
    waiting = trader.json("orders", "--open")["data"]
    amended = trader.json("amend", waiting[0]["order_id"], "--quantity", "0.0015")["data"]
    assert amended == {**waiting[0], "quantity": "0.0015", "remaining_quantity": "0.0015", "held": amended["held"],
                       "updated_at": amended["updated_at"]}
    trader.run("amend", waiting[0]["order_id"], "--quantity", "0.001")
    trader.run("amend", waiting[0]["order_id"], expect=2)
    assert trader.run("cancel", waiting[0]["order_id"]).startswith("cancelled: limit_buy 0.001 BTC")
    assert trader.run("cancel-all", "--side", "buy") == "2 cancelled\n"
    assert trader.json("orders", "--open")["data"] == []
    trader.run("cancel-all", "--asset", expect=2)
    assert trader.run("cancel-after", "60").startswith("all orders end at ")
    assert trader.run("cancel-after", "0") == "off\n"
    trader.run("cancel-after", "soon", expect=2)
    later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)).strftime("%Y-%m-%d")
    for terms, kind in ((["--day"], "DAY"), (["--until", later], "GTD")):
        waiting = trader.json("buy", "BTC", "0.001", "--limit", low, *terms)
        assert waiting["data"]["time_in_force"] == kind and waiting["data"]["expires_at"].endswith("T00:00:00.000000Z")
    assert trader.run("cancel-all") == "2 cancelled\n"
    trader.run("withdraw", "10")
    assert [row["asset_id"] for row in trader.json("orders", "--asset", "BTC", "--limit", "1")["data"]] == ["BTC"]
    fills = trader.json("fills", "--asset", "BTC", "--side", "buy", "--limit", "5")["data"]
    assert [fill["order_id"] for fill in fills] == [bought["order_id"]]
    assert trader.json("fills", "--order", bought["order_id"])["data"] == fills
    assert "TIME" in trader.run("fills").splitlines()[0] and len(trader.run("fills").splitlines()) == 4
    table = trader.run("orders").splitlines()
    assert len(table) == 9 and table[0].split()[:2] == ["TIME", "ORDER"]
    held = trader.run("portfolio")
    assert "BTC" in held and "ETH" in held and "total" in held
    assert "marketing_emails_consent: false" in trader.run("profile").splitlines()
    assert "phone: -" in trader.run("profile").splitlines()
    trader.run("profile", "first_name=Joan", "marketing_emails_consent=true")
    profile = trader.json("profile")
    assert (profile["first_name"], profile["marketing_emails_consent"]) == ("Joan", True)
    assert "gateway" in trader.run("health")


def test_the_session_is_private_and_ends(trader):
    assert stat.S_IMODE(trader.session.stat().st_mode) == 0o600
    token = json.loads(trader.session.read_text())["access_token"]
    assert "Logged out" in trader.run("logout")
    assert not trader.session.exists()
    client = api.Client()
    client.token = token
    assert client.get("/balance").status == 401
    assert "not logged in" in trader.run("balance", expect=3)


def test_no_secret_is_an_argument(trader, tmp_path):
    """Arguments can be read by every user of the machine."""
    arguments = tmp_path / "arguments"
    for name in ("curl", "jq", "mv", "mkdir"):
        shim = tmp_path / "bin" / name
        shim.parent.mkdir(exist_ok=True)
        shim.write_text(f'#!/bin/sh\nprintf "%s\\n" "{name}" "$@" >>{arguments}\nexec {shutil.which(name)} "$@"\n')
        shim.chmod(0o755)
    trader.env["PATH"] = f"{tmp_path}/bin:{trader.env['PATH']}"
    name = json.loads(trader.session.read_text())["username"]
    trader.run("login", name, stdin=PASSWORD + "\n")
    session = json.loads(trader.session.read_text())
    trader.session.write_text(json.dumps({**session, "access_token": "eyJ.broken.token"}))
    trader.run("balance")
    renewed = json.loads(trader.session.read_text())
    seen = arguments.read_text()
    assert "curl" in seen and "/auth/refresh" in seen
    for secret in (PASSWORD, session["access_token"], session["refresh_token"], renewed["access_token"],
                   renewed["refresh_token"]):
        assert secret not in seen


def test_a_session_is_renewed_when_the_token_is_not_accepted(trader):
    state = json.loads(trader.session.read_text())
    trader.session.write_text(json.dumps({**state, "access_token": "eyJ.broken.token"}))
    assert "USD" in trader.run("balance")
    assert json.loads(trader.session.read_text())["refresh_token"] != state["refresh_token"]


def test_refusals_are_explained(trader):
    assert "nsufficient" in trader.run("withdraw", "5", expect=1)
    assert "amount" in trader.run("deposit", "1e3", expect=1)
    trader.run("buy", "ZZZZZZZZZ9", "1", expect=1)
    trader.run("logout")
    name = api.unique_username()
    assert "password" in trader.run("register", name, f"{name}@example.com", "A", "B", stdin="short\n", expect=1)
    if os.environ.get("CNOP_PROFILE") == "reference":
        assert "not found" in trader.run("login", name, stdin="Wrong-Guess-11\n", expect=1)
    else:
        assert "assword" in trader.run("login", name, stdin="Wrong-Guess-11\n", expect=3)


def test_wrong_usage(shell):
    for args in ((), ("fly",), ("buy", "BTC"), ("--nothing",), ("orders", "--limit"), ("deposit",)):
        assert "cnopctl" in shell.run(*args, expect=2)
    assert "usage" in shell.run("--help")
    assert "not logged in" in shell.run("portfolio", expect=3)
    assert "no answer" in shell.run("--url", "http://127.0.0.1:1", "health", expect=4)


TINY, HUGE, LIMIT = 8.4257e-06, 4.95e+17, 1e-10


class Spoken(http.server.BaseHTTPRequestHandler):
    """Answers with numbers that jq would print with an exponent, also where today's API has texts."""

    def do_GET(self):
        order = {"status": "completed", "order_type": "market_buy", "quantity": HUGE, "asset_id": "PEPE", "price": TINY,
                 "total_amount": TINY, "order_id": "ord_1", "created_at": "2026-11-22T12:00:00Z", "accepted": True,
                 "balance_after": TINY, "violations": []}
        asset = {"market_cap_rank": 1, "asset_id": "PEPE", "name": "Pepe", "price_usd": TINY, "price_change_percentage_24h": LIMIT,
                 "total_supply": HUGE, "rules": {"tick": LIMIT, "steps": [TINY, HUGE]}}
        answers = {"assets": {"data": [asset]}, "PEPE": {"data": asset}, "balance": {"current_balance": TINY},
                   "limits": {"deposit": {"remaining": HUGE}, "withdraw": {"remaining": TINY}, "resets_at": "today"},
                   "orders": {"data": order if self.command == "POST" else [order]}, "preview": {"data": order},
                   "close": {"data": order}, "sweep": {"results": [{"data": order}]}, "health": {"service": "x", "status": TINY},
                   "profile": {"data": {"number": TINY}, "number": TINY},
                   "portfolio": {"cash": TINY, "total_value": HUGE, "cost_basis": TINY, "unrealised_pnl": -TINY, "assets": [
                       {"asset_id": "PEPE", "quantity": HUGE, "current_price": TINY, "market_value": TINY, "percentage": LIMIT,
                        "cost_basis": TINY, "unrealised_pnl": -TINY}]}}
        word = self.path.split("?")[0].rsplit("/", 1)[1]
        text = json.dumps(answers.get(word, {"message": "moved", "transaction_id": "tx_1"})).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("args", [
    "assets", "asset PEPE", "balance", "deposit 1", "withdraw 1", "buy PEPE 1", "buy PEPE 1 --preview", "sell PEPE 1",
    "close PEPE", "close PEPE --preview", "sweep", "orders", "portfolio", "profile", "health"])
def test_no_command_prints_an_exponent(shell, args):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Spoken) as fake:
        threading.Thread(target=fake.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{fake.server_address[1]}"
        shell.session.parent.mkdir(parents=True)
        shell.session.write_text(json.dumps({"url": url, "access_token": "a", "refresh_token": "b", "username": "jane"}))
        out = shell.run("--url", url, *args.split())
        fake.shutdown()
    assert not re.search(r"[0-9][eE][-+]?[0-9]", out), out
    if args not in ("deposit 1", "withdraw 1"):
        assert "0.0000084257" in out


def test_completion_is_valid_and_complete():
    script = CNOPCTL.with_suffix(".bash-completion")
    done = subprocess.run(["bash", "-c", f'. "{script}"; COMP_WORDS=(cnopctl ""); COMP_CWORD=1; _cnopctl; '
                           'printf "%s\\n" "${COMPREPLY[@]}"'], capture_output=True, text=True, check=True)
    offered = set(done.stdout.split())
    commands = set(re.findall(r"^cmd_([a-z]+)\(\)", CNOPCTL.read_text(), re.MULTILINE))
    assert commands <= offered, commands - offered
