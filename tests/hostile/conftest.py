# SPDX-License-Identifier: MIT
"""Two accounts with money, orders and sessions on a deployed stack: CNOP_BASE_URL names its API."""
import os
import pathlib
import sys

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "contract")]

from support.attack import Attacker, Judge  # noqa: E402
from support.openapi_check import Api  # noqa: E402
from world import World  # noqa: E402


def pytest_configure():
    if "CNOP_BASE_URL" not in os.environ:
        pytest.exit("CNOP_BASE_URL is not set: run these through ./deploy.sh test hostile", 2)


@pytest.fixture(scope="session")
def base_url():
    return os.environ["CNOP_BASE_URL"].rstrip("/")


@pytest.fixture(scope="session")
def world(base_url):
    return World(Api(base_url))


@pytest.fixture(scope="session")
def stranger(world):
    """Another customer, who owns nothing of Jane's."""
    return world.account("500.00")


@pytest.fixture
def attacker(base_url):
    client = Attacker(base_url)
    yield client
    client.close()


@pytest.fixture
def judge():
    return Judge()


class State:
    """Everything a hostile request of Jane's could have changed."""

    TARGETS = ("/api/v1/balance", "/api/v1/balance/transactions?limit=5", "/api/v1/orders?limit=5",
               "/api/v1/auth/profile", "/api/v1/assets/balances", "/api/v1/auth/sessions")
    MOVING = {"last_used_at", "last_used", "current_price", "total_value", "last_active_at"}

    def __init__(self, base_url, account):
        self.client = Attacker(base_url)
        self.account = account

    def read(self):
        state = {}
        for target in self.TARGETS:
            reply = self.client.send("GET", target, token=self.account.token)
            assert reply.status == 200, (target, reply.brief())
            state[target] = self.settled(reply.json)
        return state

    def settled(self, value):
        """Without what time alone changes."""
        if isinstance(value, dict):
            return {k: self.settled(v) for k, v in value.items() if k not in self.MOVING}
        return [self.settled(v) for v in value] if isinstance(value, list) else value


@pytest.fixture
def unchanged(base_url, world):
    """Jane's money, orders, profile and sessions are the same after the test as before."""
    assert world.order and world.jane_cookies  # made before, not within
    state = State(base_url, world.jane)
    before = state.read()
    yield
    assert state.read() == before
    state.client.close()
