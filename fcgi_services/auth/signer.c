/* SPDX-License-Identifier: MIT */
/* Loads keys by the keyring file and signs with the current one. */
#include "fcgi_services/auth/signer.h"

#include "fcgi_services/auth/keyring.h"
#include "shared/base/clock.h"
#include "shared/base/file.h"
#include "shared/base/id.h"
#include "shared/base/log.h"
#include "shared/token/mint.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOOK_AGAIN_US 500000

/* What makes a replaced file look different. */
struct file_mark {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec changed;
};

struct signer {
    const struct signer_config *config;
    struct cnop_token_signer key;
    bool has_key;
    bool complained;
    int64_t looked_us;
    struct file_mark keyring_mark;
    struct file_mark jwks_mark;
    size_t jwks_len;
    char jwks[SIGNER_JWKS_BYTES];
};

struct signer *
signer_new(struct cnop_arena *arena, const struct signer_config *config)
{
    struct signer *signer = cnop_arena_alloc(arena, sizeof(*signer));

    if (signer != NULL)
        signer->config = config;
    return signer;
}

void
signer_wipe(struct signer *signer)
{
    if (signer->has_key)
        cnop_token_signer_free(&signer->key);
    signer->has_key = false;
}

static bool
file_mark_read(const char *path, struct file_mark *ret_mark)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return false;
    *ret_mark = (struct file_mark){
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = status.st_size,
        .changed = status.st_ctim,
    };
    return true;
}

static bool
file_mark_equal(const struct file_mark *a, const struct file_mark *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static void
complain(struct signer *signer, const char *what, const char *reason)
{
    struct cnop_log_line line;

    if (signer->complained)
        return;
    signer->complained = true;
    cnop_log_begin(&line, CNOP_LOG_ERROR, NULL, "signing_key", what);
    cnop_log_text(&line, "keys_dir", signer->config->keys_dir);
    cnop_log_text(&line, "reason", reason);
    cnop_log_end(&line);
}

static void
look_at_key(struct signer *signer)
{
    char path[PATH_MAX];
    struct cnop_token_signer loaded;
    struct keyring keyring;
    struct file_mark mark;
    const char *reason = "unreadable keyring";

    (void)snprintf(path, sizeof(path), "%s/" KEYRING_FILE_NAME, signer->config->keys_dir);
    if (!file_mark_read(path, &mark)) {
        complain(signer, "there is no keyring; run cnop-keys init", "not found");
        return;
    }
    if (signer->has_key && file_mark_equal(&mark, &signer->keyring_mark))
        return;
    if (keyring_load(signer->config->keys_dir, &keyring) != CNOP_OK) {
        complain(signer, "the keyring cannot be used; the key in use stays", reason);
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/es256-%s.pem", signer->config->keys_dir,
                   keyring.current);
    if (cnop_token_signer_load(&loaded, path, &reason) != CNOP_OK) {
        complain(signer, "the signing key cannot be used; the key in use stays", reason);
        return;
    }
    signer_wipe(signer);
    signer->key = loaded; /* the key moves: nothing to free here */
    signer->keyring_mark = mark;
    signer->has_key = true;
    signer->complained = false;
}

static void
look_at_jwks(struct signer *signer)
{
    static const struct cnop_file_rules rules = {.min_bytes = 1,
                                                 .max_bytes = SIGNER_JWKS_BYTES - 1};
    struct file_mark mark;
    const char *reason;
    size_t len;

    if (!file_mark_read(signer->config->jwks_file, &mark) ||
        (signer->jwks_len > 0 && file_mark_equal(&mark, &signer->jwks_mark)))
        return;
    if (cnop_file_read_into(signer->config->jwks_file, &rules, signer->jwks, &len, &reason) !=
        CNOP_OK)
        return;
    signer->jwks_len = len;
    signer->jwks_mark = mark;
}

static void
look_again(struct signer *signer)
{
    int64_t now_us = cnop_clock_monotonic_us();

    if (signer->looked_us != 0 && now_us - signer->looked_us < LOOK_AGAIN_US && signer->has_key)
        return;
    signer->looked_us = now_us;
    look_at_key(signer);
    look_at_jwks(signer);
}

enum cnop_err
signer_mint(struct signer *signer, const struct signer_claims *claims, struct cnop_buf *buf,
            char ret_jti[33])
{
    struct cnop_token_policy policy = {
        .issuer = cnop_str_from(signer->config->issuer),
        .audience = cnop_str_from(signer->config->audience),
    };
    struct cnop_token_claims token = {
        .user_id = claims->user_id,
        .iat_s = claims->issued_s,
        .exp_s = claims->expires_s,
        .role = claims->role == AUTH_ROLE_ADMIN ? CNOP_ROLE_ADMIN : CNOP_ROLE_CUSTOMER,
    };
    enum cnop_err err;

    cnop_assert(claims->expires_s > claims->issued_s);
    look_again(signer);
    if (!signer->has_key)
        return CNOP_E_IO;
    cnop_str_hex(claims->sid.bytes, sizeof(claims->sid.bytes), token.sid);
    cnop_id_random_hex(token.jti);
    err = cnop_token_mint(&signer->key, &policy, &token, buf);
    if (err == CNOP_OK && ret_jti != NULL)
        memcpy(ret_jti, token.jti, sizeof(token.jti));
    return err;
}

enum cnop_err
signer_jwks(struct signer *signer, struct cnop_str *ret_text)
{
    look_again(signer);
    if (signer->jwks_len == 0) /* without any, nobody waits for the next look */
        look_at_jwks(signer);
    if (signer->jwks_len == 0)
        return CNOP_E_IO;
    *ret_text = cnop_str_make(signer->jwks, signer->jwks_len);
    return CNOP_OK;
}

const char *
signer_kid(struct signer *signer)
{
    look_again(signer);
    return signer->has_key ? signer->key.kid : NULL;
}
