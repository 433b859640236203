/* SPDX-License-Identifier: MIT */
/* argon2id through libsodium. No policy and no locking here. */
#include "fcgi_services/auth/password.h"

#include <errno.h>

#include <sodium.h>

_Static_assert(crypto_pwhash_argon2id_STRBYTES <= PASSWORD_HASH_BYTES, "hash text must fit");

enum cnop_err
password_hash_make(const struct password_cost *cost, struct cnop_str password,
                   char ret_hash[PASSWORD_HASH_BYTES])
{
    char hash[crypto_pwhash_argon2id_STRBYTES];

    cnop_assert(cost->memory_kib >= 8);
    cnop_assert(cost->passes >= 1);
    if (crypto_pwhash_argon2id_str(hash, password.ptr, password.len, cost->passes,
                                   (size_t)cost->memory_kib * 1024) != 0)
        return CNOP_E_NO_MEMORY;
    memcpy(ret_hash, hash, sizeof(hash));
    return CNOP_OK;
}

enum cnop_err
password_hash_verify(const char *hash, struct cnop_str password)
{
    errno = 0;
    if (crypto_pwhash_argon2id_str_verify(hash, password.ptr, password.len) == 0)
        return CNOP_OK;
    return errno == ENOMEM ? CNOP_E_NO_MEMORY : CNOP_E_BAD_CREDENTIALS;
}

bool
password_hash_is_stale(const char *hash, const struct password_cost *cost)
{
    return crypto_pwhash_argon2id_str_needs_rehash(hash, cost->passes,
                                                   (size_t)cost->memory_kib * 1024) != 0;
}
