/* SPDX-License-Identifier: MIT */
/* Answers money questions from stdin, one a line, for test_money_oracle.py: an operation letter and
 * up to three values (texts for parse, integers for the rest). Prints the integer or the error. */
#include "shared/base/money.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ORACLE_WORDS 4

static int64_t
oracle_int(struct cnop_str s)
{
    uint64_t value;
    bool negative = cnop_str_has_prefix(s, CNOP_STR("-"));

    if (negative)
        s = cnop_str_make(s.ptr + 1, s.len - 1);
    cnop_assert(cnop_str_parse_u64(s, 0, (uint64_t)INT64_MAX + 1, &value) == CNOP_OK);
    return negative ? (int64_t)(0 - value) : (int64_t)value;
}

static void
oracle_print(enum cnop_err err, const int64_t *value)
{
    if (err == CNOP_OK)
        printf("%" PRId64 "\n", *value);
    else
        printf("%s\n", cnop_err_symbol(err));
}

static void
oracle_format(char operation, int64_t value, int64_t min_decimals)
{
    char memory[32];
    struct cnop_buf buf;

    cnop_buf_init(&buf, memory, sizeof(memory));
    if (operation == 'f')
        cnop_cash_format(&buf, (cnop_cash){value}, (unsigned)min_decimals);
    else
        cnop_price_format(&buf, (cnop_price){value}, (unsigned)min_decimals);
    printf("%.*s\n", CNOP_STR_ARG(cnop_buf_view(&buf)));
}

static void
oracle_parse(char operation, struct cnop_str text)
{
    cnop_cash cash = {0};
    cnop_price price = {0};

    if (operation == 'c')
        oracle_print(cnop_cash_parse(text, &cash), &cash.e8);
    else if (operation == 'n')
        oracle_print(cnop_cash_parse_number(text, &cash), &cash.e8);
    else if (operation == 'm')
        oracle_print(cnop_price_parse_number(text, &price), &price.e10);
    else
        oracle_print(cnop_price_parse(text, &price), &price.e10);
}

static void
oracle_compute(char operation, int64_t a, int64_t b, int64_t c)
{
    cnop_cash cash = {0};
    cnop_qty qty = {0};
    cnop_price price = {0};

    switch (operation) {
    case '+':
        oracle_print(cnop_cash_add((cnop_cash){a}, (cnop_cash){b}, &cash), &cash.e8);
        break;
    case '-':
        oracle_print(cnop_cash_sub((cnop_cash){a}, (cnop_cash){b}, &cash), &cash.e8);
        break;
    case 'u':
        oracle_print(cnop_notional_ceil((cnop_price){a}, (cnop_qty){b}, &cash), &cash.e8);
        break;
    case 'd':
        oracle_print(cnop_notional_floor((cnop_price){a}, (cnop_qty){b}, &cash), &cash.e8);
        break;
    case 'q':
        oracle_print(cnop_qty_for_cash_floor((cnop_cash){a}, (cnop_price){b}, (cnop_qty){c}, &qty),
                     &qty.e8);
        break;
    case 'r':
        oracle_print(cnop_qty_for_cash_ceil((cnop_cash){a}, (cnop_price){b}, &qty), &qty.e8);
        break;
    case 'C':
        oracle_print(cnop_cash_cent_ceil((cnop_cash){a}, &cash), &cash.e8);
        break;
    case 'F':
        cash = cnop_cash_cent_floor((cnop_cash){a});
        oracle_print(CNOP_OK, &cash.e8);
        break;
    case 'b':
        oracle_print(cnop_fee_ceil((cnop_cash){a}, (unsigned)b, &cash), &cash.e8);
        break;
    case 'a':
        oracle_print(cnop_average_price_round((cnop_cash){a}, (cnop_qty){b}, &price), &price.e10);
        break;
    case 's':
        cash = cnop_cash_share_floor((cnop_cash){a}, (cnop_qty){b}, (cnop_qty){c});
        oracle_print(CNOP_OK, &cash.e8);
        break;
    default:
        cnop_assert(false);
    }
}

int
main(void)
{
    char line[256];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        struct cnop_str rest = cnop_str_trim(cnop_str_from(line));
        struct cnop_str words[ORACLE_WORDS] = {{NULL, 0}};
        char operation;

        for (size_t i = 0; i < ORACLE_WORDS && !cnop_str_empty(rest); i++)
            (void)cnop_str_cut(rest, ' ', &words[i], &rest);
        cnop_assert(words[0].len == 1);
        operation = words[0].ptr[0];
        if (strchr("cpnm", operation) != NULL)
            oracle_parse(operation, words[1]);
        else if (operation == 'f' || operation == 'g')
            oracle_format(operation, oracle_int(words[1]), oracle_int(words[2]));
        else
            oracle_compute(operation, oracle_int(words[1]), oracle_int(words[2]),
                           cnop_str_empty(words[3]) ? 0 : oracle_int(words[3]));
    }
    return 0;
}
