# SPDX-License-Identifier: MIT
"""A disk of the database's own: a file system in a file, in memory. It can be full, and its power can
be cut: what the file holds at that instant is what a machine would find after it.

Needs root and a loop device; why_not() says what is missing.
"""
import contextlib
import os
import pathlib
import shutil
import subprocess

IMAGE_MIB = 900
IMAGES = pathlib.Path("/dev/shm")
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": PATH})
    if done.returncode != 0:
        raise OSError(f"{' '.join(map(str, command))}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.strip()


class Full:
    """What can be done to any disk: its folder is full for a while."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.ballast = self.folder / "ballast"

    def fill(self):
        """To the last block, as far as others leave one."""
        with contextlib.suppress(OSError), open(self.ballast, "wb") as file:
            with contextlib.suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(self.folder).free)
            while True:
                file.seek(0, os.SEEK_END)
                file.write(b"x" * 4096)
                file.flush()

    def relieve(self):
        self.ballast.unlink(missing_ok=True)
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)  # what was freed can be used from now on, and not only at the next commit
        os.close(folder)


class Small(Full):
    """A small one in memory, for logs. close() leaves nothing behind."""

    def __init__(self, folder, kib=256):
        super().__init__(folder)
        run("mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", self.folder)

    def close(self):
        run("umount", "--lazy", self.folder)


class Disk(Full):
    """Mounted at a folder. close() leaves nothing behind."""

    def __init__(self, folder):
        super().__init__(folder)
        self.number = 0
        self.image = self.loop = None
        image = self._name()
        with open(image, "wb") as file:
            file.truncate(IMAGE_MIB << 20)
        try:
            run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,nodiscard", image)
            self._mount(image)
        except OSError:
            image.unlink()
            raise

    def _name(self):
        self.number += 1
        return IMAGES / f"cnop-disk-{os.getpid()}-{self.number}"

    def _mount(self, image):
        loop = run("losetup", "--find", "--show", image)
        try:
            # the kernel writes nothing back on its own while the file is copied
            run("mount", "-o", "commit=300,noatime", loop, self.folder)
        except OSError:
            run("losetup", "--detach", loop)
            raise
        self.image, self.loop = image, loop

    def _unmount(self):
        run("umount", "--lazy", self.folder)
        run("losetup", "--detach", self.loop)
        self.image.unlink()
        self.image = self.loop = None

    def settle(self):
        """What is there so far has been there for long."""
        run("sync", "--file-system", self.folder)

    def picture(self):
        """What is on the disk now, and not what the kernel still means to write. Nobody may write meanwhile."""
        copy = self._name()
        run("cp", "--sparse=always", self.image, copy)
        return copy

    def replace(self, image):
        """The power is back: the disk is what the picture shows. Whoever used it is dead."""
        self._unmount()
        self._mount(image)

    def close(self):
        if self.loop:
            self._unmount()


def why_not(folder):
    """None: this machine can; else what is missing."""
    if os.geteuid() != 0:
        return "needs root"
    missing = [name for name in ("losetup", "mkfs.ext4", "mount") if shutil.which(name, path=PATH) is None]
    if missing:
        return f"not installed: {' '.join(missing)}"
    if shutil.disk_usage(IMAGES).free < 2 * IMAGE_MIB << 20:
        return f"no room for two disks in {IMAGES}"
    try:
        probe = Disk(folder)
        probe.close()
    except OSError as error:
        return str(error)
    return None


def why_not_small(folder):
    """As above, of a small disk."""
    if os.geteuid() != 0:
        return "needs root"
    try:
        Small(folder).close()
    except OSError as error:
        return str(error)
    return None
