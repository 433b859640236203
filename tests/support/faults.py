# SPDX-License-Identifier: MIT
"""Faults in a real process: its nth allocation, write, message to or from the database or engine fails.

    faults = Faults(directory)
    worker = harness.worker(..., env=faults.env)
    with faults.armed("ask", 3): ...          the third message to upstream from now on is not sent
"""

import contextlib
import mmap
import pathlib
import struct

from harness import built

KINDS = ("memory", "open", "write", "ask", "listen", "answer")  # as in tests/torture/faults.c


class Faults:
    def __init__(self, directory, name="faults"):
        path = pathlib.Path(directory) / name
        path.write_bytes(bytes(4096))
        path.chmod(0o666)
        with open(path, "r+b") as file:
            self.page = mmap.mmap(file.fileno(), 4096)
        self.env = {"LD_PRELOAD": str(built("tests/torture/faults.so")), "CNOP_FAULTS": str(path)}

    def put(self, place, value):
        struct.pack_into("=I", self.page, 4 * place, value)

    def count(self, kind):
        """Calls of a kind while armed."""
        return struct.unpack_from("=I", self.page, 4 * (1 + KINDS.index(kind)))[0]

    @contextlib.contextmanager
    def armed(self, kind=None, number=0):
        """Without a kind calls are only counted."""
        for place in range(len(KINDS)):
            self.put(1 + place, 0)
            self.put(1 + len(KINDS) + place, 0)
        if kind is not None:
            self.put(1 + len(KINDS) + KINDS.index(kind), number)
        self.put(0, 1)
        try:
            yield
        finally:
            self.put(0, 0)
