/* SPDX-License-Identifier: MIT */
/* The FastCGI runtime, for service programs: a service is a table of routes plus a few hooks, and
 * cnop_web_main runs it. A parent holds the listening socket and keeps the worker processes alive;
 * each watches its idle connections and runs handlers for those that hold a whole request.
 *
 *   int
 *   main(int argc, char **argv)
 *   {
 *       static struct user_config config;
 *       static const struct cnop_service service = {
 *           .name = "user", .routes = user_routes, .route_count = CNOP_COUNT(user_routes),
 *           .thread_init = user_thread_init, .thread_done = user_thread_done, .arg = &config,
 *       };
 *       static const struct cnop_web_program program = {
 *           .service = &service, .spec = &user_config_spec,
 *           .values = &config, .web = &config.web,
 *       };
 *       return cnop_web_main(&program, argc, argv);
 *   }
 *
 * Two ways to answer. THREADS: each of `threads` handler threads runs a request to its end. LOOP:
 * one thread runs all handlers and may answer later (cnop_request_defer); nothing it does may
 * block; other descriptors join its loop with cnop_loop_watch.
 *
 * Signals to the parent: TERM drains and ends; HUP replaces program and workers without losing a
 * connection (the running ones stay when the new program refuses its configuration); USR1 reopens
 * the logs. */
#ifndef CNOP_WEB_WEB_H
#define CNOP_WEB_WEB_H

#include "shared/config/config.h"
#include "shared/web/decode.h"
#include "shared/web/metrics.h"
#include "shared/web/request.h"
#include "shared/web/response.h"
#include "shared/web/router.h"

/* Start-up values every service shares. Embed as `struct cnop_web_config web;` and put
 * CNOP_WEB_CONFIG_ROWS(struct user_config) into the key table. */
struct cnop_web_config {
    const char *listen;     /* absolute path of the unix socket; ignored under activation */
    const char *peer_uids;  /* "33,1000": besides our own, who may connect; empty: only we */
    const char *log_file;   /* empty: stderr */
    const char *audit_file; /* empty: the log's stream */
    unsigned log_level;     /* index into cnop_web_log_levels */
    uint64_t processes;     /* 0: no parent, one process in the foreground */
    uint64_t threads;       /* handler threads a process; LOOP: ignored */
    uint64_t connections;   /* idle and busy connections a process */
    uint64_t deadline;      /* ms a request may take */
    uint64_t drain;         /* ms until drained connections are cut */
    uint64_t watchdog;      /* ms after which a stuck process is killed; 0: never */
    uint64_t arena_kib;     /* request memory: per thread, in LOOP mode per connection */
    uint64_t response_kib;  /* largest response body; the same */
};

extern const char *const cnop_web_log_levels[]; /* debug, info, warn, error, critical */

#define CNOP_WEB_ROW_(type_, field_, kind_, default_, min_, max_, names_, doc_)                    \
    {                                                                                              \
        .name = #field_, .kind = (kind_), .offset = offsetof(type_, web.field_),                   \
        .default_text = (default_), .min = (min_), .max = (max_), .names = (names_), .doc = (doc_) \
    }

#define CNOP_WEB_CONFIG_ROWS(type)                                                                 \
    CNOP_WEB_ROW_(type, listen, CNOP_CONFIG_PATH, NULL, 0, 0, NULL,                                \
                  "Unix socket on which the gateway's FastCGI connections arrive."),               \
        CNOP_WEB_ROW_(type, peer_uids, CNOP_CONFIG_STRING, "", 0, 0, NULL,                         \
                      "Numeric user ids, separated by commas, that may connect besides our own."), \
        CNOP_WEB_ROW_(type, log_file, CNOP_CONFIG_STRING, "", 0, 0, NULL,                          \
                      "Absolute path of the log; empty writes to stderr."),                        \
        CNOP_WEB_ROW_(type, audit_file, CNOP_CONFIG_STRING, "", 0, 0, NULL,                        \
                      "Absolute path of the audit trail; empty writes it to the log."),            \
        CNOP_WEB_ROW_(type, log_level, CNOP_CONFIG_ENUM, "info", 0, 0, cnop_web_log_levels,        \
                      "Least severe level that is logged."),                                       \
        CNOP_WEB_ROW_(type, processes, CNOP_CONFIG_U64, "2", 0, 64, NULL,                          \
                      "Worker processes; 0 runs one in the foreground without a parent."),         \
        CNOP_WEB_ROW_(type, threads, CNOP_CONFIG_U64, "4", 1, 64, NULL,                            \
                      "Handler threads of each process."),                                         \
        CNOP_WEB_ROW_(type, connections, CNOP_CONFIG_U64, "512", 8, 16384, NULL,                   \
                      "Open connections of each process, busy or idle."),                          \
        CNOP_WEB_ROW_(type, deadline, CNOP_CONFIG_DURATION, "10s", 100, 60000, NULL,               \
                      "Time a request may take."),                                                 \
        CNOP_WEB_ROW_(type, drain, CNOP_CONFIG_DURATION, "5s", 100, 60000, NULL,                   \
                      "Time a stopping process waits for requests that are being answered."),      \
        CNOP_WEB_ROW_(type, watchdog, CNOP_CONFIG_DURATION, "15s", 0, 600000, NULL,                \
                      "Time after which a process with a stuck thread is killed; 0s: never."),     \
        CNOP_WEB_ROW_(type, arena_kib, CNOP_CONFIG_U64, "1024", 64, 65536, NULL,                   \
                      "Memory of one request, KiB."),                                              \
        CNOP_WEB_ROW_(type, response_kib, CNOP_CONFIG_U64, "1024", 16, 65536, NULL,                \
                      "Largest response body, KiB.")

enum cnop_service_mode {
    CNOP_SERVICE_THREADS,
    CNOP_SERVICE_LOOP,
};

/* Answer of /health/ready: one entry for each thing the service needs. */
struct cnop_health;
/* name is static; err CNOP_OK: fine; the text is one short figure or reason, never a secret. */
cnop_printf(4, 5) void cnop_health_check(struct cnop_health *health, const char *name,
                                         enum cnop_err err, const char *fmt, ...);
/* As above, of something without which the service goes on: not good makes the answer "degraded",
 * still with 200, so that nobody takes the service away. */
cnop_printf(4, 5) void cnop_health_note(struct cnop_health *health, const char *name, bool good,
                                        const char *fmt, ...);

struct cnop_service {
    const char *name; /* metric prefix and log name: "auth" */
    enum cnop_service_mode mode;
    bool exclusive; /* never two processes at once, also while restarting: the order engine */
    const struct cnop_route *routes;
    size_t route_count;
    const struct cnop_metric_def *metrics;
    size_t metric_count;
    void *arg; /* given to the hooks below; usually the configuration */

    /* All hooks may be NULL. An error of an init hook ends the process (exit 70); the parent tries
     * again with growing pauses. Initialise lazily what may be down for a while (database). */
    enum cnop_err (*process_init)(void *arg); /* in the worker, before its threads */
    void (*process_done)(void *arg);          /* after the last answer */
    enum cnop_err (*thread_init)(void *arg, unsigned thread, void **ret_env); /* 0..threads-1 */
    void (*thread_done)(void *env);

    /* LOOP mode, on the loop thread, after every round of events: start a commit here. */
    void (*on_round_end)(void *env);
    /* LOOP mode, on the loop thread: a drain has begun; finish deferred requests soon. */
    void (*on_drain)(void *env);

    /* Adds checks; without it /health/ready answers with the runtime's own. Must not block long. */
    void (*ready)(void *env, struct cnop_health *health);
};

/* Reads the command line and configuration, then runs the service until it is told to stop.
 * Returns the exit status: 0 drained, 2 usage, 70 failed, 78 configuration refused. values is the
 * service's configuration struct, which holds *web. */
struct cnop_web_program {
    const struct cnop_service *service;
    const struct cnop_config_spec *spec;
    void *values;
    struct cnop_web_config *web; /* inside values */
    /* May be NULL: checks values that depend on one another; prints why and returns CONFIG. */
    enum cnop_err (*validate)(void *values);
};
int cnop_web_main(const struct cnop_web_program *program, int argc, char **argv);

/* ---- LOOP mode: other descriptors ---- */

/* Called on the loop thread with the epoll events that happened (EPOLLIN, ...). */
typedef void (*cnop_loop_fn)(int fd, uint32_t events, void *arg);

/* Level-triggered. From thread_init or a callback. Asserts on a full table (64). */
void cnop_loop_watch(int fd, uint32_t events, cnop_loop_fn fn, void *arg);
void cnop_loop_unwatch(int fd); /* before close(fd) */

/* A listening unix socket (mode 0660) made by atomic replacement of path; non-blocking. IO: the
 * current span has the cause. */
cnop_must_check enum cnop_err cnop_web_listen(const char *path, int *ret_fd);

/* Any thread: ends this process gracefully, as TERM does; the parent starts another. */
void cnop_web_stop(void);

#endif
