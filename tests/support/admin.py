# SPDX-License-Identifier: MIT
"""The operator's program, for tests on a deployed stack: CNOP_VAR names the stack's state folder."""
import os
import pathlib
import pwd
import subprocess


def state_folder():
    """None when the tests know only the address of the stack."""
    var = os.environ.get("CNOP_VAR")
    return pathlib.Path(var) if var and (pathlib.Path(var) / "app/sbin/cnop-admin").exists() else None


def user(verb, name):
    """promote, demote, disable or enable."""
    var = state_folder()
    config = var / "etc/auth.conf"
    owner = config.stat().st_uid  # whose keys and audit trail these are
    identity = {}
    if os.geteuid() == 0 and owner != 0:
        identity = {"user": owner, "group": pwd.getpwuid(owner).pw_gid, "extra_groups": []}
    subprocess.run([var / "app/sbin/cnop-admin", "--config", config, "user", verb, name], cwd=var,
                   check=True, capture_output=True, timeout=30, **identity)
