/* SPDX-License-Identifier: MIT */
/* Sixteen slots and a switch. */
#include "tests/fakes/cache_fake.h"

#define SLOT_COUNT 16
#define VALUE_BYTES ((size_t)600 * 1024)

struct slot {
    struct cnop_cache_key key;
    char *value;
    size_t len;
};

static struct slot slots[SLOT_COUNT];
static char memory[SLOT_COUNT][VALUE_BYTES];
static bool is_away;
static unsigned set_count;

void
cache_fake_clear(void)
{
    memset(slots, 0, sizeof(slots));
    is_away = false;
    set_count = 0;
}

void
cache_fake_set_up(bool is_up)
{
    is_away = !is_up;
}

struct cnop_cache *
cache_fake(void)
{
    return (struct cnop_cache *)(void *)slots; /* opaque: never looked into */
}

unsigned
cache_fake_set_count(void)
{
    return set_count;
}

char *
cache_fake_value(const char *prefix, size_t *ret_len)
{
    size_t prefix_len = strlen(prefix);

    for (size_t i = 0; i < SLOT_COUNT; i++) {
        const char *text = slots[i].key.text;

        if (slots[i].value != NULL && strncmp(text, prefix, prefix_len) == 0 &&
            (text[prefix_len] == ':' || text[prefix_len] == '\0')) {
            *ret_len = slots[i].len;
            return slots[i].value;
        }
    }
    return NULL;
}

void
cnop_cache_key_init(struct cnop_cache_key *key, const char *prefix)
{
    *key = (struct cnop_cache_key){.len = strlen(prefix)};
    memcpy(key->text, prefix, key->len);
}

void
cnop_cache_key_digest(struct cnop_cache_key *key, const void *bytes, size_t len)
{
    key->text[key->len++] = ':';
    cnop_str_hex(bytes, len, key->text + key->len);
    key->len += 2 * len;
}

static struct slot *
find_slot(const struct cnop_cache_key *key)
{
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        if (slots[i].value != NULL && slots[i].key.len == key->len &&
            memcmp(slots[i].key.text, key->text, key->len) == 0)
            return &slots[i];
    }
    return NULL;
}

enum cnop_err
cnop_cache_get(struct cnop_cache *cache, struct cnop_arena *arena, const struct cnop_cache_key *key,
               struct cnop_str *ret_value)
{
    struct slot *slot = find_slot(key);

    cnop_assert(cache != NULL);
    if (is_away || slot == NULL)
        return CNOP_E_CACHE_MISS;
    *ret_value = cnop_str_copy(arena, cnop_str_make(slot->value, slot->len));
    return ret_value->ptr == NULL ? CNOP_E_CACHE_MISS : CNOP_OK;
}

void
cnop_cache_set(struct cnop_cache *cache, const struct cnop_cache_key *key, struct cnop_str value,
               uint32_t ttl_s)
{
    struct slot *slot = find_slot(key);

    cnop_assert(cache != NULL && ttl_s > 0);
    if (is_away || value.len > VALUE_BYTES)
        return;
    for (size_t i = 0; slot == NULL && i < SLOT_COUNT; i++) {
        if (slots[i].value == NULL)
            slot = &slots[i];
    }
    cnop_assert(slot != NULL);
    slot->key = *key;
    slot->value = memory[slot - slots];
    slot->len = value.len;
    memcpy(slot->value, value.ptr, value.len);
    set_count++;
}

bool
cnop_cache_add(struct cnop_cache *cache, const struct cnop_cache_key *key, struct cnop_str value,
               uint32_t ttl_s)
{
    if (is_away || find_slot(key) != NULL)
        return false;
    cnop_cache_set(cache, key, value, ttl_s);
    return true;
}

void
cache_fake_forget(const char *key_text)
{
    struct cnop_cache_key key = {.len = strlen(key_text)};
    struct slot *slot;

    memcpy(key.text, key_text, key.len + 1);
    slot = find_slot(&key);
    cnop_assert(slot != NULL);
    slot->value = NULL;
}

bool
cnop_cache_is_up(const struct cnop_cache *cache)
{
    cnop_assert(cache != NULL);
    return !is_away;
}
