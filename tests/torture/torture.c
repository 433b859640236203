/* SPDX-License-Identifier: MIT */
/* The engine of torture: failing one call after the other, and judging. */
#include "tests/torture/torture.h"

#include <dirent.h>

#include "tests/torture/torture_places.h"
#include "tests/torture/torture_serve.h"
#include "tests/unit/unit.h"

#define FAULTS_MAX 10000 /* a handler that never ends is a defect of its own */

/* What a database can say to any call. */
static const enum cnop_err failures[] = {CNOP_E_DB_FAILED, CNOP_E_BUSY, CNOP_E_DB_DEADLOCK,
                                         CNOP_E_DEADLINE, CNOP_E_OUTCOME_UNKNOWN};

/* ---- judging ---- */

static unsigned
descriptor_count(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    ck_assert_ptr_nonnull(folder);
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count;
}

static bool
effect_equal(const struct torture_effect *a, const struct torture_effect *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static const char *
effect_text(const struct torture_effect *effect)
{
    static char text[TORTURE_EFFECT_COUNT * 22];
    size_t len = 0;

    for (size_t i = 0; i < TORTURE_EFFECT_COUNT; i++)
        len +=
            (size_t)snprintf(text + len, sizeof(text) - len, " %lld", (long long)effect->values[i]);
    return text;
}

/* Whatever is tried, seen alike: an error of the catalogue, and CNOP_OK for success. */
struct attempt {
    const struct torture_world *world;
    const struct torture_request *request; /* NULL: fn */
    const struct torture_parts *parts;     /* NULL: the request is one */
    torture_fn fn;
    struct torture_effect none, whole;
    unsigned descriptors;
    unsigned faults;
};

static bool
is_success(const struct torture_request *request, const struct torture_answer *answer)
{
    return answer->status == request->status &&
           (request->proof == NULL || strstr(answer->text, request->proof) != NULL);
}

static void
judge_parts(const struct attempt *attempt, const struct torture_answer *answer)
{
    int64_t done = attempt->parts->done();
    int64_t told =
        answer->status == attempt->request->status ? attempt->parts->told(answer->text) : 0;

    ck_assert_msg(told == done, "%lld parts are done, and %lld told: %.300s", (long long)done,
                  (long long)told, answer->text);
}

static enum cnop_err
attempt_once(const struct attempt *attempt)
{
    static struct torture_answer answer;
    enum cnop_err err;

    if (attempt->request != NULL) {
        if (!torture_serve(attempt->world, attempt->request, &answer))
            return CNOP_E_UNAVAILABLE;
        if (attempt->parts != NULL)
            judge_parts(attempt, &answer);
        if (is_success(attempt->request, &answer))
            return CNOP_OK;
        for (int i = 1; i < CNOP_ERR_COUNT; i++)
            if (strcmp(cnop_err_code((enum cnop_err)i), answer.code) == 0)
                return (enum cnop_err)i;
        ck_abort_msg("neither the expected answer nor a problem: %.300s", answer.text);
    }
    torture_places.armed = true;
    err = attempt->fn();
    torture_places.armed = false;
    return err;
}

static void
disarm(const struct torture_world *world)
{
    memset(torture_places.fail_at, 0, sizeof(torture_places.fail_at));
    memset(torture_places.call_counts, 0, sizeof(torture_places.call_counts));
    for (size_t i = 0; i < world->fake_count; i++) {
        *world->fakes[i].fail_at = 0;
        *world->fakes[i].call_count = 0;
    }
}

static void
start_over(const struct torture_world *world)
{
    disarm(world); /* what makes the world may call what fails */
    world->reset();
    disarm(world);
}

/* As if nothing had been: what was refused works now, as a whole. */
static void
judge_next(const struct attempt *attempt, const char *where, unsigned at)
{
    struct torture_effect effect;
    enum cnop_err err;

    disarm(attempt->world);
    if (attempt->world->settle != NULL)
        attempt->world->settle();
    err = attempt_once(attempt);
    effect = attempt->world->effect();
    ck_assert_msg(err == CNOP_OK, "after %s %u: the next gets %s", where, at, cnop_err_symbol(err));
    ck_assert_msg(effect_equal(&effect, &attempt->whole), "after %s %u: the next leaves%s", where,
                  at, effect_text(&effect));
}

static bool
may_be_half(const struct attempt *attempt, enum cnop_err err)
{
    enum torture_promise promise = attempt->world->promise;

    return (attempt->parts != NULL && err != CNOP_OK) ||
           (promise == TORTURE_ERROR_COMPLETE && err != CNOP_OK) ||
           (promise == TORTURE_UNKNOWN_COMPLETE && err == CNOP_E_OUTCOME_UNKNOWN);
}

static void
judge(const struct attempt *attempt, enum cnop_err err, const char *where, unsigned at)
{
    struct torture_effect effect = attempt->world->effect();
    bool none = effect_equal(&effect, &attempt->none);
    bool whole = effect_equal(&effect, &attempt->whole);

    /* It is not the caller's fault, and we know what it was. */
    ck_assert_msg(err == CNOP_OK || (cnop_err_status(err) == 503), "%s %u: %s", where, at,
                  cnop_err_symbol(err));
    ck_assert_msg(!torture_is_connected() || descriptor_count() == attempt->descriptors,
                  "%s %u: a descriptor is left open", where, at);
    if (may_be_half(attempt, err)) {
        judge_next(attempt, where, at);
        return;
    }
    ck_assert_msg(none || whole, "%s %u: %s and half an effect:%s", where, at, cnop_err_symbol(err),
                  effect_text(&effect));
    ck_assert_msg(err != CNOP_OK || !attempt->world->needs_all, "%s %u: ignored", where, at);
    if (err == CNOP_OK)
        ck_assert_msg(whole, "%s %u: success, and no effect", where, at);
    else if (err != CNOP_E_OUTCOME_UNKNOWN)
        ck_assert_msg(none, "%s %u: %s, and all of the effect", where, at, cnop_err_symbol(err));
    if (none && err != CNOP_OK)
        judge_next(attempt, where, at);
}

/* True: there was such a call. */
static bool
try_fault(struct attempt *attempt, unsigned *fail_at, const unsigned *call_count, const char *where,
          unsigned at)
{
    enum cnop_err err;

    start_over(attempt->world);
    *fail_at = at;
    err = attempt_once(attempt);
    if (*call_count < at) {
        ck_assert_msg(err == CNOP_OK, "without a fault: %s", cnop_err_symbol(err));
        return false;
    }
    attempt->faults++;
    ck_assert_uint_lt(attempt->faults, FAULTS_MAX);
    judge(attempt, err, where, at);
    return true;
}

static void
try_kinds(struct attempt *attempt, bool lasting)
{
    char where[64];

    torture_places.lasting = lasting;
    for (unsigned kind = 0; kind < TORTURE_KIND_COUNT; kind++) {
        (void)snprintf(where, sizeof(where), "%s%s", torture_kind_names[kind],
                       lasting ? " from" : "");
        for (unsigned at = 1; try_fault(attempt, &torture_places.fail_at[kind],
                                        &torture_places.call_counts[kind], where, at);
             at++)
            ;
    }
    torture_places.lasting = false;
}

static void
try_fake(struct attempt *attempt, const struct torture_fake *fake)
{
    char where[64];

    for (size_t i = 0; i < (fake->failure != NULL ? CNOP_COUNT(failures) : 1); i++) {
        (void)snprintf(where, sizeof(where), "%s", fake->name);
        if (fake->failure != NULL) {
            *fake->failure = failures[i];
            (void)snprintf(where, sizeof(where), "%s (%s)", fake->name,
                           cnop_err_symbol(failures[i]));
        }
        for (unsigned at = 1; try_fault(attempt, fake->fail_at, fake->call_count, where, at); at++)
            ;
    }
}

static unsigned
torture(struct attempt *attempt)
{
    const struct torture_world *world = attempt->world;
    enum cnop_err err;

    for (int i = 0; i < 2; i++) { /* the second time everything is warm */
        start_over(world);
        attempt->none = world->effect();
        err = attempt_once(attempt);
        attempt->whole = world->effect();
        ck_assert_msg(err == CNOP_OK, "without a fault: %s", cnop_err_symbol(err));
    }
    attempt->descriptors = descriptor_count();
    try_kinds(attempt, false);
    try_kinds(attempt, true);
    for (size_t i = 0; i < world->fake_count; i++)
        try_fake(attempt, &world->fakes[i]);
    start_over(world);
    return attempt->faults;
}

unsigned
torture_request(const struct torture_world *world, const struct torture_request *request)
{
    struct attempt attempt = {.world = world, .request = request};

    return torture(&attempt);
}

void
torture_one_of(const struct torture_world *world, const struct torture_request *request)
{
    unsigned faults = torture_request(world, request);

    ck_assert_uint_gt(faults, 1);
    (void)fprintf(stderr, "# %s %s: %u faults\n", request->method, request->path, faults);
}

unsigned
torture_call(const struct torture_world *world, torture_fn run)
{
    struct attempt attempt = {.world = world, .fn = run};

    return torture(&attempt);
}

unsigned
torture_request_parts(const struct torture_world *world, const struct torture_request *request,
                      const struct torture_parts *parts)
{
    struct attempt attempt = {.world = world, .request = request, .parts = parts};

    return torture(&attempt);
}
