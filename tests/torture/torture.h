/* SPDX-License-Identifier: MIT */
/* Torture: a request is served again and again, and each time another one of the calls that it
 * stands on fails. What must hold afterwards, whichever call it was: the answer is one of the
 * catalogue; it says success only when the whole effect is there, and failure only when nothing of
 * it is; no descriptor is left open; and the next request is served as if nothing had been. */
#ifndef CNOP_TESTS_TORTURE_TORTURE_H
#define CNOP_TESTS_TORTURE_TORTURE_H

#include "shared/web/web.h"

/* Places where calls can fail. Those of the system and of libraries are replaced by the linker, see
 * TORTURE_WRAPS in torture.am; a fake store is a place, too. */
enum torture_kind {
    TORTURE_MEMORY, /* the request's arena is full */
    TORTURE_OPEN,   /* open(2), stat(2): EMFILE */
    TORTURE_READ,   /* read(2): EIO */
    TORTURE_WRITE,  /* write(2): ENOSPC; fsync(2), rename(2): EIO */
    TORTURE_THREAD, /* pthread_create(3): EAGAIN */
    TORTURE_HASH,   /* libsodium has no memory for argon2id */
    TORTURE_PEER,   /* an HTTP exchange: no connection */
    TORTURE_KIND_COUNT
};

/* Counts a call; true when it is its turn to fail. */
bool torture_fails(enum torture_kind kind);

/* What the peer of an HTTP exchange answers, and with which status; NULL: nothing, and 204. */
struct cnop_http_exchange;
extern int (*torture_peer)(const struct cnop_http_exchange *exchange, struct cnop_buf *body);

/* A fake with a counter of its own, and what its calls fail with, one after the other. */
struct torture_fake {
    const char *name;
    unsigned *call_count;
    unsigned *fail_at;
    enum cnop_err *failure; /* NULL: the fake has one failure only */
};

/* What a request changes, as numbers. */
#define TORTURE_EFFECT_COUNT 12
struct torture_effect {
    int64_t values[TORTURE_EFFECT_COUNT];
};

/* What an error may leave behind. */
enum torture_promise {
    TORTURE_ALL_OR_NOTHING,   /* nothing; of an unknown outcome all, if not nothing */
    TORTURE_UNKNOWN_COMPLETE, /* of an unknown outcome a half: the same again completes it */
    TORTURE_ERROR_COMPLETE,   /* of any error: the same again completes it */
};

struct torture_world {
    const struct cnop_service *service;
    void *env;
    void (*reset)(void); /* the world as it is before each request */
    struct torture_effect (*effect)(void);
    const struct torture_fake *fakes;
    size_t fake_count;
    void (*pump)(void);   /* one round of a service that answers later; NULL: none */
    void (*settle)(void); /* before the next request: time goes by, what ended starts again */
    enum torture_promise promise;
    size_t arena_bytes; /* of a request; 0: what most services need */
    bool needs_all;     /* no fault may be survived: what could not be made durable is not there */
};

struct torture_request {
    const char *method;
    const char *path;
    const char *body;      /* JSON, or NULL */
    const char *params[8]; /* further ones, "NAME=value" */
    int status;            /* of the answer when nothing fails */
    bool streams;          /* an answer that has begun is cut when it cannot go on */
    const char *proof;     /* what an answer of success holds; NULL: its status says it */
};

/* Serves the request once without a fault, then with every call failing in turn. Fails the running
 * test at the first thing that does not hold; returns how many faults were tried. */
unsigned torture_request(const struct torture_world *world, const struct torture_request *request);
/* The same for one of many: says how many faults there were, which is more than one. */
void torture_one_of(const struct torture_world *world, const struct torture_request *request);

/* The same for a request of several parts, each of which is answered for itself: as many as the
 * answer tells are done, whatever fails, and the same again does the rest. */
struct torture_parts {
    int64_t (*told)(const char *answer);
    int64_t (*done)(void);
};
unsigned torture_request_parts(const struct torture_world *world,
                               const struct torture_request *request,
                               const struct torture_parts *parts);

/* The same for anything else: run gives its error, and effect is compared as above. */
typedef enum cnop_err (*torture_fn)(void);
unsigned torture_call(const struct torture_world *world, torture_fn run);

#endif
