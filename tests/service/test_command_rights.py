# SPDX-License-Identifier: MIT
"""Who may command the order engine: decided by the kernel's word on who connects, not by the message."""

import contextlib
import os
import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from harness import built, run_dir  # noqa: E402
from ledger_stack import LedgerStack  # noqa: E402
from engine_wire import E10, Closed  # noqa: E402

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can connect as others")
NOBODY, MONEY, MARKET, ADMIN = 65534, 65501, 65502, 65503
ACTIONS = {
    "money": lambda commands: commands.cash("deposit", 1000, "5.00"),
    "market": lambda commands: commands.command("halt", asset_id=1),
    "prices": lambda commands: commands.ticks([(2, 3000 * E10, 10**15)]),
    "admin": lambda commands: commands.command("freeze", account_id=1001),
}


@pytest.fixture(scope="module")
def stack():
    with run_dir() as directory:
        ledger = LedgerStack(directory)
        try:
            ledger.start_engine(money_uids=MONEY, market_uids=f"{MARKET}, {MONEY + 100}", admin_uids=ADMIN)
            ledger.commands_path.chmod(0o666)  # the file's mode is a lock of its own, and open here
            yield ledger
        finally:
            ledger.stop()


@contextlib.contextmanager
def connected_as(stack, uid):
    os.seteuid(uid)
    try:
        commands = stack.commands()
    finally:
        os.seteuid(0)
    with commands:
        yield commands


@pytest.mark.parametrize("uid,allowed", [(NOBODY, set()), (MONEY, {"money"}), (MARKET, {"market", "prices"}),
                                         (ADMIN, {"admin"}), (0, set(ACTIONS))])
def test_everybody_may_do_their_own_part_only(stack, uid, allowed):
    before = stack.ledger_sql("SELECT COUNT(*) FROM journal")
    if not allowed:
        with connected_as(stack, uid) as commands, pytest.raises(Closed):
            ACTIONS["money"](commands)
        assert stack.ledger_sql("SELECT COUNT(*) FROM journal") == before
        return
    with connected_as(stack, uid) as commands:
        answers = {name: action(commands)[0] for name, action in ACTIONS.items()}
    assert answers == {name: "OK" if name in allowed else "FORBIDDEN" for name in ACTIONS}


def test_a_list_of_names_is_refused(stack):
    path = stack.directory / "names.conf"
    text = pathlib.Path(stack.engine.config_path).read_text().replace(f"admin_uids = {ADMIN}", "admin_uids = root")
    path.write_text(text)
    done = subprocess.run([built("cnop-order"), "--check", "--config", path], capture_output=True, text=True, check=False)
    assert done.returncode == 78 and "admin_uids" in done.stderr, done
