/* SPDX-License-Identifier: MIT */
/* Each test is a process of its own, which has entered the sandbox. Without it none of the
 * forbidden acts fails with EPERM for root, and few for others; see test_outside. */
#include "shared/base/sandbox.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

/* Acts that change nothing where they succeed, or whose arguments are no good. */
static const struct act {
    const char *name;
    long number;
    long args[4];
} acts[] = {
    {"execve", SYS_execve, {0}},
    {"execveat", SYS_execveat, {-1}},
    {"process_vm_readv", SYS_process_vm_readv, {1}},
    {"pidfd_open", SYS_pidfd_open, {-1}},
    {"kill of another", SYS_kill, {INT32_MAX, 0}},
    {"kill of a group", SYS_kill, {0, 0}},
    {"tgkill of another", SYS_tgkill, {INT32_MAX, INT32_MAX, 0}},
    {"rt_sigqueueinfo", SYS_rt_sigqueueinfo, {INT32_MAX, 0, 0}},
    {"unshare", SYS_unshare, {0}},
    {"setns", SYS_setns, {-1}},
    {"mount", SYS_mount, {0}},
    {"chroot", SYS_chroot, {0}},
    {"open_by_handle_at", SYS_open_by_handle_at, {-1}},
    {"mknodat", SYS_mknodat, {-1}},
    {"setresuid", SYS_setresuid, {-1, -1, -1}},
    {"setgroups", SYS_setgroups, {-1}},
    {"capset", SYS_capset, {0}},
    {"keyctl", SYS_keyctl, {-1}},
    {"bpf", SYS_bpf, {-1}},
    {"perf_event_open", SYS_perf_event_open, {0}},
    {"userfaultfd", SYS_userfaultfd, {-1}},
    {"io_uring_setup", SYS_io_uring_setup, {0}},
    {"init_module", SYS_init_module, {0}},
    {"kexec_load", SYS_kexec_load, {0, 0, 0, -1}},
    {"reboot", SYS_reboot, {0}},
    {"swapon", SYS_swapon, {0}},
    {"personality", SYS_personality, {0xffffffff}},
    {"sethostname", SYS_sethostname, {0, -1}},
    {"clock_settime", SYS_clock_settime, {-1}},
    {"packet socket", SYS_socket, {AF_PACKET, SOCK_DGRAM}},
    {"vsock socket", SYS_socket, {AF_VSOCK, SOCK_STREAM}},
    {"socket of no family", SYS_socket, {AF_MAX + 1, SOCK_STREAM}},
    {"written code", SYS_mmap, {0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE}},
    {"code made of data", SYS_mprotect, {0, 0, PROT_EXEC}},
#if !CNOP_ASAN
    {"ptrace", SYS_ptrace, {-1}},
    {"clone of a process", SYS_clone, {SIGCHLD | CLONE_NEWUSER}},
#endif
};

static long
try(const struct act *act)
{
    errno = 0;
    return syscall(act->number, act->args[0], act->args[1], act->args[2], act->args[3], -1L, 0L);
}

START_TEST(a_forbidden_act_is_refused)
{
    cnop_sandbox_enter();
    ck_assert_msg(try(&acts[_i]) == -1 && errno == EPERM, "%s: errno %d", acts[_i].name, errno);
}
END_TEST

static void *
mark(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

START_TEST(what_services_do_goes_on)
{
    const int families[] = {AF_UNIX, AF_INET, AF_INET6};
    struct addrinfo *found = NULL;
    pthread_t thread;
    int marked = 0;

    cnop_sandbox_enter();
    ck_assert_int_eq(pthread_create(&thread, NULL, mark, &marked), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_int_eq(marked, 1);
    for (size_t i = 0; i < CNOP_COUNT(families); i++) {
        int fd = socket(families[i], SOCK_STREAM | SOCK_CLOEXEC, 0);

        ck_assert(fd >= 0 || errno == EAFNOSUPPORT);
        (void)close(fd);
    }
    ck_assert_int_eq(getaddrinfo("127.0.0.1", "80", NULL, &found), 0);
    freeaddrinfo(found);
    ck_assert_int_eq(kill(getpid(), 0), 0);
    ck_assert_int_eq(raise(SIGCONT), 0);
}
END_TEST

START_TEST(it_is_seen_from_outside)
{
    ck_assert_int_eq(prctl(PR_GET_SECCOMP), 0);
    cnop_sandbox_enter();
    ck_assert_int_eq(prctl(PR_GET_SECCOMP), 2);
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    cnop_sandbox_enter(); /* once more is no harm */
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_loop_test(tests, a_forbidden_act_is_refused, 0, (int)CNOP_COUNT(acts));
    tcase_add_test(tests, what_services_do_goes_on);
    tcase_add_test(tests, it_is_seen_from_outside);
}

UNIT_MAIN("sandbox", add)
