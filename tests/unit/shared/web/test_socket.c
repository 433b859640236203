/* SPDX-License-Identifier: MIT */
/* Peers, listening sockets and the passing of connections. */
#include "shared/web/socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include "shared/web/web.h"
#include "tests/unit/unit.h"

START_TEST(peer_lists)
{
    struct cnop_peers peers;

    ck_assert_int_eq(cnop_peers_parse(CNOP_STR(""), &peers), CNOP_OK);
    ck_assert_uint_eq(peers.count, 2);
    ck_assert_int_eq(cnop_peers_parse(CNOP_STR("33, 1000"), &peers), CNOP_OK);
    ck_assert_uint_eq(peers.count, 4);
    ck_assert_int_eq(cnop_peers_parse(CNOP_STR("www-data"), &peers), CNOP_E_INVALID);
    ck_assert_int_eq(cnop_peers_parse(CNOP_STR("1,2,3,4,5,6,7,8,9,10,11,12,13,14,15"), &peers),
                     CNOP_E_INVALID);
}
END_TEST

START_TEST(peer_of_a_pair)
{
    struct cnop_peers peers, nobody = {.count = 0};
    int pair[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(cnop_peers_parse(CNOP_STR(""), &peers), CNOP_OK);
    ck_assert(cnop_peers_allow(&peers, pair[0]));
    ck_assert(!cnop_peers_allow(&nobody, pair[0]));
}
END_TEST

START_TEST(handed_over_connection_works)
{
    int way[2], pair[2], got = -1;
    char byte = 0;

    ck_assert_int_eq(cnop_handover_pair(way), CNOP_OK);
    ck_assert_int_eq(cnop_handover_receive(way[1], &got), CNOP_E_NOT_FOUND);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    ck_assert_int_eq(cnop_handover_send(way[0], pair[0]), CNOP_OK);
    ck_assert_int_eq(close(pair[0]), 0);
    ck_assert_int_eq(cnop_handover_receive(way[1], &got), CNOP_OK);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert_int_eq(read(got, &byte, 1), 1);
    ck_assert_int_eq(byte, 'x');
}
END_TEST

START_TEST(nobody_receives)
{
    int way[2], pair[2];
    unsigned sent = 0;

    ck_assert_int_eq(cnop_handover_pair(way), CNOP_OK);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    while (sent < 100000 && cnop_handover_send(way[0], pair[0]) == CNOP_OK)
        sent++;
    ck_assert_uint_gt(sent, 100);
    ck_assert_uint_lt(sent, 100000);
}
END_TEST

START_TEST(path_that_is_too_long)
{
    int fd;

    ck_assert_int_eq(
        cnop_web_listen("/tmp/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.sock",
                        &fd),
        CNOP_E_IO);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, peer_lists);
    tcase_add_test(tests, peer_of_a_pair);
    tcase_add_test(tests, handed_over_connection_works);
    tcase_add_test(tests, nobody_receives);
    tcase_add_test(tests, path_that_is_too_long);
}

UNIT_MAIN("socket", add)
