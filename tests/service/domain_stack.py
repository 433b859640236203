# SPDX-License-Identifier: MIT
"""What the auth and user service tests stand on: a private MariaDB with every schema, the database
users with the rights they have in production, signing keys, and a stand-in for a gateway's control
socket."""

import pathlib
import re
import subprocess
import sys

import jinja2

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import harness  # noqa: E402
from support.control_stub import ControlStub  # noqa: E402

SCHEMAS = ("auth", "user", "market", "ledger", "audit")
USERS = ("cnop_auth", "cnop_user", "cnop_market", "cnop_engine", "cnop_read", "cnop_insights", "cnop_audit",
         "cnop_audit_read")


def apply_schemas(database):
    """Every migration from zero, as the administrator."""
    for schema in SCHEMAS:
        database.sql(f"CREATE DATABASE cnop_{schema} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
        folder = harness.SOURCE / "shared/db/migrations" / schema
        for path in sorted(folder.glob("*.sql")):
            database.sql(path.read_text(encoding="utf-8"), schema=f"cnop_{schema}")


def create_users(database):
    """The service users with their production rights; returns password files by user."""
    files = {user: database.add_user(user, f"secret-{user}", ()) for user in USERS}
    template = (harness.SOURCE / "conf/mariadb/grants.sql.j2").read_text(encoding="utf-8")
    database.sql(jinja2.Template(template, trim_blocks=True, lstrip_blocks=True).render())
    return files


def create_keys(directory):
    """Signing keys as an operator makes them; returns (keys folder, key set file)."""
    keys = pathlib.Path(directory) / "keys"
    keys.mkdir(mode=0o700)
    subprocess.run([harness.built("cnop-keys"), "init", keys, keys / "jwks.json"], check=True)
    return keys, keys / "jwks.json"


class ControlSocket(ControlStub):
    """Keeps the denylist the way a gateway does."""

    def __init__(self, path):
        self.forget()
        super().__init__(path)

    def forget(self):
        """As after a cold start."""
        self.last_seq = 0
        self.synced = False
        self.denied = {}
        self.posts = []

    def state(self):
        return {"boot_id": "b" * 16, "last_seq": self.last_seq, "synced": self.synced,
                "records": len(self.denied)}

    def accept(self, text):
        head, *lines = text.splitlines()
        kind, number = re.fullmatch(r"(snapshot|delta) (\d+)", head).groups()
        if kind == "delta" and (not self.synced or int(number) > self.last_seq):
            return 409, self.state()
        if kind == "snapshot":
            self.denied = {}
        for line in lines:
            seq, what, subject, *times = line.split(" ")
            assert what in ("sid", "jti", "sub") and len(times) == (2 if what == "sub" else 1), line
            self.denied[(what, subject)] = int(seq)
            self.last_seq = max(self.last_seq, int(seq))
        if kind == "snapshot":
            self.last_seq = int(number)
            self.synced = True
        self.posts.append(kind)
        return 200, self.state()
