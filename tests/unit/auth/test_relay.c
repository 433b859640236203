/* SPDX-License-Identifier: MIT */
/* What a gateway needs, from what it says. The rounds themselves are tested on real sockets in
 * tests/service/test_auth_service.py. */
#include "fcgi_services/auth/relay.h"

#include "tests/unit/unit.h"

START_TEST(decisions)
{
    static const struct {
        bool is_synced;
        uint64_t last_seq;
        uint64_t head;
        enum relay_action action;
    } rows[] = {
        {false, 0, 0, RELAY_SNAPSHOT}, /* cold, and nothing revoked yet: it must learn that */
        {false, 5, 5, RELAY_SNAPSHOT},
        {true, 0, 0, RELAY_NOTHING},
        {true, 5, 5, RELAY_NOTHING},
        {true, 4, 5, RELAY_DELTA},
        {true, 0, 9, RELAY_DELTA},
        {true, 6, 5, RELAY_SNAPSHOT}, /* the database was restored from a backup */
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        struct gateway_state state = {.is_synced = rows[i].is_synced, .last_seq = rows[i].last_seq};

        ck_assert_int_eq(relay_decide(&state, rows[i].head), rows[i].action);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, decisions);
}

UNIT_MAIN("relay", add)
