/* SPDX-License-Identifier: MIT */
/* The command client against a scripted engine: answers, silence, hang-ups, restarts. */
#include "shared/engine_client/client.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/base/secret.h"
#include "tests/unit/unit.h"

/* What the scripted engine does with its n-th message. */
enum act { ACT_ANSWER, ACT_REFUSE, ACT_HANG_UP, ACT_OLD_ANSWER_FIRST, ACT_SILENCE };

static char path[64];
static int listen_fd;
static pthread_t thread;
static const enum act *script;
static size_t script_len;
static struct ledger_command seen[8];
static size_t seen_count;

static void
send_reply(int fd, uint64_t tag, enum cnop_err err)
{
    struct engine_wire_reply reply = {
        .head = {.version = ENGINE_WIRE_VERSION, .bytes = sizeof(reply), .tag = tag},
        .err = (uint32_t)err,
        .refused_count = 3,
        .outcome = {.posting.id = 42, .have_e8 = 7}};

    (void)!send(fd, &reply, sizeof(reply), MSG_NOSIGNAL);
}

/* False: the connection is to be closed. */
static bool
play(int fd, const struct engine_wire_command *message, enum act act)
{
    if (act == ACT_HANG_UP)
        return false;
    if (act == ACT_OLD_ANSWER_FIRST)
        send_reply(fd, message->head.tag - 1, CNOP_E_INTERNAL);
    if (act != ACT_SILENCE)
        send_reply(fd, message->head.tag, act == ACT_REFUSE ? CNOP_E_DAILY_LIMIT : CNOP_OK);
    return true;
}

static void *
engine_main(void *arg)
{
    size_t step = 0;

    (void)arg;
    while (step < script_len) {
        int fd = accept(listen_fd, NULL, NULL);
        struct engine_wire_command message;

        while (step < script_len && recv(fd, &message, sizeof(message), 0) > 0) {
            seen[seen_count++] = message.command;
            if (!play(fd, &message, script[step++]))
                break;
        }
        if (step == script_len && script[script_len - 1] == ACT_SILENCE)
            (void)recv(fd, &message, sizeof(message), 0); /* until the client gives up */
        (void)close(fd);
    }
    return NULL;
}

static void
engine_open(const enum act *acts, size_t count)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    cnop_secret_init();
    (void)snprintf(path, sizeof(path), "/tmp/cnop-test-client-%d.sock", (int)getpid());
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
    (void)unlink(path);
    script = acts;
    script_len = count;
    seen_count = 0;
    listen_fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    ck_assert_int_eq(bind(listen_fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listen_fd, 8), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, engine_main, NULL), 0);
}

static void
engine_close(void)
{
    (void)pthread_join(thread, NULL);
    (void)close(listen_fd);
    (void)unlink(path);
}

static enum cnop_err
deposit(struct engine_client *client, struct ledger_outcome *outcome)
{
    const struct ledger_command command = {
        .op = LEDGER_OP_DEPOSIT, .account_id = 1000, .amount = {5 * CNOP_E8}};

    return engine_client_call(client, &command, outcome);
}

START_TEST(answers_and_refusals_come_through)
{
    static const enum act acts[] = {ACT_ANSWER, ACT_REFUSE, ACT_OLD_ANSWER_FIRST};
    struct engine_client client;
    struct ledger_outcome outcome;

    engine_open(acts, CNOP_COUNT(acts));
    engine_client_init(&client, path, 2000);
    ck_assert_int_eq(deposit(&client, &outcome), CNOP_OK);
    ck_assert_int_eq(outcome.posting.id, 42);
    ck_assert_int_eq(deposit(&client, &outcome), CNOP_E_DAILY_LIMIT);
    ck_assert_int_eq(outcome.have_e8, 7);
    ck_assert_int_eq(deposit(&client, &outcome), CNOP_OK); /* not the answer of another request */
    engine_client_done(&client);
    engine_close();
}
END_TEST

/* The engine dies with the command: it is sent again, under the same key. */
START_TEST(a_lost_answer_is_asked_for_again_with_the_same_key)
{
    static const enum act acts[] = {ACT_HANG_UP, ACT_HANG_UP, ACT_ANSWER};
    struct engine_client client;
    struct ledger_outcome outcome;

    engine_open(acts, CNOP_COUNT(acts));
    engine_client_init(&client, path, 2000);
    ck_assert_int_eq(deposit(&client, &outcome), CNOP_OK);
    engine_client_done(&client);
    engine_close();
    ck_assert_uint_eq(seen_count, 3);
    ck_assert_uint_gt(seen[0].key_len, 16);
    ck_assert_mem_eq(seen[0].key, seen[1].key, LEDGER_KEY_BYTES);
    ck_assert_mem_eq(seen[0].key, seen[2].key, LEDGER_KEY_BYTES);
    ck_assert_mem_eq(seen[0].fingerprint, seen[2].fingerprint, LEDGER_FINGERPRINT_BYTES);
}
END_TEST

START_TEST(silence_is_an_unknown_outcome)
{
    static const enum act acts[] = {ACT_SILENCE};
    struct engine_client client;
    struct ledger_outcome outcome;

    engine_open(acts, CNOP_COUNT(acts));
    engine_client_init(&client, path, 100);
    ck_assert_int_eq(deposit(&client, &outcome), CNOP_E_OUTCOME_UNKNOWN);
    engine_client_done(&client);
    engine_close();
}
END_TEST

START_TEST(nobody_there_is_unavailable)
{
    struct engine_client client;
    struct ledger_outcome outcome;
    uint32_t refused_count = 0;
    const struct ledger_tick tick = {.asset_id = 1, .price = {1}, .seq = 1};

    cnop_secret_init();
    engine_client_init(&client, "/nonexistent/engine.sock", 60);
    ck_assert_int_eq(deposit(&client, &outcome), CNOP_E_UNAVAILABLE);
    ck_assert_int_eq(engine_client_ticks(&client, &tick, 1, &refused_count), CNOP_E_UNAVAILABLE);
    engine_client_done(&client);
}
END_TEST

START_TEST(ticks_report_how_many_were_skipped)
{
    static const enum act acts[] = {ACT_ANSWER};
    static struct ledger_tick ticks[ENGINE_WIRE_TICK_MAX];
    struct engine_client client;
    uint32_t refused_count = 0;

    engine_open(acts, CNOP_COUNT(acts));
    engine_client_init(&client, path, 2000);
    ck_assert_int_eq(engine_client_ticks(&client, ticks, ENGINE_WIRE_TICK_MAX, &refused_count),
                     CNOP_OK);
    ck_assert_uint_eq(refused_count, 3);
    engine_client_done(&client);
    engine_close();
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, answers_and_refusals_come_through);
    tcase_add_test(tests, a_lost_answer_is_asked_for_again_with_the_same_key);
    tcase_add_test(tests, silence_is_an_unknown_outcome);
    tcase_add_test(tests, nobody_there_is_unavailable);
    tcase_add_test(tests, ticks_report_how_many_were_skipped);
}

UNIT_MAIN("engine_client", add)
