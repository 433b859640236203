/* SPDX-License-Identifier: MIT */
/* Torture of every operation of the auth service: real routes, adapters, rules and signing keys
 * over the store in memory. */
#include "fcgi_services/auth/auth_http.h"
#include "fcgi_services/auth/keyring.h"
#include "shared/token/mint.h"
#include "tests/torture/folder.h"
#include "tests/torture/torture.h"
#include "tests/unit/auth/auth_bench.h"
#include "tests/unit/unit.h"

#define PASSWORD "Quiet-Harbour-41"
#define USER_PARAMS                                                                                \
    {                                                                                              \
        "CNOP_USER_ID=1000", "CNOP_ROLE=customer", sid_param                                       \
    }

static char jwks_path[64];
static char sid_param[48], session_path[96], refresh_body[96];

static struct auth_config config = {.gateway_timeout = 100};
static struct signer_config signer_config;
static struct cnop_arena *signer_arena;
static struct auth_thread self;
static struct fake_tables at_start;

/* The answer of a commit that is lost on its way: the effect stands, nobody knows. */
static struct {
    unsigned call_count;
    unsigned fail_at;
} commit_answer;

static enum cnop_err
lose_answer(enum cnop_err err)
{
    commit_answer.call_count++;
    return err == CNOP_OK && commit_answer.call_count == commit_answer.fail_at
               ? CNOP_E_OUTCOME_UNKNOWN
               : err;
}

enum cnop_err __real_auth_store_transaction(struct auth_store *store, auth_store_fn fn, void *arg);
enum cnop_err __wrap_auth_store_transaction(struct auth_store *store, auth_store_fn fn, void *arg);
enum cnop_err __real_auth_store_insert_user(struct auth_store *store,
                                            const struct auth_new_user *user, uint64_t *ret_id);
enum cnop_err __wrap_auth_store_insert_user(struct auth_store *store,
                                            const struct auth_new_user *user, uint64_t *ret_id);

enum cnop_err
__wrap_auth_store_transaction(struct auth_store *store, auth_store_fn fn, void *arg)
{
    return lose_answer(__real_auth_store_transaction(store, fn, arg));
}

enum cnop_err
__wrap_auth_store_insert_user(struct auth_store *store, const struct auth_new_user *user,
                              uint64_t *ret_id)
{
    return lose_answer(__real_auth_store_insert_user(store, user, ret_id));
}

/* ---- the world ---- */

static void
reset(void)
{
    bench.store.tables = at_start;
    ck_assert(!bench.store.in_transaction);
    signer_wipe(self.signer);
    cnop_arena_reset(signer_arena);
    self.signer = signer_new(signer_arena, &signer_config);
    ck_assert_ptr_nonnull(self.signer);
}

static struct torture_effect
effect(void)
{
    const struct fake_tables *tables = &bench.store.tables;
    struct torture_effect effect = {.values = {
                                        (int64_t)tables->user_count,
                                        (int64_t)tables->session_count,
                                        (int64_t)tables->token_count,
                                        (int64_t)tables->revocation_count,
                                        (int64_t)tables->source_count,
                                        bench.store.in_transaction,
                                    }};

    for (size_t i = 0; i < tables->session_count; i++) {
        effect.values[6] += tables->sessions[i].revoked_us != 0;
        effect.values[7] += tables->sessions[i].last_used_us != BENCH_NOW_US;
    }
    for (size_t i = 0; i < tables->token_count; i++)
        effect.values[8] += tables->tokens[i].used_us != 0;
    for (size_t i = 0; i < tables->user_count; i++)
        effect.values[9] += tables->users[i].password_set_us;
    return effect;
}

static const struct torture_fake fakes[] = {
    {"store", &bench.store.call_count, &bench.store.fail_at, &bench.store.failure},
    {"answer of a commit", &commit_answer.call_count, &commit_answer.fail_at, NULL},
};

static struct cnop_service service = {.name = "auth"};
static const struct torture_world world = {
    .service = &service,
    .env = &self,
    .reset = reset,
    .effect = effect,
    .fakes = fakes,
    .fake_count = CNOP_COUNT(fakes),
};

static void
make_keys(void)
{
    struct keyring keyring = {.rotated_s = 0};
    size_t count;

    torture_folder_make();
    (void)snprintf(jwks_path, sizeof(jwks_path), "%s/jwks.json", torture_folder);
    ck_assert_int_eq(cnop_token_key_create(torture_folder, keyring.current), CNOP_OK);
    ck_assert_int_eq(cnop_token_key_create(torture_folder, keyring.next), CNOP_OK);
    ck_assert_int_eq(keyring_store(torture_folder, &keyring), CNOP_OK);
    ck_assert_int_eq(cnop_jwks_write(torture_folder, jwks_path, &count), CNOP_OK);
}

/* Three sessions, one more than fits beside a new one; the requests come from the last. */
static void
open_sessions(void)
{
    struct session_id sid;
    struct session_end end;
    struct session_grant grant;
    char hex[33];

    for (int i = 0; i < 3; i++) {
        const struct password_attempt proof = {.charged_us = 0};
        struct auth_client client = bench_client("192.0.2.7");
        struct session_opening opening = {
            .user = &bench.store.tables.users[0], .client = &client, .proof = &proof};

        ck_assert_int_eq(session_open(&self.env, &opening, &grant, &end), CNOP_OK);
        sid = grant.sid;
    }
    session_id_format(&sid, hex);
    (void)snprintf(sid_param, sizeof(sid_param), "CNOP_SID=%s", hex);
    (void)snprintf(session_path, sizeof(session_path), "/api/v1/auth/sessions/%s", hex);
    (void)snprintf(refresh_body, sizeof(refresh_body), "{\"refresh_token\":\"%s\"}",
                   grant.refresh_token);
}

static void
start(void)
{
    make_keys();
    bench_start();
    service.routes = auth_routes;
    service.route_count = auth_route_count;
    signer_config = (struct signer_config){
        .keys_dir = torture_folder, .jwks_file = jwks_path, .issuer = "cnop", .audience = "cnop"};
    signer_arena = cnop_arena_new(64 * 1024);
    self = (struct auth_thread){
        .env = bench.env, .config = &config, .signer = signer_new(signer_arena, &signer_config)};
    self.env.mint = auth_http_mint;
    self.env.minter = &self;
    ck_assert_int_eq(relay_link_open("/gateway.sock", 4096, &self.link), CNOP_OK);
    ck_assert_uint_eq(bench_user("trader_jane", PASSWORD), 1000);
    open_sessions();
    bench_advance(BENCH_SECOND_US);
    at_start = bench.store.tables;
}

static void
stop(void)
{
    relay_link_close(&self.link);
    signer_wipe(self.signer);
    cnop_arena_free(&signer_arena);
    bench_stop();
    torture_folder_remove();
}

/* ---- the requests ---- */

static const struct torture_request requests[] = {
    {"POST",
     "/api/v1/auth/register",
     "{\"username\":\"trader_joe\",\"email\":\"joe@example.com\",\"password\":\"Early-Meadow-77\","
     "\"first_name\":\"Joe\",\"last_name\":\"Doe\",\"phone\":\"+1 555 0100 200\"}",
     {NULL},
     201,
     false,
     NULL},
    {"POST",
     "/api/v1/auth/login",
     "{\"username\":\"Trader_Jane\",\"password\":\"" PASSWORD "\"}",
     {NULL},
     200,
     false,
     NULL},
    {"POST",
     "/api/v1/auth/login",
     "{\"username\":\"trader_jane\",\"password\":\"" PASSWORD "\"}",
     {"HTTP_X_SESSION_MODE=cookie", "CNOP_HTTPS=on"},
     200,
     false,
     NULL},
    {"POST", "/api/v1/auth/refresh", refresh_body, {NULL}, 200, false, NULL},
    {"POST", "/api/v1/auth/logout", "{}", USER_PARAMS, 200, false, NULL},
    {"POST", "/api/v1/auth/password",
     "{\"current_password\":\"" PASSWORD "\",\"new_password\":\"Early-Meadow-77\"}", USER_PARAMS,
     200, false, NULL},
    {"GET", "/api/v1/auth/me", NULL, USER_PARAMS, 200, false, NULL},
    {"GET", "/api/v1/auth/sessions", NULL, USER_PARAMS, 200, false, NULL},
    {"DELETE", session_path, NULL, USER_PARAMS, 200, false, NULL},
    {"GET", "/.well-known/jwks.json", NULL, {NULL}, 200, false, NULL},
};

START_TEST(every_call_of_a_request_fails)
{
    torture_one_of(&world, &requests[_i]);
}
END_TEST

/* A wrong password stays a wrong one, and nothing is counted that was not. */
START_TEST(refusals)
{
    static const struct torture_request wrong = {
        "POST",
        "/api/v1/auth/login",
        "{\"username\":\"trader_jane\",\"password\":\"Quiet-Harbour-42\"}",
        {NULL},
        401,
        false,
        NULL};

    ck_assert_uint_gt(torture_request(&world, &wrong), 1);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_loop_test(tests, every_call_of_a_request_fails, 0, CNOP_COUNT(requests));
    tcase_add_test(tests, refusals);
}

UNIT_MAIN("torture_auth", add)
