/* SPDX-License-Identifier: MIT */
/* One stay behind the gate for each hash. */
#include "fcgi_services/auth/password_gate.h"

void
password_gate_name(struct cnop_str username, struct token_digest *ret_digest)
{
    cnop_secret_sha256(username.ptr, username.len, ret_digest->bytes);
}

enum cnop_err
password_gate_hash(struct auth_env *env, struct cnop_str password,
                   char ret_hash[PASSWORD_HASH_BYTES])
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
password_gate_verify(struct auth_env *env, const char *hash, struct cnop_str password,
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
