/* SPDX-License-Identifier: MIT */
/* The shipped catalogue is sound, and an unsound one is refused with its line. */
#include "fcgi_services/inventory/catalogue.h"

#include "fcgi_services/inventory/price_model.h"

#include "tests/unit/unit.h"

#define LINE "1\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t67250\t5\t126198\t2025-10-06\t-\t-\tCash."

static struct cnop_arena *arena;

static void
setup(void)
{
    arena = cnop_arena_new(1024 * 1024);
}

static void
teardown(void)
{
    cnop_arena_free(&arena);
}

static struct cnop_str
shipped_text(void)
{
    const char *folder = getenv("srcdir");
    char path[512];
    char *memory = cnop_arena_alloc(arena, 128 * 1024);
    FILE *file;
    size_t len;

    snprintf(path, sizeof(path), "%s/conf/catalogue/assets.tsv", folder != NULL ? folder : ".");
    file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    len = fread(memory, 1, 128 * 1024, file);
    ck_assert_int_eq(fclose(file), 0);
    return cnop_str_make(memory, len);
}

START_TEST(the_shipped_catalogue_is_sound)
{
    struct catalogue catalogue;
    struct catalogue_fault fault = {0};
    unsigned active_count = 0;

    ck_assert_int_eq(catalogue_parse(arena, shipped_text(), &catalogue, &fault), CNOP_OK);
    ck_assert_uint_ge(catalogue.count, 250);
    for (size_t i = 0; i < catalogue.count; i++) {
        const struct asset *asset = &catalogue.rows[i].asset;
        struct price_model model = {.base = asset->price};

        price_model_for_category(asset->category, &model);
        active_count += asset->active;
        ck_assert_int_eq(asset->active, asset->rank != 0);
        ck_assert_uint_gt(asset->description.len, 10);
        /* The simulated band never breaks the record prices. */
        if (catalogue.rows[i].leader_id == 0 && asset->ath.e10 != 0)
            ck_assert_int_ge(asset->ath.e10 - asset->price.e10,
                             asset->price.e10 / 1000000 * model.band_ppm);
        if (catalogue.rows[i].leader_id == 0 && asset->atl.e10 != 0)
            ck_assert_int_ge(asset->price.e10 - asset->atl.e10,
                             asset->price.e10 / 1000000 * model.band_ppm);
    }
    ck_assert_uint_ge(active_count, 250);
    ck_assert_uint_lt(active_count, catalogue.count);
    ck_assert(cnop_str_equal(catalogue.rows[0].asset.symbol, CNOP_STR("BTC")));
    ck_assert_int_lt(catalogue.rows[0].asset.price.e10, 75000 * CNOP_E10);
}
END_TEST

START_TEST(unknown_figures_stay_unknown)
{
    struct catalogue catalogue;
    struct catalogue_fault fault = {0};

    ck_assert_int_eq(catalogue_parse(arena, CNOP_STR("# head\n" LINE "\n"), &catalogue, &fault),
                     CNOP_OK);
    ck_assert_int_eq(catalogue.rows[0].asset.total, ASSET_UNKNOWN);
    ck_assert_int_eq(catalogue.rows[0].asset.max, 21);
    ck_assert_int_eq(catalogue.rows[0].asset.atl.e10, 0);
    ck_assert_uint_eq(catalogue.rows[0].leader_id, 0);
}
END_TEST

START_TEST(bad_lines_are_refused)
{
    static const char *const bad[] = {
        "",
        "# nothing\n",
        "1\tBTC\n",
        LINE "\textra\n",
        LINE "\n" LINE "\n",
        LINE "\n1\tETH\tEther\tmajor\t-\t1\t10\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        LINE "\n2\tBTC\tEther\tmajor\t-\t1\t10\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        "0\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        "1\tbtc\tBitcoin\tmajor\t-\t1\t10\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\tETH\t1\t10\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\tx\t10\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\t1\t-5\t-\t21\t67250\t5\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t1e5\t5\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t0.0000000001\t5\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t67250\t-\t-\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t67250\t5\t7\t-\t-\t-\tCash.\n",
        "1\tBTC\tBitcoin\tmajor\t-\t1\t10\t-\t21\t67250\t5\t7\t2025-13-06\t-\t-\tCash.\n",
    };

    for (size_t i = 0; i < CNOP_COUNT(bad); i++) {
        struct catalogue catalogue;
        struct catalogue_fault fault = {0};

        cnop_arena_reset(arena);
        ck_assert_int_eq(catalogue_parse(arena, cnop_str_from(bad[i]), &catalogue, &fault),
                         CNOP_E_INVALID);
        ck_assert_ptr_nonnull(fault.reason);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, the_shipped_catalogue_is_sound);
    tcase_add_test(tests, unknown_figures_stay_unknown);
    tcase_add_test(tests, bad_lines_are_refused);
}

UNIT_MAIN("catalogue", add)
