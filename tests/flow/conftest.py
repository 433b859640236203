# SPDX-License-Identifier: MIT
"""Flow tests talk to a deployed stack: CNOP_BASE_URL names its API."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

from support import api  # noqa: E402


def pytest_configure():
    if "CNOP_BASE_URL" not in os.environ:
        pytest.exit("CNOP_BASE_URL is not set: run these through ./deploy.sh test flow", 2)


@pytest.fixture
def anonymous():
    client = api.Client()
    yield client
    client.close()


@pytest.fixture
def trader():
    client = api.trader()
    yield client
    client.close()
