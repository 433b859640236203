/* SPDX-License-Identifier: MIT */
/* The rules behind register, login and password change. Every path that checks a password does the
 * same work, whether there is a user or not. */
#include "fcgi_services/auth/credential.h"

#include "shared/base/clock.h"

#define LOGIN_TRIES                                                                                \
    2 /* a password change between check and session: once more, with the new hash */

/* ---- registration ---- */

static void
violation_add(struct registration_violations *violations, const char *field,
              const struct cnop_text_rule *rule, enum cnop_err err)
{
    if (rule == NULL)
        return;
    cnop_assert(violations->count < REGISTRATION_VIOLATION_MAX);
    violations->list[violations->count++] =
        (struct registration_violation){.field = field, .rule = rule, .err = err};
}

void
credential_check_registration(const struct auth_rules *rules,
                              const struct registration *registration, int32_t today,
                              struct registration_violations *ret_violations)
{
    const struct registration *r = registration;
    struct registration_violations violations = {.count = 0};
    const struct cnop_text_rule *username_rule = cnop_person_check_username(r->username);

    violation_add(&violations, "username", username_rule, CNOP_E_INVALID);
    violation_add(&violations, "email", cnop_person_check_email(r->email), CNOP_E_INVALID);
    violation_add(&violations, "first_name", cnop_person_check_name(r->first_name), CNOP_E_INVALID);
    violation_add(&violations, "last_name", cnop_person_check_name(r->last_name), CNOP_E_INVALID);
    if (r->phone.len > 0)
        violation_add(&violations, "phone", cnop_person_check_phone(r->phone), CNOP_E_INVALID);
    if (r->date_of_birth.ptr != NULL) /* sent, if only as a blank */
        violation_add(&violations, "date_of_birth",
                      cnop_person_check_birth(r->date_of_birth, today), CNOP_E_INVALID);
    if (username_rule == NULL) {
        struct password_verdict verdict =
            password_policy_check(&rules->password, r->username, r->password);

        violation_add(&violations, "password", verdict.rule, verdict.err);
    } else {
        violation_add(&violations, "password",
                      password_policy_check_form(&rules->password, r->password),
                      CNOP_E_PASSWORD_POLICY);
    }
    *ret_violations = violations;
}

static enum cnop_err
hash_behind_gate(struct auth_env *env, struct cnop_str password, char ret_hash[PASSWORD_HASH_BYTES])
{
    struct hash_gate_pass pass = {0};
    enum cnop_err err = hash_gate_enter(env->gate, &pass);

    if (err != CNOP_OK)
        return err;
    err = password_hash_make(&env->rules->cost, password, ret_hash);
    hash_gate_leave(&pass);
    return err;
}

enum cnop_err
credential_register(struct auth_env *env, struct cnop_arena *arena,
                    const struct registration *registration, uint64_t *ret_user_id)
{
    char hash[PASSWORD_HASH_BYTES];
    struct auth_new_user user = {
        .username = cnop_str_lower(arena, registration->username),
        .email = cnop_str_lower(arena, registration->email),
        .first_name = registration->first_name,
        .last_name = registration->last_name,
        .date_of_birth = registration->date_of_birth,
        .marketing_emails_consent = registration->marketing_emails_consent,
        .now_us = cnop_clock_wall_us(),
    };
    enum cnop_err err;

    if (user.username.ptr == NULL || user.email.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    if (registration->phone.len > 0 &&
        !cnop_person_phone_digits(arena, registration->phone, &user.phone))
        return CNOP_E_NO_MEMORY;
    err = hash_behind_gate(env, registration->password, hash);
    if (err != CNOP_OK)
        return err;
    user.password_hash = cnop_str_from(hash);
    return auth_store_insert_user(env->store, &user, ret_user_id);
}

/* ---- login ---- */

static void
name_digest(struct cnop_str username, struct token_digest *ret_digest)
{
    cnop_secret_sha256(username.ptr, username.len, ret_digest->bytes);
}

/* Verifies against the user's hash, or the dummy, and makes a new hash where the stored one is out
 * of date. One stay behind the gate. */
static enum cnop_err
verify_behind_gate(struct auth_env *env, const char *hash, struct cnop_str password,
                   char ret_renewed[PASSWORD_HASH_BYTES])
{
    struct hash_gate_pass pass = {0};
    enum cnop_err err = hash_gate_enter(env->gate, &pass);

    if (err != CNOP_OK)
        return err;
    ret_renewed[0] = '\0';
    err = password_hash_verify(hash, password);
    if (err == CNOP_OK && password_hash_is_stale(hash, &env->rules->cost))
        err = password_hash_make(&env->rules->cost, password, ret_renewed);
    hash_gate_leave(&pass);
    return err;
}

/* The pause that a series of failures has earned. Somebody who has logged in from this address
 * before is let through, so that guessing at an account does not lock its owner out. */
static enum cnop_err
login_pause(struct auth_env *env, const struct token_digest *name, const struct login *login,
            const struct auth_client *client, uint32_t *ret_wait_s)
{
    struct login_budget budget;
    int64_t now_us = cnop_clock_wall_us();
    int64_t wait_us;
    bool known = false;
    enum cnop_err err = auth_store_load_budget(env->store, name, &budget);

    if (err != CNOP_OK)
        return err;
    wait_us = login_budget_wait_us(&budget, now_us);
    if (wait_us > 0) {
        err = auth_store_knows_address(env->store, login->user.id, client->address, now_us, &known);
        if (err != CNOP_OK)
            return err;
    }
    *ret_wait_s = known ? 0 : (uint32_t)((wait_us + 999999) / 1000000);
    return CNOP_OK;
}

/* user.id is 0 when there is none. */
static enum cnop_err
login_find(struct auth_env *env, struct cnop_str username, struct login *login)
{
    enum cnop_err err = auth_store_find_user(env->store, username, &login->user);

    if (err != CNOP_E_NOT_FOUND)
        return err;
    login->user = (struct auth_user){.id = 0};
    return CNOP_OK;
}

static enum cnop_err
login_refuse(struct auth_env *env, const struct token_digest *name, struct login *login)
{
    login->outcome = login->user.id == 0 ? LOGIN_UNKNOWN_USER : LOGIN_WRONG_PASSWORD;
    return auth_store_add_failure(env->store, name, cnop_clock_wall_us());
}

static enum cnop_err
login_accept(struct auth_env *env, const struct token_digest *name,
             const struct auth_client *client, const char *renewed, struct login *login)
{
    enum cnop_err err;

    if (!login->user.is_active) {
        login->outcome = LOGIN_DISABLED;
        return CNOP_OK;
    }
    err = session_open(env, &login->user, client, renewed[0] == '\0' ? NULL : renewed,
                       &login->grant, &login->end);
    if (err != CNOP_OK)
        return err;
    login->outcome = LOGIN_ACCEPTED;
    return auth_store_clear_failures(env->store, name);
}

static enum cnop_err
login_once(struct auth_env *env, struct cnop_str username, struct cnop_str password,
           const struct auth_client *client, struct login *login)
{
    char renewed[PASSWORD_HASH_BYTES];
    struct token_digest name;
    enum cnop_err err;

    name_digest(username, &name);
    err = login_find(env, username, login);
    if (err == CNOP_OK)
        err = login_pause(env, &name, login, client, &login->wait_s);
    if (err != CNOP_OK)
        return err;
    if (login->wait_s > 0) {
        login->outcome = LOGIN_PAUSED;
        return CNOP_OK;
    }
    err = verify_behind_gate(env, login->user.id == 0 ? env->dummy_hash : login->user.password_hash,
                             password, renewed);
    if (err == CNOP_E_BAD_CREDENTIALS || (err == CNOP_OK && login->user.id == 0))
        return login_refuse(env, &name, login);
    if (err != CNOP_OK)
        return err;
    err = login_accept(env, &name, client, renewed, login);
    cnop_secret_zero(renewed, sizeof(renewed));
    return err;
}

enum cnop_err
credential_login(struct auth_env *env, struct cnop_str username, struct cnop_str password,
                 const struct auth_client *client, struct login *ret_login)
{
    struct login login;
    enum cnop_err err = CNOP_E_BUSY;

    for (int i = 0; i < LOGIN_TRIES; i++) {
        login = (struct login){.outcome = LOGIN_UNKNOWN_USER};
        err = login_once(env, username, password, client, &login);
        if (err != CNOP_E_CONFLICT)
            break;
        err = CNOP_E_BUSY;
    }
    if (err == CNOP_OK)
        *ret_login = login;
    return err;
}

/* ---- password change ---- */

static bool
secrets_equal(struct cnop_str a, struct cnop_str b)
{
    return a.len == b.len && cnop_secret_equal(a.ptr, b.ptr, a.len);
}

/* The current password, under the same failure budget as a login: a stolen token must not become a
 * place to guess at the password. */
static enum cnop_err
change_prove(struct auth_env *env, const struct auth_user *user, struct cnop_str current)
{
    char renewed[PASSWORD_HASH_BYTES];
    struct login_budget budget;
    struct token_digest name;
    int64_t now_us = cnop_clock_wall_us();
    enum cnop_err err;

    name_digest(cnop_str_from(user->username), &name);
    err = auth_store_load_budget(env->store, &name, &budget);
    if (err != CNOP_OK)
        return err;
    if (login_budget_wait_us(&budget, now_us) > 0)
        return CNOP_E_RATE_LIMITED;
    err = verify_behind_gate(env, user->password_hash, current, renewed);
    cnop_secret_zero(renewed, sizeof(renewed));
    if (err != CNOP_E_BAD_CREDENTIALS)
        return err;
    err = auth_store_add_failure(env->store, &name, now_us);
    return err == CNOP_OK ? CNOP_E_PASSWORD_WRONG : err;
}

struct change_job {
    struct auth_env *env;
    const struct auth_user *user;
    const char *hash;
    struct session_end end;
};

static enum cnop_err
change_steps(struct change_job *job)
{
    struct auth_user current;
    /* Later than the clock's idea of the last change, so that an equal time never hides one. */
    int64_t now_us = cnop_clock_wall_us();
    enum cnop_err err = auth_store_lock_user(job->env->store, job->user->id, &current);

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
change_once(struct auth_store *store, void *arg)
{
    struct change_job *job = arg;
    enum cnop_err err;

    job->end.count = 0;
    err = auth_store_begin(store);
    if (err != CNOP_OK)
        return err;
    err = change_steps(job);
    if (err == CNOP_OK)
        return auth_store_commit(store);
    auth_store_rollback(store);
    return err;
}

static enum cnop_err
change_apply(struct auth_env *env, const struct auth_user *user, struct cnop_str wanted,
             struct session_end *ret_end)
{
    char hash[PASSWORD_HASH_BYTES];
    struct change_job job = {.env = env, .user = user, .hash = hash};
    enum cnop_err err = hash_behind_gate(env, wanted, hash);

    if (err == CNOP_OK)
        err = auth_store_retry(env->store, change_once, &job);
    cnop_secret_zero(hash, sizeof(hash));
    if (err == CNOP_OK)
        *ret_end = job.end;
    return err;
}

enum cnop_err
credential_change_password(struct auth_env *env, const struct password_change *change,
                           struct password_changed *ret_changed)
{
    struct password_changed changed = {.err = CNOP_OK};
    struct password_verdict verdict;
    struct auth_user user;
    enum cnop_err err = auth_store_find_user_by_id(env->store, change->user_id, &user);

    if (err == CNOP_E_NOT_FOUND)
        return CNOP_E_UNAUTHENTICATED;
    if (err == CNOP_OK)
        err = change_prove(env, &user, change->current);
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
        err = change_apply(env, &user, change->wanted, &changed.end);
    }
    cnop_secret_zero(&user, sizeof(user));
    if (err == CNOP_OK)
        *ret_changed = changed;
    return err;
}

/* ---- what an operator changes ---- */

struct right_job {
    struct auth_env *env;
    enum credential_right right;
    uint64_t user_id;
    struct session_end end;
};

/* Besides the sessions, every token of the user: an operator must not have to trust the session
 * list. The second that is running is over before anybody can be enabled and log in again. */
static enum cnop_err
right_revoke(struct right_job *job, int64_t now_us)
{
    const char *reason = job->right == CREDENTIAL_DEMOTE ? "demoted" : "disabled";
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
    case CREDENTIAL_PROMOTE:
        return auth_store_set_role(store, job->user_id, AUTH_ROLE_ADMIN);
    case CREDENTIAL_DEMOTE:
        return auth_store_set_role(store, job->user_id, AUTH_ROLE_CUSTOMER);
    case CREDENTIAL_DISABLE:
        return auth_store_set_active(store, job->user_id, false);
    case CREDENTIAL_ENABLE:
        break;
    }
    return auth_store_set_active(store, job->user_id, true);
}

static enum cnop_err
right_once(struct auth_store *store, void *arg)
{
    struct right_job *job = arg;
    struct auth_user user;
    enum cnop_err err;

    job->end.count = 0;
    err = auth_store_begin(store);
    if (err != CNOP_OK)
        return err;
    err = auth_store_lock_user(store, job->user_id, &user);
    if (err == CNOP_OK)
        err = right_apply(job);
    if (err == CNOP_OK && (job->right == CREDENTIAL_DEMOTE || job->right == CREDENTIAL_DISABLE))
        err = right_revoke(job, cnop_clock_wall_us());
    if (err == CNOP_OK)
        return auth_store_commit(store);
    auth_store_rollback(store);
    return err;
}

enum cnop_err
credential_set_right(struct auth_env *env, struct cnop_str username, enum credential_right right,
                     struct session_end *ret_end)
{
    struct right_job job = {.env = env, .right = right};
    struct auth_user user;
    enum cnop_err err = auth_store_find_user(env->store, username, &user);

    if (err != CNOP_OK)
        return err;
    job.user_id = user.id;
    err = auth_store_retry(env->store, right_once, &job);
    if (err == CNOP_OK)
        *ret_end = job.end;
    return err;
}
