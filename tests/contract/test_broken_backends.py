# SPDX-License-Identifier: MIT
"""The statuses of a stack in trouble: services that are stopped, hang or are refused by the database.

Every operation that documents 500, 503 or 504 is called while that is what it must answer.
"""
import concurrent.futures
import time

import pytest
from support import admin, outage
from support.openapi_check import Spec

OPERATIONS = Spec().operations
# What answers only while its service and the database are well.
SIGNS_OF_LIFE = ("login", "getMe", "getBalance", "listAssets", "getAsset", "previewOrder", "listOrders",
                 "getInsights", "deposit", "createOrder")

pytestmark = pytest.mark.skipif(admin.state_folder() is None, reason="CNOP_VAR is not set")


def documents(status, *except_for):
    return sorted(name for name, operation in OPERATIONS.items()
                  if status in operation.statuses() and name not in except_for)


@pytest.fixture
def requests(world):
    """A good request of an account of its own for each operation: some are carried out afterwards."""
    good = {}
    for name, operation in OPERATIONS.items():
        good[name] = world.good(name)
        if operation.needs_login:
            good[name]["token"] = world.admin.token if operation.tag in ("Admin", "Operations") else world.jane.token
    spare = world.account("100.00")
    for name in ("logout", "changePassword", "endSession", "updateProfile"):
        good[name]["token"] = spare.token
    good["refreshSession"]["body"] = {"refresh_token": spare.refresh_token}
    for name in ("freezeAccount", "unfreezeAccount"):
        good[name]["path"] = {"user_id": spare.user_id}
    return good


def call_all(api, requests, names, status, until=0.0):
    """At once: an operation that hangs takes the gateway's whole patience. Another error is put up
    with until a moment of the monotonic clock."""
    def call(name):
        while True:
            try:
                api.call(name, **requests[name], expect=status)
                return None
            except AssertionError as error:
                if time.monotonic() >= until:
                    return f"{name}: {error}"
            time.sleep(0.1)

    with concurrent.futures.ThreadPoolExecutor(len(names)) as pool:
        faults = [fault for fault in pool.map(call, names) if fault]
    assert not faults, "\n".join(faults)


def wait_until_well(api, requests):
    deadline = time.monotonic() + 60
    for name in SIGNS_OF_LIFE:
        while (reply := api.call(name, **requests[name])).status >= 500:
            assert time.monotonic() < deadline, f"{name} still answers {reply.status}: {reply.raw}"
            time.sleep(0.1)


def test_hanging_services(api, requests):
    with outage.frozen(*outage.SERVICES):
        call_all(api, requests, documents(504), 504)
    wait_until_well(api, requests)


def test_stopped_services(api, requests):
    with outage.stopped(*outage.SERVICES):
        call_all(api, requests, documents(503, "getReadiness", "openStream"), 503)
    wait_until_well(api, requests)


def test_a_gateway_that_does_not_know_who_has_logged_out(api, world, requests):
    with outage.stopped("auth-relay"):
        outage.supervise("restart", "gateway")
        deadline = time.monotonic() + 20
        while True:
            try:
                api.call("getReadiness", expect=503)
                break
            except ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        api.call("getBalance", **requests["getBalance"], expect=503)
        api.call("openStream", token=world.jane.token, expect=503)
    deadline = time.monotonic() + 20
    while api.call("getReadiness").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_database_that_refuses(api, requests):
    with outage.without_rights():
        # connections that were cut answer 503 first
        call_all(api, requests, documents(500), 500, until=time.monotonic() + 10)
    wait_until_well(api, requests)
