/* SPDX-License-Identifier: MIT */
/* Supervision: one pass every 50 ms and at each signal - reap, respawn what is due, kill what is
 * stuck, advance a rolling restart. */
#include "shared/web/parent.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/base/clock.h"

#define PASS_MS 50
#define STABLE_US INT64_C(5000000) /* a worker that lived this long resets its pause */
#define PAUSE_MIN_US INT64_C(50000)
#define PAUSE_MAX_US INT64_C(5000000)
#define WAIT_LIMIT_US INT64_C(4000000) /* a waiting thread shows itself every second */
#define PAUSED_US INT64_C(1000000)     /* a pass this late: we, and perhaps all, were stopped */
#define CATCH_UP_US INT64_C(2000000)   /* what threads get to show themselves after that */
#define KILL_AFTER_US INT64_C(1000000)
#define TERM_GRACE_US INT64_C(1000000)

struct child {
    pid_t pid; /* 0: not running */
    unsigned slot;
    bool old;  /* of the program before the last restart */
    bool told; /* asked to drain */
    int64_t started_us;
    int64_t due_us; /* not running: when to start */
    int64_t pause_us;
    int64_t kill_us; /* 0: no; else when SIGKILL follows */
};

struct parent {
    struct cnop_worker_start start;
    struct cnop_inherited *inherited;
    char **argv;
    struct child children[CNOP_WORKER_MAX];
    size_t wanted; /* children[0 .. wanted-1] are kept running; old ones follow */
    size_t count;
    bool stopping;
    int64_t stop_us;
    pid_t trial; /* the new program checking its configuration */
    uint64_t lost_lines_seen;
    int64_t last_pass_us;
    int64_t believe_us; /* beats are evidence from this time on */
    sigset_t signals;
};

static void
log_child(enum cnop_log_level level, const char *action, const char *message, pid_t pid, int status)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, level, NULL, action, message);
    cnop_log_i64(&line, "pid", pid);
    if (status >= 0)
        cnop_log_i64(&line, WIFSIGNALED(status) ? "signal" : "exit_status",
                     WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    cnop_log_end(&line);
}

/* ---- starting ---- */

static unsigned
free_slot(const struct parent *parent)
{
    for (unsigned slot = 0; slot < CNOP_WORKER_MAX; slot++) {
        bool used = false;

        for (size_t i = 0; i < parent->count; i++)
            used |= parent->children[i].pid != 0 && parent->children[i].slot == slot;
        if (!used)
            return slot;
    }
    cnop_assert(false && "a free heartbeat slot");
    return 0;
}

static cnop_noreturn void
child_main(struct parent *parent, pid_t parent_pid)
{
    int status;

    /* A worker without a parent would keep the socket for ever. */
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent_pid)
        _exit(0);
    status = cnop_worker_run(&parent->start);
    (void)fflush(NULL);
    _exit(status);
}

static void
start_child(struct parent *parent, struct child *child, int64_t now_us)
{
    pid_t self = getpid();
    pid_t pid;

    child->slot = free_slot(parent);
    parent->start.slot = child->slot;
    pid = fork();
    if (pid == 0)
        child_main(parent, self);
    if (pid < 0) {
        cnop_log_write(CNOP_LOG_ERROR, "fork", strerror(errno));
        child->due_us = now_us + PAUSE_MAX_US;
        return;
    }
    child->pid = pid;
    child->old = false;
    child->told = false;
    child->started_us = now_us;
    child->kill_us = 0;
}

static bool
old_ones_left(const struct parent *parent)
{
    for (size_t i = 0; i < parent->count; i++)
        if (parent->children[i].old && parent->children[i].pid != 0)
            return true;
    return false;
}

static void
start_due(struct parent *parent, int64_t now_us)
{
    if (parent->stopping || (parent->start.service->exclusive && old_ones_left(parent)))
        return;
    for (size_t i = 0; i < parent->wanted; i++) {
        struct child *child = &parent->children[i];

        if (child->pid == 0 && child->due_us <= now_us)
            start_child(parent, child, now_us);
    }
}

/* ---- ending ---- */

static void
tell_child(struct child *child, int signal_number)
{
    if (child->pid != 0)
        (void)kill(child->pid, signal_number);
    child->told = true;
}

static void
child_ended(struct parent *parent, struct child *child, int status, int64_t now_us)
{
    bool expected = child->old || parent->stopping;

    log_child(expected && status == 0 ? CNOP_LOG_INFO : CNOP_LOG_ERROR, "worker_exit",
              "worker has ended", child->pid, status);
    memset(&parent->start.scoreboard->workers[child->slot], 0, sizeof(struct cnop_worker_beat));
    child->pid = 0;
    if (expected)
        return;
    cnop_scoreboard_count(CNOP_SCOREBOARD_WORKER_RESTARTS);
    if (now_us - child->started_us >= STABLE_US)
        child->pause_us = 0;
    child->due_us = now_us + child->pause_us;
    child->pause_us = child->pause_us == 0 ? PAUSE_MIN_US : child->pause_us * 2;
    if (child->pause_us > PAUSE_MAX_US)
        child->pause_us = PAUSE_MAX_US;
}

/* ---- replacing ourselves ---- */

static void
start_trial(struct parent *parent)
{
    char check[] = "--check";
    char *argv[16];
    size_t count = 0;

    if (parent->trial != 0 || parent->stopping)
        return;
    if (old_ones_left(parent)) {
        cnop_log_write(CNOP_LOG_WARN, "restart", "ignored: the last restart is still going on");
        return;
    }
    while (parent->argv[count] != NULL && count < CNOP_COUNT(argv) - 2) {
        argv[count] = parent->argv[count];
        count++;
    }
    argv[count] = check;
    argv[count + 1] = NULL;
    parent->trial = fork();
    if (parent->trial == 0) {
        (void)sigprocmask(SIG_UNBLOCK, &parent->signals, NULL);
        (void)execv(argv[0], argv);
        _exit(127);
    }
    if (parent->trial < 0)
        parent->trial = 0;
}

static void
become_new(struct parent *parent)
{
    struct cnop_inherited *inherited = parent->inherited;

    inherited->old_count = 0;
    for (size_t i = 0; i < parent->count; i++)
        if (parent->children[i].pid != 0) {
            inherited->old[inherited->old_count].pid = parent->children[i].pid;
            inherited->old[inherited->old_count].slot = parent->children[i].slot;
            inherited->old_count++;
        }
    cnop_log_write(CNOP_LOG_INFO, "restart", "replacing the program");
    (void)fflush(NULL);
    cnop_inherited_exec(inherited, parent->argv);
    cnop_log_write(CNOP_LOG_ERROR, "restart", strerror(errno));
}

static void
trial_ended(struct parent *parent, int status)
{
    parent->trial = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        become_new(parent);
    else
        log_child(CNOP_LOG_ERROR, "restart", "refused by the new program; the running one stays",
                  getpid(), status);
}

static void
reap(struct parent *parent, int64_t now_us)
{
    int status;
    pid_t pid;

    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == parent->trial) {
            trial_ended(parent, status);
            continue;
        }
        for (size_t i = 0; i < parent->count; i++)
            if (parent->children[i].pid == pid)
                child_ended(parent, &parent->children[i], status, now_us);
    }
}

/* Old workers are told to drain as soon as their successors are ready - an exclusive service's at
 * once, since the successor starts after them. */
static void
advance_restart(struct parent *parent)
{
    bool ready = true;

    if (!old_ones_left(parent))
        return;
    for (size_t i = 0; i < parent->wanted; i++) {
        const struct child *child = &parent->children[i];

        ready &= child->pid != 0 &&
                 atomic_load(&parent->start.scoreboard->workers[child->slot].ready) == 1;
    }
    for (size_t i = parent->wanted; i < parent->count; i++) {
        struct child *child = &parent->children[i];

        if (child->pid != 0 && !child->told && (ready || parent->start.service->exclusive))
            tell_child(child, SIGUSR2);
    }
}

/* ---- watchdog ---- */

static bool
is_stuck(const struct parent *parent, const struct child *child, int64_t now_us)
{
    const struct cnop_worker_beat *beat = &parent->start.scoreboard->workers[child->slot];
    int64_t work_us = (int64_t)parent->start.config->watchdog * 1000;
    const struct cnop_beat_limits limits = {
        .work_us = work_us, .wait_us = work_us < WAIT_LIMIT_US ? work_us : WAIT_LIMIT_US};

    for (size_t i = 0; i < CNOP_THREAD_MAX; i++)
        if (cnop_beat_is_stuck(atomic_load(&beat->threads[i]), now_us, &limits))
            return true;
    return false;
}

static void
watch(struct parent *parent, int64_t now_us)
{
    /* After a pause of our own (stopped, swapped out) the beats are no evidence for a while: the
     * workers may have been stopped with us. */
    if (parent->last_pass_us != 0 && now_us - parent->last_pass_us > PAUSED_US)
        parent->believe_us = now_us + CATCH_UP_US;
    parent->last_pass_us = now_us;
    for (size_t i = 0; i < parent->count; i++) {
        struct child *child = &parent->children[i];

        if (child->pid == 0)
            continue;
        if (child->kill_us != 0 && now_us >= child->kill_us) {
            (void)kill(child->pid, SIGKILL);
            child->kill_us = now_us + KILL_AFTER_US;
        }
        if (now_us < parent->believe_us || child->kill_us != 0 ||
            parent->start.config->watchdog == 0 ||
            atomic_load(&parent->start.scoreboard->workers[child->slot].ready) == 0 ||
            !is_stuck(parent, child, now_us))
            continue;
        log_child(CNOP_LOG_ERROR, "watchdog", "worker is stuck and is aborted", child->pid, -1);
        cnop_scoreboard_count(CNOP_SCOREBOARD_STUCK_WORKERS);
        (void)kill(child->pid, SIGABRT);
        child->kill_us = now_us + KILL_AFTER_US;
    }
}

/* ---- the loop ---- */

static void
begin_stop(struct parent *parent, int64_t now_us)
{
    if (parent->stopping)
        return;
    cnop_log_write(CNOP_LOG_INFO, "service_stop", "stopping");
    parent->stopping = true;
    parent->stop_us = now_us;
    for (size_t i = 0; i < parent->count; i++)
        tell_child(&parent->children[i], SIGTERM);
}

static void
advance_stop(struct parent *parent, int64_t now_us)
{
    int64_t grace_us = (int64_t)parent->start.config->drain * 1000 + TERM_GRACE_US;

    if (!parent->stopping || now_us - parent->stop_us < grace_us)
        return;
    for (size_t i = 0; i < parent->count; i++)
        if (parent->children[i].pid != 0)
            (void)kill(parent->children[i].pid, SIGKILL);
}

static void
obey(struct parent *parent, int signal_number, int64_t now_us)
{
    switch (signal_number) {
    case SIGTERM:
    case SIGINT:
        begin_stop(parent, now_us);
        break;
    case SIGHUP:
        start_trial(parent);
        break;
    case SIGUSR1:
        if (cnop_log_reopen() != CNOP_OK)
            cnop_log_write(CNOP_LOG_ERROR, "log_reopen", "cannot open the log again");
        for (size_t i = 0; i < parent->count; i++)
            if (parent->children[i].pid != 0)
                (void)kill(parent->children[i].pid, SIGUSR1);
        break;
    default:
        break;
    }
}

static bool
any_running(const struct parent *parent)
{
    for (size_t i = 0; i < parent->count; i++)
        if (parent->children[i].pid != 0)
            return true;
    return parent->trial != 0;
}

static void
adopt_old(struct parent *parent)
{
    const struct cnop_inherited *inherited = parent->inherited;

    for (size_t i = 0; i < inherited->old_count && parent->count < CNOP_WORKER_MAX; i++) {
        struct child *child = &parent->children[parent->count++];

        child->pid = inherited->old[i].pid;
        child->slot = inherited->old[i].slot;
        child->old = true;
    }
}

int
cnop_parent_run(const struct cnop_worker_start *start, struct cnop_inherited *inherited,
                char **argv)
{
    static struct parent parent;
    const int handled[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
    struct timespec wait = {.tv_nsec = PASS_MS * 1000000L};

    parent.start = *start;
    parent.inherited = inherited;
    parent.argv = argv;
    parent.wanted = start->config->processes;
    parent.count = parent.wanted;
    cnop_assert(parent.wanted > 0 && parent.wanted <= CNOP_WORKER_MAX / 2);
    sigemptyset(&parent.signals);
    for (size_t i = 0; i < CNOP_COUNT(handled); i++)
        sigaddset(&parent.signals, handled[i]);
    adopt_old(&parent);
    for (;;) {
        int64_t now_us = cnop_clock_monotonic_us();

        reap(&parent, now_us);
        start_due(&parent, now_us);
        advance_restart(&parent);
        watch(&parent, now_us);
        advance_stop(&parent, now_us);
        cnop_scoreboard_count_lost_lines(&parent.lost_lines_seen);
        if (parent.stopping && !any_running(&parent))
            return 0;
        obey(&parent, sigtimedwait(&parent.signals, NULL, &wait), cnop_clock_monotonic_us());
    }
}
