# SPDX-License-Identifier: MIT
"""Builds of the same sources under sanitizers. They are compiled one after the other beside the suites
that mostly wait, with the lowest priority, from a copy of the sources that nothing changes."""
import os
import shutil
import signal
import threading

from running import SuiteError, shell

MINUTES = 40  # for one build, beside everything else
USED_BY = {"tsan": "tsan", "gateway_asan": "gateway-asan", "asan": "asan"}  # suite: variant


class Variants:
    def __init__(self, run, log, suites):
        self.run = run
        self.log = log
        self.built = {}
        self.problems = {}
        self.process = None
        self.is_stopped = False
        self.done = {USED_BY[suite]: threading.Event() for suite in USED_BY if suite in suites}
        self.thread = threading.Thread(target=self._build_all, daemon=True)
        self.thread.start()

    def wait(self, variant):
        """The build folder of a variant, for `asan` its stack; its problem is one of the suite that waits."""
        self.done[variant].wait()
        if variant in self.problems:
            raise SuiteError(f"{self.problems[variant]}, see {self.log.name}")
        return self.built[variant]

    def stop(self):
        """Ends what is still being built: nobody will wait for it."""
        self.is_stopped = True
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.thread.join()

    def _build_all(self):
        for variant, done in self.done.items():
            try:
                self.built[variant] = self._build_stack() if variant == "asan" else self._build(variant)
            except (OSError, SuiteError) as error:
                self.problems[variant] = f"{variant} was not built: {error}"
            done.set()

    def _build(self, variant):
        sources = self._sources()
        build = sources.parent / variant
        build.mkdir(exist_ok=True)
        if variant == "tsan":
            flags, targets, env = "--enable-tsan", ["all", "check TESTS="], {"CC": "clang-14"}
        else:
            flags, targets, env = "--enable-asan", ["ngx_http_cnop_module.so"], {}
        self._shell(self.run, f"cd {build} && ../src/configure -q --enable-werror {flags}", env)
        for target in targets:
            self._shell(self.run, f"make -C {build} -s -j2 {target}")
        return build

    def _sources(self):
        sources = self.run.folder.parent / "variants/src"
        shutil.copytree(self.run.source, sources, symlinks=True, dirs_exist_ok=True)
        if not (sources / "configure").exists():
            self._shell(self.run, f"{sources}/bootstrap")
        return sources

    def _build_stack(self):
        other = self.run.variant(f"  module: {self.run.folder}/app/lib/nginx/modules/ngx_http_cnop_module.so\n",
                                 "--enable-asan --enable-werror --disable-gateway")
        (other.folder / "ui").symlink_to(self.run.folder / "ui")
        self._shell(other, "./deploy.sh local build")
        self._shell(other, f"make -C {other.folder}/build -s -j2 check TESTS=")
        return other

    def _shell(self, run, command, env=None):
        if self.is_stopped:
            raise SuiteError("the run was ended")
        shell(run, self.log, ["nice", "-n", "19", "sh", "-c", command], MINUTES, env, on_start=self._begin)

    def _begin(self, process):
        self.process = process
