/* SPDX-License-Identifier: MIT */
/* The engine of torture: counting, failing, serving and judging. */
#include "tests/torture/torture.h"

#include <dirent.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/web/request_state.h"
#include "shared/web/serve.h"
#include "tests/unit/unit.h"

#define STREAM_BYTES (64 * 1024)
#define DEADLINE_MS 5000
#define ROUNDS_MAX 1000
#define FAULTS_MAX 10000 /* a handler that never ends is a defect of its own */

static const char *const kind_names[TORTURE_KIND_COUNT] = {
    "memory", "open", "read", "write", "thread", "hash", "peer",
};

/* What a database can say to any call. */
static const enum cnop_err failures[] = {CNOP_E_DB_FAILED, CNOP_E_BUSY, CNOP_E_DB_DEADLOCK,
                                         CNOP_E_DEADLINE, CNOP_E_OUTCOME_UNKNOWN};

static struct {
    bool armed;
    bool lasting; /* once it has failed, it fails: a disk stays full */
    unsigned call_counts[TORTURE_KIND_COUNT];
    unsigned fail_at[TORTURE_KIND_COUNT];
} places;

bool
torture_fails(enum torture_kind kind)
{
    if (!places.armed)
        return false;
    places.call_counts[kind]++;
    return places.call_counts[kind] == places.fail_at[kind] ||
           (places.lasting && places.fail_at[kind] != 0 &&
            places.call_counts[kind] > places.fail_at[kind]);
}

/* ---- a request, and its answer ---- */

static void
put_record(struct cnop_buf *out, unsigned type, struct cnop_str bytes)
{
    const char head[8] = {1, (char)type, 0, 1, (char)(bytes.len >> 8), (char)(bytes.len & 255)};

    cnop_buf_bytes(out, head, sizeof(head));
    cnop_buf_str(out, bytes);
}

static void
put_param(struct cnop_buf *out, struct cnop_str pair)
{
    struct cnop_str name, value;

    (void)cnop_str_cut(pair, '=', &name, &value);
    ck_assert_uint_lt(name.len, 128);
    ck_assert_uint_lt(value.len, 128);
    cnop_buf_char(out, (char)name.len);
    cnop_buf_char(out, (char)value.len);
    cnop_buf_str(out, name);
    cnop_buf_str(out, value);
}

static void
put_request(struct cnop_buf *out, const struct torture_request *request)
{
    struct cnop_str body = cnop_str_from(request->body != NULL ? request->body : "");
    char memory[4096], pair[256];
    struct cnop_buf params;

    cnop_buf_init(&params, memory, sizeof(memory));
    (void)snprintf(pair, sizeof(pair), "REQUEST_METHOD=%s", request->method);
    put_param(&params, cnop_str_from(pair));
    (void)snprintf(pair, sizeof(pair), "CNOP_PATH=%s", request->path);
    put_param(&params, cnop_str_from(pair));
    (void)snprintf(pair, sizeof(pair), "CONTENT_LENGTH=%zu", body.len);
    put_param(&params, cnop_str_from(pair));
    put_param(&params, CNOP_STR("CONTENT_TYPE=application/json"));
    put_param(&params, CNOP_STR("CNOP_REQUEST_ID=torture"));
    put_param(&params, CNOP_STR("CNOP_CLIENT_ADDR=192.0.2.7"));
    for (size_t i = 0; i < CNOP_COUNT(request->params) && request->params[i] != NULL; i++)
        put_param(&params, cnop_str_from(request->params[i]));
    put_record(out, 1, cnop_str_make("\0\1\1\0\0\0\0", 8));
    put_record(out, 4, cnop_buf_view(&params));
    put_record(out, 4, CNOP_STR(""));
    if (body.len > 0)
        put_record(out, 5, body);
    put_record(out, 5, CNOP_STR(""));
    ck_assert(!out->overflow);
    ck_assert(!params.overflow);
}

struct answer {
    int status;
    char code[64]; /* of a problem */
    char text[STREAM_BYTES * 2];
    size_t text_len;
};

/* STDOUT records, then one end of the request, and nothing behind it. False: cut off. */
static bool
read_answer(int fd, struct answer *answer)
{
    static unsigned char bytes[STREAM_BYTES * 2];
    ssize_t received = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
    size_t len = received > 0 ? (size_t)received : 0, at = 0;
    bool ended = false;

    answer->text_len = 0;
    while (at + 8 <= len) {
        size_t content = bytes[at + 4] * 256U + bytes[at + 5];

        ck_assert_msg(!ended, "bytes behind the end of the answer");
        if (bytes[at + 1] == 6) {
            memcpy(answer->text + answer->text_len, bytes + at + 8, content);
            answer->text_len += content;
        }
        ended = bytes[at + 1] == 3;
        at += 8 + content + bytes[at + 6];
    }
    answer->text[answer->text_len] = '\0';
    return ended && at == len;
}

static void
judge_answer(struct answer *answer)
{
    static const char mark[] = "\"code\":\"";
    const char *code = strstr(answer->text, mark);
    uint64_t status;
    int err;

    ck_assert(strncmp(answer->text, "Status: ", 8) == 0);
    ck_assert_int_eq(cnop_str_parse_u64(cnop_str_make(answer->text + 8, 3), 200, 599, &status),
                     CNOP_OK);
    answer->status = (int)status;
    answer->code[0] = '\0';
    if (code == NULL && answer->status < 400)
        return;
    ck_assert_msg(code != NULL, "a problem without a code: %.300s", answer->text);
    (void)snprintf(answer->code, sizeof(answer->code), "%.*s",
                   (int)strcspn(code + sizeof(mark) - 1, "\""), code + sizeof(mark) - 1);
    for (err = 1; err < CNOP_ERR_COUNT; err++)
        if (strcmp(cnop_err_code((enum cnop_err)err), answer->code) == 0 &&
            (answer->status < 400 || cnop_err_status((enum cnop_err)err) == answer->status))
            return;
    ck_abort_msg("not of the catalogue: %d %s", answer->status, answer->code);
}

static struct cnop_request *
request_object(const struct torture_world *world)
{
    static struct cnop_request *req;
    static struct cnop_arena *pool;
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    const struct cnop_request_sizes sizes = {.arena_bytes = 256 * 1024,
                                             .response_bytes = 32 * 1024};

    if (pool == NULL) {
        ck_assert_int_eq(cnop_log_open("torture", CNOP_LOG_INFO, "/dev/null"), CNOP_OK);
        cnop_fcgi_start();
        ck_assert_int_eq(sigaction(SIGPIPE, &ignore, NULL), 0); /* as the runtime does */
        pool = cnop_arena_new(1024 * 1024);
        req = cnop_request_new(pool, world->service, &sizes);
    }
    req->env = world->env;
    return req;
}

/* ---- answers that come later ---- */

static int sockets[2] = {-1, -1};

static bool completed;
static enum cnop_served completed_as;

void __wrap_cnop_request_complete(struct cnop_request *req, enum cnop_err err);

/* In the place of the handler thread's. */
void
__wrap_cnop_request_complete(struct cnop_request *req, enum cnop_err err)
{
    ck_assert(!completed);
    req->deferred = false;
    completed = true;
    completed_as = cnop_serve_finish(req, err);
}

static enum cnop_served
serve_to_the_end(const struct torture_world *world, struct cnop_request *req,
                 const struct cnop_frame *frame)
{
    enum cnop_served served;

    completed = false;
    places.armed = true;
    served = cnop_serve(req, sockets[1], frame, DEADLINE_MS);
    for (unsigned i = 0; served == CNOP_SERVED_LATER && !completed; i++) {
        ck_assert_msg(i < ROUNDS_MAX, "no answer");
        world->pump();
    }
    places.armed = false;
    return served == CNOP_SERVED_LATER ? completed_as : served;
}

static void
hang_up(enum cnop_served served)
{
    ck_assert_int_eq(close(sockets[0]), 0);
    if (served == CNOP_SERVED_OPEN)
        ck_assert_int_eq(close(sockets[1]), 0);
    sockets[0] = -1;
}

/* False: the answer was cut off. */
static bool
serve(const struct torture_world *world, const struct torture_request *request,
      struct answer *answer)
{
    static char memory[STREAM_BYTES];
    static const struct cnop_frame_limits limits = {
        .param_bytes = 4096, .param_count = 64, .body_bytes = 32768};
    struct cnop_request *req = request_object(world);
    struct cnop_buf stream;
    struct cnop_frame frame;
    enum cnop_served served;
    bool whole;

    if (sockets[0] < 0)
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    cnop_buf_init(&stream, memory, sizeof(memory));
    put_request(&stream, request);
    ck_assert_int_eq(send(sockets[0], stream.ptr, stream.len, MSG_DONTWAIT), (ssize_t)stream.len);
    frame = cnop_frame_scan((const unsigned char *)stream.ptr, stream.len, &limits);
    ck_assert_int_eq(frame.state, CNOP_FRAME_READY);
    served = serve_to_the_end(world, req, &frame);
    whole = read_answer(sockets[0], answer);
    if (served == CNOP_SERVED_CLOSED || !whole)
        hang_up(served);
    ck_assert_msg(request->streams || (whole && served == CNOP_SERVED_OPEN), "no whole answer");
    if (whole)
        judge_answer(answer);
    return whole;
}

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
is_success(const struct torture_request *request, const struct answer *answer)
{
    return answer->status == request->status &&
           (request->proof == NULL || strstr(answer->text, request->proof) != NULL);
}

static void
judge_parts(const struct attempt *attempt, const struct answer *answer)
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
    static struct answer answer;
    enum cnop_err err;

    if (attempt->request != NULL) {
        if (!serve(attempt->world, attempt->request, &answer))
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
    places.armed = true;
    err = attempt->fn();
    places.armed = false;
    return err;
}

static void
disarm(const struct torture_world *world)
{
    memset(places.fail_at, 0, sizeof(places.fail_at));
    memset(places.call_counts, 0, sizeof(places.call_counts));
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
    ck_assert_msg(sockets[0] < 0 || descriptor_count() == attempt->descriptors,
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

    places.lasting = lasting;
    for (unsigned kind = 0; kind < TORTURE_KIND_COUNT; kind++) {
        (void)snprintf(where, sizeof(where), "%s%s", kind_names[kind], lasting ? " from" : "");
        for (unsigned at = 1;
             try_fault(attempt, &places.fail_at[kind], &places.call_counts[kind], where, at); at++)
            ;
    }
    places.lasting = false;
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
