/* SPDX-License-Identifier: MIT */
/* The current password is proved first, then everything changes in one transaction. */
#include "fcgi_services/auth/password_change.h"

#include "fcgi_services/auth/password_attempt.h"
#include "shared/base/clock.h"

static bool
secrets_equal(struct cnop_str a, struct cnop_str b)
{
    return a.len == b.len && cnop_secret_equal(a.ptr, b.ptr, a.len);
}

/* The current password, under the same failure budget as a login: a stolen token must not become a
 * place to guess at the password. */
static enum cnop_err
change_prove(struct auth_env *env, const struct auth_user *user,
             const struct password_change *change)
{
    struct password_attempt attempt;
    enum cnop_err err = password_attempt_begin(env, cnop_str_from(user->username), user->id,
                                               change->client, &attempt);

    if (err != CNOP_OK)
        return err;
    attempt.caller.hash_class = HASH_CLASS_KNOWN; /* by the token */
    err = attempt.wait_s > 0
              ? CNOP_E_RATE_LIMITED
              : password_attempt_check(env, &attempt, user->password_hash, change->current);
    if (err == CNOP_OK)
        err = password_attempt_forgive_alone(env, &attempt);
    cnop_secret_zero(attempt.renewed, sizeof(attempt.renewed));
    return err == CNOP_E_BAD_CREDENTIALS ? CNOP_E_PASSWORD_WRONG : err;
}

struct change_job {
    struct auth_env *env;
    const struct auth_user *user;
    const char *hash;
    struct session_end end;
};

static enum cnop_err
change_steps(void *arg)
{
    struct change_job *job = arg;
    struct auth_user current;
    /* Later than the clock's idea of the last change, so that an equal time never hides one. */
    int64_t now_us = cnop_clock_wall_us();
    enum cnop_err err;

    job->end.count = 0;
    err = auth_store_lock_user(job->env->store, job->user->id, &current);
    if (err != CNOP_OK)
        return err;
    if (!current.is_active)
        return CNOP_E_UNAUTHENTICATED;
    if (current.password_set_us != job->user->password_set_us)
        return CNOP_E_BUSY;
    if (now_us <= current.password_set_us)
        now_us = current.password_set_us + 1;
    err = auth_store_set_password(job->env->store, job->user->id, job->hash, now_us);
    if (err == CNOP_OK)
        err = session_close_all(job->env, job->user->id, now_us, "password_changed", &job->end);
    return err;
}

static enum cnop_err
change_apply(struct auth_env *env, const struct auth_user *user,
             const struct password_change *change, struct session_end *ret_end)
{
    struct hash_caller caller = {.hash_class = HASH_CLASS_KNOWN, .source = user->id};
    char hash[PASSWORD_HASH_BYTES];
    struct change_job job = {.env = env, .user = user, .hash = hash};
    enum cnop_err err = password_hash_behind_gate(env, &caller, change->wanted, hash);

    if (err == CNOP_OK)
        err = auth_store_transaction(env->store, change_steps, &job);
    cnop_secret_zero(hash, sizeof(hash));
    if (err == CNOP_OK)
        *ret_end = job.end;
    return err;
}

enum cnop_err
password_change_apply(struct auth_env *env, const struct password_change *change,
                      struct password_changed *ret_changed)
{
    struct password_changed changed = {.err = CNOP_OK};
    struct password_verdict verdict;
    struct auth_user user;
    enum cnop_err err = auth_store_find_user_by_id(env->store, change->user_id, &user);

    if (err == CNOP_E_NOT_FOUND)
        return CNOP_E_UNAUTHENTICATED;
    if (err == CNOP_OK)
        err = change_prove(env, &user, change);
    if (err != CNOP_OK)
        return err;
    if (secrets_equal(change->current, change->wanted))
        return CNOP_E_PASSWORD_UNCHANGED;
    verdict =
        password_policy_check(&env->rules->password, cnop_str_from(user.username), change->wanted);
    if (verdict.err != CNOP_OK) {
        changed.broken_rule = verdict.rule;
        changed.err = verdict.err;
    } else {
        err = change_apply(env, &user, change, &changed.end);
    }
    cnop_secret_zero(&user, sizeof(user));
    if (err == CNOP_OK)
        *ret_changed = changed;
    return err;
}
