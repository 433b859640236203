/* SPDX-License-Identifier: MIT */
/* Memory, cache, database: who is asked when, and what happens when one of them is away. */
#include "fcgi_services/inventory/asset_source.h"

#include "shared/base/clock.h"

#include "tests/fakes/cache_fake.h"
#include "tests/fakes/clock_fake.h"
#include "tests/fakes/inventory_fake.h"
#include "tests/unit/unit.h"

#define START_US INT64_C(1795350000000000)
#define SECOND_US INT64_C(1000000)

static struct asset_cache cache = {.key = "0123456789abcde"};
static struct asset_source source;
static struct cnop_db *db = (struct cnop_db *)(void *)&source; /* opaque: never looked into */
static int64_t now_us;

static void
wait_us(int64_t us)
{
    now_us += us;
    clock_fake_freeze(now_us, now_us);
}

static void
setup(void)
{
    now_us = START_US;
    clock_fake_freeze(now_us, now_us);
    cache_fake_clear();
    inventory_fake_clear();
    cache.cache = cache_fake();
    asset_source_init(&source, db, &cache);
}

static void
teardown(void)
{
    asset_source_done(&source);
    clock_fake_unfreeze();
}

static int64_t
dollars(void)
{
    const struct asset_list *list = NULL;

    ck_assert_int_eq(asset_source_get(&source, &list), CNOP_OK);
    ck_assert_uint_eq(list->count, 1);
    return list->items[0].price.e10 / CNOP_E10;
}

START_TEST(a_first_reader_loads_and_shares)
{
    struct asset_source other;
    const struct asset_list *list;

    ck_assert_int_eq(dollars(), 60000);
    ck_assert_int_eq(dollars(), 60000);
    ck_assert_uint_eq(inventory_fake.list_count, 1);
    asset_source_init(&other, db, &cache);
    ck_assert_int_eq(asset_source_get(&other, &list), CNOP_OK);
    ck_assert_uint_eq(inventory_fake.list_count, 1); /* from the cache */
    ck_assert(cnop_str_equal(list->items[0].name, CNOP_STR("Bitcoin")));
    asset_source_done(&other);
}
END_TEST

START_TEST(a_new_version_is_fetched_at_once)
{
    struct asset_source other;

    ck_assert_int_eq(dollars(), 60000);
    inventory_fake.price.e10 = 61000 * CNOP_E10;
    inventory_fake.version++;
    asset_source_init(&other, db, &cache);
    asset_source_renew(&other); /* somebody else changed it and told the cache */
    asset_source_done(&other);
    ck_assert_int_eq(dollars(), 61000);
    ck_assert_uint_eq(inventory_fake.list_count, 2);
}
END_TEST

START_TEST(without_a_cache_memory_lasts_half_a_second)
{
    cache_fake_set_up(false);
    ck_assert_int_eq(dollars(), 60000);
    inventory_fake.price.e10 = 61000 * CNOP_E10;
    wait_us(SECOND_US / 2 - 1);
    ck_assert_int_eq(dollars(), 60000);
    wait_us(2);
    ck_assert_int_eq(dollars(), 61000);
    ck_assert_uint_eq(inventory_fake.list_count, 2);
}
END_TEST

START_TEST(a_sealed_value_is_too_old_after_its_time)
{
    ck_assert_int_eq(dollars(), 60000);
    inventory_fake.price.e10 = 61000 * CNOP_E10;
    wait_us(ASSET_CACHE_KEEP_S * SECOND_US + SECOND_US);
    cache_fake_forget("catalogue-claim");
    ck_assert_int_eq(dollars(), 61000);
}
END_TEST

START_TEST(a_forged_value_costs_one_read)
{
    struct asset_source other;
    const struct asset_list *list;
    size_t len;
    char *value;

    ck_assert_int_eq(dollars(), 60000);
    value = cache_fake_value("catalogue", &len);
    ck_assert_ptr_nonnull(value);
    for (size_t i = 0; i < len; i++)
        value[i] = (char)(value[i] ^ 1);
    cache_fake_forget("catalogue-claim");
    asset_source_init(&other, db, &cache);
    ck_assert_int_eq(asset_source_get(&other, &list), CNOP_OK);
    ck_assert_int_eq(list->items[0].price.e10, 60000 * CNOP_E10);
    ck_assert_uint_eq(inventory_fake.list_count, 2);
    asset_source_done(&other);
}
END_TEST

START_TEST(while_another_loads_the_old_list_will_do)
{
    struct cnop_cache_key version = {.text = "catalogue-version", .len = 17};
    const uint64_t next = 8;

    ck_assert_int_eq(dollars(), 60000); /* the claim of this load is still there */
    cnop_cache_set(cache.cache, &version, cnop_str_make((const char *)&next, sizeof(next)), 30);
    ck_assert_int_eq(dollars(), 60000);
    ck_assert_uint_eq(inventory_fake.list_count, 1);
}
END_TEST

START_TEST(the_database_may_be_away_for_a_while)
{
    const struct asset_list *list = NULL;

    cache_fake_set_up(false);
    ck_assert_int_eq(dollars(), 60000);
    wait_us(SECOND_US);
    inventory_fake.fail_at = inventory_fake.call_count + 1;
    ck_assert_int_eq(dollars(), 60000); /* the last list */
    wait_us(ASSET_CACHE_KEEP_S * SECOND_US);
    inventory_fake.fail_at = inventory_fake.call_count + 1;
    ck_assert_int_eq(asset_source_get(&source, &list), CNOP_E_DB_FAILED); /* too old to show */
    ck_assert_ptr_null(list);
}
END_TEST

START_TEST(a_failed_renewal_is_left_to_the_next_reader)
{
    ck_assert_int_eq(dollars(), 60000);
    inventory_fake.price.e10 = 61000 * CNOP_E10;
    inventory_fake.fail_at = inventory_fake.call_count + 1;
    cache_fake_set_up(false);
    asset_source_renew(&source);
    ck_assert_int_eq(dollars(), 61000);
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, a_first_reader_loads_and_shares);
    tcase_add_test(tests, a_new_version_is_fetched_at_once);
    tcase_add_test(tests, without_a_cache_memory_lasts_half_a_second);
    tcase_add_test(tests, a_sealed_value_is_too_old_after_its_time);
    tcase_add_test(tests, a_forged_value_costs_one_read);
    tcase_add_test(tests, while_another_loads_the_old_list_will_do);
    tcase_add_test(tests, the_database_may_be_away_for_a_while);
    tcase_add_test(tests, a_failed_renewal_is_left_to_the_next_reader);
}

UNIT_MAIN("asset_source", add)
