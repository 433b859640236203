# SPDX-License-Identifier: MIT
"""Debian hosts on this machine: systemd in containers (systemd-nspawn), each with a network namespace
of its own. They reach each other and nothing else; what apt installs there was fetched before.
Needs root.

A host is a thin layer over one base system, so that it starts within seconds. The names of
everything made here begin with the name of the site, and `close` takes it all away again.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

# what the smallest installation of Debian has, and what Ansible needs
BARE = "systemd,systemd-sysv,dbus,python3-minimal,python3-apt,iproute2,openssh-server,ca-certificates"
# what the product stands on; hosts install it from a folder
POOL = ("nginx-light mariadb-server mariadb-client memcached logrotate curl jq openssl libfcgi0ldbl libjson-c5 libjwt0 "
        "libmemcached11 libmariadb3 libsodium23 libseccomp2 libcurl4 age mariadb-backup zstd haproxy nftables").split()
CACHE_LIFE_S = 7 * 86400
CGROUPS = pathlib.Path("/sys/fs/cgroup")


def run(*command, timeout=60, check=True, **options):
    return subprocess.run([str(word) for word in command], check=check, timeout=timeout, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def cgroup_trees():
    """Where a group of processes for a host is made: of version 2, or beside version 1."""
    return [tree for tree in (CGROUPS, CGROUPS / "systemd", CGROUPS / "unified") if (tree / "cgroup.procs").is_file()]


def missing():
    """What this machine lacks for hosts, one finding a line."""
    if os.geteuid() != 0:
        return "not root: hosts are containers with mounts and networks of their own"
    found = [f"no {name}" for name in ("ansible-playbook", "mmdebstrap", "systemd-nspawn", "ip", "dpkg-scanpackages")
             if shutil.which(name) is None]
    tries = {"mount and network namespaces": ("unshare", "--mount", "--net", "ip", "link", "set", "lo", "up"),
             "overlay mounts": ("unshare", "--mount", "mount", "-t", "overlay", "none", "-o", "lowerdir=/etc:/usr", "/mnt")}
    found += [f"no {what}" for what, command in tries.items() if run(*command, check=False).returncode != 0]
    found += [] if cgroup_trees() else ["no cgroups"]
    return "\n".join(found)


def base_system(cache, release="bookworm"):
    """An unpacked minimal Debian, from this machine's own sources, with a folder `srv/pool` of the
    packages that the product stands on, which is all that apt in it can reach."""
    base = cache / f"base-{release}"
    stamp = base / "etc/cnop-test-base"
    made_of = " ".join([BARE, *POOL])
    if stamp.is_file() and stamp.read_text() == made_of and time.time() - stamp.stat().st_mtime < CACHE_LIFE_S:
        return base
    shutil.rmtree(base, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    sources = [path for path in sorted(pathlib.Path("/etc/apt").glob("sources.list*/*.sources"))
               if release in path.read_text(errors="replace")]
    sources += [path for path in [pathlib.Path("/etc/apt/sources.list")] if path.is_file()]
    options = [f"--aptopt={path}" for path in sorted(pathlib.Path("/etc/apt/apt.conf.d").glob("*"))
               if "Acquire::" in path.read_text(errors="replace") and "IndexTargets" not in path.read_text()]
    fill = ("apt-get install -y -q --no-install-recommends --download-only " + " ".join(POOL) +
            " && mkdir /srv/pool && mv /var/cache/apt/archives/*.deb /srv/pool/")
    index = 'cd "$1/srv/pool" && dpkg-scanpackages . >Packages'
    # in mounts of its own: whatever happens, none is left below the folder
    run("unshare", "--mount", "mmdebstrap", "--variant=minbase", f"--include={BARE}", "--skip=cleanup/apt", *options,
        f"--customize-hook=chroot \"$1\" sh -c '{fill}'", f"--customize-hook={index}",
        release, base, *sources, timeout=1200)
    for path in [*(base / "etc/apt/sources.list.d").iterdir(), *(base / "etc/apt/apt.conf.d").glob("99mmdebstrap"),
                 *(base / "var/lib/apt/lists").glob("*_*"), *(base / "etc/ssh").glob("ssh_host_*"),
                 *(base / name for name in ("etc/machine-id", "var/lib/dbus/machine-id", "etc/resolv.conf",
                                            "usr/sbin/policy-rc.d"))]:
        path.unlink(missing_ok=True)
    (base / "etc/apt/sources.list").write_text("deb [trusted=yes] file:/srv/pool ./\n")
    os.utime(base / "var/lib/apt/lists", (0, 0))  # nothing has been read yet
    stamp.write_text(made_of)
    return base


class Host:
    def __init__(self, site, name, number):
        self.site = site
        self.name = name
        self.id = f"{site.id}-{name}"
        self.address = f"{site.network}.{10 + number}"
        self.number = number
        self.link = f"c{site.number}h{number}"
        self.folder = site.folder / name
        self.process = None

    @property
    def root(self):
        return self.folder / "root"

    def create(self):
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir(parents=True)
        run("mount", "-t", "overlay", self.id, "-o", f"lowerdir={self.site.base},upperdir={self.folder}/upper,"
            f"workdir={self.folder}/work", self.root)
        (self.root / "etc/hostname").write_text(f"{self.name}\n")
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost\n{self.address} {self.name}\n")
        (self.root / "etc/machine-id").write_text("")
        (self.root / "root/.ssh").mkdir(mode=0o700, exist_ok=True)
        shutil.copy(self.site.key.with_suffix(".pub"), self.root / "root/.ssh/authorized_keys")
        run("chroot", self.root, "ssh-keygen", "-A")
        self.wire()
        self.boot()

    def boot(self):
        groups = [tree / self.id for tree in cgroup_trees()]
        joins = "".join(f"mkdir -p {group} && echo $$ > {group}/cgroup.procs; " for group in groups)
        with open(self.folder / "console.log", "ab") as console:
            self.process = subprocess.Popen(
                ["sh", "-c", f"{joins} exec systemd-nspawn -q -D {self.root} --machine={self.id} --boot "
                 f"--register=no --keep-unit --network-namespace-path=/run/netns/{self.id} --resolv-conf=off "
                 "--link-journal=no --capability=CAP_NET_ADMIN"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console, start_new_session=True)
        self.wait_for_ssh()

    def wire(self):
        """A network of its own, with nothing in it that an earlier one knew: connections, firewall."""
        run("ip", "netns", "add", self.id)
        run("ip", "link", "add", self.link, "netns", self.site.id, "type", "veth", "peer", "name", "eth0", "netns", self.id)
        run("ip", "-n", self.site.id, "link", "set", self.link, "master", "hosts", "up")
        run("ip", "-n", self.id, "address", "add", f"{self.address}/24", "dev", "eth0")
        run("ip", "-n", self.id, "link", "set", "eth0", "up")
        run("ip", "-n", self.id, "link", "set", "lo", "up")
        run("ip", "-n", self.id, "route", "add", "default", "via", f"{self.site.network}.1")

    def unwire(self):
        run("ip", "-n", self.site.id, "link", "delete", self.link, check=False)
        run("ip", "netns", "delete", self.id, check=False)

    def reboot(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=120)
        self.unwire()
        self.wire()
        self.boot()

    def lose_power(self):
        """All at once, and no peer is told: the cable goes first."""
        run("ip", "-n", self.site.id, "link", "delete", self.link)
        # the first process within: the kernel ends all others with it
        leader = run("ps", "-o", "pid=", "--ppid", self.process.pid).stdout.split()[0]
        os.kill(int(leader), signal.SIGKILL)
        self.process.kill()
        self.process.wait(timeout=60)
        self.unwire()

    def power_up(self):
        self.wire()
        self.boot()

    def plug(self, state):
        """Its cable: "down" or "up". Nobody is told."""
        run("ip", "-n", self.site.id, "link", "set", self.link, state)

    def wait_for_ssh(self, seconds=120):
        deadline = time.monotonic() + seconds
        while True:
            done = self.ssh("systemctl is-system-running --wait", check=False, timeout=70)
            if done.stdout.strip() in ("running", "degraded"):
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name} did not start: {done.stdout}")
            time.sleep(0.2)

    def ssh(self, command, check=True, timeout=60):
        """Runs a command on the host; standard output and error are in .stdout."""
        return self.site.inside("ssh", "-i", self.site.key, "-o", "StrictHostKeyChecking=no", "-o",
                                "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=5",
                                f"root@{self.address}", command, check=check, timeout=timeout)

    def remove(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        run("umount", "-l", self.root, check=False)
        self.unwire()
        for tree in cgroup_trees():
            for path, _, _ in os.walk(tree / self.id, topdown=False):
                try:
                    os.rmdir(path)
                except OSError:
                    pass
        shutil.rmtree(self.folder, ignore_errors=True)


class Site:
    """A network of hosts, and the namespace from which they are administered."""

    def __init__(self, folder, base):
        self.number = os.getpid() % 200
        self.id = f"cnop{os.getpid()}"
        self.network = f"10.77.{self.number}"
        self.folder = folder
        self.base = base
        self.hosts = []
        self.key = folder / "key"
        folder.mkdir(parents=True, exist_ok=True)
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key)
        run("ip", "netns", "add", self.id)
        run("ip", "-n", self.id, "link", "set", "lo", "up")
        run("ip", "-n", self.id, "link", "add", "hosts", "type", "bridge")
        run("ip", "-n", self.id, "address", "add", f"{self.network}.1/24", "dev", "hosts")
        run("ip", "-n", self.id, "link", "set", "hosts", "up")

    def add(self, name):
        host = Host(self, name, len(self.hosts))
        self.hosts.append(host)
        host.create()
        return host

    def inside(self, *command, **options):
        """Runs a command in the administrator's namespace."""
        return run("ip", "netns", "exec", self.id, *command, **options)

    def recipient(self):
        """Who can read backups: the public key."""
        return re.search(r"age1\w+", (self.folder / "identity.txt").read_text(encoding="utf-8")).group()

    def play(self, inventory, playbook, *options, check=True):
        """ansible-playbook with an inventory; variables that every run needs are added to it."""
        inventory["cnop"].setdefault("vars", {}).update(
            ansible_user="root", ansible_ssh_private_key_file=str(self.key))
        path = self.folder / "inventory.yml"
        path.write_text(json.dumps(inventory))
        done = self.inside("ansible-playbook", "-i", path, playbook, *options, timeout=1800, check=False,
                           cwd=playbook.parent,
                           env={**os.environ, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_HOST_KEY_CHECKING": "False",
                                "ANSIBLE_LOCAL_TEMP": str(self.folder / "tmp")})
        if check:
            assert done.returncode == 0, done.stdout[-6000:]
        return done

    def close(self):
        for host in self.hosts:
            host.remove()
        run("ip", "netns", "delete", self.id, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def changed(output):
    """Host -> number of changed tasks, from the recap of ansible-playbook."""
    return {name: int(count) for name, count in re.findall(r"^(\S+)\s+: ok=\d+\s+changed=(\d+)", output, re.M)}


if __name__ == "__main__":
    sys.exit(missing() or 0)
