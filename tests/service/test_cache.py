# SPDX-License-Identifier: MIT
"""The Memcached door against a real server: hits, outages, a server that hangs."""

import os
import signal
import sys

import pytest

sys.path.insert(0, __file__.rsplit("/", 2)[0] + "/support")
import harness  # noqa: E402
from test_db import Driver  # noqa: E402


@pytest.fixture
def server():
    with harness.run_dir() as directory, harness.cache(directory) as memcached:
        yield memcached


@pytest.fixture
def cache(server):
    driver = Driver(server.directory, db_socket="/nonexistent", db_user="nobody", cache_socket=server.socket,
                    cache_timeout="1s")  # a busy machine is slow, not wrong
    yield driver
    driver.close()


def test_set_get_add(cache):
    assert cache("get a").startswith("MISS")
    cache("set a hello")
    assert cache("get a").startswith("HIT hello")
    assert cache("cadd a other").startswith("NOT_ADDED")
    assert cache("cadd b first").startswith("ADDED")
    assert cache("get b").endswith("up=1")


def test_keys_with_control_characters_never_reach_the_server(server):
    """The library checks them (VERIFY_KEY): whatever becomes part of a key is never a command."""
    cache = Driver(server.directory, db_socket="/nonexistent", db_user="nobody", cache_socket=server.socket,
                   cache_timeout="1s")
    cache("set !a:b hello")
    assert cache("get !a:b").startswith("HIT hello"), "the driver can set a key as it stands"
    cache("set !a\x7fb hello")
    assert cache("get !a\x7fb").startswith("MISS")
    cache.close()


def test_server_away_is_a_miss_and_comes_back(cache, server):
    cache("set a hello")
    server.stop()
    for _ in range(5):
        assert cache("get a").startswith("MISS")
    assert cache("cadd a x").startswith("NOT_ADDED")
    server._start()
    harness.wait_until(lambda: cache("get a").endswith("up=1"), 5, "cache back")
    cache("set a again")
    assert cache("get a").startswith("HIT again")


def test_hanging_server_is_a_miss_and_the_breaker_opens(cache, server):
    cache("set a hello")
    server.freeze()
    try:
        answers = [cache("get a") for _ in range(20)]
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert all(answer.startswith("MISS") for answer in answers), "nobody waits for a server that hangs"
    assert all(answer.endswith("up=0") for answer in answers[2:]), "the breaker answers for it"
    harness.wait_until(lambda: cache("get a").startswith("HIT hello"), 5, "cache back")


def test_no_late_answer_reaches_another_key(cache, server):
    cache("set a for-a")
    cache("set b for-b")
    server.freeze()
    assert cache("get a").startswith("MISS")
    os.kill(server.pid, signal.SIGCONT)
    harness.wait_until(lambda: cache("get b").startswith("HIT"), 5, "cache back")
    for _ in range(20):
        assert cache("get b").startswith("HIT for-b")
        assert cache("get a").startswith("HIT for-a")


def test_no_cache_configured():
    with harness.run_dir() as directory:
        driver = Driver(directory, db_socket="/nonexistent", db_user="nobody")
        driver("set a hello")
        assert driver("get a").startswith("MISS")
        assert driver("get a").endswith("up=0")
        driver.close()
