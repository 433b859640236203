#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Takes Alertmanager's webhook on loopback and appends one JSON line an alert to a file."""
import argparse
import http.server
import json
import os
import sys

MAX_BODY = 1 << 20


def lines(message):
    for alert in message.get("alerts", []):
        labels, notes = alert.get("labels", {}), alert.get("annotations", {})
        ended = alert.get("status") == "resolved"
        yield json.dumps({
            "timestamp": alert.get("endsAt" if ended else "startsAt"),
            "level": "INFO" if ended else {"critical": "CRITICAL"}.get(labels.get("severity"), "WARN"),
            "service": "alert", "action": "alert_resolved" if ended else "alert_firing",
            "alert": labels.get("alertname"), "severity": labels.get("severity"),
            "target": labels.get("service"), "message": notes.get("summary"),
            "runbook": notes.get("runbook")})


class Receiver(http.server.BaseHTTPRequestHandler):
    timeout = 10
    target = None

    def do_POST(self):  # noqa: N802, the name is http.server's
        try:
            size = int(self.headers.get("Content-Length", ""))
            if not 0 < size <= MAX_BODY:
                raise ValueError
            text = "".join(f"{line}\n" for line in lines(json.loads(self.rfile.read(size))))
        except (ValueError, AttributeError):
            self.send_error(400)
            return
        # one write, in append mode: lines of two senders do not mix
        handle = os.open(self.target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        try:
            os.write(handle, text.encode())
            os.fsync(handle)
        finally:
            os.close(handle)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *args):  # noqa: A002
        print(self.client_address[0], format % args, file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    Receiver.target = args.out
    http.server.ThreadingHTTPServer(("127.0.0.1", args.port), Receiver).serve_forever()


if __name__ == "__main__":
    main()
