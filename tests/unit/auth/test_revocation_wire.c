/* SPDX-License-Identifier: MIT */
/* The control text, byte by byte. */
#include "fcgi_services/auth/revocation_wire.h"

#include "tests/unit/unit.h"

START_TEST(lines)
{
    static const struct revocation list[] = {
        {.seq = 7,
         .kind = REVOCATION_SESSION,
         .subject = "0123456789abcdef0123456789abcdef",
         .expires_s = 1800000000},
        {.seq = 8,
         .kind = REVOCATION_TOKEN,
         .subject = "fedcba9876543210fedcba9876543210",
         .expires_s = 1800000001},
        {.seq = 9,
         .kind = REVOCATION_USER,
         .subject = "1042",
         .revoked_before_s = 1799990000,
         .expires_s = 1800000002},
    };
    struct cnop_buf buf;
    char memory[512];

    cnop_buf_init(&buf, memory, sizeof(memory));
    revocation_wire_delta(&buf, 6);
    for (size_t i = 0; i < CNOP_COUNT(list); i++)
        revocation_wire_line(&buf, &list[i]);
    revocation_wire_snapshot(&buf, UINT64_MAX);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf),
                             CNOP_STR("delta 6\n"
                                      "7 sid 0123456789abcdef0123456789abcdef 1800000000\n"
                                      "8 jti fedcba9876543210fedcba9876543210 1800000001\n"
                                      "9 sub 1042 1799990000 1800000002\n"
                                      "snapshot 18446744073709551615\n")));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, lines);
}

UNIT_MAIN("revocation_wire", add)
