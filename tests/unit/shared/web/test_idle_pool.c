/* SPDX-License-Identifier: MIT */
/* Ownership of connection slots: one owner, no event lost, no slot leaked. */
#include "shared/web/idle_pool.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/unit.h"

static struct cnop_arena *pool;
static struct cnop_idle_pool idle_pool;
static int pair[2];

static void
setup(void)
{
    pool = cnop_arena_new(65536);
    idle_pool = (struct cnop_idle_pool){0};
    cnop_idle_pool_init(&idle_pool, pool, 2, epoll_create1(0));
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static void
teardown(void)
{
    (void)close(idle_pool.epoll_fd);
    cnop_arena_free(&pool);
}

START_TEST(slots_are_bounded_and_come_back)
{
    struct cnop_conn *one = cnop_idle_pool_reserve(&idle_pool);
    struct cnop_conn *two = cnop_idle_pool_reserve(&idle_pool);

    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(two);
    ck_assert_ptr_null(cnop_idle_pool_reserve(&idle_pool));
    ck_assert(!cnop_idle_pool_has_room(&idle_pool));
    cnop_idle_pool_give_back(&idle_pool, one);
    ck_assert_ptr_eq(cnop_idle_pool_reserve(&idle_pool), one);
}
END_TEST

START_TEST(one_owner)
{
    struct cnop_conn *conn = cnop_idle_pool_reserve(&idle_pool);

    ck_assert(cnop_idle_pool_adopt(&idle_pool, conn, pair[0]));
    ck_assert(cnop_conn_release(conn));
    ck_assert(cnop_conn_claim(conn));
    ck_assert(!cnop_conn_claim(conn));
    ck_assert(!cnop_conn_sweep(conn));
    ck_assert_msg(!cnop_conn_release(conn), "the second event must be looked at");
    ck_assert(cnop_conn_release(conn));
    ck_assert(cnop_conn_sweep(conn));
    cnop_conn_unsweep(conn);
    ck_assert(cnop_conn_claim(conn));
    cnop_conn_drop(&idle_pool, conn, false);
    ck_assert_msg(!cnop_conn_claim(conn), "events of a closed connection are ignored");
    ck_assert_uint_eq(atomic_load(&idle_pool.open_count), 0);
}
END_TEST

START_TEST(taken_descriptor_stays_open_and_silent)
{
    struct cnop_conn *conn = cnop_idle_pool_reserve(&idle_pool);
    struct epoll_event event;
    int fd;

    ck_assert(cnop_idle_pool_adopt(&idle_pool, conn, pair[0]));
    fd = cnop_conn_take(&idle_pool, conn);
    ck_assert_int_eq(fd, pair[0]);
    ck_assert_int_eq(write(pair[1], "x", 1), 1);
    ck_assert_int_eq(epoll_wait(idle_pool.epoll_fd, &event, 1, 0), 0);
    ck_assert_int_eq(close(fd), 0);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, slots_are_bounded_and_come_back);
    tcase_add_test(tests, one_owner);
    tcase_add_test(tests, taken_descriptor_stays_open_and_silent);
}

UNIT_MAIN("idle_pool", add)
