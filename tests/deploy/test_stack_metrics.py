# SPDX-License-Identifier: MIT
"""The stack's own metrics: what is read of Memcached and of the supervisor, and how it is written."""
import pathlib
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/monitoring"))

import alert_file  # noqa: E402
import stack_metrics  # noqa: E402


def test_stats_are_parsed():
    text = "STAT pid 7\r\nSTAT version 1.6.18\r\nSTAT get_hits 12\r\nSTAT rusage_user 0.5\r\nEND\r\n"
    assert stack_metrics.parse_stats(text) == {"pid": 7, "get_hits": 12}


@pytest.mark.parametrize("data,expected", [
    (struct.pack(">QI", 4611686018427387914 + 1700000000, 5) + struct.pack("<I", 4321) + b"\0u\0\1",
     (True, 4321, 1700000000)),
    (struct.pack(">QI", 4611686018427387914 + 1700000000, 5) + struct.pack("<I", 0) + b"\0d\0\0",
     (False, 0, 1700000000)),
    (b"short", (False, 0, 0)),
    (b"", (False, 0, 0)),
])
def test_the_supervisors_status_is_parsed(data, expected):
    assert stack_metrics.parse_status(data) == expected


def test_another_process_is_a_restart(tmp_path):
    status = tmp_path / "order-read/supervise/status"
    status.parent.mkdir(parents=True)
    services, counts = stack_metrics.Services(), []
    for pid in (10, 10, 11, 0, 11, 12):
        status.write_bytes(struct.pack(">QI", 4611686018427387914, 0) + struct.pack("<I", pid)
                           + (b"\0u\0\1" if pid else b"\0d\0\0"))
        page = stack_metrics.Page()
        services.report(page, tmp_path)
        counts.append(page.text().split('restarts_total{service="order_read"} ')[1].split("\n")[0])
    assert counts == ["0", "0", "1", "1", "1", "2"]


def test_a_page_without_memcached_says_so(tmp_path):
    page = stack_metrics.Page()
    stack_metrics.memcached(page, tmp_path / "no.sock")
    assert page.text() == ("# HELP memcached_up 1 while Memcached answers.\n# TYPE memcached_up gauge\n"
                           'memcached_up{service="memcached"} 0\n')


def test_the_end_of_a_certificate(tmp_path):
    pem = tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-keyout", tmp_path / "key.pem", "-out", pem, "-days", "30", "-subj", "/CN=x"],
                   check=True, capture_output=True)
    end = subprocess.run(["date", "-u", "+%s", "-d", subprocess.run(
        ["openssl", "x509", "-noout", "-enddate", "-in", pem], capture_output=True, text=True,
        check=True).stdout.strip().removeprefix("notAfter=")], capture_output=True, text=True, check=True).stdout.strip()
    page = stack_metrics.Page()
    stack_metrics.certificate(page, str(pem))
    assert f"cnop_certificate_end_seconds {end}\n" in page.text()
    page = stack_metrics.Page()
    stack_metrics.certificate(page, str(tmp_path / "none.pem"))
    assert "cnop_certificate_readable 0\n" in page.text()


def test_labels_are_escaped():
    page = stack_metrics.Page()
    page.add("x", "gauge", "An x.", 1, key='a"b\\c\nd')
    assert page.text().splitlines()[-1] == r'x{key="a\"b\\c\nd"} 1'


def test_an_alert_is_one_line():
    line, = alert_file.lines({"alerts": [{
        "status": "firing", "startsAt": "2026-01-31T12:00:00Z",
        "labels": {"alertname": "DiskFull", "severity": "critical", "service": "node"},
        "annotations": {"summary": "full\nand", "runbook": "docs/x.md"}}]})
    assert "\n" not in line and '"level": "CRITICAL"' in line and '"alert": "DiskFull"' in line
    assert list(alert_file.lines({})) == []
