/* SPDX-License-Identifier: MIT */
/* Profile rules. A change is read, merged and written back only if nobody wrote in between, so two
 * partial updates never undo one another. */
#include "fcgi_services/user/profile.h"

#include "shared/base/clock.h"

#define CHANGE_TRIES 5

size_t
profile_check_change(const struct profile_change *change, int32_t today,
                     struct profile_violation ret_violations[PROFILE_VIOLATION_MAX])
{
    const struct profile_violation checks[] = {
        {"email", change->has_email ? cnop_person_check_email(change->email) : NULL},
        {"first_name", change->has_first_name ? cnop_person_check_name(change->first_name) : NULL},
        {"last_name", change->has_last_name ? cnop_person_check_name(change->last_name) : NULL},
        {"phone", change->has_phone && change->phone.len > 0
                      ? cnop_person_check_phone(change->phone)
                      : NULL},
        {"date_of_birth", change->has_date_of_birth && change->date_of_birth.len > 0
                              ? cnop_person_check_birth(change->date_of_birth, today)
                              : NULL},
    };
    size_t count = 0;

    _Static_assert(CNOP_COUNT(checks) <= PROFILE_VIOLATION_MAX, "a violation for each field");
    for (size_t i = 0; i < CNOP_COUNT(checks); i++) {
        if (checks[i].rule != NULL)
            ret_violations[count++] = checks[i];
    }
    return count;
}

static bool
merge(const struct profile_change *change, struct cnop_arena *arena, struct profile *profile)
{
    if (change->has_email)
        profile->email = cnop_str_lower(arena, change->email);
    if (change->has_first_name)
        profile->first_name = change->first_name;
    if (change->has_last_name)
        profile->last_name = change->last_name;
    if (change->has_date_of_birth)
        profile->date_of_birth = change->date_of_birth;
    if (change->has_consent)
        profile->marketing_emails_consent = change->marketing_emails_consent;
    if (change->has_phone && change->phone.len == 0)
        profile->phone = (struct cnop_str){0};
    else if (change->has_phone && !cnop_person_phone_digits(arena, change->phone, &profile->phone))
        return false;
    return profile->email.ptr != NULL;
}

static enum cnop_err
change_once(struct user_store *store, uint64_t user_id, const struct profile_change *change,
            struct cnop_arena *arena, struct profile *profile)
{
    int64_t now_us = cnop_clock_wall_us();
    int64_t old_updated_us;
    enum cnop_err err = user_store_find_profile(store, user_id, arena, profile);

    if (err != CNOP_OK)
        return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
    old_updated_us = profile->updated_us;
    if (!merge(change, arena, profile))
        return CNOP_E_NO_MEMORY;
    /* The time is also the row's version: it always moves on. */
    profile->updated_us = now_us > old_updated_us ? now_us : old_updated_us + 1;
    return user_store_update_profile(store, profile, old_updated_us);
}

enum cnop_err
profile_change_apply(struct user_store *store, uint64_t user_id,
                     const struct profile_change *change, struct cnop_arena *arena,
                     struct profile *ret_profile)
{
    struct profile profile = {0};
    enum cnop_err err = CNOP_E_CONFLICT;

    cnop_assert(user_id != 0);
    for (int i = 0; i < CHANGE_TRIES && err == CNOP_E_CONFLICT; i++)
        err = change_once(store, user_id, change, arena, &profile);
    if (err == CNOP_OK)
        *ret_profile = profile;
    return err == CNOP_E_CONFLICT ? CNOP_E_BUSY : err;
}
