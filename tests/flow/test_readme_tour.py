# SPDX-License-Identifier: MIT
"""The README's tour is run as it stands, only with the address of the stack under test."""
import os
import pathlib
import re
import subprocess

from support import api

README = pathlib.Path(__file__).resolve().parent.parent.parent / "README.md"


def test_36_the_tour_of_the_readme_works():
    tour = re.search(r"^```sh\n(.*?)^```", README.read_text(encoding="utf-8"), re.S | re.M).group(1)
    assert tour.startswith("api=http://localhost:8080/api/v1\n")
    script = tour.replace("http://localhost:8080", api.BASE_URL)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True,
                         timeout=60, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert run.returncode == 0, run.stdout + run.stderr
    assert '["BTC","Bitcoin",' in run.stdout
    assert "}true\n{" in run.stdout, "the proof did not balance"
    assert run.stdout.rstrip().endswith('{"message":"Logged out successfully"}')
