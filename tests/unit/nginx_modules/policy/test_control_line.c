/* SPDX-License-Identifier: MIT */
/* Control lines: what each means, and that nothing less than a whole one is taken. */
#include "nginx_modules/policy/control_line.h"

#include "shared/base/attr.h"
#include "tests/unit/unit.h"

#define HEX "000102030405060708090a0b0c0d0e0f"

START_TEST(heads)
{
    struct control_head head;

    ck_assert(control_parse_head(CNOP_STR("snapshot 17"), &head));
    ck_assert(head.snapshot && head.seq == 17);
    ck_assert(control_parse_head(CNOP_STR("delta 0"), &head));
    ck_assert(!head.snapshot && head.seq == 0);
    ck_assert(!control_parse_head(CNOP_STR("delta"), &head));
    ck_assert(!control_parse_head(CNOP_STR("delta -1"), &head));
    ck_assert(!control_parse_head(CNOP_STR("delta 1 2"), &head));
    ck_assert(!control_parse_head(CNOP_STR("Snapshot 1"), &head));
    ck_assert(!control_parse_head(CNOP_STR(""), &head));
}
END_TEST

START_TEST(revocations)
{
    static const char *const refused[] = {
        "1 sid " HEX,           "1 sid " HEX " 9 9",
        "1 sid 00 9",           "1 sub 0 1 9",
        "1 sub x 1 9",          "1 sub 5 9",
        "1 key " HEX " 9",      "x sid " HEX " 9",
        "1 sid " HEX " -9",     "1 sid " HEX " 4294967296",
        "1  sid " HEX " 9",     "1",
        "1 sub 5 4294967296 9",
    };
    struct revoke_record record;
    uint64_t seq;

    ck_assert(control_parse_revocation(CNOP_STR("3 sid " HEX " 99"), &seq, &record));
    ck_assert_uint_eq(seq, 3);
    ck_assert_uint_eq(record.kind, REVOKE_SESSION);
    ck_assert_uint_eq(record.expires_s, 99);
    ck_assert_uint_eq(((uint8_t *)record.key)[15], 15);
    ck_assert(control_parse_revocation(CNOP_STR("4 jti " HEX " 99"), &seq, &record));
    ck_assert_uint_eq(record.kind, REVOKE_TOKEN);
    ck_assert(control_parse_revocation(CNOP_STR("5 sub 42 50 99"), &seq, &record));
    ck_assert_uint_eq(record.kind, REVOKE_USER);
    ck_assert_uint_eq(record.key[0], 42);
    ck_assert_uint_eq(record.before_s, 50);
    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(!control_parse_revocation(cnop_str_from(refused[i]), &seq, &record), "%s",
                      refused[i]);
}
END_TEST

START_TEST(blocks)
{
    static const char *const refused[] = {
        "block 1.2.3.4",     "block 1.2.3.4 0", "block 1.2.3.4 -1", "block 1.2.3.4 2592001",
        "unblock 1.2.3.4 5", "unblock",         "forget 1.2.3.4",   ""};
    struct cnop_str address;
    uint64_t seconds;

    ck_assert(control_parse_block(CNOP_STR("block 1.2.3.4 60"), &address, &seconds));
    ck_assert(cnop_str_equal(address, CNOP_STR("1.2.3.4")) && seconds == 60);
    ck_assert(control_parse_block(CNOP_STR("unblock ::1"), &address, &seconds));
    ck_assert(cnop_str_equal(address, CNOP_STR("::1")) && seconds == 0);
    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert(!control_parse_block(cnop_str_from(refused[i]), &address, &seconds));
}
END_TEST

START_TEST(breakers)
{
    struct cnop_str service;
    bool open;

    ck_assert(control_parse_breaker(CNOP_STR("open order_service"), &service, &open));
    ck_assert(open && cnop_str_equal(service, CNOP_STR("order_service")));
    ck_assert(control_parse_breaker(CNOP_STR("close x"), &service, &open) && !open);
    ck_assert(!control_parse_breaker(CNOP_STR("open"), &service, &open));
    ck_assert(!control_parse_breaker(CNOP_STR("open "), &service, &open));
    ck_assert(!control_parse_breaker(CNOP_STR("toggle x"), &service, &open));
}
END_TEST

START_TEST(texts_of_events)
{
    static const char *const refused[] = {"events",     "events ", "events x", "events -1",
                                          "events 1 2", "more 1",  ""};
    uint64_t seq;
    bool is_reset;

    ck_assert(control_parse_events(CNOP_STR("events 17"), &is_reset, &seq) && !is_reset &&
              seq == 17);
    ck_assert(control_parse_events(CNOP_STR("reset 0"), &is_reset, &seq) && is_reset && seq == 0);
    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(!control_parse_events(cnop_str_from(refused[i]), &is_reset, &seq), "%s",
                      refused[i]);
}
END_TEST

START_TEST(events)
{
    static const char *const refused[] = {"1 2 order",
                                          "1 2 order ",
                                          "1 0 order {}",
                                          "1 x order {}",
                                          "x 2 order {}",
                                          "1 2 {}",
                                          "1  order {}",
                                          "1 2 or-der {}",
                                          "1 2 order {\n}",
                                          "",
                                          "1 2 a234567890123456 {}"};
    struct control_event event;

    ck_assert(control_parse_event(CNOP_STR("9 42 order {\"a\": 1}"), &event));
    ck_assert(event.seq == 9 && event.account == 42);
    ck_assert(cnop_str_equal(event.type, CNOP_STR("order")));
    ck_assert(cnop_str_equal(event.json, CNOP_STR("{\"a\": 1}")));
    ck_assert(control_parse_event(CNOP_STR("0 - ticker {}"), &event));
    ck_assert(event.seq == 0 && event.account == 0);
    for (size_t i = 0; i < CNOP_COUNT(refused); i++)
        ck_assert_msg(!control_parse_event(cnop_str_from(refused[i]), &event), "%s", refused[i]);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, heads);
    tcase_add_test(tests, revocations);
    tcase_add_test(tests, blocks);
    tcase_add_test(tests, texts_of_events);
    tcase_add_test(tests, events);
    tcase_add_test(tests, breakers);
}

UNIT_MAIN("policy/control_line", add)
