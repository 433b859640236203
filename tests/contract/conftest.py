# SPDX-License-Identifier: MIT
"""One validating client and one populated account for the whole contract run.

CNOP_BASE_URL  the gateway under test (required)
CNOP_VAR       state folder of that stack: an account is made an operator with its cnop-admin, and for
               the statuses of a stack in trouble its services are stopped, frozen and refused
CNOP_ADMIN_USER, CNOP_ADMIN_PASSWORD  an operator's account instead, for a stack elsewhere; with
               neither, operations of the tag Admin are exercised only as far as a customer gets
CNOP_PROFILE   `reference` when the stack runs that profile
"""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support.openapi_check import Api  # noqa: E402

from world import World  # noqa: E402


def pytest_configure():
    if "CNOP_BASE_URL" not in os.environ:
        pytest.exit("CNOP_BASE_URL is not set: run these through ./deploy.sh test contract", 2)


@pytest.fixture(scope="session")
def api():
    return Api(os.environ["CNOP_BASE_URL"].rstrip("/"))


@pytest.fixture(scope="session")
def world(api):
    return World(api)
