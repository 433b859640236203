/* SPDX-License-Identifier: MIT */
/* What a person may tell us about themselves: user name, e-mail, names, phone and birth date, each
 * judged by a table of named rules. Pure: no clock, no I/O, no memory of its own. Registration and
 * the profile page use the same tables, so a value accepted by one is accepted by the other. */
#ifndef CNOP_PERSON_PERSON_H
#define CNOP_PERSON_PERSON_H

#include "shared/base/arena.h"

#define CNOP_USERNAME_BYTES 30
#define CNOP_EMAIL_BYTES 254
#define CNOP_PERSON_NAME_CHARACTERS 50
#define CNOP_PHONE_DIGITS 15

/* One rule. `name` is stable and goes to clients as the error's type; `message` continues the
 * sentence "<field> ...". */
struct cnop_text_rule {
    const char *name;
    const char *message;
    bool (*holds)(struct cnop_str value);
};

/* The first rule of the table that does not hold, or NULL when all hold. Static storage. */
const struct cnop_text_rule *cnop_text_rules_check(const struct cnop_text_rule *rules, size_t count,
                                                   struct cnop_str value);

/* Each returns the broken rule, or NULL when the value is acceptable as it stands. Values are
 * judged without surrounding blanks: pass what cnop_str_trim gave. */
const struct cnop_text_rule *cnop_person_check_username(struct cnop_str username);
const struct cnop_text_rule *cnop_person_check_email(struct cnop_str email);
const struct cnop_text_rule *cnop_person_check_name(struct cnop_str name);
const struct cnop_text_rule *cnop_person_check_phone(struct cnop_str phone);

/* birth is YYYY-MM-DD; today is a UTC day (clock.h). Ages 13 to 120, both inclusive. */
const struct cnop_text_rule *cnop_person_check_birth(struct cnop_str birth, int32_t today);

/* The digits of an accepted phone number, NUL-terminated. False when the arena is full. */
bool cnop_person_phone_digits(struct cnop_arena *arena, struct cnop_str phone,
                              struct cnop_str *ret_digits);

/* True when the text holds markup or script of the kind browsers act on. Used where text is
 * shown to people again. */
bool cnop_person_is_suspicious(struct cnop_str text);

#endif
