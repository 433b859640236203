/* SPDX-License-Identifier: MIT */
/* Changing a profile: which fields may change, and to what. Pure rules over the store port; never
 * HTTP. */
#ifndef CNOP_USER_PROFILE_H
#define CNOP_USER_PROFILE_H

#include "fcgi_services/user/user_store.h"

#define PROFILE_VIOLATION_MAX 8

/* A field with has_... false stays as it is. Blanks around values are already gone. */
struct profile_change {
    struct cnop_str email;
    struct cnop_str first_name;
    struct cnop_str last_name;
    struct cnop_str phone;         /* empty: remove it */
    struct cnop_str date_of_birth; /* empty: remove it */
    bool marketing_emails_consent;
    bool has_email;
    bool has_first_name;
    bool has_last_name;
    bool has_phone;
    bool has_date_of_birth;
    bool has_consent;
};

struct profile_violation {
    const char *field;
    const struct cnop_text_rule *rule;
};

/* Every broken rule, at most one a field; returns their number. */
size_t profile_check_change(const struct profile_change *change, int32_t today,
                            struct profile_violation ret_violations[PROFILE_VIOLATION_MAX]);

/* Applies a change without violations. UNAUTHENTICATED: the user is gone. EMAIL_TAKEN. BUSY: others
 * kept changing it. ret_profile is what is stored now. */
cnop_must_check enum cnop_err profile_change_apply(struct user_store *store, uint64_t user_id,
                                                   const struct profile_change *change,
                                                   struct cnop_arena *arena,
                                                   struct profile *ret_profile);

#endif
