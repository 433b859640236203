/* SPDX-License-Identifier: MIT */
/* The HTTP client against a scripted peer on a unix socket: answers, limits, time, redirects. */
#include "shared/http/http_client.h"

#include "tests/unit/unit.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address;
static struct cnop_http_client *client;
static const char *script; /* what the peer answers; NULL: nothing, ever */
static char received[4096];
static int listener;
static pthread_t peer;

/* Reads one request up to its body, answers once. */
static void *
serve(void *arg)
{
    size_t len = 0;
    int fd = accept(listener, NULL, NULL);

    (void)arg;
    if (fd < 0)
        return NULL;
    while (len < sizeof(received) - 1 && strstr(received, "\r\n\r\n") == NULL) {
        ssize_t got = read(fd, received + len, sizeof(received) - 1 - len);

        if (got <= 0)
            break;
        len += (size_t)got;
    }
    if (script != NULL)
        ck_assert_int_gt(write(fd, script, strlen(script)), 0);
    else
        ck_assert_int_eq(read(fd, received, 1), 0); /* until the client gives up */
    (void)close(fd);
    return NULL;
}

static void
start(void)
{
    address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/cnop-http-%d.sock", getpid());
    (void)unlink(address.sun_path);
    listener = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 4), 0);
    memset(received, 0, sizeof(received));
    cnop_http_init();
    client = cnop_http_client_new();
}

static void
stop(void)
{
    cnop_http_client_free(&client);
    (void)close(listener);
    (void)unlink(address.sun_path);
}

/* Sends the request, which gets this answer. */
static enum cnop_err
send_request(const struct cnop_http_exchange *request, const char *answer, struct cnop_buf *body,
             int *ret_status)
{
    enum cnop_err err;

    script = answer;
    ck_assert_int_eq(pthread_create(&peer, NULL, serve, NULL), 0);
    err = cnop_http_send(client, request, body, ret_status);
    ck_assert_int_eq(pthread_join(peer, NULL), 0);
    return err;
}

static enum cnop_err
exchange(const char *answer, uint32_t timeout_ms, struct cnop_buf *body, int *ret_status)
{
    const struct cnop_http_exchange request = {
        .unix_socket = address.sun_path,
        .url = "http://localhost/control?x=1",
        .body = CNOP_STR("delta 1\n"),
        .content_type = "text/plain",
        .headers = {"X-Test: yes"},
        .timeout_ms = timeout_ms,
    };

    return send_request(&request, answer, body, ret_status);
}

START_TEST(an_exchange)
{
    char memory[64];
    struct cnop_buf body;
    int status = 0;

    cnop_buf_init(&body, memory, sizeof(memory));
    ck_assert_int_eq(
        exchange("HTTP/1.1 409 Gap\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 5000,
                 &body, &status),
        CNOP_OK);
    ck_assert_int_eq(status, 409);
    ck_assert(cnop_str_equal(cnop_buf_view(&body), CNOP_STR("hello")));
    ck_assert_ptr_nonnull(strstr(received, "POST /control?x=1 HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(received, "Content-Type: text/plain\r\n"));
    ck_assert_ptr_nonnull(strstr(received, "X-Test: yes\r\n"));
    ck_assert_ptr_null(strstr(received, "Expect:"));
}
END_TEST

START_TEST(a_deletion_has_no_body)
{
    const struct cnop_http_exchange request = {.unix_socket = address.sun_path,
                                               .url = "http://localhost/silence/7",
                                               .is_delete = true,
                                               .timeout_ms = 5000};
    int status = 0;

    ck_assert_int_eq(
        send_request(&request, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                     NULL, &status),
        CNOP_OK);
    ck_assert_int_eq(status, 200);
    ck_assert_ptr_nonnull(strstr(received, "DELETE /silence/7 HTTP/1.1\r\n"));
    ck_assert_ptr_null(strstr(received, "Content-"));
}
END_TEST

START_TEST(redirects_are_answers_like_others)
{
    int status = 0;

    ck_assert_int_eq(exchange("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n"
                              "Content-Length: 0\r\nConnection: close\r\n\r\n",
                              5000, NULL, &status),
                     CNOP_OK);
    ck_assert_int_eq(status, 302);
}
END_TEST

START_TEST(large_answers_are_cut_off)
{
    char memory[4];
    struct cnop_buf body;
    int status = 77;

    cnop_buf_init(&body, memory, sizeof(memory));
    ck_assert_int_eq(
        exchange("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello", 5000,
                 &body, &status),
        CNOP_E_TRUNCATED);
    ck_assert_int_eq(status, 77);
}
END_TEST

START_TEST(silence_ends_at_the_deadline)
{
    int status = 77;

    ck_assert_int_eq(exchange(NULL, 50, NULL, &status), CNOP_E_DEADLINE);
    ck_assert_int_eq(status, 77);
}
END_TEST

START_TEST(nonsense_is_an_error)
{
    int status = 77;

    ck_assert_int_eq(exchange("not http at all\r\n\r\n", 5000, NULL, &status), CNOP_E_IO);
    ck_assert_str_ne(cnop_http_cause(client), "");
}
END_TEST

START_TEST(nobody_listens)
{
    const struct cnop_http_exchange request = {
        .unix_socket = "/nonexistent/socket", .url = "http://localhost/", .timeout_ms = 1000};
    int status = 77;

    ck_assert_int_eq(cnop_http_send(client, &request, NULL, &status), CNOP_E_IO);
}
END_TEST

START_TEST(only_http_urls)
{
    static const char *const urls[] = {"file:///etc/passwd", "ftp://localhost/", "localhost", "",
                                       "gopher://localhost/"};
    int status = 77;

    for (size_t i = 0; i < CNOP_COUNT(urls); i++) {
        const struct cnop_http_exchange request = {.url = urls[i], .timeout_ms = 1000};

        ck_assert_int_eq(cnop_http_send(client, &request, NULL, &status), CNOP_E_INVALID);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, an_exchange);
    tcase_add_test(tests, a_deletion_has_no_body);
    tcase_add_test(tests, redirects_are_answers_like_others);
    tcase_add_test(tests, large_answers_are_cut_off);
    tcase_add_test(tests, silence_ends_at_the_deadline);
    tcase_add_test(tests, nonsense_is_an_error);
    tcase_add_test(tests, nobody_listens);
    tcase_add_test(tests, only_http_urls);
}

UNIT_MAIN("http_client", add)
