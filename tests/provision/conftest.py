# SPDX-License-Identifier: MIT
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

import hosts

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Kept between runs: the base system is the slow part.
CACHE = pathlib.Path(os.environ.get("CNOP_TEST_CACHE", "/var/tmp/cnop-test-hosts"))


@pytest.fixture(scope="session")
def packages():
    """Folder with the product's packages, built from this tree."""
    folder = pathlib.Path(os.environ.get("CNOP_PACKAGES", ""))
    if folder.is_dir() and list(folder.glob("*.deb")):
        return folder
    raise AssertionError("CNOP_PACKAGES names no folder with packages; ./deploy.sh test provision makes one")


@pytest.fixture(scope="session")
def site():
    base = hosts.base_system(CACHE)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cnop-hosts-", dir="/var/tmp"))
    made = hosts.Site(folder, base)
    try:
        yield made
    finally:
        if os.environ.get("CNOP_KEEP_HOSTS") != "1":
            made.close()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def identity(site):
    """Who can read backups: the file of the private key."""
    path = site.folder / "identity.txt"
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    return path
