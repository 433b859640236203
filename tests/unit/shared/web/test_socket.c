/* SPDX-License-Identifier: MIT */
/* Peers, listening sockets and the passing of connections. */
#include "shared/web/socket.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
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

START_TEST(without_descriptors_a_peer_is_turned_away)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct rlimit limit, before;
    int listen_fd, fd;
    char byte;

    cnop_turn_away_prepare();
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "/tmp/cnop-unit-%d.sock",
                   (int)getpid());
    ck_assert_int_eq(cnop_web_listen(address.sun_path, &listen_fd), CNOP_OK);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(unlink(address.sun_path), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)fd + 1;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_lt(accept(listen_fd, NULL, NULL), 0); /* one too many, and it stays there */
    ck_assert(cnop_turn_away(listen_fd));
    ck_assert_int_eq(read(fd, &byte, 1), 0);
    ck_assert(!cnop_turn_away(listen_fd));                  /* nobody else */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0); /* a sanitizer opens files at the end */
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
    tcase_add_test(tests, without_descriptors_a_peer_is_turned_away);
}

UNIT_MAIN("socket", add)
