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

static struct claim_row *
find_claim(struct user_store *store, const struct claim_row *key)
{
    for (size_t i = 0; i < store->claim_count; i++) {
        struct claim_row *row = &store->claims[i];

        if (row->user_id == key->user_id && row->utc_day == key->utc_day &&
            row->got_red_pocket == key->got_red_pocket)
            return row;
    }
    return NULL;
}

enum cnop_err
user_store_list_claims(struct user_store *store, uint64_t user_id, int32_t utc_day,
                       struct claim_row ret_list[CLAIM_LIST_MAX], size_t *ret_count)
{
    size_t count = 0;

    ENTER(store);
    for (size_t i = 0; i < store->claim_count; i++) {
        if (store->claims[i].user_id == user_id &&
            (store->claims[i].utc_day == utc_day || store->claims[i].paid_us == 0))
            ret_list[count++] = store->claims[i];
    }
    *ret_count = count;
    return CNOP_OK;
}

enum cnop_err
user_store_insert_claim(struct user_store *store, const struct claim_row *claim)
{
    ENTER(store);
    if (find_claim(store, claim) != NULL)
        return CNOP_E_DUPLICATE;
    cnop_assert(store->claim_count < FAKE_CLAIMS);
    store->claims[store->claim_count++] = *claim;
    return CNOP_OK;
}

enum cnop_err
user_store_mark_paid(struct user_store *store, const struct claim_row *claim, int64_t now_us)
{
    struct claim_row *row;

    ENTER(store);
    row = find_claim(store, claim);
    if (row != NULL)
        row->paid_us = now_us;
    return CNOP_OK;
}

enum cnop_err
user_store_delete_claim(struct user_store *store, const struct claim_row *claim)
{
    struct claim_row *row;

    ENTER(store);
    row = find_claim(store, claim);
    if (row != NULL && row->paid_us == 0)
        *row = store->claims[--store->claim_count];
    return CNOP_OK;
}
