/* SPDX-License-Identifier: MIT */
/* Authorization and traceparent values against a plain reading of their grammar. Covers
 * nginx_modules/policy/credentials.c. */
#include "tests/fuzz/fuzz.h"

#include <string.h>
#include <strings.h>

#include "nginx_modules/policy/credentials.h"
#include "shared/base/attr.h"

const char fuzz_corpus[] = "credentials";

static void
check_bearer(struct cnop_str value)
{
    struct cnop_str token = {NULL, 0};
    enum bearer kind = bearer_parse(value, &token);

    if (kind != BEARER_TOKEN) {
        cnop_assert(token.ptr == NULL);
        if (kind == BEARER_MALFORMED)
            cnop_assert(value.len >= 6 && strncasecmp(value.ptr, "bearer", 6) == 0);
        return;
    }
    cnop_assert(token.len > 0 && token.len + 7 <= value.len);
    cnop_assert(token.ptr + token.len == value.ptr + value.len);
    cnop_assert(strncasecmp(value.ptr, "bearer ", 7) == 0);
    for (const char *c = value.ptr + 7; c < token.ptr; c++)
        cnop_assert(*c == ' ');
    for (size_t i = 0; i < token.len; i++)
        cnop_assert((unsigned char)token.ptr[i] > ' ' && token.ptr[i] != ',');
}

static bool
plain_traceparent(struct cnop_str value)
{
    static const char zeros[] = "00000000000000000000000000000000";

    if (value.len != 55)
        return false;
    for (size_t i = 0; i < 55; i++) {
        bool dash = i == 2 || i == 35 || i == 52;

        if (dash ? value.ptr[i] != '-'
                 : value.ptr[i] == '\0' || strchr("0123456789abcdef", value.ptr[i]) == NULL)
            return false;
    }
    return memcmp(value.ptr, "ff", 2) != 0 && memcmp(value.ptr + 3, zeros, 32) != 0 &&
           memcmp(value.ptr + 36, zeros, 16) != 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct cnop_str value = cnop_str_make((const char *)bytes, len);

    if (len > 65536)
        return 0;
    check_bearer(value);
    cnop_assert(traceparent_is_valid(value) == plain_traceparent(value));
    return 0;
}
