#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes conf/monitoring/grafana from conf/monitoring/panels.yml: dashboards and their data sources.

For those who have Grafana, Loki and Promtail. `--check` fails when a file differs from the catalogue.
"""
import argparse
import json
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "conf/monitoring/panels.yml"
TARGET = ROOT / "conf/monitoring/grafana"
COLUMNS, HEIGHT = 2, 8
WIDTH = 24 // COLUMNS


def panel(entry, index):
    return {
        "id": index + 1, "type": "timeseries", "title": entry["title"],
        "datasource": {"type": "prometheus", "uid": "cnop-prometheus"},
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": index % COLUMNS * WIDTH, "y": index // COLUMNS * HEIGHT},
        "fieldConfig": {"defaults": {"unit": entry["unit"], "min": 0}, "overrides": []},
        "targets": [{"refId": chr(ord("A") + number), "legendFormat": query["legend"],
                     "expr": query["expr"].replace("$range", "$__rate_interval")}
                    for number, query in enumerate(entry["queries"])],
    }


def log_panel(entry, index):
    return {
        "id": index + 1, "type": "logs", "title": entry["title"],
        "datasource": {"type": "loki", "uid": "cnop-loki"},
        "gridPos": {"h": HEIGHT, "w": WIDTH, "x": index % COLUMNS * WIDTH, "y": index // COLUMNS * HEIGHT},
        "targets": [{"refId": "A", "expr": entry["expr"]}],
    }


def dashboard(name, title, panels, variables=()):
    return {
        "uid": f"cnop-{name}", "title": f"CNOP {title}", "tags": ["cnop"], "schemaVersion": 37,
        "editable": False, "refresh": "15s", "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": list(variables)}, "panels": panels,
    }


def files(catalogue):
    """Relative path -> text."""
    result = {}
    for board in catalogue["dashboards"]:
        panels = [panel(entry, index) for index, entry in enumerate(board["panels"])]
        result[f"dashboards/{board['name']}.json"] = dashboard(board["name"], board["title"], panels)
    request_id = {"name": "request_id", "type": "textbox", "label": "Request id", "query": ""}
    result["dashboards/logs.json"] = dashboard(
        "logs", "Logs", [log_panel(entry, index) for index, entry in enumerate(catalogue["logs"])], [request_id])
    return {name: json.dumps(value, indent=1) + "\n" for name, value in result.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    args = parser.parse_args()
    wanted = files(yaml.safe_load(CATALOGUE.read_text(encoding="utf-8")))
    (TARGET / "dashboards").mkdir(parents=True, exist_ok=True)
    present = {f"dashboards/{path.name}": path.read_text(encoding="utf-8")
               for path in (TARGET / "dashboards").glob("*.json")}
    stale = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    if args.check:
        for name in stale:
            print(f"{TARGET.relative_to(ROOT)}/{name} differs from panels.yml: run tools/monitoring/generate.py")
        return 1 if stale else 0
    for name in stale:
        if name in wanted:
            (TARGET / name).write_text(wanted[name], encoding="utf-8")
        else:
            (TARGET / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main())
