/* SPDX-License-Identifier: MIT */
/* Which signing key is in use: the small file `keyring` beside the key files. It names the current
 * key, the next one (already published, not yet used) and the previous one (still published for
 * tokens that live). Holds names only, never key material. */
#ifndef CNOP_AUTH_KEYRING_H
#define CNOP_AUTH_KEYRING_H

#include "shared/base/buf.h"

#define KEYRING_KID_BYTES 33 /* 32 characters and a NUL */
#define KEYRING_FILE_NAME "keyring"
#define KEYRING_FILE_BYTES 512

struct keyring {
    char current[KEYRING_KID_BYTES];
    char next[KEYRING_KID_BYTES];
    char previous[KEYRING_KID_BYTES]; /* empty before the first rotation */
    int64_t rotated_s;                /* Unix second of the last rotation */
};

/* Lines "current KID", "next KID", "previous KID" (optional), "rotated SECONDS". INVALID. */
cnop_must_check enum cnop_err keyring_parse(struct cnop_str text, struct keyring *ret_keyring);
void keyring_format(struct cnop_buf *buf, const struct keyring *keyring);

/* The keyring after a rotation: next becomes current, current previous, new_kid next. */
struct keyring keyring_rotate(const struct keyring *keyring, const char *new_kid, int64_t now_s);

/* <dir>/keyring. NOT_FOUND, IO, INVALID. */
cnop_must_check enum cnop_err keyring_load(const char *dir, struct keyring *ret_keyring);
/* Replaces the file atomically and durably. IO. */
cnop_must_check enum cnop_err keyring_store(const char *dir, const struct keyring *keyring);

#endif
