/* SPDX-License-Identifier: MIT */
/* The list names what is refused, not what is allowed: a library that tries a new call after an
 * update of the system must not end the service. */
#include "shared/base/sandbox.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/base/attr.h"
#include "shared/base/log.h"

#define REFUSED SCMP_ACT_ERRNO(EPERM)

/* clang-format off */
static const int refused[] = {
    /* other programs and processes */
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
    SCMP_SYS(kcmp), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal),
    SCMP_SYS(tkill),
    /* namespaces and mounts */
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(mount), SCMP_SYS(umount), SCMP_SYS(umount2),
    SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsconfig),
    SCMP_SYS(fsmount), SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(pivot_root),
    SCMP_SYS(chroot), SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at), SCMP_SYS(mknod),
    SCMP_SYS(mknodat),
    /* another user */
    SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid),
    SCMP_SYS(setresuid), SCMP_SYS(setresgid), SCMP_SYS(setfsuid), SCMP_SYS(setfsgid),
    SCMP_SYS(setgroups), SCMP_SYS(capset), SCMP_SYS(add_key), SCMP_SYS(request_key),
    SCMP_SYS(keyctl),
    /* the kernel and the machine */
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
    SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register), SCMP_SYS(fanotify_init),
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
    SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon),
    SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(syslog), SCMP_SYS(ioperm),
    SCMP_SYS(iopl), SCMP_SYS(modify_ldt), SCMP_SYS(personality), SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname), SCMP_SYS(vhangup), SCMP_SYS(settimeofday), SCMP_SYS(clock_settime),
    SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex),
};
/* clang-format on */

static const int families[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}; /* the last: getaddrinfo */

/* A leak search of the sanitizer stops the process by ptrace from a process of its own. */
#define LEAK_SEARCH CNOP_ASAN

static int
refuse_processes(scmp_filter_ctx filter)
{
    int err = 0;

    if (!LEAK_SEARCH) {
        err |= seccomp_rule_add(filter, REFUSED, SCMP_SYS(ptrace), 0);
        err |= seccomp_rule_add(filter, REFUSED, SCMP_SYS(clone), 1,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
    }
    /* Its flags lie in memory, out of a filter's sight. The C library takes clone(2) then. */
    err |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    return err;
}

static int
refuse_signals(scmp_filter_ctx filter)
{
    const int calls[] = {SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo),
                         SCMP_SYS(rt_tgsigqueueinfo)};
    int err = 0;

    for (size_t i = 0; i < CNOP_COUNT(calls); i++)
        err |= seccomp_rule_add(filter, REFUSED, calls[i], 1,
                                SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)getpid(), 0));
    return err;
}

static int
refuse_sockets(scmp_filter_ctx filter)
{
    int err =
        seccomp_rule_add(filter, REFUSED, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_GE, AF_MAX, 0));

    for (int family = 0; family < AF_MAX; family++) {
        bool allowed = false;

        for (size_t i = 0; i < CNOP_COUNT(families); i++)
            allowed |= families[i] == family;
        if (!allowed)
            err |= seccomp_rule_add(filter, REFUSED, SCMP_SYS(socket), 1,
                                    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0));
    }
    return err;
}

static int
refuse_written_code(scmp_filter_ctx filter)
{
    const scmp_datum_t both = PROT_WRITE | PROT_EXEC;
    int err = seccomp_rule_add(filter, REFUSED, SCMP_SYS(mmap), 1,
                               SCMP_A2(SCMP_CMP_MASKED_EQ, both, both));

    err |= seccomp_rule_add(filter, REFUSED, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    err |= seccomp_rule_add(filter, REFUSED, SCMP_SYS(pkey_mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
    return err;
}

static int
load(scmp_filter_ctx filter)
{
    int err = 0;

    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        err |= seccomp_rule_add(filter, REFUSED, refused[i], 0);
    err |= refuse_processes(filter);
    err |= refuse_signals(filter);
    err |= refuse_sockets(filter);
    err |= refuse_written_code(filter);
    cnop_assert(err == 0 && "the rules are ours");
    /* Nothing of ours runs strangers' code: no need to pay for a slower processor. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return seccomp_load(filter);
}

void
cnop_sandbox_enter(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int err = filter == NULL ? -ENOMEM : load(filter);

    if (err != 0)
        cnop_log_write(CNOP_LOG_WARN, "sandbox", strerror(-err));
    if (filter != NULL)
        seccomp_release(filter);
}
