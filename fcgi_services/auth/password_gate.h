/* SPDX-License-Identifier: MIT */
/* Hashing and verifying passwords behind the gate, and the digest under which failed attempts at a
 * name are counted. Every path that touches a password goes through here. */
#ifndef CNOP_AUTH_PASSWORD_GATE_H
#define CNOP_AUTH_PASSWORD_GATE_H

#include "fcgi_services/auth/auth_env.h"

/* The name in lower case. */
void password_gate_name(struct cnop_str username, struct token_digest *ret_digest);

/* OVERLOADED: too many hashes at once. */
cnop_must_check enum cnop_err password_gate_hash(struct auth_env *env, struct cnop_str password,
                                                 char ret_hash[PASSWORD_HASH_BYTES]);

/* Verifies against a stored hash, or the dummy, and makes a new one where the stored one is out of
 * date (else ret_renewed is empty). One stay behind the gate. BAD_CREDENTIALS, OVERLOADED. */
cnop_must_check enum cnop_err password_gate_verify(struct auth_env *env, const char *hash,
                                                   struct cnop_str password,
                                                   char ret_renewed[PASSWORD_HASH_BYTES]);

#endif
