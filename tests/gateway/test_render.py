# SPDX-License-Identifier: MIT
"""conf/render.py: settings that are refused, each naming the place; and files that stay as they are."""
import subprocess

import pytest
from support.harness import SOURCE


def render(*args):
    return subprocess.run(["/usr/bin/python3", SOURCE / "conf/render.py", *map(str, args)],
                          capture_output=True, text=True, timeout=20)


FILES = [
    ("gateway:\n  api_port: 1\n  ui_port: 2\n  api_port: 3\n", ":4: the key 'api_port' is there twice"),
    ("gateway: {}\nauth: {}\ngateway: {}\n", ":3: the key 'gateway' is there twice"),
    ("gateway:\n  guard: {fails: 5, fails: 6}\n", ":2: the key 'fails' is there twice"),
    ("gateway:\n  api_prot: 8080\n", "unknown key 'gateway.api_prot'"),
    ("gateway: 8080\n", "'gateway' must be a group of keys"),
    ("gateway:\n  api_port: '8080'\n", "'gateway.api_port' must be int"),
    ("gateway:\n  access_log: 1\n", "'gateway.access_log' must be bool"),
    ("- gateway\n", "must hold keys and values"),
    ("gateway: [\n", ":2:"),
    ("gateway: !!python/object:os.system {}\n", ":1: could not determine a constructor"),
]


@pytest.mark.parametrize("text,message", FILES, ids=range(len(FILES)))
def test_a_file_is_refused_with_its_place(tmp_path, text, message):
    path = tmp_path / "local.yml"
    path.write_text(text)
    done = render("--file", path, "--get", "gateway.api_port")
    assert done.returncode == 1 and done.stdout == ""
    assert str(path) in done.stderr and message in done.stderr, done.stderr


@pytest.mark.parametrize("args,message", [
    (["--set", "gateway.api_port"], "expected name=value"),
    (["--set", "gateway.api_port=x"], "must be int"),
    (["--set", "paths={app: /a, app: /b}"], "the key 'app' is there twice"),
    (["--profile", "nosuch"], "no profile 'nosuch'"),
    (["--file", "/nonexistent.yml"], "No such file"),
    (["--get", "gateway.nosuch"], "unknown key"),
], ids=lambda value: value[1] if isinstance(value, list) else "")
def test_an_option_is_refused(args, message):
    done = render(*args, *([] if "--get" in args else ["--get", "gateway.api_port"]))
    assert done.returncode == 1 and message in done.stderr, done.stderr


def test_later_layers_win():
    assert render("--get", "auth.profile").stdout == "default\n"
    assert render("--profile", "reference", "--get", "auth.profile").stdout == "reference\n"
    assert render("--profile", "reference", "--set", "auth.profile=default",
                  "--get", "auth.profile").stdout == "default\n"


def test_only_what_changed_is_written(tmp_path):
    first = render("--out", tmp_path)
    assert {"nginx.conf", "auth.conf", "cnop.cnf", "grants.sql"} <= set(first.stdout.split())
    assert all(path.stat().st_mode & 0o777 == 0o640 for path in tmp_path.iterdir())
    assert render("--out", tmp_path).stdout == ""
    assert render("--out", tmp_path, "--set", "order.fee_bps=7").stdout == "order.conf\n"
