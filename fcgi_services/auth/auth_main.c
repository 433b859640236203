/* SPDX-License-Identifier: MIT */
/* Start and end of the auth service's processes and threads. */
#include "fcgi_services/auth/auth_http.h"

#include "fcgi_services/auth/auth_store_sql.h"
#include "shared/base/secret.h"
#include "shared/http/http_client.h"

#define PASSWORDS_ARENA_BYTES                                                                      \
    (COMMON_PASSWORDS_MAX * sizeof(uint64_t) + COMMON_PASSWORDS_FILE_BYTES + 4096)
#define THREAD_ARENA_BYTES (64 * 1024)
#define LINK_TEXT_BYTES (32 * 1024)

/* Constant after process_init, shared by the process's threads. */
static struct {
    struct hash_gate *gate;
    struct auth_rules rules;
    char dummy_hash[PASSWORD_HASH_BYTES];
} process;

const struct cnop_metric_def auth_metrics[AUTH_METRIC_COUNT] = {
    [AUTH_METRIC_LOGIN_ACCEPTED] = {.name = "auth_logins_total",
                                    .help = "Login attempts by result.",
                                    .kind = CNOP_METRIC_COUNTER,
                                    .labels = "result=\"accepted\""},
    [AUTH_METRIC_LOGIN_REFUSED] = {.name = "auth_logins_total",
                                   .help = "Login attempts by result.",
                                   .kind = CNOP_METRIC_COUNTER,
                                   .labels = "result=\"refused\""},
    [AUTH_METRIC_LOGIN_PAUSED] = {.name = "auth_logins_total",
                                  .help = "Login attempts by result.",
                                  .kind = CNOP_METRIC_COUNTER,
                                  .labels = "result=\"paused\""},
    [AUTH_METRIC_REGISTERED] = {.name = "auth_registrations_total",
                                .help = "Users registered.",
                                .kind = CNOP_METRIC_COUNTER},
    [AUTH_METRIC_REFRESHED] = {.name = "auth_refreshes_total",
                               .help = "Sessions refreshed, by result.",
                               .kind = CNOP_METRIC_COUNTER,
                               .labels = "result=\"accepted\""},
    [AUTH_METRIC_REFRESH_REUSED] = {.name = "auth_refreshes_total",
                                    .help = "Sessions refreshed, by result.",
                                    .kind = CNOP_METRIC_COUNTER,
                                    .labels = "result=\"reused\""},
    [AUTH_METRIC_HASH_SHED] = {.name = "auth_hash_shed_total",
                               .help = "Requests refused because too many hashes were waiting.",
                               .kind = CNOP_METRIC_COUNTER},
    [AUTH_METRIC_REVOKED_TOLD] = {.name = "auth_revocation_pushes_total",
                                  .help = "Endings told to the gateways, by result.",
                                  .kind = CNOP_METRIC_COUNTER,
                                  .labels = "result=\"told\""},
    [AUTH_METRIC_REVOKED_LATE] = {.name = "auth_revocation_pushes_total",
                                  .help = "Endings told to the gateways, by result.",
                                  .kind = CNOP_METRIC_COUNTER,
                                  .labels = "result=\"left_to_relay\""},
};
const size_t auth_metric_count = AUTH_METRIC_COUNT;

void
auth_service_prepare(void)
{
    process.gate = hash_gate_new();
}

static enum cnop_err
load_rules(const struct auth_config *config)
{
    struct cnop_arena *arena = cnop_arena_new(PASSWORDS_ARENA_BYTES);
    const char *reason = NULL;
    enum cnop_err err;

    process.rules = (struct auth_rules){
        .password.profile = (enum password_profile)config->profile,
        .cost = {.memory_kib = config->argon2_memory_kib, .passes = config->argon2_passes},
        .access_ttl_s = (int64_t)config->access_ttl / 1000,
        .session_ttl_us = (int64_t)config->session_ttl * 1000,
        .refresh_grace_us = (int64_t)config->refresh_grace * 1000,
        .sessions_max = config->sessions_max,
        .hash_nice = (int)config->hash_nice,
    };
    err = common_passwords_load(arena, config->common_passwords, &process.rules.password.common,
                                &reason);
    if (err != CNOP_OK) {
        struct cnop_log_line line;

        cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "startup",
                       "the list of common passwords cannot be used");
        cnop_log_text(&line, "path", config->common_passwords);
        cnop_log_text(&line, "reason", reason);
        cnop_log_end(&line);
    }
    return err;
}

enum cnop_err
auth_service_process_init(void *arg)
{
    const struct auth_config *config = arg;
    enum cnop_err err;

    cnop_secret_init();
    cnop_http_init();
    hash_gate_limit(process.gate, config->hash_slots, config->hash_queue, config->hash_wait);
    err = load_rules(config);
    if (err != CNOP_OK)
        return err;
    return password_hash_make(&process.rules.cost, CNOP_STR("no such user"), process.dummy_hash);
}

enum cnop_err
auth_service_thread_init(void *arg, unsigned thread, void **ret_env)
{
    const struct auth_config *config = arg;
    struct cnop_arena *arena = cnop_arena_new(THREAD_ARENA_BYTES);
    struct auth_thread *self = cnop_arena_alloc(arena, sizeof(*self));
    struct signer_config *signer = cnop_arena_alloc(arena, sizeof(*signer));
    enum cnop_err err;

    (void)thread;
    cnop_assert(self != NULL && signer != NULL);
    *signer = (struct signer_config){
        .keys_dir = config->keys_dir,
        .jwks_file = config->jwks_file,
        .issuer = config->token_issuer,
        .audience = config->token_audience,
    };
    *self = (struct auth_thread){
        .env = {.rules = &process.rules, .gate = process.gate, .dummy_hash = process.dummy_hash},
        .config = config,
        .signer = signer_new(arena, signer),
        .arena = arena,
    };
    cnop_assert(self->signer != NULL);
    self->env.mint = auth_http_mint;
    self->env.minter = self;
    err = auth_store_open(&config->db, &self->env.store);
    if (err == CNOP_OK)
        err = relay_link_open(config->gateway_sockets, LINK_TEXT_BYTES, &self->link);
    if (err != CNOP_OK) {
        auth_service_thread_done(self);
        return err;
    }
    *ret_env = self;
    return CNOP_OK;
}

void
auth_service_thread_done(void *env)
{
    struct auth_thread *self = env;
    struct cnop_arena *arena = self->arena;

    relay_link_close(&self->link);
    auth_store_close(&self->env.store);
    signer_wipe(self->signer);
    cnop_arena_free(&arena);
}

void
auth_service_ready(void *env, struct cnop_health *health)
{
    struct auth_thread *self = env;
    uint64_t head = 0;
    enum cnop_err err = auth_store_revocation_head(self->env.store, &head);
    const char *kid = signer_kid(self->signer);

    cnop_health_check(health, "database", err, "revocations %llu", (unsigned long long)head);
    cnop_health_check(health, "signing_key", kid == NULL ? CNOP_E_IO : CNOP_OK, "%s",
                      kid == NULL ? "none" : kid);
}
