/* SPDX-License-Identifier: MIT */
/* Every attempt does the same work, whether there is a user or not. */
#include "fcgi_services/auth/login.h"

#include "fcgi_services/auth/password_attempt.h"

#define LOGIN_TRIES                                                                                \
    2 /* a password change between check and session: once more, with the new hash */

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
login_accept(struct auth_env *env, const struct password_attempt *attempt,
             const struct auth_client *client, struct login *login)
{
    struct session_opening opening = {.user = &login->user, .client = client, .proof = attempt};
    enum cnop_err err;

    if (!login->user.is_active) {
        login->outcome = LOGIN_DISABLED;
        return CNOP_OK;
    }
    login->outcome = LOGIN_ACCEPTED;
    err = session_open(env, &opening, &login->grant, &login->end);
    if (err != CNOP_OK) /* the password was right: trouble of ours makes nobody pause */
        (void)!password_attempt_forgive_alone(env, attempt);
    return err;
}

static enum cnop_err
login_pause(const struct password_attempt *attempt, struct login *login)
{
    login->outcome = LOGIN_PAUSED;
    login->wait_s = attempt->wait_s;
    return CNOP_OK;
}

static enum cnop_err
login_once(struct auth_env *env, struct cnop_str username, struct cnop_str password,
           const struct auth_client *client, struct login *login)
{
    struct password_attempt attempt;
    bool exists;
    enum cnop_err err = login_find(env, username, login);

    exists = login->user.id != 0;
    if (err == CNOP_OK)
        err = password_attempt_begin(env, username, login->user.id, client, &attempt);
    if (err != CNOP_OK)
        return err;
    if (attempt.wait_s > 0)
        return login_pause(&attempt, login);
    err = password_attempt_check(env, &attempt,
                                 exists ? login->user.password_hash : env->dummy_hash, password);
    if (err == CNOP_E_RATE_LIMITED)
        return login_pause(&attempt, login);
    if (err == CNOP_E_BAD_CREDENTIALS || (err == CNOP_OK && !exists)) {
        login->outcome = exists ? LOGIN_WRONG_PASSWORD : LOGIN_UNKNOWN_USER;
        return CNOP_OK;
    }
    if (err == CNOP_OK)
        err = login_accept(env, &attempt, client, login);
    cnop_secret_zero(&attempt, sizeof(attempt));
    return err;
}

enum cnop_err
login_attempt(struct auth_env *env, struct cnop_str username, struct cnop_str password,
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
