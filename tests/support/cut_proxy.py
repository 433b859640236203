# SPDX-License-Identifier: MIT
"""A socket in front of the database that passes everything on, and cuts a connection in the middle
of a commit when it is told to: before the server has heard of it, or before the client has."""
import contextlib
import os
import select
import socket
import threading

WORD = b"COMMIT"
PART = 1 << 18


class CutProxy:
    """cut("unheard") or cut("untold") arms it for the next commit; cuts counts those made."""

    def __init__(self, path, target):
        self.path, self.target = str(path), str(target)
        self.armed = None
        self.lock = threading.Lock()
        self.cuts = {"unheard": 0, "untold": 0}
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, how):
        with self.lock:
            self.armed = how

    def close(self):
        self.listener.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.connect(self.target)
            self._pass_on(client, server)
        except OSError:
            pass
        finally:
            client.close()
            server.close()

    def _take(self, part):
        """What is to be done to the connection that has sent this."""
        if WORD not in part:
            return None
        with self.lock:
            how, self.armed = self.armed, None
            if how:
                self.cuts[how] += 1
        return how

    def _pass_on(self, client, server):
        while True:
            readable, _, _ = select.select([client, server], [], [])
            if client in readable:
                part = client.recv(PART)
                how = self._take(part) if self.armed else None
                if not part or how == "unheard":
                    return
                server.sendall(part)
                if how == "untold":
                    server.recv(1)  # the server has answered: the client will not hear of it
                    return
            if server in readable:
                part = server.recv(PART)
                if not part:
                    return
                client.sendall(part)
