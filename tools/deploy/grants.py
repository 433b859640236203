#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Gives the database users exactly the rights of a grants file, and takes away every other.

A running stack keeps working meanwhile: the file is applied first, then once more to locked shadow
users, and only what a user has beyond its shadow is revoked. Run as the database administrator.
"""
import argparse
import pathlib
import re
import subprocess
import sys

USER = re.compile(r"'(\w+)'@'localhost'")
# GRANT SELECT, UPDATE (`a`, `b`) ON `db`.`table` TO `user`@`localhost` WITH GRANT OPTION
SHOWN = re.compile(r"GRANT (?P<rights>.+) ON (?P<object>\S+) TO `\w+`@`localhost`(?P<rest>.*)")
SHADOW = "shadow_of_"


class Server:
    def __init__(self, socket, user):
        self.command = ["mariadb", "--no-defaults", f"--socket={socket}", f"--user={user}",
                        "--batch", "--skip-column-names", "--raw"]

    def run(self, text):
        # users are made outside the binary log, so their rights are, too
        done = subprocess.run(self.command, input="SET SESSION sql_log_bin = 0;\n" + text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"grants: {done.stderr.strip()}")
        return done.stdout.splitlines()

    def rights(self, user):
        """(object, right) pairs; a role counts as an object without rights."""
        pairs = set()
        for line in self.run(f"SHOW GRANTS FOR '{user}'@'localhost';"):
            match = SHOWN.match(line)
            if match is None:
                role = re.match(r"GRANT (\S+) TO ", line)
                pairs.add((role.group(1) if role else line, ""))
                continue
            rights = split_rights(match["rights"])
            if "WITH GRANT OPTION" in match["rest"]:
                rights.append("GRANT OPTION")
            pairs.update((match["object"], right) for right in rights if right != "USAGE")
        return pairs


def split_rights(text):
    """SELECT, UPDATE (`a`, `b`): one right for each column."""
    rights = []
    for name, columns in re.findall(r"([A-Z][A-Z ]*[A-Z])(?: \(([^)]*)\))?", text):
        rights += [f"{name} ({column})" for column in columns.split(", ")] if columns else [name]
    return rights


def revoke(user, item):
    name, right = item
    if not right:
        return f"REVOKE {name} FROM '{user}'@'localhost';\n"
    return f"REVOKE {right} ON {name} FROM '{user}'@'localhost';\n"


def converge(server, grants):
    users = sorted(set(USER.findall(grants)))
    shadows = {user: SHADOW + user for user in users}
    drop = "".join(f"DROP USER IF EXISTS '{name}'@'localhost';\n" for name in shadows.values())
    server.run(grants + drop
               + "".join(f"CREATE USER '{name}'@'localhost' ACCOUNT LOCK;\n"
                         for name in shadows.values())
               + USER.sub(lambda match: f"'{shadows[match[1]]}'@'localhost'", grants))
    try:
        for user, shadow in shadows.items():
            wanted = server.rights(shadow)
            extra = server.rights(user) - wanted
            if extra:  # taking a table away takes its columns along, so what is listed is given again
                server.run("".join(revoke(user, item) for item in sorted(extra)) + grants)
            for item in sorted(extra):
                print(f"taken from {user}: {' on '.join(filter(None, reversed(item)))}")
            if server.rights(user) != wanted:
                sys.exit(f"grants: the rights of {user} differ from the file")
    finally:
        server.run(drop)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--user", required=True, help="the database administrator")
    parser.add_argument("file", type=pathlib.Path, help="the rendered grants.sql")
    args = parser.parse_args()
    converge(Server(args.socket, args.user), args.file.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
