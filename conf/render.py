#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Renders conf/ for a local run: defaults, then a profile, then overrides, into one folder.

Unknown keys are refused, files change only when their text does, and the names of the changed
files are printed. Ansible renders the same templates through the same functions.
"""
import argparse
import os
import pathlib
import sys

import yaml

import routes

CONF = pathlib.Path(__file__).resolve().parent


def refuse(message):
    sys.exit(f"render: {message}")


def merge(base, extra, origin, path=""):
    """Lays extra over base. Every key must exist in base already, with the same kind of value."""
    for key, value in extra.items():
        name = f"{path}{key}"
        if key not in base:
            refuse(f"{origin}: unknown key '{name}'")
        if isinstance(base[key], dict):
            if not isinstance(value, dict):
                refuse(f"{origin}: '{name}' must be a group of keys")
            merge(base[key], value, origin, f"{name}.")
        elif base[key] is not None and type(base[key]) is not type(value):
            refuse(f"{origin}: '{name}' must be {type(base[key]).__name__}, not {value!r}")
        else:
            base[key] = value


class Loader(yaml.SafeLoader):
    """YAML that may not say the same key twice: the first one would be lost without a word."""


def unique_mapping(loader, node):
    seen = set()
    for key, _ in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else None
        if name in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key '{name}' is there twice", key.start_mark)
        seen.add(name)
    return loader.construct_mapping(node, deep=True)


Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, unique_mapping)


def parse(text, origin):
    try:
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{origin}:{mark.line + 1}" if mark else origin
        return refuse(f"{place}: {getattr(error, 'problem', None) or error}")


def load(path):
    try:
        tree = parse(pathlib.Path(path).read_text(encoding="utf-8"), path)
    except OSError as error:
        refuse(f"{path}: {error.strerror}")
    if tree is None:
        return {}
    if not isinstance(tree, dict):
        refuse(f"{path}: must hold keys and values")
    return tree


def override(text):
    """KEY.SUBKEY=VALUE as nested groups; the value is read as YAML."""
    name, separator, value = text.partition("=")
    if not separator:
        refuse(f"--set {text}: expected name=value")
    tree = parse(value, f"--set {text}")
    for key in reversed(name.split(".")):
        tree = {key: tree}
    return tree


def settings(args):
    values = load(CONF / "defaults.yml")
    if args.profile != "default":
        path = CONF / "profiles" / f"{args.profile}.yml"
        if not path.is_file():
            refuse(f"no profile '{args.profile}' in {path.parent}")
        merge(values, load(path), path.name)
    for path in args.file:
        merge(values, load(path), path)
    for text in args.set:
        merge(values, override(text), f"--set {text}")
    return complete(values)


def complete(values):
    """Fills in what follows from other settings."""
    paths = values["paths"]
    paths["token_keys"] = paths["token_keys"] or paths["keys"]
    paths["jwks"] = paths["jwks"] or f"{paths['keys']}/jwks.json"
    paths["audit_mark"] = paths["audit_mark"] or f"{paths['data']}/audit.mark"
    paths["audit_streams"] = paths["audit_streams"] or f"{paths['log']}/audit.jsonl,{paths['log']}/gateway-audit.jsonl"
    paths["gateway_controls"] = paths["gateway_controls"] or f"{paths['run']}/gateway-control.sock"
    backup = values["backup"]
    backup["folder"] = backup["folder"] or f"{paths['data']}/backups"
    backup["binlogs"] = f"{paths['data']}/binlog" if backup["recipients"] and backup["point_in_time"] else ""
    return values


def write_if_changed(path, text, mode):
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w",
              encoding="utf-8") as file:
        file.write(text)
    os.chmod(fresh, mode)
    os.replace(fresh, path)
    return True


def renderer(values):
    """A function that renders a template, named by its path under conf/."""
    import jinja2  # here, since --get is asked often and needs none
    env = jinja2.Environment(loader=jinja2.FileSystemLoader(CONF), trim_blocks=True,
                             undefined=jinja2.StrictUndefined, keep_trailing_newline=True,
                             lstrip_blocks=True)
    table = routes.read()
    values = dict(values, services=routes.services(table), locations=routes.locations(table),
                  by_prefix=routes.by_prefix)

    def render(name):
        try:
            return env.get_template(name).render(values)
        except jinja2.UndefinedError as error:
            return refuse(f"{name} names a variable that conf/defaults.yml lacks: {error}")
    return render


def render_all(values, out):
    """conf/<group>/<name>.j2 becomes <out>/<name>; anything without .j2 is copied as it is."""
    render = renderer(values)
    changed = []
    for group in ("nginx", "workers", "mariadb", "logrotate", "monitoring"):
        for source in sorted((CONF / group).glob("*")):
            if not source.is_file():
                continue
            if source.suffix == ".j2":
                name = source.stem
                text = render(f"{group}/{source.name}")
            else:
                name = source.name
                text = source.read_text(encoding="utf-8")
            if write_if_changed(out / name, text, 0o640):
                changed.append(name)
    return changed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, help="folder to render into")
    parser.add_argument("--profile", default="default")
    parser.add_argument("--file", action="append", default=[], help="YAML file laid over the rest")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--get", metavar="KEY", help="print one value instead of rendering")
    args = parser.parse_args()
    values = settings(args)
    if args.get:
        value = values
        for key in args.get.split("."):
            if not isinstance(value, dict) or key not in value:
                refuse(f"unknown key '{args.get}'")
            value = value[key]
        print(value)
        return
    if args.out is None:
        parser.error("--out or --get is needed")
    for name in render_all(values, args.out):
        print(name)


if __name__ == "__main__":
    main()
