# SPDX-License-Identifier: MIT
"""The test runner itself: what it counts, and what it leaves behind."""
import io
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import run  # noqa: E402
import running  # noqa: E402

REPORT = """<testsuites><testsuite tests="3" failures="0" errors="0" skipped="{skipped}">
<testcase name="a"/><testcase name="b"/><testcase name="c">{case}</testcase></testsuite></testsuites>"""


@pytest.mark.parametrize("reason,counted", [
    (None, (3, 0, 0)),
    ("only root can connect as others", (2, 0, 1)),
    ("the module is not built", (2, 1, 0)),
    ("", (2, 1, 0)),
])
def test_an_unexpected_skip_is_a_failure(tmp_path, reason, counted):
    case = "" if reason is None else f'<skipped type="pytest.skip" message="{reason}"/>'
    path = tmp_path / "report.xml"
    path.write_text(REPORT.format(skipped=int(reason is not None), case=case))
    log = io.StringIO()
    result = running.read_report(path, log)
    assert (result.passed, result.failed, result.skipped) == counted
    assert ("FAIL: c was left out" in log.getvalue()) == (counted[1] == 1)


def test_logs_of_earlier_runs_do_not_pile_up(tmp_path, monkeypatch):
    monkeypatch.setenv("CNOP_VAR", str(tmp_path))
    monkeypatch.delenv("CNOP_TEST_LOGS", raising=False)
    folders = [run.log_folder() for _ in range(run.LOGS_KEPT + 3)]
    kept = sorted((tmp_path / "log/tests").iterdir())
    assert len(kept) == run.LOGS_KEPT and folders[-1] in kept


def test_sources_are_copied_and_removed_ones_go(tmp_path):
    source = tmp_path / "from here"
    (source / "tools").mkdir(parents=True)
    (source / "tools/list_files.sh").write_text((run.ROOT / "tools/list_files.sh").read_text())
    (source / "tools/list_files.sh").chmod(0o755)
    (source / "old.c").write_text("old")
    target = run.copy_sources(source, tmp_path / "a checkout")
    assert (target / "old.c").read_text() == "old"
    (source / "old.c").unlink()
    (source / "new.c").write_text("new")
    (target / "built.o").write_text("stays")
    run.copy_sources(source, target)
    assert sorted(path.name for path in target.iterdir()) == ["built.o", "new.c", "tools"]
