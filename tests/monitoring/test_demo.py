# SPDX-License-Identifier: MIT
"""docs/tutorial/five-minute-demo.md, block after block, on the stack under CNOP_VAR."""
import os
import re
import subprocess

import pytest
from conftest import ROOT, VAR

pytestmark = pytest.mark.skipif(not (VAR / "sv/gateway").is_dir(), reason="nothing is deployed")

PAGE = (ROOT / "docs/tutorial/five-minute-demo.md").read_text(encoding="utf-8")


def test_the_demo_from_first_to_last_block(monitoring, tmp_path):
    (tmp_path / "var").symlink_to(VAR)
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE, re.S | re.M)
    assert len(blocks) >= 8
    outputs = []
    for block in blocks:
        script = block.replace("./deploy.sh", f"'{ROOT}/deploy.sh'").replace("sleep 20 ", "sleep 3 ")
        done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, capture_output=True, text=True,
                              env={**os.environ, "NO_COLOR": "1"}, check=False, timeout=300)
        assert done.returncode == 0, (block, done.stdout[-2000:], done.stderr[-2000:])
        outputs.append(done.stdout)
    text = "\n".join(outputs)
    assert text.count(" 0 failed") == 3, text
    assert '{"status_code":"422"}' in text, "the charts show the refusals"
    by_id = next(output for block, output in zip(blocks, outputs) if "--request-id" in block)
    assert '"service":"gateway"' in by_id and '"service":"inventory"' in by_id, by_id
    assert '["ServiceDown","insights","' in text, "a service that is away is an alert"


def test_every_page_of_the_demo_exists():
    routes = (ROOT / "frontend/src/app/paths.ts").read_text(encoding="utf-8")
    pages = set(re.findall(r"(?<=[`0])/ops[/a-z]*", PAGE))
    assert len(pages) >= 4 and all(f"'{page}'" in routes for page in pages), pages
