/* SPDX-License-Identifier: MIT */
/* What is believed of the gateway's guard, and what it is told. */
#include "fcgi_services/ops/guard_json.h"

#include "shared/base/base.h"
#include "tests/unit/unit.h"

#define ROW(address, fails, left)                                                                  \
    "{\"address\":\"" address "\",\"fails\":" fails ",\"unknown_users\":0,\"blocked\":true,"       \
    "\"seconds_left\":" left "}"

static struct cnop_arena *arena;
static struct ops_guard guard;

static void
setup(void)
{
    arena = cnop_arena_new((size_t)4 * 1024 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static enum cnop_err
read_text(const char *text)
{
    return ops_guard_read(arena, cnop_str_from(text), &guard);
}

START_TEST(the_longest_blocked_come_first)
{
    ck_assert_int_eq(read_text("{\"addresses\":[\n" ROW("a", "1", "0") ",\n" ROW(
                         "b", "3", "0") ",\n" ROW("c", "0", "9") "],\"blocked\":7}\n"),
                     CNOP_OK);
    ck_assert_uint_eq(guard.count, 3);
    ck_assert_uint_eq(guard.blocked_count, 7);
    ck_assert(cnop_str_equal(guard.rows[0].address, CNOP_STR("c")));
    ck_assert_uint_eq(guard.rows[0].seconds_left, 9);
    ck_assert(cnop_str_equal(guard.rows[1].address, CNOP_STR("b")));
    ck_assert(cnop_str_equal(guard.rows[2].address, CNOP_STR("a")));
    ck_assert_int_eq(read_text("{\"addresses\":[],\"blocked\":0}"), CNOP_OK);
    ck_assert_uint_eq(guard.count, 0);
}
END_TEST

START_TEST(other_answers_are_refused)
{
    static const char *const texts[] = {
        "",
        "[]",
        "{}",
        "{\"addresses\":[]}",
        "{\"addresses\":{},\"blocked\":0}",
        "{\"addresses\":[1],\"blocked\":0}",
        "{\"addresses\":[{}],\"blocked\":0}",
        "{\"addresses\":[],\"blocked\":\"0\"}",
        "{\"addresses\":[" ROW("", "1", "0") "],\"blocked\":0}",
        "{\"addresses\":[" ROW("a", "-1", "0") "],\"blocked\":0}",
        "{\"addresses\":[" ROW("a", "1", "1e9") "],\"blocked\":0}",
        "{\"addresses\":[" ROW("a", "1", "99999999999999999999") "],\"blocked\":0}",
        "{\"addresses\":[" ROW("a", "1", "0") "],\"blo",
    };

    for (size_t i = 0; i < CNOP_COUNT(texts); i++)
        ck_assert_msg(read_text(texts[i]) == CNOP_E_UNAVAILABLE, "%s", texts[i]);
}
END_TEST

START_TEST(addresses_are_addresses)
{
    static const char *const good[] = {"192.0.2.7", "::1", "2001:db8::7", "::ffff:192.0.2.7"};
    static const char *const bad[] = {"",
                                      "localhost",
                                      "192.0.2",
                                      "192.0.2.7.1",
                                      "192.0.2.7 60",
                                      "192.0.2.0/24",
                                      "fe80::1%lo",
                                      "1\n2",
                                      "x.0.2.7",
                                      "192.0.2.7\nunblock",
                                      "[::1]",
                                      "2001:db8:0000:0000:0000:0000:0000:0007:000000000000000000"};

    for (size_t i = 0; i < CNOP_COUNT(good); i++)
        ck_assert(ops_guard_address_is_valid(cnop_str_from(good[i])));
    for (size_t i = 0; i < CNOP_COUNT(bad); i++)
        ck_assert(!ops_guard_address_is_valid(cnop_str_from(bad[i])));
    ck_assert(!ops_guard_address_is_valid(cnop_str_make("192.0.2.7\0x", 11)));
}
END_TEST

START_TEST(commands_are_lines)
{
    char memory[OPS_GUARD_LINE_BYTES];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    ops_guard_write(&buf, CNOP_STR("192.0.2.7"), 600);
    ops_guard_write(&buf, CNOP_STR("::1"), 0);
    ck_assert(cnop_str_equal(cnop_buf_view(&buf), CNOP_STR("block 192.0.2.7 600\nunblock ::1\n")));
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_longest_blocked_come_first);
    tcase_add_test(tests, other_answers_are_refused);
    tcase_add_test(tests, addresses_are_addresses);
    tcase_add_test(tests, commands_are_lines);
}

UNIT_MAIN("guard_json", add)
