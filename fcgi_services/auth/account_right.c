/* SPDX-License-Identifier: MIT */
/* Rights are changed, and what rests on them is ended, in one transaction. */
#include "fcgi_services/auth/account_right.h"

#include "shared/base/clock.h"

struct right_job {
    struct auth_env *env;
    enum account_right right;
    uint64_t user_id;
    struct session_end end;
};

/* Besides the sessions, every token of the user: an operator must not have to trust the session
 * list. The second that is running is over before anybody can be enabled and log in again. */
static enum cnop_err
right_revoke(struct right_job *job, int64_t now_us)
{
    const char *reason = job->right == ACCOUNT_DEMOTE ? "demoted" : "disabled";
    struct revocation *revocation;
    enum cnop_err err = session_close_all(job->env, job->user_id, now_us, reason, &job->end);

    if (err != CNOP_OK)
        return err;
    revocation = &job->end.revocations[job->end.count];
    *revocation = (struct revocation){
        .kind = REVOCATION_USER,
        .revoked_before_s = now_us / 1000000 + 1,
        .expires_s = now_us / 1000000 + job->env->rules->access_ttl_s + 60,
    };
    (void)snprintf(revocation->subject, sizeof(revocation->subject), "%llu",
                   (unsigned long long)job->user_id);
    err = auth_store_add_revocation(job->env->store, revocation, now_us);
    if (err == CNOP_OK)
        job->end.count++;
    return err;
}

static enum cnop_err
right_apply(struct right_job *job)
{
    struct auth_store *store = job->env->store;

    switch (job->right) {
    case ACCOUNT_PROMOTE:
        return auth_store_set_role(store, job->user_id, AUTH_ROLE_ADMIN);
    case ACCOUNT_DEMOTE:
        return auth_store_set_role(store, job->user_id, AUTH_ROLE_CUSTOMER);
    case ACCOUNT_DISABLE:
        return auth_store_set_active(store, job->user_id, false);
    case ACCOUNT_ENABLE:
        break;
    }
    return auth_store_set_active(store, job->user_id, true);
}

static enum cnop_err
right_steps(void *arg)
{
    struct right_job *job = arg;
    struct auth_user user;
    enum cnop_err err;

    job->end.count = 0;
    err = auth_store_lock_user(job->env->store, job->user_id, &user);
    if (err == CNOP_OK)
        err = right_apply(job);
    if (err == CNOP_OK && (job->right == ACCOUNT_DEMOTE || job->right == ACCOUNT_DISABLE))
        err = right_revoke(job, cnop_clock_wall_us());
    return err;
}

enum cnop_err
account_right_set(struct auth_env *env, struct cnop_str username, enum account_right right,
                  struct session_end *ret_end)
{
    struct right_job job = {.env = env, .right = right};
    struct auth_user user;
    enum cnop_err err = auth_store_find_user(env->store, username, &user);

    if (err != CNOP_OK)
        return err;
    job.user_id = user.id;
    err = auth_store_transaction(env->store, right_steps, &job);
    if (err == CNOP_OK)
        *ret_end = job.end;
    return err;
}
