/* SPDX-License-Identifier: MIT */
/* Bodies and queries into structs by field tables: every rule about form stands in the table, every
 * broken rule becomes one entry of errors[], all fields are checked. Rules about meaning are the
 * domain's. Unknown members are ignored. Decimals are read from their source text, whether the
 * client sent a JSON string or a number.
 *
 *   static const struct cnop_field deposit_fields[] = {
 *       CNOP_FIELD(struct deposit, amount, CNOP_K_CASH, CNOP_RANGE(1, 1000000 * CNOP_E8),
 *                  CNOP_REQUIRED),
 *       CNOP_FIELD(struct deposit, note, CNOP_K_STR, CNOP_RANGE(0, 200), CNOP_OPTIONAL),
 *   };
 */
#ifndef CNOP_WEB_DECODE_H
#define CNOP_WEB_DECODE_H

#include "shared/base/money.h"
#include "shared/web/request.h"

/* Kind of a field: the type of its struct member, and what `arg` means. */
enum cnop_field_kind {
    CNOP_K_STR,   /* struct cnop_str; CNOP_RANGE(min, max) code points, or CNOP_ANY: the handler
                     judges */
    CNOP_K_ENUM,  /* unsigned, index into arg, a NULL-terminated const char *const[] */
    CNOP_K_CASH,  /* cnop_cash; CNOP_RANGE(min, max) in e8, or CNOP_ANY: >= 0 */
    CNOP_K_QTY,   /* cnop_qty; the same */
    CNOP_K_PRICE, /* cnop_price; the same in e10 */
    CNOP_K_U64,   /* uint64_t; CNOP_RANGE(min, max), or CNOP_ANY: UINT64_MAX stands for all beyond;
                   * integer as number or string */
    CNOP_K_BOOL,  /* bool; in a query: true, false, 1, 0 */
    CNOP_K_DATE,  /* int32_t UTC day, from YYYY-MM-DD */
    CNOP_K_TIME,  /* int64_t wall-clock microseconds, RFC 3339 or a bare date */
};

/* Field flags. An optional field that is absent, or null, leaves the member as the caller set it.
 */
enum {
    CNOP_REQUIRED = 1,
    CNOP_OPTIONAL = 2,
    CNOP_TRIM = 4, /* STR: white space at both ends is dropped before the length is checked */
};

struct cnop_range {
    int64_t min;
    int64_t max;
    int places; /* amounts: decimal places, 0 for all that the kind has */
};

struct cnop_field {
    const char *name;
    size_t offset;
    size_t size;
    enum cnop_field_kind kind;
    const void *arg;
    unsigned flags;
};

#define CNOP_RANGE(min_, max_) (&(const struct cnop_range){.min = (min_), .max = (max_)})
#define CNOP_ANY NULL
/* Amounts with fewer decimal places than their kind has: cents in a cnop_cash have 2. */
#define CNOP_DECIMALS(min_, max_, places_)                                                         \
    (&(const struct cnop_range){.min = (min_), .max = (max_), .places = (places_)})

/* The member's own name is the name on the wire; _AS gives another. */
#define CNOP_FIELD(type, member, kind_, arg_, flags_)                                              \
    CNOP_FIELD_AS(type, member, #member, kind_, arg_, flags_)
#define CNOP_FIELD_AS(type, member, name_, kind_, arg_, flags_)                                    \
    {                                                                                              \
        .name = (name_), .offset = offsetof(type, member), .size = sizeof(((type *)0)->member),    \
        .kind = (kind_), .arg = (arg_), .flags = (flags_)                                          \
    }

/* Decodes the body. On success every field is in out; strings are views into request memory.
 * Errors: MALFORMED_JSON (400), INVALID (422) or, when the first broken rule concerns an amount,
 * AMOUNT_INVALID, AMOUNT_PRECISION, AMOUNT_TOO_SMALL, AMOUNT_TOO_LARGE (422). */
cnop_must_check enum cnop_err cnop_request_decode(struct cnop_request *req,
                                                  const struct cnop_field *fields, size_t count,
                                                  void *out);

/* The same for the query string; the kinds read the parameter's text. */
cnop_must_check enum cnop_err cnop_request_decode_query(struct cnop_request *req,
                                                        const struct cnop_field *fields,
                                                        size_t count, void *out);

/* True when the JSON body has this member and it is not null (for partial updates). */
bool cnop_request_has_member(struct cnop_request *req, const char *name);

struct cnop_form {
    const struct cnop_field *fields;
    size_t field_count;
};

/* An array of objects inside the body: `name` holds min..max objects, each decoded by the same
 * table into item_bytes of arena memory. Faults are named "orders[3].quantity". */
struct cnop_items {
    const char *name;
    const struct cnop_field *fields;
    size_t field_count;
    size_t item_bytes;
    size_t min;
    size_t max;
    /* NULL, or what an item has besides: the first field is an enum, and each of its values has a
     * form. */
    const struct cnop_form *forms;
};
cnop_must_check enum cnop_err cnop_request_decode_items(struct cnop_request *req,
                                                        const struct cnop_items *items,
                                                        void **ret_items, size_t *ret_count);

#endif
