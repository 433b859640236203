/* SPDX-License-Identifier: MIT */
/* Serving one request of torture. */
#include "tests/torture/torture_serve.h"

#include <sys/socket.h>
#include <unistd.h>

#include "shared/web/request_state.h"
#include "shared/web/serve.h"
#include "tests/torture/torture_places.h"
#include "tests/unit/unit.h"

#define STREAM_BYTES (64 * 1024)
#define DEADLINE_MS 5000
#define ROUNDS_MAX 1000

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

/* STDOUT records, then one end of the request, and nothing behind it. False: cut off. */
static bool
read_answer(int fd, struct torture_answer *answer)
{
    static unsigned char bytes[TORTURE_ANSWER_BYTES];
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
judge_answer(struct torture_answer *answer)
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
    const struct cnop_request_sizes sizes = {
        .arena_bytes = world->arena_bytes != 0 ? world->arena_bytes : (size_t)256 * 1024,
        .response_bytes = 32 * 1024};

    if (pool == NULL) {
        ck_assert_int_eq(cnop_log_open("torture", CNOP_LOG_INFO, "/dev/null"), CNOP_OK);
        cnop_fcgi_start();
        ck_assert_int_eq(sigaction(SIGPIPE, &ignore, NULL), 0); /* as the runtime does */
        pool = cnop_arena_new((size_t)1024 * 1024 + sizes.arena_bytes);
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
    torture_places.armed = true;
    served = cnop_serve(req, sockets[1], frame, DEADLINE_MS);
    for (unsigned i = 0; served == CNOP_SERVED_LATER && !completed; i++) {
        ck_assert_msg(i < ROUNDS_MAX, "no answer");
        world->pump();
    }
    torture_places.armed = false;
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

bool
torture_serve(const struct torture_world *world, const struct torture_request *request,
              struct torture_answer *answer)
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

bool
torture_is_connected(void)
{
    return sockets[0] >= 0;
}
