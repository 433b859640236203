/* SPDX-License-Identifier: MIT */
/* In-memory user store. */
#include "tests/fakes/user_store_fake.h"

#define ENTER(store)                                                                               \
    do {                                                                                           \
        (store)->call_count++;                                                                     \
        if ((store)->call_count == (store)->fail_at)                                               \
            return CNOP_E_DB_FAILED;                                                               \
    } while (0)

enum cnop_err
user_store_find_profile(struct user_store *store, uint64_t user_id, struct cnop_arena *arena,
                        struct profile *ret_profile)
{
    (void)arena;
    ENTER(store);
    if (store->profile.user_id != user_id)
        return CNOP_E_NOT_FOUND;
    *ret_profile = store->profile;
    return CNOP_OK;
}

enum cnop_err
user_store_update_profile(struct user_store *store, const struct profile *profile,
                          int64_t old_updated_us)
{
    ENTER(store);
    if (store->interfere_count > 0) {
        store->interfere_count--;
        store->profile.last_name = CNOP_STR("Changed");
        store->profile.updated_us++;
    }
    if (store->profile.updated_us != old_updated_us)
        return CNOP_E_CONFLICT;
    if (store->taken_email.len > 0 && cnop_str_equal(store->taken_email, profile->email))
        return CNOP_E_EMAIL_TAKEN;
    store->profile = *profile;
    return CNOP_OK;
}

static struct gift_row *
find_gift(struct user_store *store, const struct gift_row *key)
{
    for (size_t i = 0; i < store->gift_count; i++) {
        struct gift_row *row = &store->gifts[i];

        if (row->user_id == key->user_id && row->utc_day == key->utc_day &&
            row->by_phrase == key->by_phrase)
            return row;
    }
    return NULL;
}

enum cnop_err
user_store_list_gifts(struct user_store *store, uint64_t user_id, int32_t utc_day,
                      struct gift_row ret_list[GIFT_LIST_MAX], size_t *ret_count)
{
    size_t count = 0;

    ENTER(store);
    for (size_t i = 0; i < store->gift_count; i++) {
        if (store->gifts[i].user_id == user_id &&
            (store->gifts[i].utc_day == utc_day || store->gifts[i].paid_us == 0))
            ret_list[count++] = store->gifts[i];
    }
    *ret_count = count;
    return CNOP_OK;
}

enum cnop_err
user_store_insert_gift(struct user_store *store, const struct gift_row *gift)
{
    ENTER(store);
    if (find_gift(store, gift) != NULL)
        return CNOP_E_DUPLICATE;
    cnop_assert(store->gift_count < FAKE_GIFTS);
    store->gifts[store->gift_count++] = *gift;
    return CNOP_OK;
}

enum cnop_err
user_store_mark_paid(struct user_store *store, const struct gift_row *gift, int64_t now_us)
{
    struct gift_row *row;

    ENTER(store);
    row = find_gift(store, gift);
    if (row != NULL)
        row->paid_us = now_us;
    return CNOP_OK;
}

enum cnop_err
user_store_delete_gift(struct user_store *store, const struct gift_row *gift)
{
    struct gift_row *row;

    ENTER(store);
    row = find_gift(store, gift);
    if (row != NULL && row->paid_us == 0)
        *row = store->gifts[--store->gift_count];
    return CNOP_OK;
}
