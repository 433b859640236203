/* SPDX-License-Identifier: MIT */
/* The sentence of each refusal: which figures it names, and how they are written. */
#include "fcgi_services/order/order_text.h"

#include "tests/unit/unit.h"

struct sentence {
    enum cnop_err err;
    int64_t have, need, limit, qty;
    const char *text;
};

static const struct sentence sentences[] = {
    {CNOP_E_INSUFFICIENT_FUNDS, 1000 * CNOP_CENT_E8, 1250 * CNOP_CENT_E8, 0, 0,
     "Balance $10.00, required $12.50, short by $2.50."},
    {CNOP_E_INSUFFICIENT_HOLDINGS, CNOP_E8 / 2, CNOP_E8, 0, CNOP_E8,
     "Holding 0.5 BTC, order sells 1 BTC."},
    {CNOP_E_INSUFFICIENT_HOLDINGS, 0, 0, 0, 0, "There is no BTC to sell."},
    {CNOP_E_ORDER_TOO_SMALL, 0, 1000, 100000, 1000,
     "Quantity 0.00001 is below the minimum of 0.001."},
    {CNOP_E_ORDER_TOO_SMALL, 0, 99 * CNOP_CENT_E8, CNOP_E8, 1000,
     "Order value $0.99 is below the minimum of $1.00."},
    {CNOP_E_ORDER_TOO_SMALL, 0, 99 * CNOP_CENT_E8, CNOP_E8, 0,
     "Order value $0.99 is below the minimum of $1.00."},
    {CNOP_E_ORDER_TOO_LARGE, 0, 20000 * CNOP_E8, 10000 * CNOP_E8, 0,
     "Order value $20000.00 is above the maximum of $10000.00."},
    {CNOP_E_ORDER_TOO_LARGE, 0, INT64_MAX, 10000 * CNOP_E8, 0,
     "Order value is above the maximum of $10000.00."},
    {CNOP_E_PRICE_LIMIT_EXCEEDED, 101 * CNOP_E10, 0, 100 * CNOP_E10, 0,
     "The price is $101.00, beyond the limit of $100.00."},
};

START_TEST(names_the_figures)
{
    const struct sentence *row = &sentences[_i];
    const struct order_refusal refusal = {.violation = {.err = row->err,
                                                        .have_e8 = row->have,
                                                        .need_e8 = row->need,
                                                        .limit_e8 = row->limit},
                                          .qty = {row->qty},
                                          .symbol = CNOP_STR("BTC")};
    char memory[256];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory) - 1);
    order_text_refusal(&buf, &refusal);
    memory[buf.len] = '\0';
    ck_assert_str_eq(memory, row->text);
}
END_TEST

START_TEST(without_figures_the_catalogue_speaks)
{
    const struct order_refusal refusal = {.violation = {.err = CNOP_E_MARKET_HALTED}};
    char memory[256];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    order_text_refusal(&buf, &refusal);
    ck_assert(
        cnop_str_equal(cnop_buf_view(&buf), cnop_str_from(cnop_err_meaning(CNOP_E_MARKET_HALTED))));
}
END_TEST

/* Whoever comes too late learns what came of the order. */
START_TEST(a_final_order_says_what_was_filled)
{
    static const struct {
        const char *status;
        int64_t filled, total;
        const char *text;
    } rows[] = {
        {"completed", 2 * CNOP_E8, 3998 * CNOP_E8,
         "The order is completed; 2 of 2 was filled, at $1999.00 on average."},
        {"cancelled", CNOP_E8 / 2, 999 * CNOP_E8 + CNOP_E8 / 2,
         "The order is cancelled; 0.5 of 2 was filled, at $1999.00 on average."},
        {"expired", 0, 0, "The order is expired; nothing of 2 was filled."},
    };

    for (size_t i = 0; i < CNOP_COUNT(rows); i++) {
        char memory[128];
        struct cnop_buf buf;

        cnop_buf_init(&buf, memory, sizeof(memory) - 1);
        order_text_final(&buf, rows[i].status, (cnop_qty){2 * CNOP_E8}, (cnop_qty){rows[i].filled},
                         (cnop_cash){rows[i].total});
        memory[buf.len] = '\0';
        ck_assert_str_eq(memory, rows[i].text);
    }
}
END_TEST

static void
add(TCase *tests)
{
    tcase_add_test(tests, a_final_order_says_what_was_filled);
    tcase_add_loop_test(tests, names_the_figures, 0, (int)CNOP_COUNT(sentences));
    tcase_add_test(tests, without_figures_the_catalogue_speaks);
}

UNIT_MAIN("order_text", add)
