# SPDX-License-Identifier: MIT
"""`./deploy.sh monitoring` on the stack under CNOP_VAR: deployed here, asked everything, removed at the end."""
import json
import os
import re
import socket
import stat
import subprocess
import urllib.error
import urllib.request

import pytest
import yaml
from conftest import ROOT, VAR, Hook, deploy, eventually

CATALOGUE = yaml.safe_load((ROOT / "conf/monitoring/panels.yml").read_text(encoding="utf-8"))
RULES = yaml.safe_load((ROOT / "conf/monitoring/alerts.yml").read_text(encoding="utf-8"))
QUERIES = [(f"{board['name']}: {panel['title']}", query) for board in CATALOGUE["dashboards"]
           for panel in board["panels"] for query in panel["queries"]]
EXPRESSIONS = [(rule.get("alert", rule.get("record")), rule["expr"])
               for group in RULES["groups"] for rule in group["rules"]]
RUNBOOKS = sorted((ROOT / "docs/howto/runbooks").glob("*.md")) + [ROOT / "docs/howto/monitor.md",
                                                                ROOT / "docs/howto/troubleshoot.md"]
HANDBOOK = (ROOT / "docs/howto/monitor.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^    (\S.*)$", re.search(r"takes queries such as\n\n((?: {4}.*\n)+)", HANDBOOK)[1], re.M)
LOOKS = [(page.stem, number, block) for page in RUNBOOKS for number, block in
         enumerate(re.findall(r"^```sh\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M))]
SERVICES = {"gateway", "auth", "user", "inventory", "order", "order_read", "insights", "ops",
            "node", "mariadb", "processes", "prometheus", "alertmanager"}

pytestmark = pytest.mark.skipif(not (VAR / "sv/gateway").is_dir(), reason="nothing is deployed")


# ---- one command ----

def test_the_login_is_shown_once(monitoring):
    assert f"password {monitoring.password} " in monitoring.first.stdout
    again = deploy("monitoring", "deploy")
    assert again.returncode == 0 and monitoring.password not in again.stdout, again
    for name in ("keys/monitoring.pw", "keys/db-cnop_monitor.pw", "keys/monitor.cnf", "etc/web.yml"):
        assert stat.S_IMODE((VAR / name).stat().st_mode) & 0o077 == 0, name


def test_deploying_again_restarts_nothing(monitoring):
    before = deploy("monitoring", "status").stdout
    assert deploy("monitoring", "deploy").returncode == 0
    after = deploy("monitoring", "status").stdout
    assert re.findall(r"pid \d+", before) == re.findall(r"pid \d+", after) and "pid" in after


def test_it_is_part_of_the_status(monitoring):
    done = deploy("all", "status")
    assert done.returncode == 0, done
    for name in ("prometheus", "alertmanager", "node-exporter", "mysqld-exporter", "process-exporter", "stack-metrics"):
        assert re.search(rf"^{name} +ready", done.stdout, re.M), done.stdout


def test_nobody_reads_without_the_login(monitoring):
    urls = [f"{monitoring.prometheus}/api/v1/query?query=up", f"{monitoring.alertmanager}/api/v2/alerts",
            *(f"http://127.0.0.1:{port}/metrics" for port in monitoring.exporters)]
    for url in urls:
        for password in (None, "admin", "operator"):
            with pytest.raises(urllib.error.HTTPError) as refusal:
                if password is None:
                    urllib.request.urlopen(url, timeout=10)
                else:
                    monitoring.get(url, password)
            assert refusal.value.code == 401, url
    assert json.loads(monitoring.get(urls[0]))["status"] == "success"


def test_it_listens_on_loopback_only(monitoring):
    listing = subprocess.run(["ss", "-ltnH"], capture_output=True, text=True, check=True).stdout
    ports = [int(url.rsplit(":", 1)[1]) for url in (monitoring.prometheus, monitoring.alertmanager)]
    for port in [*ports, *monitoring.exporters, monitoring.exporters[-1] + 1]:
        addresses = re.findall(rf"^LISTEN +\d+ +\d+ +(\S+):{port} ", listing, re.M)
        assert addresses == ["127.0.0.1"], (port, addresses)


def test_stop_and_start(monitoring):
    assert deploy("monitoring", "stop").returncode == 0
    try:
        done = deploy("all", "status")
        assert done.returncode == 0 and "prometheus" not in done.stdout, done
        assert "stopped" in deploy("monitoring", "status").stdout
    finally:
        assert deploy("monitoring", "start").returncode == 0
    assert deploy("monitoring", "status").returncode == 0


@pytest.mark.parametrize("words,message", [
    ("monitoring deploy --retention forever", "--retention must be a number and a unit"),
    ("monitoring deploy --prometheus-port 80", "from 1024 to 65535"),
    ("monitoring deploy --webhook-url ftp://x", "http or https"),
    ("monitoring deploy --grafana", "unknown option"),
    ("monitoring sing", "unknown verb 'sing'"),
    ("url moon", "one of api"),
])
def test_wrong_words(words, message):
    done = deploy(*words.split())
    assert done.returncode == 2 and message in done.stderr, done


# ---- what it sees ----

def test_everything_is_scraped(monitoring):
    def up():
        rows = {row["metric"]["service"]: row["value"][1] for row in monitoring.query("up")}
        return rows if rows.keys() == SERVICES and set(rows.values()) == {"1"} else None
    eventually(up, "all targets up")


@pytest.mark.parametrize("title,query", QUERIES, ids=[f"{title} ({query['legend']})" for title, query in QUERIES])
def test_every_chart_has_data(monitoring, title, query):
    expression = query["expr"].replace("$range", "1m")
    if query.get("quiet"):
        monitoring.query(expression)
    else:
        rows = eventually(lambda: monitoring.query(expression), f"series of {expression}", 30)
        labels = re.findall(r"\{\{(\w+)\}\}", query["legend"])
        assert all(name in row["metric"] for row in rows for name in labels), rows[:2]


def test_the_handbook_shows_queries():
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize("expression", EXAMPLES)
def test_queries_of_the_handbook_find_something(monitoring, expression):
    eventually(lambda: monitoring.query(expression), f"series of {expression}")


@pytest.mark.parametrize("name,expression", EXPRESSIONS, ids=[name for name, _ in EXPRESSIONS])
def test_every_rule_can_be_asked(monitoring, name, expression):
    monitoring.query(expression)


def test_every_metric_of_a_rule_exists(monitoring):
    """A rule about a metric that nobody exports would be silent for ever."""
    known = set(json.loads(monitoring.get(f"{monitoring.prometheus}/api/v1/label/__name__/values"))["data"])
    used = {name for _, expression in EXPRESSIONS
            for name in re.findall(r"\b((?:gateway|order_engine|cnop|mysql|memcached|node|namedprocess)_\w+)\b", expression)}
    only_with_tls = {"cnop_certificate_end_seconds", "cnop_certificate_readable"}
    only_with_a_backup = {"cnop_backup_last_success_seconds", "cnop_backup_logs_last_success_seconds"}
    only_on_a_replica = {name for name in used if name.startswith("mysql_slave_status_")}
    assert used - known - only_with_tls - only_with_a_backup - only_on_a_replica == set()


def test_memcached_is_counted(monitoring):
    before = float(monitoring.query("memcached_gets_total")[0]["value"][1])
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(VAR / "run/memcached.sock"))
        link.sendall(b"get nosuchkey\r\n")
        assert link.recv(100) == b"END\r\n"
    eventually(lambda: float(monitoring.query("memcached_gets_total")[0]["value"][1]) > before, "one more get")


# ---- alerts ----

def test_an_alert_reaches_file_and_webhook(monitoring):
    assert deploy("insights", "stop").returncode == 0
    try:
        eventually(lambda: [row for row in monitoring.query("up") if row["metric"]["service"] == "insights"
                            and row["value"][1] == "0"], "the target down")
        monitoring.get(f"{monitoring.alertmanager}/api/v2/alerts", data=[{
            "labels": {"alertname": "ServiceDown", "service": "insights", "severity": "critical"},
            "annotations": {"summary": "insights does not answer"}}])
        eventually(lambda: any(alert["labels"]["service"] == "insights" for alert in Hook.alerts), "the webhook")
        lines = [json.loads(line) for line in (VAR / "log/alerts.jsonl").read_text().splitlines()]
        assert any(line["alert"] == "ServiceDown" and line["target"] == "insights"
                   and line["level"] == "CRITICAL" for line in lines), lines
    finally:
        assert deploy("insights", "start").returncode == 0


# ---- runbooks ----

@pytest.mark.parametrize("page,number,block", LOOKS, ids=[f"{page} {number}" for page, number, _ in LOOKS])
def test_commands_of_the_runbooks_work(monitoring, tmp_path, page, number, block):
    for name in ("deploy.sh", "tools", "conf", "docs"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "var").symlink_to(VAR)
    env = {**os.environ, "NO_COLOR": "1", "CNOP_VAR": str(VAR)}
    script = block.replace("./deploy.sh", f"'{ROOT}/deploy.sh'")
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=tmp_path, env=env, capture_output=True,
                          text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
