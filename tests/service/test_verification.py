# SPDX-License-Identifier: MIT
"""Rows that somebody else has changed: found, frozen, never paid out; everybody else is served."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from fcgi import Connection  # noqa: E402
from harness import run_dir, wait_until  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402

ALICE, BOB, CAROL = 1001, 1002, 1003
FAST = {"verify_share": 50, "verify_pause": "100ms"}


@pytest.fixture(scope="module")
def server():
    with run_dir() as directory:
        ledger = LedgerStack(directory)
        try:
            yield ledger
        finally:
            ledger.stop()


@pytest.fixture
def stack(server):
    """A new ledger on the same server: three accounts of $100, of which two have traded."""
    for process in (server.reader, server.engine):
        if process is not None and process.running():
            process.stop()
    server.database.sql("DROP DATABASE cnop_ledger; DROP DATABASE cnop_market")
    server.create()
    server.start_engine(verify_share=0)
    server.deposit(ALICE, BOB, CAROL, amount="100.00")
    with Connection(server.engine.socket) as worker:
        for account in (ALICE, BOB):
            for kind in ("market_buy", "market_sell"):
                answer = worker.request("POST", "/api/v1/orders", user=account, json_body={
                    "order_type": kind, "asset_id": "ETH", "quantity": "0.01", "client_order_id": kind})
                assert answer.status == 201
    return server


def withdraw(stack, account, amount="10.00"):
    with stack.commands() as commands:
        return commands.cash("withdraw", account, amount)[0]


def status(stack, account):
    return stack.ledger_sql(f"SELECT status FROM account WHERE id={account}")[0][0]


def restart(stack, *changes, **config):
    stack.engine.stop()
    for text in changes:
        stack.ledger_sql(text)
    stack.start_engine(**{"verify_share": 0, **config})


def criticals(stack):
    return [line["message"] for line in stack.engine.log_lines() if line.get("level") == "CRITICAL"]


def metrics(stack):
    with Connection(stack.engine.socket) as worker:
        text = worker.request("GET", "/metrics", user=None).body.decode()
    return {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line.startswith("order_engine_")}


def refusal(stack):
    """What the engine says of why it does not start."""
    stack.start_engine(check_ready=False)
    wait_until(lambda: "cannot start" in stack.engine.output(), 15, "the refusal")
    stack.engine.stop()
    return "\n".join(criticals(stack))


# ---- at the start ----


def test_a_raised_balance_is_not_paid_out(stack):
    restart(stack, f"UPDATE balance SET avail_e8=avail_e8+100000000000 WHERE account_id={ALICE} AND asset_id=0")
    assert withdraw(stack, ALICE, "500.00") == "ACCOUNT_FROZEN"
    assert status(stack, ALICE) == "2"
    assert withdraw(stack, BOB) == "OK"
    assert any(f"balance of account {ALICE}, asset 0" in text for text in criticals(stack))
    with Connection(stack.engine.socket) as worker:
        body = {"order_type": "market_buy", "asset_id": "ETH", "quantity": "0.01"}
        assert worker.request("POST", "/api/v1/orders", user=ALICE, json_body=body).json()["code"] == "account_frozen"
        assert worker.request("POST", "/api/v1/orders", user=BOB, json_body=body).status == 201


def test_another_row_of_the_balance_is_noticed(stack):
    restart(stack, f"UPDATE balance SET cost_e8=cost_e8+1000000 WHERE account_id={ALICE} AND asset_id=2")
    assert (status(stack, ALICE), status(stack, BOB)) == ("2", "1")


def test_a_row_put_back_to_what_it_was_is_found_by_the_sums(stack):
    columns = "avail_e8,held_e8,cost_e8,realised_e8,entries,ver,seal"
    old = stack.ledger_sql(f"SELECT {columns} FROM balance WHERE account_id={ALICE} AND asset_id=0")[0]
    assert withdraw(stack, ALICE, "60.00") == "OK"
    values = ",".join(f"{name}={value}" for name, value in zip(columns.split(","), old))
    restart(stack, f"UPDATE balance SET {values} WHERE account_id={ALICE} AND asset_id=0")
    assert withdraw(stack, ALICE, "60.00") == "ACCOUNT_FROZEN"
    assert withdraw(stack, BOB, "60.00") == "OK"


def test_a_row_that_is_gone_is_found(stack):
    restart(stack, f"DELETE FROM balance WHERE account_id={CAROL}")
    assert (status(stack, CAROL), status(stack, BOB)) == ("2", "1")


def test_a_freeze_cannot_be_lifted_in_the_database(stack):
    with stack.commands() as commands:
        assert commands.command("freeze", account_id=ALICE)[0] == "OK"
    restart(stack, f"UPDATE account SET status=1 WHERE id={ALICE}")
    assert withdraw(stack, ALICE) == "ACCOUNT_FROZEN"


def test_what_is_put_right_is_believed_again(stack):
    tamper = f"UPDATE balance SET avail_e8=avail_e8+100 WHERE account_id={ALICE} AND asset_id=0"
    restart(stack, tamper)
    restart(stack, tamper.replace("+100", "-100"))
    with stack.commands() as commands:
        assert commands.command("unfreeze", account_id=ALICE)[0] == "OK"
    restart(stack)
    assert withdraw(stack, ALICE) == "OK"
    assert criticals(stack) == []


def test_the_engine_stays_down_when_the_whole_is_in_doubt(stack):
    stack.engine.stop()
    house = "UPDATE balance SET avail_e8=avail_e8+1 WHERE account_id=2 AND asset_id=0"
    body = "UPDATE journal SET body=CONCAT(CHAR(%d),SUBSTR(body,2)) WHERE seq=2"  # the first row has the rules
    for wrong, right, why in ((house, house.replace("+1", "-1"), "no account explains it"),
                              (body % 255, body % 2, "journal row 2 does not fit its hash"),
                              ("UPDATE writer SET seq=seq-1", "UPDATE writer SET seq=seq+1", "as the writer says")):
        stack.ledger_sql(wrong)
        assert why in refusal(stack)
        stack.ledger_sql(right)
    stack.start_engine()
    assert withdraw(stack, ALICE) == "OK"


def test_another_key_is_no_reason_to_freeze_everybody(stack):
    stack.ledger_sql("INSERT INTO balance (account_id,asset_id,avail_e8,held_e8,floor_e8,cost_e8,realised_e8,entries,ver,"
                     "created_us,updated_us) SELECT seq,0,0,0,0,0,0,0,1,1,1 FROM seq_2000_to_2299")
    stack.engine.stop()
    stack.key_path.write_bytes(bytes(16))
    assert "order_id_key_file" in refusal(stack)


def test_an_older_ledger_is_verified_and_sealed(stack):
    unsealed = ("UPDATE balance SET seal=NULL", "UPDATE account SET seal=NULL", "UPDATE writer SET sealed_us=NULL")
    restart(stack, *unsealed, f"UPDATE balance SET avail_e8=avail_e8+5 WHERE account_id={BOB} AND asset_id=0")
    assert (status(stack, ALICE), status(stack, BOB)) == ("1", "2")
    assert withdraw(stack, ALICE) == "OK"
    assert stack.ledger_sql("SELECT sealed_us IS NOT NULL FROM writer")[0] == ["1"]
    assert stack.ledger_sql("SELECT DISTINCT account_id FROM balance WHERE seal IS NULL") == [[str(BOB)]]


def test_only_a_durable_server_is_written_to(stack):
    stack.engine.stop()
    for setting in ("innodb_flush_log_at_trx_commit=2", "innodb_flush_log_at_trx_commit=0"):
        stack.database.sql(f"SET GLOBAL {setting}")
        assert "innodb_flush_log_at_trx_commit is not 1" in refusal(stack)
    stack.start_engine(any_disk="on", **FAST)
    wait_until(lambda: metrics(stack)["order_engine_database_not_durable"] == 1, 10, "the metric")
    stack.database.sql("SET GLOBAL innodb_flush_log_at_trx_commit=1")
    wait_until(lambda: metrics(stack)["order_engine_database_not_durable"] == 0, 10, "the metric to fall")


def durability(stack):
    """Of /health/ready: its HTTP status, the whole, and what it says of commits."""
    with Connection(stack.engine.socket) as worker:
        answer = worker.request("GET", "/health/ready", user=None)
    report = answer.json()
    check = next(check for check in report["checks"] if check["name"] == "durability")
    return answer.status, report["status"], check["status"], check["detail"]


def test_health_tells_a_server_that_became_unsafe_while_the_engine_runs(stack):
    restart(stack, **FAST)
    safe = (200, "ok", "ok", "every commit is on disk")
    wait_until(lambda: durability(stack) == safe, 10, "a safe server")
    stack.database.sql("SET GLOBAL innodb_flush_log_at_trx_commit=2")
    try:
        # the service goes on: taking it away would help nobody
        wait_until(lambda: durability(stack) == (200, "degraded", "degraded", "commits may be lost"), 10, "the news")
        assert withdraw(stack, ALICE) == "OK"
    finally:
        stack.database.sql("SET GLOBAL innodb_flush_log_at_trx_commit=1")
    wait_until(lambda: durability(stack) == safe, 10, "health to be well again")


# ---- while it runs ----


def tamper_running(stack, *changes):
    restart(stack, **FAST)
    wait_until(lambda: metrics(stack)["order_engine_verified_journal_seq"] > 0, 10, "a first pass")
    assert metrics(stack)["order_engine_verify_findings"] == 0
    for text in changes:
        stack.ledger_sql(text)
    wait_until(lambda: metrics(stack)["order_engine_verify_findings"] > 0, 10, "a finding")


@pytest.mark.parametrize("change", [
    "UPDATE balance SET avail_e8=avail_e8+100000000 WHERE account_id={a} AND asset_id=0",
    "UPDATE balance SET ver=ver+1 WHERE account_id={a} AND asset_id=0",
    "UPDATE orders SET filled_quote_e8=filled_quote_e8-1000000 WHERE account_id={a} AND side=1",
    "UPDATE orders SET client_order_id='other' WHERE account_id={a} AND side=1",
    "UPDATE xfer SET amount_e8=amount_e8+1 WHERE credit_account={a} AND asset_id=2",
    "DELETE FROM xfer WHERE credit_account={a} AND asset_id=2",
    "DELETE FROM orders WHERE account_id={a} AND side=2",
    "UPDATE cash_entry SET amount_e8=amount_e8+1000000 WHERE account_id={a}",
    "INSERT INTO xfer (id,leg,debit_account,credit_account,asset_id,amount_e8,kind) SELECT MAX(id),9,1,{a},0,5,1 FROM xfer "
    "WHERE credit_account={a}",
    "UPDATE account SET changed_us=changed_us+1 WHERE id={a}",
])
def test_tampering_is_found_by_the_next_pass(stack, change):
    tamper_running(stack, change.format(a=ALICE))
    wait_until(lambda: status(stack, ALICE) == "2", 10, "the freeze")
    assert withdraw(stack, ALICE) == "ACCOUNT_FROZEN"
    assert withdraw(stack, BOB) == "OK"
    assert status(stack, CAROL) == "1"


@pytest.mark.parametrize("change", [
    "UPDATE journal SET body=CONCAT(SUBSTR(body,1,30),CHAR(255),SUBSTR(body,32)) WHERE seq=2",
    "UPDATE journal SET hash=REPEAT('x',32) WHERE seq=2",
    "DELETE FROM journal WHERE seq=2",
    "UPDATE balance SET avail_e8=avail_e8+1 WHERE account_id=2 AND asset_id=0",
])
def test_the_proof_tells_how_far_and_whether_it_holds(stack, change):
    stack.start_reader(proof_max_age="0s")
    restart(stack, **FAST)

    def proof():
        with Connection(stack.reader.socket) as worker:
            return worker.request("GET", "/api/v1/ledger/proof", user=BOB).json()["data"]

    wait_until(lambda: proof()["verification"]["ended_at"] is not None, 10, "a pass")
    before = proof()
    assert before["balanced"] is True and before["verification"]["findings"] == 0
    assert before["verification"]["accounts"] == 3
    assert before["verification"]["journal_seq"] == before["journal"]["seq"]
    stack.ledger_sql(change)
    wait_until(lambda: proof()["balanced"] is False, 10, "the proof to fail")
    wait_until(lambda: proof()["verification"]["findings"] > 0, 10, "the finding")
    assert withdraw(stack, BOB) == "OK"
    assert status(stack, ALICE) == "1"


def test_an_honest_ledger_under_load_has_no_findings(stack):
    restart(stack, verify_share=90, verify_pause="0s")
    with Connection(stack.engine.socket) as worker:
        for number in range(300):
            kind = "market_sell" if number % 3 == 2 else "market_buy"
            body = {"order_type": kind, "asset_id": ("ETH", "DOGE", "BTC")[number % 2],
                    **({"amount": "1.07"} if number % 5 == 0 else {"quantity": "0.001" if number % 2 == 0 else "17"})}
            worker.request("POST", "/api/v1/orders", user=(ALICE, BOB)[number % 2], json_body=body)
            if number % 10 == 0:
                with stack.commands() as commands:
                    commands.cash("withdraw" if number % 20 else "deposit", 1100 + number, "3.10")
    seq = int(stack.ledger_sql("SELECT seq FROM writer")[0][0])
    wait_until(lambda: metrics(stack)["order_engine_verified_journal_seq"] >= seq, 20, "a pass over all of it")
    found = metrics(stack)
    assert (found["order_engine_verify_findings"], found["order_engine_verify_findings_total"]) == (0, 0)


# ---- by command ----


def test_the_audit_names_the_first_bad_row(stack):
    done = stack.audit()
    assert done.returncode == 0 and "every invariant holds" in done.stdout, done.stdout + done.stderr
    stack.ledger_sql(f"UPDATE balance SET avail_e8=avail_e8+100000000 WHERE account_id={ALICE} AND asset_id=0")
    done = stack.audit()
    assert done.returncode == 1
    assert f"first bad row: balance account_id={ALICE} asset_id=0" in done.stdout
