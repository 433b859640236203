# SPDX-License-Identifier: MIT
"""ansible-playbook site.yml on one bare host: from nothing to an order through HTTPS, the same again
without a change, hardened units, and services that come back when they are killed."""
import os
import re
import subprocess
import time

import pytest

import hosts
from conftest import ROOT

UNITS = ("mariadb", "memcached", "order", "order-read", "auth", "auth-relay", "user", "inventory", "feed",
         "insights", "ops", "gateway", "audit-writer")
# systemd-analyze security: the most exposure a unit may have
EXPOSURE = {"gateway": 1.5, "mariadb": 1.3, "memcached": 0.7, "feed": 1.2, "insights": 1.2, "ops": 1.2}
EXPOSURE_WORKER = 0.4


@pytest.fixture(scope="module")
def host(site):
    made = site.add("cnop1")
    yield made
    made.remove()


def play(site, host, packages, *options, playbook="site.yml", check=True):
    return site.play({"cnop": {
        "hosts": {host.name: {"ansible_host": host.address}},
        "vars": {"cnop_packages": str(packages),
                 "cnop_settings": {"mariadb": {"buffer_pool_mib": 128, "redo_log_mib": 96},
                                   "backup": {"recipients": [site.recipient()]}}}}},
        ROOT / "ansible" / playbook, *options, check=check)


def order(site, host):
    """Registers (once), deposits, buys and sells through the public API over TLS."""
    authority = site.folder / "authority.pem"
    authority.write_text(host.ssh("cat /etc/cnop/tls/authority.pem").stdout)
    return site.inside(ROOT / "tools/deploy/smoke.sh", f"https://{host.address}:8443", site.folder / "smoke.pw",
                       timeout=90, env={**os.environ, "CURL_CA_BUNDLE": str(authority)}).stdout.strip()


def order_before_long(site, host):
    """The same while units are still starting."""
    deadline = time.monotonic() + 120
    while True:
        try:
            return order(site, host)
        except subprocess.CalledProcessError:
            if time.monotonic() > deadline:
                raise


def head_of_journal(host):
    return int(host.ssh("mariadb -S /run/cnop/mariadb.sock -N -e 'SELECT MAX(seq) FROM cnop_ledger.journal'").stdout)


def test_converges_from_a_bare_host(site, host, packages, identity):
    play(site, host, packages)
    for unit in UNITS:
        assert host.ssh(f"systemctl is-active cnop-{unit}").stdout.strip() == "active"


def test_takes_an_order_through_https(site, host):
    assert re.fullmatch(r"[A-Za-z0-9_]{10,50}", order(site, host))


def test_serves_the_user_interface(site, host):
    done = site.inside("curl", "-sS", "--cacert", site.folder / "authority.pem", "-i", f"https://{host.address}/")
    assert " 200" in done.stdout.splitlines()[0]
    assert "<html" in done.stdout


def test_changes_nothing_the_second_time(site, host, packages):
    assert hosts.changed(play(site, host, packages).stdout) == {host.name: 0}


def test_check_mode_changes_nothing(site, host, packages):
    assert hosts.changed(play(site, host, packages, "--check").stdout) == {host.name: 0}


def test_says_that_all_is_well_and_changes_nothing(site, host, packages):
    assert hosts.changed(play(site, host, packages, playbook="verify.yml").stdout) == {host.name: 0}


def test_verification_finds_a_unit_that_does_not_run(site, host, packages):
    host.ssh("systemctl stop cnop-insights")
    done = play(site, host, packages, playbook="verify.yml", check=False)
    host.ssh("systemctl start cnop-insights")
    assert done.returncode != 0 and "cnop-insights" in done.stdout


def test_refuses_an_unknown_setting(site, host, packages):
    done = play(site, host, packages, "-e", '{"cnop_settings": {"gateway": {"lisen": "0.0.0.0"}}}', check=False)
    assert done.returncode != 0
    assert "unknown key 'gateway.lisen'" in done.stdout


@pytest.mark.parametrize("unit", UNITS)
def test_units_are_hardened(host, unit):
    rows = host.ssh(f"systemd-analyze security --no-pager cnop-{unit}.service").stdout
    level = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", rows).group(1))
    assert level <= EXPOSURE.get(unit, EXPOSURE_WORKER), rows


def test_no_secret_can_be_read_by_others(host):
    found = host.ssh("find /etc/cnop /var/lib/cnop -type f -perm /o=r "
                     r"\( -name '*.pw' -o -name '*.key' -o -name '*.pem' \) "
                     "! -name authority.pem ! -name gateway.pem").stdout
    assert found == ""


def test_no_secret_is_in_a_record_an_argument_or_an_environment(host):
    found = host.ssh("cd /var/lib/cnop/keys; for file in *.pw; do "
                     "grep -rlsF -f $file /etc /var/log /run/cnop /proc/[0-9]*/cmdline /proc/[0-9]*/environ; "
                     "! journalctl -a --no-pager | grep -F -f $file; done", check=False).stdout
    assert found == ""


def test_only_the_gateway_listens_on_the_network(host):
    rows = host.ssh("ss -Hlnt").stdout.splitlines()
    open_ports = {row.split()[3].rsplit(":", 1)[1] for row in rows if not row.split()[3].startswith("127.")}
    assert open_ports == {"22", "443", "8443"}


@pytest.mark.parametrize("unit", UNITS)
def test_comes_back_after_a_kill(site, host, unit):
    pid = host.ssh(f"systemctl show -P MainPID cnop-{unit}").stdout.strip()
    assert int(pid) > 0
    host.ssh(f"kill -9 {pid}")
    order_before_long(site, host)
    assert host.ssh(f"systemctl is-active cnop-{unit}").stdout.strip() == "active"
    assert host.ssh(f"systemctl show -P MainPID cnop-{unit}").stdout.strip() != pid


def test_everything_is_there_after_a_reboot(site, host):
    before = order(site, host)
    host.reboot()
    assert order_before_long(site, host) != before


def test_a_backup_is_taken_by_its_unit_and_proves_itself(site, host, packages, identity):
    play(site, host, packages, playbook="backup.yml")
    assert "every invariant holds" in play(site, host, packages, "-e", f"cnop_identity={identity}", playbook="drill.yml").stdout
    assert host.ssh("systemctl is-active cnop-backup.timer cnop-backup-logs.timer").stdout.split() == ["active"] * 2
    assert host.ssh("ls /run/cnop-backup-identity", check=False).returncode != 0


def test_restored_to_a_moment_between_two_orders(site, host, packages, identity):
    order(site, host)
    first = head_of_journal(host)
    time.sleep(1.1)
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    time.sleep(1.1)
    order(site, host)
    host.ssh("systemctl start cnop-backup-logs.service")
    play(site, host, packages, "-e", f"cnop_identity={identity}", "-e", f"cnop_until={moment}", playbook="restore.yml")
    assert head_of_journal(host) == first
    order_before_long(site, host)


def test_secrets_are_exchanged_while_it_runs(site, host, packages, identity):
    secrets = "sha256sum /var/lib/cnop/keys/db-*.pw /etc/cnop/tls/gateway.pem /var/lib/cnop/public/jwks.json"
    before = host.ssh(secrets).stdout.splitlines()
    play(site, host, packages, playbook="rotate.yml")
    assert not set(before) & set(host.ssh(secrets).stdout.splitlines())
    order_before_long(site, host)
    assert hosts.changed(play(site, host, packages).stdout) == {host.name: 0}
