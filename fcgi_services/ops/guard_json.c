/* SPDX-License-Identifier: MIT */
/* The gateway's answer is read strictly: anything else than expected makes all of it unusable. */
#include "fcgi_services/ops/guard_json.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "shared/base/base.h"
#include "shared/json/json_read.h"

static const struct cnop_json_limits limits = {.body_bytes = OPS_GUARD_REPLY_BYTES,
                                               .depth = 3,
                                               .key_count = 8,
                                               .value_count = OPS_GUARD_ROW_MAX * 8};

static bool
read_count(const struct cnop_json *object, struct cnop_str key, uint64_t *ret_value)
{
    const struct cnop_json *member = cnop_json_find(object, key);

    return member != NULL && member->kind == CNOP_JSON_NUMBER &&
           cnop_str_parse_u64(member->text, 0, INT64_MAX, ret_value) == CNOP_OK;
}

static bool
read_row(const struct cnop_json *json, struct ops_guard_row *row)
{
    const struct cnop_json *address = cnop_json_find(json, CNOP_STR("address"));

    if (address == NULL || address->kind != CNOP_JSON_STRING || cnop_str_empty(address->text))
        return false;
    row->address = address->text;
    return read_count(json, CNOP_STR("fails"), &row->fails) &&
           read_count(json, CNOP_STR("unknown_users"), &row->unknown_users) &&
           read_count(json, CNOP_STR("seconds_left"), &row->seconds_left);
}

static int
gravest_first(const void *a, const void *b)
{
    const struct ops_guard_row *x = a;
    const struct ops_guard_row *y = b;

    if (x->seconds_left != y->seconds_left)
        return x->seconds_left < y->seconds_left ? 1 : -1;
    if (x->fails != y->fails)
        return x->fails < y->fails ? 1 : -1;
    return (x->unknown_users < y->unknown_users) - (x->unknown_users > y->unknown_users);
}

enum cnop_err
ops_guard_read(struct cnop_arena *arena, struct cnop_str body, struct ops_guard *ret_guard)
{
    const struct cnop_json *root, *addresses;
    struct ops_guard_row *rows;
    uint64_t blocked_count;
    enum cnop_err err = cnop_json_parse(arena, body, &limits, NULL, &root);

    if (err != CNOP_OK)
        return err == CNOP_E_NO_MEMORY ? err : CNOP_E_UNAVAILABLE;
    addresses = cnop_json_find(root, CNOP_STR("addresses"));
    if (addresses == NULL || addresses->kind != CNOP_JSON_ARRAY ||
        addresses->child_count > OPS_GUARD_ROW_MAX ||
        !read_count(root, CNOP_STR("blocked"), &blocked_count))
        return CNOP_E_UNAVAILABLE;
    rows = cnop_arena_alloc_array(arena, (size_t)addresses->child_count + 1, sizeof(rows[0]));
    if (rows == NULL)
        return CNOP_E_NO_MEMORY;
    for (uint32_t i = 0; i < addresses->child_count; i++)
        if (!read_row(&addresses->children[i], &rows[i]))
            return CNOP_E_UNAVAILABLE;
    qsort(rows, addresses->child_count, sizeof(rows[0]), gravest_first);
    *ret_guard = (struct ops_guard){
        .rows = rows, .count = addresses->child_count, .blocked_count = blocked_count};
    return CNOP_OK;
}

bool
ops_guard_address_is_valid(struct cnop_str address)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[sizeof(struct in6_addr)];

    if (cnop_str_empty(address) || address.len >= sizeof(text) ||
        memchr(address.ptr, '\0', address.len) != NULL)
        return false;
    memcpy(text, address.ptr, address.len);
    text[address.len] = '\0';
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

void
ops_guard_write(struct cnop_buf *buf, struct cnop_str address, uint64_t seconds)
{
    cnop_assert(ops_guard_address_is_valid(address));
    cnop_assert(seconds <= OPS_GUARD_SECONDS_MAX);
    if (seconds == 0)
        cnop_buf_printf(buf, "unblock %.*s\n", CNOP_STR_ARG(address));
    else
        cnop_buf_printf(buf, "block %.*s %llu\n", CNOP_STR_ARG(address),
                        (unsigned long long)seconds);
}
