# SPDX-License-Identifier: MIT
"""A stand-in for a gateway's control socket: HTTP over a unix socket, one request at a time."""

import http.server
import json
import socketserver
import threading


class ControlStub:
    """Whoever inherits says what is kept: state() answers a GET, accept(text) a POST, as (status, value)."""

    address = None  # of the control request; None: any

    def __init__(self, path):
        self.path = str(path)
        self.lock = threading.Lock()
        self.broken = False
        self.faults = []
        control = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self, status, value):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                with control.lock:
                    self.reply(503 if control.broken else 200, control.state())

            def do_POST(self):
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                if control.address not in (None, self.path):
                    control.faults.append(self.path)
                with control.lock:
                    self.reply(*((503, {}) if control.broken else control.accept(text)))

            def address_string(self):
                return "unix"

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingUnixStreamServer):
            daemon_threads = True

        self.server = Server(self.path, Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def state(self):
        raise NotImplementedError

    def accept(self, text):
        raise NotImplementedError

    def close(self):
        self.server.shutdown()
        self.server.server_close()
