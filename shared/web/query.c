/* SPDX-License-Identifier: MIT */
/* The query string: split at &, decoded once, refused as a whole when any part is malformed. */
#include <string.h>

#include "shared/base/ascii.h"
#include "shared/web/request_state.h"

/* %XX and + decoded into arena memory; text without either is used as it is. */
static enum cnop_err
decode(struct cnop_arena *arena, struct cnop_str text, struct cnop_str *ret_decoded)
{
    char *out;
    size_t len = 0;

    if (cnop_str_empty(text)) { /* also a name without "=": its value has no address */
        *ret_decoded = CNOP_STR("");
        return CNOP_OK;
    }
    if (memchr(text.ptr, '%', text.len) == NULL && memchr(text.ptr, '+', text.len) == NULL) {
        if (!cnop_str_is_utf8(text))
            return CNOP_E_BAD_REQUEST;
        *ret_decoded = text;
        return CNOP_OK;
    }
    out = cnop_arena_alloc(arena, text.len + 1);
    if (out == NULL)
        return CNOP_E_NO_MEMORY;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 1 < text.len ? cnop_hex_value(text.ptr[i + 1]) : -1;
            int low = i + 2 < text.len ? cnop_hex_value(text.ptr[i + 2]) : -1;

            if (high < 0 || low < 0)
                return CNOP_E_BAD_REQUEST;
            c = (char)(high << 4 | low);
            i += 2;
        }
        out[len++] = c;
    }
    *ret_decoded = cnop_str_make(out, len);
    return cnop_str_is_utf8(*ret_decoded) ? CNOP_OK : CNOP_E_BAD_REQUEST; /* refuses NUL too */
}

enum cnop_err
cnop_query_parse(struct cnop_request *req, struct cnop_str text)
{
    while (!cnop_str_empty(text)) {
        struct cnop_str part, name, value;
        struct cnop_pair *pair;
        enum cnop_err err;

        (void)cnop_str_cut(text, '&', &part, &text);
        if (cnop_str_empty(part))
            continue;
        if (req->query_count == CNOP_QUERY_PARAM_MAX)
            return cnop_request_detail(req, CNOP_E_BAD_REQUEST,
                                       "The query has more than %d parameters.",
                                       CNOP_QUERY_PARAM_MAX);
        (void)cnop_str_cut(part, '=', &name, &value);
        pair = &req->query[req->query_count];
        err = decode(req->arena, name, &pair->name);
        if (err == CNOP_OK)
            err = decode(req->arena, value, &pair->value);
        if (err == CNOP_E_BAD_REQUEST)
            return cnop_request_detail(req, err,
                                       "The query string is not valid percent-encoded "
                                       "UTF-8.");
        if (err != CNOP_OK)
            return err;
        req->query_count++;
    }
    return CNOP_OK;
}

static const struct cnop_pair *
find(const struct cnop_request *req, const char *name)
{
    struct cnop_str want = cnop_str_from(name);

    for (size_t i = 0; i < req->query_count; i++)
        if (cnop_str_equal(req->query[i].name, want))
            return &req->query[i];
    return NULL;
}

struct cnop_str
cnop_request_query(struct cnop_request *req, const char *name)
{
    const struct cnop_pair *pair = find(req, name);

    return pair != NULL ? pair->value : (struct cnop_str){"", 0};
}

size_t
cnop_request_query_count(const struct cnop_request *req)
{
    return req->query_count;
}

bool
cnop_request_has_query(struct cnop_request *req, const char *name)
{
    return find(req, name) != NULL;
}
