/* SPDX-License-Identifier: MIT */
/* What a program that serves strangers gives up for ever, so that a fault in it is of little use to
 * who exploits it: system calls that no program of ours needs once it has started (seccomp(2)).
 * Units of systemd give up more (conf/systemd/hardening.conf); this holds wherever a program runs.
 */
#ifndef CNOP_BASE_SANDBOX_H
#define CNOP_BASE_SANDBOX_H

/* Before the first thread, which inherits it, and after the log is open. From then on the process
 * can start no other program and no other process, signal and look into none, open sockets only of
 * Unix, IPv4, IPv6 and netlink, make no memory executable that it can write, and change neither its
 * user, its namespaces, mounts, the kernel, nor the clock: such a call fails with EPERM. Cannot be
 * undone. A kernel without seccomp: one line in the log, and nothing is given up. */
void cnop_sandbox_enter(void);

#endif
