# SPDX-License-Identifier: MIT
"""The two ways to the engine that the benchmark compares: the product's own gateway, and an nginx
that only passes requests on."""

import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

from harness import BUILD, SOURCE, Process, answers, free_port, installed, wait_until
from tokens import Key, jwks

BARE = """
worker_processes 2; pid {dir}/nginx.pid; error_log {dir}/nginx-error.log warn;
events {{ worker_connections 8192; }}
http {{
    access_log off; client_body_buffer_size 64k; keepalive_requests 1000000000;
    client_body_temp_path {dir}/t1; fastcgi_temp_path {dir}/t2; proxy_temp_path {dir}/t3;
    uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
    upstream order {{ server unix:{socket}; keepalive 64; keepalive_requests 1000000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{
            fastcgi_pass order; fastcgi_keep_conn on;
            fastcgi_param REQUEST_METHOD $request_method; fastcgi_param CNOP_PATH $uri;
            fastcgi_param QUERY_STRING $query_string; fastcgi_param CONTENT_TYPE $content_type;
            fastcgi_param CONTENT_LENGTH $content_length; fastcgi_param CNOP_REQUEST_ID $request_id;
            fastcgi_param CNOP_USER_ID $http_x_bench_user; fastcgi_param CNOP_ROLE customer;
            fastcgi_param CNOP_CLIENT_ADDR $remote_addr; fastcgi_param CNOP_HTTPS off;
            fastcgi_param CNOP_TOKEN_SOURCE bearer;
        }}
    }}
}}
"""


class Gateway:
    """An nginx on a port of its own; `identities` is the file that tells the load who it is."""

    def __init__(self, directory, configuration):
        self.port = free_port()
        self.identities = "-"
        user = "user root; " if os.geteuid() == 0 else ""
        self.command = [installed("nginx"), "-p", directory, "-c", configuration, "-e", directory / "nginx-error.log",
                        "-g", f"{user}daemon off;"]
        self.directory = directory

    def start(self):
        self.process = Process(self.command, self.directory / "nginx.out")
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", self.port)) == 0, 10,
                   f"nginx: {self.process.output()}")
        return self

    def pids(self):
        """Its workers."""
        path = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in path.read_text().split()]

    def stop(self):
        self.process.stop()


class BareGateway(Gateway):
    """No token, no limit, no record: whoever the client says it is."""

    def __init__(self, directory, engine_socket):
        directory.mkdir()
        configuration = directory / "nginx.conf"
        super().__init__(directory, configuration)
        configuration.write_text(BARE.format(dir=directory, socket=engine_socket, port=self.port))


class ProductGateway(Gateway):
    """The configuration as shipped, with every policy on; only the permitted rates are higher, because
    one address sends everything."""

    def __init__(self, directory, engine_socket, accounts):
        super().__init__(directory, directory / "etc/nginx.conf")
        self.internal_port = free_port()
        paths = {name: str(directory / name) for name in ("app", "etc", "run", "keys", "data", "log", "tmp", "ui")}
        for path in paths.values():
            pathlib.Path(path).mkdir(parents=True)
        (directory / "run/order.sock").symlink_to(engine_socket)
        key = Key()
        (directory / "keys/jwks.json").write_text(jwks(key))
        identities = directory / "identities.lua"
        end = int(time.time()) + 86000
        tokens = (f'[{account}]="{key.token(sub=str(account), exp=end)}"' for account in accounts)
        identities.write_text("return {" + ",\n".join(tokens) + "}\n")
        sets = [f"paths={json.dumps(paths)}", f"gateway.module={BUILD}/ngx_http_cnop_module.so",
                f"gateway.api_port={self.port}", f"gateway.ui_port={free_port()}",
                f"gateway.internal_port={self.internal_port}", "gateway.ip_rate=100000000/m", "gateway.user_rate=100000000/m",
                "gateway.connections_per_ip=8192", "gateway.open_connections_per_ip=0", "gateway.keepalive_requests=1000000000"]
        subprocess.run(["/usr/bin/python3", SOURCE / "conf/render.py", "--out", paths["etc"],
                        *(part for text in sets for part in ("--set", text))], check=True, capture_output=True)
        self.identities = str(identities)

    def start(self):
        super().start()
        path = self.directory / "run/gateway-control.sock"
        wait_until(lambda: answers(path), what="gateway's control socket")
        control = http.client.HTTPConnection("localhost")
        control.sock = socket.socket(socket.AF_UNIX)
        control.sock.connect(str(path))
        control.request("POST", "/control/revocations", b"snapshot 1\n")
        answer = control.getresponse()
        assert answer.status == 200, answer.read()
        return self
