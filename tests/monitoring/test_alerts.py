# SPDX-License-Identifier: MIT
"""Every alert rule fires when it should and is silent when it should not, by `promtool test rules`.

A case names the minute looked at, the labels of the alert, and per series its values for the firing and
for the silent story, in promtool's notation: `0+5x60` begins at 0 and grows by 5 a minute.
"""
import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
RULES = yaml.safe_load((ROOT / "conf/monitoring/alerts.yml").read_text(encoding="utf-8"))
ALERTS = {rule["alert"]: rule for group in RULES["groups"] for rule in group["rules"] if "alert" in rule}

ORDER = {"service": "order"}
GATEWAY = {"service": "gateway"}
DISK = 'node_filesystem_{}_bytes{{fstype="ext4",mountpoint="/",service="node"}}'
ON_DISK = {"fstype": "ext4", "mountpoint": "/", "service": "node"}


def latency(name, slow, quick, labels=""):
    """Buckets of a histogram: all below 10 s, half of them below `le`, or all."""
    labels = f",{labels}" if labels else ""
    return [(f'{name}_bucket{{le="{le}"{labels}}}', firing, silent) for le, firing, silent in
            [("0.1", slow, quick), ("10", quick, quick), ("+Inf", quick, quick)]]


CASES = {
    "ServiceDown": (3, {"service": "auth"}, [('up{service="auth"}', "0x9", "1 0 1x9")]),
    "ProcessDown": (3, {"service": "feed"}, [('cnop_service_running{service="feed"}', "0x9", "1 0 1x9")]),
    "ProcessRestarts": (15, {"service": "feed"}, [('cnop_service_restarts_total{service="feed"}', "0+1x20", "0x9 1x9")]),
    "WorkerRestarts": (15, {"service": "user"}, [('user_worker_restarts_total{service="user"}', "0+1x20", "0x9 1x9")]),
    "DescriptorsLow": (9, {"groupname": "gateway"}, [
        ('namedprocess_namegroup_worst_fd_ratio{groupname="gateway"}', "0.9x20", "0.7x20")]),
    "ErrorBudgetFast": (120, GATEWAY, [
        ('gateway_requests_total{service="gateway"}', "0+1000x200", "0+1000x200"),
        ('gateway_errors_total{service="gateway",status_code="503"}', "0+20x200", "0+10x200")]),
    "ErrorBudgetSlow": (400, GATEWAY, [
        ('gateway_requests_total{service="gateway"}', "0+1000x500", "0+1000x500"),
        ('gateway_errors_total{service="gateway",status_code="500"}', "0+7x500", "0+5x500")]),
    "LatencyHigh": (12, GATEWAY, latency("gateway_request_latency_seconds", "0+50x30", "0+100x30", 'service="gateway"')),
    "BreakerOpen": (1, {**GATEWAY, "target_service": "user_service"}, [
        ('gateway_breaker_state{service="gateway",target_service="user_service"}', "2x9", "1x9")]),
    "GuardStorm": (6, GATEWAY, [('gateway_guard_blocked_total{service="gateway"}', "0+4x9", "0+1x9")]),
    "LimitStorm": (12, {**GATEWAY, "limit": "ip"}, [
        ('gateway_limit_rejected_total{service="gateway",limit="ip"}', "0+1200x20", "0+300x20")]),
    "AuditLost": (9, GATEWAY, [('gateway_audit_failed_total{service="gateway"}', "0x4 1x9", "1x20")]),
    "AuditWriterBehind": (5, {"service": "audit_writer"}, [("cnop_audit_behind_seconds", "90x9", "30x9")]),
    "AuditTrailCut": (1, {"service": "audit_writer"}, [("cnop_audit_trail_cut", "1x9", "0x9")]),
    "KeysBroken": (3, GATEWAY, [('gateway_keys_broken{service="gateway"}', "1x9", "1 0x9")]),
    "RevocationsUnknown": (3, GATEWAY, [('gateway_revocation_synced{service="gateway"}', "0x9", "0 1x9")]),
    "SigningKeyOld": (1, {"service": "auth", "key": "keyring"}, [
        ('cnop_key_changed_seconds{key="keyring"}', "-8000000x9", "0x9")]),
    "CertificateEnds": (1, GATEWAY, [("cnop_certificate_end_seconds", "86400x9", "2592000x9")]),
    "CommitSlow": (9, ORDER, latency("order_engine_commit_seconds", "0+50x30", "0+100x30", 'service="order"')),
    "CommitFailed": (6, ORDER, [('order_engine_commits_failed_total{service="order"}', "0x4 1x9", "1x20")]),
    "CommitLag": (5, ORDER, [('order_engine_waiting_commands{service="order"}', "600x9", "900 0 900 0 900 0x9")]),
    "OrdersShed": (9, ORDER, [('order_engine_shed_total{service="order"}', "0+120x20", "0+30x20")]),
    "LedgerFinding": (2, ORDER, [('order_engine_verify_findings{service="order"}', "0 1x9", "0x9")]),
    "DatabaseNotDurable": (2, ORDER, [('order_engine_database_not_durable{service="order"}', "0 1x9", "0x9")]),
    "PriceStale": (9, ORDER, [('order_engine_ticks_total{service="order"}', "5x20", "0+250x20")]),
    "EventsBehind": (5, ORDER, [('order_engine_gateways_behind{service="order"}', "1x9", "1 0 1 0 1 0x9")]),
    "EventsDamaged": (6, ORDER, [('order_engine_event_rows_damaged_total{service="order"}', "0x4 1x9", "1x20")]),
    "DatabaseDown": (2, {"service": "mariadb"}, [('mysql_up{service="mariadb"}', "0x9", "1x9")]),
    "DatabaseConnections": (9, {"service": "mariadb"}, [
        ('mysql_global_status_threads_connected{service="mariadb"}', "140x20", "60x20"),
        ('mysql_global_variables_max_connections{service="mariadb"}', "150x20", "150x20")]),
    "ReplicaLag": (5, {"service": "mariadb", "master_host": "db1"}, [
        ('mysql_slave_status_seconds_behind_master{service="mariadb",master_host="db1"}', "45x9", "2x9")]),
    "BackupOld": (1, {"service": "mariadb"}, [("cnop_backup_last_success_seconds", "-200000x9", "-90000x9")]),
    "BackupLogsOld": (1, {"service": "mariadb"}, [("cnop_backup_logs_last_success_seconds", "-900x9", "-60x9")]),
    "CacheDown": (3, {"service": "memcached"}, [('memcached_up{service="memcached"}', "0x9", "0 1x9")]),
    "DiskFull": (9, ON_DISK, [
        (DISK.format("avail"), "5x20", "50x20"), (DISK.format("size"), "100x20", "100x20")]),
    "DiskFillsSoon": (240, ON_DISK, [
        (DISK.format("avail"), "300-1x300", "300x300"), (DISK.format("size"), "1000x300", "1000x300")]),
    "MemoryLow": (9, {"service": "node"}, [
        ('node_memory_MemAvailable_bytes{service="node"}', "4x20", "40x20"),
        ('node_memory_MemTotal_bytes{service="node"}', "100x20", "100x20")]),
    "MetricsStale": (9, {"service": "node"}, [
        ('node_textfile_mtime_seconds{service="node"}', "60x20", "0+60x20")]),
}

needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")


def bare_rules(folder):
    """The rules without annotations, which promtool would compare word by word."""
    rules = yaml.safe_load(yaml.safe_dump(RULES))
    for group in rules["groups"]:
        for rule in group["rules"]:
            rule.pop("annotations", None)
    (folder / "rules.yml").write_text(yaml.safe_dump(rules))


def story(name, minute, labels, series, firing):
    expected = {"exp_labels": {**labels, "severity": ALERTS[name]["labels"]["severity"]}}
    return {"interval": "1m",
            "input_series": [{"series": row[0], "values": row[1 if firing else 2]} for row in series],
            "alert_rule_test": [{"eval_time": f"{minute}m", "alertname": name,
                                 "exp_alerts": [expected] if firing else []}]}


@needs_promtool
@pytest.mark.parametrize("firing", [True, False], ids=["fires", "is silent"])
@pytest.mark.parametrize("name", CASES)
def test_alert(tmp_path, name, firing):
    bare_rules(tmp_path)
    (tmp_path / "test.yml").write_text(yaml.safe_dump(
        {"rule_files": ["rules.yml"], "evaluation_interval": "15s",
         "tests": [story(name, *CASES[name], firing)]}))
    done = subprocess.run(["promtool", "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_its_stories():
    assert CASES.keys() == ALERTS.keys()


@needs_promtool
def test_rules_and_their_templates_are_valid():
    done = subprocess.run(["promtool", "check", "rules", ROOT / "conf/monitoring/alerts.yml"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ALERTS)
def test_every_alert_has_its_section_in_a_runbook(name):
    page, _, anchor = ALERTS[name]["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^## (.+)$", (ROOT / page).read_text(encoding="utf-8"), re.M)
    assert anchor == name.lower() and name in headings


def test_dashboards_are_made_from_the_catalogue():
    done = subprocess.run(["/usr/bin/python3", ROOT / "tools/monitoring/generate.py", "--check"],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
