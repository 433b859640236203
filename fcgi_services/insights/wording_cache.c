/* SPDX-License-Identifier: MIT */
/* Value: seal (SipHash of digest and text), then the text. Never a source of anything but words. */
#include "fcgi_services/insights/wording_cache.h"

#include "shared/base/secret.h"
#include "shared/cache/cache.h"

#define KEEP_S 86400
#define TEXT_MAX_BYTES 4096

struct sealed {
    unsigned char digest[CNOP_SHA256_BYTES]; /* of the prompt: a text cannot move to another key */
    char text[TEXT_MAX_BYTES];
};

static struct cnop_cache_key
key_of(const unsigned char digest[CNOP_SHA256_BYTES])
{
    struct cnop_cache_key key;

    cnop_cache_key_init(&key, "insight");
    cnop_cache_key_digest(&key, digest, CNOP_SHA256_BYTES);
    return key;
}

static uint64_t
seal_of(const unsigned char seal_key[16], struct sealed *sealed, struct cnop_str text)
{
    cnop_assert(text.len <= TEXT_MAX_BYTES);
    memcpy(sealed->text, text.ptr, text.len);
    return cnop_secret_siphash(seal_key, sealed, offsetof(struct sealed, text) + text.len);
}

enum cnop_err
wording_cache_get(struct cnop_cache *cache, struct cnop_arena *arena,
                  const unsigned char seal_key[16], struct cnop_str prompt,
                  struct cnop_str *ret_text)
{
    struct sealed sealed;
    struct cnop_cache_key key;
    struct cnop_str value;
    struct cnop_str text;
    uint64_t seal;
    enum cnop_err err;

    cnop_secret_sha256(prompt.ptr, prompt.len, sealed.digest);
    key = key_of(sealed.digest);
    err = cnop_cache_get(cache, arena, &key, &value);
    if (err != CNOP_OK)
        return err;
    if (value.len <= sizeof(seal) || value.len > sizeof(seal) + TEXT_MAX_BYTES)
        return CNOP_E_CACHE_MISS;
    text = cnop_str_make(value.ptr + sizeof(seal), value.len - sizeof(seal));
    seal = seal_of(seal_key, &sealed, text);
    if (!cnop_secret_equal(&seal, value.ptr, sizeof(seal)))
        return CNOP_E_CACHE_MISS;
    *ret_text = text;
    return CNOP_OK;
}

void
wording_cache_set(struct cnop_cache *cache, struct cnop_arena *arena,
                  const unsigned char seal_key[16], struct cnop_str prompt, struct cnop_str text)
{
    struct sealed sealed;
    struct cnop_cache_key key;
    uint64_t seal;
    char *value;

    if (text.len > TEXT_MAX_BYTES)
        return;
    value = cnop_arena_alloc(arena, sizeof(seal) + text.len);
    if (value == NULL)
        return;
    cnop_secret_sha256(prompt.ptr, prompt.len, sealed.digest);
    key = key_of(sealed.digest);
    seal = seal_of(seal_key, &sealed, text);
    memcpy(value, &seal, sizeof(seal));
    memcpy(value + sizeof(seal), text.ptr, text.len);
    cnop_cache_set(cache, &key, cnop_str_make(value, sizeof(seal) + text.len), KEEP_S);
}
