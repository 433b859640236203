/* SPDX-License-Identifier: MIT */
/* Every attempt does the same work, whether there is a user or not. */
#include "fcgi_services/auth/login.h"

#include "fcgi_services/auth/password_gate.h"
#include "shared/base/clock.h"

#define LOGIN_TRIES                                                                                \
    2 /* a password change between check and session: once more, with the new hash */

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

    password_gate_name(username, &name);
    err = login_find(env, username, login);
    if (err == CNOP_OK)
        err = login_pause(env, &name, login, client, &login->wait_s);
    if (err != CNOP_OK)
        return err;
    if (login->wait_s > 0) {
        login->outcome = LOGIN_PAUSED;
        return CNOP_OK;
    }
    err = password_gate_verify(
        env, login->user.id == 0 ? env->dummy_hash : login->user.password_hash, password, renewed);
    if (err == CNOP_E_BAD_CREDENTIALS || (err == CNOP_OK && login->user.id == 0))
        return login_refuse(env, &name, login);
    if (err != CNOP_OK)
        return err;
    err = login_accept(env, &name, client, renewed, login);
    cnop_secret_zero(renewed, sizeof(renewed));
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
