/* SPDX-License-Identifier: MIT */
/* The count is taken inside the gate, under a lock on the name, just before the hash: guesses in
 * parallel cannot share one pause, and a guess that the gate refuses costs nobody anything. */
#include "fcgi_services/auth/password_attempt.h"

#include "fcgi_services/auth/background.h"
#include "shared/base/clock.h"

static uint32_t
whole_seconds(int64_t us)
{
    return (uint32_t)((us + 999999) / 1000000);
}

/* ---- who ---- */

static enum cnop_err
load_caller(struct auth_env *env, uint64_t user_id, const struct login_source *source,
            struct hash_caller *ret_caller)
{
    enum cnop_err err = auth_store_load_familiarity(env->store, user_id, source,
                                                    cnop_clock_wall_us(), &ret_caller->hash_class);

    ret_caller->source = login_source_number(source);
    return err;
}

enum cnop_err
password_caller(struct auth_env *env, uint64_t user_id, const struct auth_client *client,
                struct hash_caller *ret_caller)
{
    struct login_source source;

    login_source_of(client->address, &source);
    return load_caller(env, user_id, &source, ret_caller);
}

enum cnop_err
password_attempt_begin(struct auth_env *env, struct cnop_str username, uint64_t user_id,
                       const struct auth_client *client, struct password_attempt *ret_attempt)
{
    struct password_attempt attempt = {.charged_us = 0};
    struct login_series series;
    int64_t now_us;
    enum cnop_err err;

    cnop_secret_sha256(username.ptr, username.len, attempt.name.bytes);
    login_source_of(client->address, &attempt.source);
    err = load_caller(env, user_id, &attempt.source, &attempt.caller);
    if (err == CNOP_OK)
        err = auth_store_load_series(env->store, &attempt.name, &attempt.source, &series);
    if (err != CNOP_OK)
        return err;
    attempt.is_known = attempt.caller.hash_class == HASH_CLASS_KNOWN;
    now_us = cnop_clock_wall_us();
    if (!login_budget_rebase(&series,
                             now_us)) /* else the check sets the stored times right first */
        attempt.wait_s = whole_seconds(login_budget_wait_us(&series, attempt.is_known, now_us));
    *ret_attempt = attempt;
    return CNOP_OK;
}

/* ---- counting ---- */

struct charge_job {
    struct auth_store *store;
    struct password_attempt *attempt;
};

static enum cnop_err
charge_steps(void *arg)
{
    const struct charge_job *job = arg;
    struct password_attempt *attempt = job->attempt;
    int64_t now_us = cnop_clock_wall_us();
    struct login_series series;
    bool is_rebased;
    enum cnop_err err;

    err = auth_store_lock_series(job->store, &attempt->name, &attempt->source, &series);
    if (err != CNOP_OK)
        return err;
    is_rebased = login_budget_rebase(&series, now_us);
    attempt->wait_s = whole_seconds(login_budget_wait_us(&series, attempt->is_known, now_us));
    attempt->before = series;
    attempt->charged_us = now_us;
    if (attempt->wait_s == 0)
        login_budget_charge(&series, now_us);
    else if (!is_rebased)
        return CNOP_OK;
    return auth_store_save_series(job->store, &attempt->name, &attempt->source, &series);
}

enum cnop_err
password_attempt_forgive(struct auth_env *env, const struct password_attempt *attempt)
{
    struct login_series series;
    enum cnop_err err =
        auth_store_lock_series(env->store, &attempt->name, &attempt->source, &series);

    if (err != CNOP_OK)
        return err;
    login_budget_forgive(&series, &attempt->before, attempt->charged_us);
    return auth_store_save_series(env->store, &attempt->name, &attempt->source, &series);
}

struct forgive_job {
    struct auth_env *env;
    const struct password_attempt *attempt;
};

static enum cnop_err
forgive_steps(void *arg)
{
    const struct forgive_job *job = arg;

    return password_attempt_forgive(job->env, job->attempt);
}

enum cnop_err
password_attempt_forgive_alone(struct auth_env *env, const struct password_attempt *attempt)
{
    struct forgive_job job = {.env = env, .attempt = attempt};

    return auth_store_transaction(env->store, forgive_steps, &job);
}

/* ---- hashing ---- */

struct verify_job {
    const struct password_cost *cost;
    const char *hash;
    struct cnop_str password;
    char *renewed;
    enum cnop_err err;
};

static void
verify_steps(void *arg)
{
    struct verify_job *job = arg;

    job->err = password_hash_verify(job->hash, job->password);
    if (job->err == CNOP_OK && password_hash_is_stale(job->hash, job->cost))
        job->err = password_hash_make(job->cost, job->password, job->renewed);
}

static enum cnop_err
charge_and_verify(struct auth_env *env, struct password_attempt *attempt, const char *hash,
                  struct cnop_str password)
{
    struct charge_job charge = {.store = env->store, .attempt = attempt};
    struct verify_job verify = {
        .cost = &env->rules->cost, .hash = hash, .password = password, .renewed = attempt->renewed};
    enum cnop_err err = auth_store_transaction(env->store, charge_steps, &charge);

    if (err == CNOP_OK && attempt->wait_s > 0)
        err = CNOP_E_RATE_LIMITED;
    if (err == CNOP_OK)
        err = background_run(env->rules->hash_nice, verify_steps, &verify);
    return err == CNOP_OK ? verify.err : err;
}

enum cnop_err
password_attempt_check(struct auth_env *env, struct password_attempt *attempt, const char *hash,
                       struct cnop_str password)
{
    struct hash_gate_pass pass = {0};
    enum cnop_err err = hash_gate_enter(env->gate, &attempt->caller, &pass);

    if (err != CNOP_OK)
        return err;
    attempt->renewed[0] = '\0';
    err = charge_and_verify(env, attempt, hash, password);
    hash_gate_leave(&pass);
    return err;
}

struct make_job {
    const struct password_cost *cost;
    struct cnop_str password;
    char *hash;
    enum cnop_err err;
};

static void
make_steps(void *arg)
{
    struct make_job *job = arg;

    job->err = password_hash_make(job->cost, job->password, job->hash);
}

enum cnop_err
password_hash_behind_gate(struct auth_env *env, const struct hash_caller *caller,
                          struct cnop_str password, char ret_hash[PASSWORD_HASH_BYTES])
{
    struct make_job job = {.cost = &env->rules->cost, .password = password, .hash = ret_hash};
    struct hash_gate_pass pass = {0};
    enum cnop_err err = hash_gate_enter(env->gate, caller, &pass);

    if (err != CNOP_OK)
        return err;
    err = background_run(env->rules->hash_nice, make_steps, &job);
    hash_gate_leave(&pass);
    return err == CNOP_OK ? job.err : err;
}
