/* SPDX-License-Identifier: MIT */
/* Start and end of the user service's processes and threads. */
#include "fcgi_services/user/user_main.h"

#include "fcgi_services/user/user_store_sql.h"
#include "shared/base/secret.h"

#define GIFT_ARENA_BYTES (GIFT_FILE_BYTES + GIFT_PHRASE_MAX * sizeof(struct gift_phrase) + 4096)

/* Constant after process_init, shared by the process's threads. */
static struct {
    struct cnop_id_key id_key;
    struct user_limits limits;
    cnop_cash consolation;
    struct gift_list gifts;
} process;

static enum cnop_err
parse_amount(const char *name, const char *text, cnop_cash *ret_amount)
{
    if (cnop_cash_parse(cnop_str_from(text), ret_amount) == CNOP_OK && ret_amount->e8 > 0)
        return CNOP_OK;
    (void)fprintf(stderr, "cnop-user: %s = %s: not an amount of US dollars\n", name, text);
    return CNOP_E_CONFIG;
}

enum cnop_err
user_main_validate(void *values)
{
    const struct user_config *config = values;
    enum cnop_err err = parse_amount("consolation", config->consolation, &process.consolation);

    if (err == CNOP_OK)
        err = parse_amount("deposit_limit", config->deposit_limit, &process.limits.deposit);
    if (err == CNOP_OK)
        err = parse_amount("withdraw_limit", config->withdraw_limit, &process.limits.withdraw);
    if (err == CNOP_OK)
        err = parse_amount("max_notional", config->max_notional, &process.limits.max_order);
    return err;
}

static enum cnop_err
refuse_file(const char *path, const char *reason)
{
    struct cnop_log_line line;

    cnop_log_begin(&line, CNOP_LOG_CRITICAL, NULL, "startup", "a file cannot be used");
    cnop_log_text(&line, "path", path);
    cnop_log_text(&line, "reason", reason);
    cnop_log_end(&line);
    return CNOP_E_CONFIG;
}

enum cnop_err
user_main_process_init(void *arg)
{
    const struct user_config *config = arg;
    const char *reason = "not found";
    size_t len;
    enum cnop_err err;

    cnop_secret_init();
    err = cnop_secret_read_file(config->order_id_key_file, process.id_key.bytes,
                                sizeof(process.id_key.bytes), sizeof(process.id_key.bytes), &len,
                                &reason);
    if (err != CNOP_OK)
        return refuse_file(config->order_id_key_file, reason);
    err = gift_list_load(cnop_arena_new(GIFT_ARENA_BYTES), config->gift_phrases, &process.gifts,
                         &reason);
    if (err != CNOP_OK)
        return refuse_file(config->gift_phrases, reason);
    return CNOP_OK;
}

enum cnop_err
user_main_thread_init(void *arg, unsigned thread, void **ret_env)
{
    const struct user_config *config = arg;
    struct cnop_arena *arena = cnop_arena_new(sizeof(struct user_thread) + 64);
    struct user_thread *self = cnop_arena_alloc(arena, sizeof(*self));
    enum cnop_err err;

    (void)thread;
    cnop_assert(self != NULL);
    self->arena = arena;
    self->id_key = &process.id_key;
    self->limits = &process.limits;
    engine_client_init(&self->engine, config->engine_socket, (uint32_t)config->engine_timeout);
    err = user_store_open(&config->db, &self->store);
    if (err != CNOP_OK) {
        user_main_thread_done(self);
        return err;
    }
    self->gift = (struct gift_env){.store = self->store,
                                   .engine = &self->engine,
                                   .list = &process.gifts,
                                   .consolation = process.consolation};
    *ret_env = self;
    return CNOP_OK;
}

void
user_main_thread_done(void *env)
{
    struct user_thread *self = env;
    struct cnop_arena *arena = self->arena;

    engine_client_done(&self->engine);
    user_store_close(&self->store);
    cnop_arena_free(&arena);
}

void
user_main_ready(void *env, struct cnop_health *health)
{
    struct user_thread *self = env;
    struct cash_balance balance;
    /* User 0 does not exist, so the answer is NOT_FOUND when profile and ledger can be read. */
    enum cnop_err err = user_store_find_cash(self->store, 0, &balance);

    cnop_health_check(health, "database", err == CNOP_E_NOT_FOUND ? CNOP_OK : err, "%s",
                      err == CNOP_E_NOT_FOUND ? "profiles and ledger readable" : "not readable");
}
