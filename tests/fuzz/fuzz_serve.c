/* SPDX-License-Identifier: MIT */
/* A FastCGI stream through scan, libfcgi, request, router, decoder and answer over a socket pair.
 * Covers shared/web/serve.c, shared/web/fcgi.c and shared/web/response.c.
 * The answer is well formed, and exactly the scanned request was taken off the connection: nothing
 * of it is left to be mistaken for the next one, nothing of the next one is gone.
 * First byte of the input, odd: the rest is the stream; even: the rest is lines of NAME=value, an
 * empty line and the body, cut into records of that many bytes. */
#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/web/request_state.h"
#include "shared/web/serve.h"

#define FUZZ_INPUT_BYTES_MAX 8192
#define FUZZ_STREAM_BYTES_MAX (64 * 1024)
#define FUZZ_DEADLINE_MS 1000

const char fuzz_corpus[] = "serve";

struct deposit {
    cnop_cash amount;
    struct cnop_str note;
};

static const struct cnop_field deposit_fields[] = {
    CNOP_FIELD(struct deposit, amount, CNOP_K_CASH, CNOP_RANGE(1, 1000000 * CNOP_E8),
               CNOP_REQUIRED),
    CNOP_FIELD(struct deposit, note, CNOP_K_STR, CNOP_ANY, CNOP_OPTIONAL),
};

static enum cnop_err
serve_deposit(struct cnop_request *req, struct cnop_response *res)
{
    struct deposit deposit = {0};
    struct cnop_json_writer *json;
    enum cnop_err err =
        cnop_request_decode(req, deposit_fields, CNOP_COUNT(deposit_fields), &deposit);

    cnop_assert(cnop_request_user_id(req) > 0);
    if (err != CNOP_OK)
        return err;
    cnop_response_status(res, 201);
    cnop_response_header(res, "Location", "/api/v1/orders/%u", 1U);
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_cash(json, "amount", deposit.amount, 2);
    cnop_json_str(json, "note", deposit.note);
    cnop_json_str(json, "query", cnop_request_query(req, "q"));
    cnop_json_object_close(json);
    return CNOP_OK;
}

static enum cnop_err
serve_order(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json = cnop_response_json(res);

    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "id", cnop_request_path_param(req, "order_id"));
    cnop_json_object_close(json);
    return CNOP_OK;
}

static const struct cnop_route routes[] = {
    {CNOP_POST, "/api/v1/deposit", serve_deposit, CNOP_ROLE_CUSTOMER, 2048, 0},
    {CNOP_GET, "/api/v1/orders/{order_id}", serve_order, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_DELETE, "/api/v1/orders/{order_id}", serve_order, CNOP_ROLE_ADMIN, 0, 0},
};

static const struct cnop_service service = {
    .name = "fuzz", .routes = routes, .route_count = CNOP_COUNT(routes)};

static const struct cnop_frame_limits limits = {
    .param_bytes = 4096, .param_count = 64, .body_bytes = 4096};

/* ---- building a stream from readable input ---- */

static void
put_record(struct cnop_buf *out, unsigned type, const char *bytes, size_t len)
{
    const char head[8] = {1, (char)type, 0, 1, (char)(len >> 8), (char)(len & 255), 0, 0};

    cnop_buf_bytes(out, head, sizeof(head));
    cnop_buf_bytes(out, bytes, len);
}

static void
put_stream(struct cnop_buf *out, unsigned type, struct cnop_str bytes, size_t record_bytes)
{
    while (bytes.len > 0) {
        size_t len = bytes.len < record_bytes ? bytes.len : record_bytes;

        put_record(out, type, bytes.ptr, len);
        bytes = cnop_str_make(bytes.ptr + len, bytes.len - len);
    }
    put_record(out, type, "", 0);
}

static void
put_length(struct cnop_buf *out, size_t len)
{
    const char wide[4] = {(char)(len >> 24 | 128), (char)(len >> 16), (char)(len >> 8), (char)len};

    if (len < 128)
        cnop_buf_char(out, (char)len);
    else
        cnop_buf_bytes(out, wide, sizeof(wide));
}

static struct cnop_str
build(struct cnop_str input, size_t record_bytes)
{
    static char params_memory[2 * FUZZ_INPUT_BYTES_MAX + 1024];
    static char stream_memory[FUZZ_STREAM_BYTES_MAX * 3];
    struct cnop_buf params, stream;
    struct cnop_str line, name, value;

    cnop_buf_init(&params, params_memory, sizeof(params_memory));
    cnop_buf_init(&stream, stream_memory, sizeof(stream_memory));
    while (cnop_str_cut(input, '\n', &line, &input) && line.len > 0) {
        (void)cnop_str_cut(line, '=', &name, &value);
        put_length(&params, name.len);
        put_length(&params, value.len);
        cnop_buf_str(&params, name);
        cnop_buf_str(&params, value);
    }
    put_record(&stream, 1, "\0\1\1\0\0\0\0", 8);
    put_stream(&stream, 4, cnop_buf_view(&params), record_bytes);
    put_stream(&stream, 5, input, record_bytes);
    cnop_assert(!stream.overflow);
    return cnop_buf_view(&stream);
}

/* ---- reading the answer ---- */

static void
check_head(struct cnop_str answer)
{
    static const char wanted[] = "Status: ";
    const char *end = memmem(answer.ptr, answer.len, "\r\n\r\n", 4);
    const char *type;

    cnop_assert(cnop_str_has_prefix(answer, cnop_str_from(wanted)));
    cnop_assert(end != NULL);
    type = memmem(answer.ptr, answer.len, "Content-Type: application/", 26);
    cnop_assert(type != NULL || memmem(answer.ptr, answer.len, "Content-Type: text/", 19) != NULL);
    for (const char *c = answer.ptr; c < end; c++)
        cnop_assert((unsigned char)*c >= 0x20 || *c == '\r' || *c == '\n');
    cnop_assert(memmem(answer.ptr, (size_t)(end - answer.ptr), "X-Request-ID: ", 14) != NULL);
}

/* STDOUT records, then one END_REQUEST of a completed request, nothing behind it. */
static void
check_answer(const unsigned char *bytes, size_t len)
{
    static char text[FUZZ_STREAM_BYTES_MAX * 2];
    size_t at = 0, text_len = 0;
    bool ended = false;

    while (at < len) {
        const unsigned char *head = bytes + at;
        size_t content;

        cnop_assert(!ended);
        cnop_assert(len - at >= 8);
        content = head[4] * 256U + head[5];
        cnop_assert(head[0] == 1);
        cnop_assert(head[1] == 6 || head[1] == 7 || head[1] == 3);
        cnop_assert(len - at - 8 >= content + head[6]);
        if (head[1] == 6) {
            memcpy(text + text_len, head + 8, content);
            text_len += content;
        }
        ended = head[1] == 3;
        at += 8 + content + head[6];
    }
    cnop_assert(ended);
    check_head(cnop_str_make(text, text_len));
}

static size_t
read_all(int fd, unsigned char *bytes, size_t size)
{
    size_t total = 0;

    for (;;) {
        ssize_t len = recv(fd, bytes + total, size - total, MSG_DONTWAIT);

        if (len <= 0)
            return total;
        total += (size_t)len;
    }
}

static struct cnop_request *
serve_request(void)
{
    static struct cnop_request *req;
    static struct cnop_arena *pool;
    const struct cnop_request_sizes sizes = {.arena_bytes = 256 * 1024,
                                             .response_bytes = 64 * 1024};

    if (pool == NULL) {
        cnop_assert(cnop_log_open("fuzz", CNOP_LOG_CRITICAL, "/dev/null") == CNOP_OK);
        cnop_router_check(routes, CNOP_COUNT(routes));
        cnop_fcgi_start();
        pool = cnop_arena_new(1024 * 1024);
        req = cnop_request_new(pool, &service, &sizes);
    }
    return req;
}

/* The connection: kept while the product keeps it, as behind a gateway. */
static int pair[2] = {-1, -1};

static void
pair_close(bool also_ours)
{
    cnop_assert(close(pair[0]) == 0);
    if (also_ours)
        cnop_assert(close(pair[1]) == 0);
    pair[0] = pair[1] = -1;
}

static void
serve(struct cnop_str stream, const struct cnop_frame *frame)
{
    static unsigned char answer[FUZZ_STREAM_BYTES_MAX * 2];
    struct cnop_request *req = serve_request();
    enum cnop_served served;
    size_t left;

    if (pair[0] < 0)
        cnop_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
    cnop_assert(send(pair[0], stream.ptr, stream.len, MSG_DONTWAIT) == (ssize_t)stream.len);
    served = cnop_serve(req, pair[1], frame, FUZZ_DEADLINE_MS);
    cnop_assert(served != CNOP_SERVED_LATER);
    if (served == CNOP_SERVED_OPEN && frame->state == CNOP_FRAME_READY) {
        left = read_all(pair[1], answer, sizeof(answer));
        cnop_assert(left == 0);
    }
    check_answer(answer, read_all(pair[0], answer, sizeof(answer)));
    if (served != CNOP_SERVED_OPEN || frame->state != CNOP_FRAME_READY)
        pair_close(served == CNOP_SERVED_OPEN);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cnop_str stream;
    struct cnop_frame frame;

    if (len < 2 || len > FUZZ_INPUT_BYTES_MAX)
        return 0;
    stream = cnop_str_make((const char *)bytes + 1, len - 1);
    if (bytes[0] % 2 == 0)
        stream = build(stream, bytes[0] / 2 + 1U);
    frame = cnop_frame_scan((const unsigned char *)stream.ptr, stream.len, &limits);
    if (frame.state == CNOP_FRAME_READY || frame.state == CNOP_FRAME_OVERSIZE)
        serve(stream, &frame);
    return 0;
}
