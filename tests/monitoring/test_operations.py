# SPDX-License-Identifier: MIT
"""The operations service on a stack with real monitors: what the pages show, as its API answers it."""
import json
import sys
import urllib.error
import urllib.request

import pytest
from conftest import BASE_URL, ROOT, VAR, deploy, eventually

sys.path.insert(0, str(ROOT / "tests"))

from support import admin  # noqa: E402
from support.openapi_check import unique  # noqa: E402

pytestmark = pytest.mark.skipif(not (VAR / "sv/gateway").is_dir(), reason="nothing is deployed")
PASSWORD = "Operators-1-password"


def call(path, token=None, body=None):
    request = urllib.request.Request(f"{BASE_URL}/api/v1{path}", data=None if body is None else json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.loads(refusal.read())


@pytest.fixture(scope="module")
def operator():
    name = unique("ops_")
    person = {"username": name, "password": PASSWORD, "email": f"{name}@example.com", "first_name": "Olga",
              "last_name": "Operator"}
    assert call("/auth/register", body=person)[0] == 201
    admin.user("promote", name)
    status, session = call("/auth/login", body={"username": name, "password": PASSWORD})
    assert status == 200, session
    return session["access_token"]


def panels(operator):
    return [panel for board in call("/ops/panels", operator)[1]["data"] for panel in board["panels"]]


def test_health_names_every_process(monitoring, operator):
    def whole():
        status, answer = call("/ops/health", operator)
        assert status == 200, answer
        rows = {row["name"]: row for row in answer["data"]["processes"]}
        return rows if {"gateway", "order", "ops", "mariadb", "audit_writer"} <= set(rows) and \
            all(row["state"] == "up" for row in rows.values()) else None

    rows = eventually(whole, "every process is up")
    assert rows["order"]["version"] and rows["order"]["since"] and rows["order"]["restarts"] is not None


def test_every_panel_of_the_catalogue_can_be_read(monitoring, operator):
    def filled():
        count = 0
        for panel in panels(operator):
            status, answer = call(f"/ops/panels/{panel['panel_id']}", operator)
            assert status == 200, (panel, answer)
            assert all(len(series["values"]) == answer["data"]["points"] for series in answer["data"]["series"])
            count += any(value is not None for series in answer["data"]["series"] for value in series["values"])
        return count >= 20

    eventually(filled, "most panels have values")  # after a few scrapes


def test_a_service_that_stops_comes_first(monitoring, operator):
    assert deploy("insights", "stop").returncode == 0
    try:
        def first():
            row = call("/ops/health", operator)[1]["data"]["processes"][0]
            return row if (row["name"], row["state"]) == ("insights", "down") else None

        assert eventually(first, "insights is shown as down")["since"]

        # Prometheus would wait for a minute; another test may have sent the same alert without a runbook
        runbook = "docs/howto/runbooks/services.md#servicedown"
        monitoring.get(f"{monitoring.alertmanager}/api/v2/alerts", data=[{
            "labels": {"alertname": "ServiceDown", "service": "insights", "severity": "critical"},
            "annotations": {"summary": "insights does not answer", "runbook": runbook}}])

        def alert():
            return [row for row in call("/ops/alerts", operator)[1]["data"]
                    if row["service"] == "insights" and row["runbook"] == runbook]

        row = eventually(alert, "its alert")[0]
        assert row["severity"] == "critical" and row["name"] == "ServiceDown"
    finally:
        assert deploy("insights", "start").returncode == 0


def audited(object_, operator):
    return [(row["action"], row["outcome"], row["reason"])
            for row in call(f"/ops/audit?object={object_}", operator)[1]["data"]]


def test_an_alert_is_silenced_and_told_again(monitoring, operator):
    labels = {"alertname": "DiskLow", "mount": unique("m")}
    monitoring.get(f"{monitoring.alertmanager}/api/v2/alerts", data=[{"labels": labels, "annotations": {
        "summary": labels["mount"]}}])

    def alert(silenced):
        return next((row for row in call("/ops/alerts", operator)[1]["data"]
                     if row["summary"] == labels["mount"] and row["silenced"] is silenced), None)

    fingerprint = eventually(lambda: alert(False), "it fires")["fingerprint"]
    body = {"fingerprint": fingerprint, "seconds": 300, "reason": "a larger disk comes"}
    status, answer = call("/ops/silences", operator, body)
    assert status == 201, answer
    silence = answer["data"]["silence_id"]
    eventually(lambda: alert(True), "it is silenced")
    rows = call("/ops/silences", operator)[1]["data"]
    row = next(row for row in rows if row["silence_id"] == silence)
    assert row["reason"] == body["reason"] and row["active"] is True
    assert {(test["name"], test["comparison"], test["value"]) for test in row["matchers"]} == {
        (name, "=", value) for name, value in labels.items()}

    assert call(f"/ops/silences/{silence}/end", operator, {"reason": "it came"})[0] == 200
    assert silence not in [row["silence_id"] for row in call("/ops/silences", operator)[1]["data"]]
    eventually(lambda: alert(False), "it fires again")
    assert call(f"/ops/silences/{silence}/end", operator, {"reason": "twice"})[0] == 404
    eventually(lambda: audited(f"alert:{fingerprint}", operator) == [("alert_silence", "success", "a larger disk comes")],
               "the audit line of the silence")
    eventually(lambda: audited(f"silence:{silence}", operator) == [
        ("alert_silence_end_failed", "failure", "not_found"), ("alert_silence_end", "success", "it came")],
               "the audit lines of its end")


def test_monitors_that_stop_are_told_apart_from_none(monitoring, operator):
    assert deploy("monitoring", "stop").returncode == 0
    try:
        for path in ("/ops/health", "/ops/alerts", "/ops/panels/overview-orders"):
            status, answer = call(path, operator)
            assert (status, answer["code"]) == (503, "monitoring_failed")
    finally:
        assert deploy("monitoring", "start").returncode == 0
    eventually(lambda: call("/ops/alerts", operator)[0] == 200, "Alertmanager is back")
