/* SPDX-License-Identifier: MIT */
/* What it costs to walk a request's records before libfcgi reads them again (docs/adr/0001): one
 * request over a socket pair, taken as the runtime takes it, with and without the look at it and
 * the walk. Prints nanoseconds per request and their ratio; the best of several rounds counts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shared/base/base.h"
#include "shared/web/fcgi.h"
#include "shared/web/frame.h"

#define ROUNDS 9
#define CALLS 20000

static const char *const params[] = {
    "REQUEST_METHOD=POST",
    "QUERY_STRING=",
    "CONTENT_TYPE=application/json",
    "CONTENT_LENGTH=112",
    "CNOP_PATH=/api/v1/orders",
    "CNOP_REQUEST_ID=0123456789abcdef0123456789abcdef",
    "CNOP_CLIENT_ADDR=203.0.113.77",
    "CNOP_USER_ID=1000",
    "CNOP_ROLE=customer",
    "CNOP_SID=00112233445566778899aabbccddeeff",
    "CNOP_TOKEN_EXPIRES=1795347296",
    "CNOP_TOKEN_SOURCE=bearer",
    "HTTP_HOST=example.com",
    "HTTP_ACCEPT=application/json",
    "HTTP_USER_AGENT=Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "HTTP_IDEMPOTENCY_KEY=c-0123456789abcdef",
    "HTTP_ACCEPT_LANGUAGE=en-US,en;q=0.5",
};
static const char body[] = "{\"asset_id\":\"BTC\",\"order_type\":\"market_buy\",\"quantity\":"
                           "\"0.10000000\",\"client_order_id\":\"c-0123456789abcdef\"}";

static const struct cnop_frame_limits limits = {32768, 128, 65536};
static char request[4096];
static struct cnop_buf wire;
static unsigned char peek[65536];
static volatile uint64_t sink; /* keeps results alive */

static void
put_header(int type, size_t len)
{
    const char header[] = {1, (char)type, 0, 1, (char)(len >> 8), (char)(len & 0xff), 0, 0};

    cnop_buf_bytes(&wire, header, sizeof(header));
}

static void
make_request(void)
{
    static const char begin[8] = {0, 1, 1}; /* responder, keep the connection */
    char memory[2048];
    struct cnop_buf pairs;

    cnop_buf_init(&pairs, memory, sizeof(memory));
    for (size_t i = 0; i < CNOP_COUNT(params); i++) {
        const char *value = strchr(params[i], '=') + 1;

        cnop_buf_char(&pairs, (char)(value - params[i] - 1));
        cnop_buf_char(&pairs, (char)strlen(value));
        cnop_buf_bytes(&pairs, params[i], (size_t)(value - params[i] - 1));
        cnop_buf_text(&pairs, value);
    }
    cnop_buf_init(&wire, request, sizeof(request));
    put_header(1, sizeof(begin));
    cnop_buf_bytes(&wire, begin, sizeof(begin));
    put_header(4, pairs.len);
    cnop_buf_str(&wire, cnop_buf_view(&pairs));
    put_header(4, 0);
    put_header(5, sizeof(body) - 1);
    cnop_buf_text(&wire, body);
    put_header(5, 0);
    cnop_assert(!wire.overflow && !pairs.overflow);
}

static void
serve(struct cnop_fcgi *fcgi, const int pair[2], bool looks)
{
    char taken[256];

    cnop_assert(write(pair[0], request, wire.len) == (ssize_t)wire.len);
    if (looks) {
        ssize_t len = recv(pair[1], peek, sizeof(peek), MSG_PEEK | MSG_DONTWAIT);
        struct cnop_frame frame = cnop_frame_scan(peek, (size_t)len, &limits);

        cnop_assert(frame.state == CNOP_FRAME_READY);
        sink += frame.total_bytes;
    }
    cnop_assert(cnop_fcgi_begin(fcgi, pair[1]));
    sink += cnop_fcgi_read(fcgi, taken, sizeof(taken));
    cnop_assert(cnop_fcgi_write(fcgi, "Status: 200\r\n\r\n{}", 17));
    cnop_assert(cnop_fcgi_flush(fcgi));
    cnop_assert(cnop_fcgi_end(fcgi));
    cnop_assert(read(pair[0], taken, sizeof(taken)) > 0);
}

static void
walk(void)
{
    sink += cnop_frame_scan((const unsigned char *)request, wire.len, &limits).total_bytes;
}

static int64_t
now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int
main(void)
{
    int64_t best[3] = {INT64_MAX, INT64_MAX, INT64_MAX};
    struct cnop_arena *pool = cnop_arena_new(256 * 1024);
    struct cnop_fcgi *fcgi;
    int pair[2];

    make_request();
    cnop_fcgi_start();
    fcgi = cnop_fcgi_new(pool);
    cnop_assert(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        for (int what = 0; what < 3; what++) {
            int64_t start = now_ns(), took;

            for (int i = 0; i < CALLS; i++) {
                if (what == 2)
                    walk();
                else
                    serve(fcgi, pair, what == 1);
            }
            took = (now_ns() - start) / CALLS;
            if (took < best[what])
                best[what] = took;
        }
    }
    (void)printf("request of %zu bytes\n"
                 "taken by libfcgi alone      %6" PRId64 " ns\n"
                 "looked at and walked first  %6" PRId64 " ns   %.3f of the above\n"
                 "the walk by itself          %6" PRId64 " ns   %.3f\n",
                 wire.len, best[0], best[1], (double)best[1] / (double)best[0], best[2],
                 (double)best[2] / (double)best[0]);
    cnop_arena_free(&pool);
    return 0;
}
