# SPDX-License-Identifier: MIT
"""A copy of the checkout, so that no test writes into it."""
import subprocess


def copy_sources(root, target):
    """What git knows and what it does not know yet, with time stamps; what is gone here goes there."""
    target.mkdir(exist_ok=True)
    listing = subprocess.run([root / "tools/list_files.sh", "--working", root], check=True,
                             capture_output=True, text=True).stdout
    record = target.parent / "copied-files"
    before = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    for name in set(before) - set(listing.splitlines()):
        (target / name).unlink(missing_ok=True)
    pack = subprocess.Popen(["tar", "-C", root, "--no-recursion", "-cf", "-", "-T", "-"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    unpack = subprocess.Popen(["tar", "-C", target, "--no-same-owner", "-xf", "-"], stdin=pack.stdout)
    pack.stdin.write(listing.encode())
    pack.stdin.close()
    if unpack.wait() or pack.wait():
        raise SystemExit(f"the sources could not be copied to {target}")
    record.write_text(listing, encoding="utf-8")
    return target
