# SPDX-License-Identifier: MIT
"""ansible-playbook site.yml on three bare hosts: gateway, app, ledger. An order through HTTPS, and what each
host refuses of the others."""
import itertools
import json
import os
import re
import signal
import subprocess
import time

import pytest

import hosts
from conftest import ROOT

UNITS = {
    "gateway1": {"gateway", "tunnel", "audit-writer"},
    "app1": {"auth", "auth-relay", "insights", "ops", "memcached", "tunnel", "audit-writer"},
    "ledger1": {"mariadb", "memcached", "order", "order-read", "user", "inventory", "feed", "tunnel", "audit-writer"},
}
PARTS = {"gateway": "gateway1", "app": "app1", "ledger": "ledger1"}
AUTH_PORT, ORDER_PORT = 7900, 7903
# systemd-analyze security: the most exposure that it may have
EXPOSURE_TUNNEL = 1.5
# what SECURITY.md promises for a logout
REVOKED_WITHIN_S = 0.05
# how long a request may take whose service is on a host that is gone
ANSWER_WITHIN_S = 8
BUYERS = itertools.count(1)
LOGIN = json.dumps({"username": "nobody_there", "password": "Some-Password-17"})


@pytest.fixture(scope="module")
def small(site):
    made = {name: site.add(name) for name in UNITS}
    yield made
    for host in made.values():
        host.remove()


def play(site, small, packages, *options, playbook="site.yml", check=True):
    groups = {part: {"hosts": {name: {"ansible_host": small[name].address}}} for part, name in PARTS.items()}
    return site.play({"cnop": {"children": groups, "vars": {
        "cnop_packages": str(packages),
        "cnop_settings": {"mariadb": {"buffer_pool_mib": 128, "redo_log_mib": 96},
                          "backup": {"recipients": [site.recipient()]}}}}},
        ROOT / "ansible" / playbook, *options, check=check)


@pytest.fixture(scope="module")
def api(site, small, packages, identity):
    """The address of the API, after a first run that broke off half way, and another one."""
    small["app1"].ssh("mkdir -p /etc/cnop/auth.conf/in-the-way")
    assert play(site, small, packages, check=False).returncode != 0
    small["app1"].ssh("rm -r /etc/cnop/auth.conf")
    play(site, small, packages)
    authority = site.folder / "authority.pem"
    authority.write_text(small["gateway1"].ssh("cat /etc/cnop/tls/authority.pem").stdout)
    return f"https://{small['gateway1'].address}:8443"


def order(site, api):
    return site.inside(ROOT / "tools/deploy/smoke.sh", api, site.folder / "smoke.pw", timeout=90,
                       env={**os.environ, "CURL_CA_BUNDLE": str(site.folder / "authority.pem")}).stdout.strip()


def call(site, api, path, *options):
    """Status and body of a request."""
    done = site.inside("curl", "-sS", "--cacert", site.folder / "authority.pem", "-m", "10", "-w", "\n%{http_code}",
                       *options, f"{api}/api/v1{path}")
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def log_in(site, api):
    password = (site.folder / "smoke.pw").read_text(encoding="utf-8").strip()
    status, body = call(site, api, "/auth/login", "-H", "Content-Type: application/json", "-d",
                        json.dumps({"username": "smoke_check", "password": password}))
    assert status == 200, body
    return "Authorization: Bearer " + json.loads(body)["access_token"]


def answers(host, address, port, *options):
    """Whether a TLS server takes us and says something, asked from a host."""
    done = host.ssh(f"(sleep 1; printf '\\1\\1\\0\\1\\0\\10\\0\\0') | timeout 5 openssl s_client -quiet "
                    f"-connect {address}:{port} {' '.join(options)} 2>&1 | "
                    "tr -cd '\\11\\12\\40-\\176' | head -c 4000", check=False)
    return done.stdout


def test_check_mode_of_bare_hosts_says_so_and_changes_nothing(site, small, packages, identity):
    done = play(site, small, packages, "--check")
    assert "Hosts that are new" in done.stdout
    assert hosts.changed(done.stdout) == {name: 0 for name in UNITS}


def test_sessions_without_tls_are_refused(site, small, packages, identity):
    done = play(site, small, packages, "-e", '{"cnop_settings": {"auth": {"insecure_cookies": true}}}', check=False)
    assert done.returncode != 0 and "auth.insecure_cookies" in done.stdout


def test_each_host_runs_its_part_and_no_more(small, api):
    for name, units in UNITS.items():
        rows = small[name].ssh("systemctl list-units --state=active --plain --no-legend 'cnop-*.service'").stdout
        assert {row.split()[0][len("cnop-"):-len(".service")] for row in rows.splitlines()} == units, name
        assert small[name].ssh("systemctl list-units --state=failed --plain --no-legend 'cnop-*'").stdout == ""


def test_takes_an_order_through_https(site, api):
    assert order(site, api)


def test_changes_nothing_the_second_time(site, small, packages, api):
    assert hosts.changed(play(site, small, packages).stdout) == {name: 0 for name in UNITS}


def test_says_that_all_is_well(site, small, packages, api):
    assert hosts.changed(play(site, small, packages, playbook="verify.yml").stdout) == {name: 0 for name in UNITS}


def test_a_logout_ends_the_token_at_the_gateway(site, api):
    order(site, api)
    bearer = log_in(site, api)
    assert call(site, api, "/balance", "-H", bearer)[0] == 200
    assert call(site, api, "/auth/logout", "-X", "POST", "-H", bearer, "-H", "Content-Type: application/json",
                "-d", "{}")[0] < 300
    time.sleep(REVOKED_WITHIN_S)
    assert call(site, api, "/balance", "-H", bearer)[0] == 401


def test_events_reach_the_gateway(site, api):
    done = site.inside("curl", "-sN", "--cacert", site.folder / "authority.pem", "-m", "15",
                       f"{api}/api/v1/stream?channels=tickers", check=False)
    assert "event: hello" in done.stdout and "event: ticker" in done.stdout


@pytest.mark.parametrize("name", UNITS)
def test_only_what_is_meant_listens_and_comes_in(small, api, name):
    rows = [row.split()[3].rsplit(":", 1) for row in small[name].ssh("ss -Hlnt").stdout.splitlines()]
    listening = {int(port) for address, port in rows if not address.startswith("127.")}
    meant = {"gateway1": {22, 443, 8443, 7909}, "app1": {22, 7900, 7901, 7902}, "ledger1": {22, *range(7903, 7909)}}
    assert listening == meant[name]


@pytest.mark.parametrize("port", [3306, 7999])
@pytest.mark.parametrize("name", UNITS)
def test_other_ports_do_not_even_refuse(site, small, api, name, port):
    """Dropped, not rejected: the firewall stands before whatever may listen some day."""
    started = time.monotonic()
    done = site.inside("curl", "-s", "--connect-timeout", "2", f"http://{small[name].address}:{port}/", check=False)
    assert done.returncode == 28 and time.monotonic() - started > 1.5


def test_a_host_that_is_no_peer_does_not_reach_a_channel(site, small, api):
    """The administrator's address is one, and so is that of a host whose part does not use the channel."""
    for who in (site.inside, None):
        command = ("curl", "-sk", "--connect-timeout", "2", f"https://{small['ledger1'].address}:{ORDER_PORT}/")
        done = who(*command, check=False) if who else small["app1"].ssh(" ".join(command), check=False)
        assert done.returncode == 28


def test_without_a_certificate_nobody_is_let_in(small, api):
    got = answers(small["gateway1"], small["app1"].address, AUTH_PORT)
    assert "alert" in got and "certificate required" in got


def test_a_certificate_of_another_authority_is_refused(small, api):
    small["gateway1"].ssh("cd /tmp && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                          "-subj /CN=gateway1 -keyout own.key -out own.pem")
    got = answers(small["gateway1"], small["app1"].address, AUTH_PORT, "-cert /tmp/own.pem", "-key /tmp/own.key")
    assert "alert" in got


def test_a_host_of_another_part_is_refused_behind_the_firewall(small, api):
    """app1 may use the database, not the order engine; its certificate is a good one."""
    ledger = small["ledger1"]
    ledger.ssh(f"nft insert rule inet cnop input tcp dport {ORDER_PORT} accept")
    try:
        identity = ("-cert /etc/cnop/tunnel/host.pem", "-key /etc/cnop/tunnel/host.pem",
                    "-CAfile /etc/cnop/tunnel/authority.pem")
        assert "verify return:1" in answers(small["app1"], ledger.address, ORDER_PORT, *identity)
        before = ledger.ssh("journalctl -u cnop-tunnel --no-pager -o cat").stdout.count("serve-order/<NOSRV>")
        answers(small["app1"], ledger.address, ORDER_PORT, *identity)
        after = ledger.ssh("journalctl -u cnop-tunnel --no-pager -o cat").stdout.count("serve-order/<NOSRV>")
        assert after > before  # closed by the rule, and told
    finally:
        ledger.ssh("nft -f /etc/nftables.conf")


def test_a_request_for_another_name_is_signed_with_the_right_one(small, api):
    for name in UNITS:
        got = small[name].ssh("openssl x509 -in /etc/cnop/tunnel/host.pem -noout -subject -issuer -ext subjectAltName")
        assert f"subject=CN = {name}" in got.stdout and "issuer=CN = CNOP authority of hosts" in got.stdout
        assert f"DNS:{name}" in got.stdout


def test_no_secret_is_where_it_is_not_needed(small, api):
    secrets = {name: set(small[name].ssh("ls /var/lib/cnop/keys").stdout.split()) for name in UNITS}
    audit = {"db-cnop_audit.pw", "db-cnop_audit_read.pw", "audit.key"}
    assert secrets["gateway1"] == audit
    assert secrets["app1"] == audit | {"db-cnop_auth.pw", "db-cnop_insights.pw", "cache.key"}
    assert small["gateway1"].ssh("ls /var/lib/cnop/token").stdout == ""
    assert small["app1"].ssh("test -e /var/lib/cnop/authority", check=False).returncode == 1


def until_an_order(site, api, started, within_s):
    """The same order as ever, and how long it took until one was taken."""
    while True:
        try:
            order(site, api)
            return time.monotonic() - started
        except subprocess.CalledProcessError as refused:
            assert time.monotonic() < started + within_s, refused.stdout


@pytest.mark.parametrize("name", UNITS)
def test_comes_back_when_its_connections_are_killed(site, small, api, name):
    small[name].ssh("systemctl kill -s KILL cnop-tunnel")
    until_an_order(site, api, time.monotonic(), 60)


@pytest.mark.parametrize("name", ("app1", "ledger1"))
def test_says_so_while_a_host_is_cut_off_and_goes_on_after_it(site, small, api, name, record_property):
    bearer = log_in(site, api)
    small[name].plug("down")
    try:
        started = time.monotonic()
        for _ in range(3):
            asked = time.monotonic()
            # a login needs all of them
            status, body = call(site, api, "/auth/login", "-H", "Content-Type: application/json", "-d", LOGIN)
            assert status == 503 and json.loads(body)["status"] == 503, body
            assert time.monotonic() - asked < ANSWER_WITHIN_S
        if name == "app1":  # what it has no part in goes on
            assert call(site, api, "/balance", "-H", bearer)[0] == 200
        record_property("answered_s", (time.monotonic() - started) / 3)
    finally:
        small[name].plug("up")
    record_property("back_s", until_an_order(site, api, time.monotonic(), 60))


class Buyer:
    """Somebody who buys all the time."""

    def __init__(self, site, api, name):
        self.record = site.folder / f"{name}.record"
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", site.id, ROOT / "tests/provision/buyer.py", api, site.folder / "authority.pem",
             name, self.record], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def acknowledged(self):
        return len(self.record.read_text(encoding="utf-8").splitlines()) if self.record.exists() else 0

    def more_orders(self):
        """Waits until there are some more."""
        wanted, deadline = self.acknowledged() + 20, time.monotonic() + 180
        while self.acknowledged() < wanted:
            assert self.process.poll() is None, self.process.stdout.read()
            assert time.monotonic() < deadline, f"{self.acknowledged()} of {wanted}"
            time.sleep(0.05)

    def end(self):
        """What the service shows then, beside what was acknowledged."""
        self.process.send_signal(signal.SIGTERM)
        text, _ = self.process.communicate(timeout=200)
        assert self.process.returncode == 0, text
        return json.loads(text)


@pytest.fixture
def buyer(site, api):
    made = Buyer(site, api, f"buyer_{next(BUYERS)}")
    yield made
    if made.process.poll() is None:
        made.process.kill()
        made.process.wait()


def nothing_is_lost(found):
    assert found["acknowledged"] >= 40
    assert {**found, "acknowledged": 0} == {"acknowledged": 0, "lost": [], "strange": [], "twice": 0}


@pytest.mark.parametrize("name", UNITS)
def test_goes_on_by_itself_after_a_reboot(small, buyer, name):
    buyer.more_orders()
    small[name].reboot()
    buyer.more_orders()
    nothing_is_lost(buyer.end())
    assert small[name].ssh("systemctl list-units --state=failed --plain --no-legend 'cnop-*'").stdout == ""


@pytest.mark.parametrize("name", UNITS)
def test_a_host_that_loses_power_takes_no_acknowledged_order_along(small, buyer, name):
    buyer.more_orders()
    small[name].lose_power()
    small[name].power_up()
    buyer.more_orders()
    nothing_is_lost(buyer.end())
    assert small[name].ssh("systemctl list-units --state=failed --plain --no-legend 'cnop-*'").stdout == ""


def test_its_unit_is_hardened(small, api):
    for name in UNITS:
        rows = small[name].ssh("systemd-analyze security --no-pager cnop-tunnel.service").stdout
        assert float(re.search(r"Overall exposure level for \S+: ([\d.]+)", rows).group(1)) <= EXPOSURE_TUNNEL, rows


def test_a_backup_is_taken_and_proves_itself(site, small, packages, api, identity):
    play(site, small, packages, playbook="backup.yml")
    done = play(site, small, packages, "-e", f"cnop_identity={identity}", playbook="drill.yml")
    assert "every invariant holds" in done.stdout
