/* SPDX-License-Identifier: MIT */
/* The only arithmetic on money. Products are 128 bits wide; every result is checked against the
 * type's range before it is handed out. */
#include "shared/base/money.h"
#include "shared/base/ascii.h"

#include <string.h>

#define CNOP_MONEY_INTEGER_DIGITS_MAX 12
#define CNOP_MONEY_E8_DECIMALS 8
#define CNOP_MONEY_E10_DECIMALS 10
#define CNOP_MONEY_BPS_WHOLE 10000

typedef unsigned __int128 cnop_money_wide;

_Static_assert(sizeof(cnop_cash) == 8 && sizeof(cnop_qty) == 8 && sizeof(cnop_price) == 8,
               "money crosses files and sockets as eight bytes");

static const uint64_t money_powers[] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000,
};

_Static_assert(CNOP_COUNT(money_powers) == CNOP_MONEY_E10_DECIMALS + 1, "one per decimal");

/* Reads a run of digits; its value is exact for up to 19 of them, meaningless beyond. */
static size_t
money_digits(struct cnop_str s, size_t from, uint64_t *ret_value)
{
    uint64_t value = 0;
    size_t i = from;

    while (i < s.len && cnop_is_digit(s.ptr[i]))
        value = value * 10 + (uint64_t)(s.ptr[i++] - '0');
    *ret_value = value;
    return i - from;
}

static enum cnop_err
money_parse(struct cnop_str s, unsigned decimals, int64_t *ret_value)
{
    uint64_t integer;
    uint64_t fraction = 0;
    size_t integer_digits = money_digits(s, 0, &integer);
    size_t fraction_digits = 0;
    int64_t value;

    cnop_assert(decimals < CNOP_COUNT(money_powers));
    if (integer_digits == 0)
        return CNOP_E_AMOUNT_INVALID;
    if (integer_digits < s.len) {
        if (s.ptr[integer_digits] != '.')
            return CNOP_E_AMOUNT_INVALID;
        fraction_digits = money_digits(s, integer_digits + 1, &fraction);
        if (fraction_digits == 0 || integer_digits + 1 + fraction_digits != s.len)
            return CNOP_E_AMOUNT_INVALID;
    }
    if (fraction_digits > decimals)
        return CNOP_E_AMOUNT_PRECISION;
    if (integer_digits > CNOP_MONEY_INTEGER_DIGITS_MAX)
        return CNOP_E_OVERFLOW;
    fraction *= money_powers[decimals - fraction_digits];
    if (__builtin_mul_overflow(integer, money_powers[decimals], &value) ||
        __builtin_add_overflow(value, fraction, &value))
        return CNOP_E_OVERFLOW;
    *ret_value = value;
    return CNOP_OK;
}

enum cnop_err
cnop_cash_parse(struct cnop_str s, cnop_cash *ret_cash)
{
    return money_parse(s, CNOP_MONEY_E8_DECIMALS, &ret_cash->e8);
}

enum cnop_err
cnop_qty_parse(struct cnop_str s, cnop_qty *ret_qty)
{
    return money_parse(s, CNOP_MONEY_E8_DECIMALS, &ret_qty->e8);
}

enum cnop_err
cnop_price_parse(struct cnop_str s, cnop_price *ret_price)
{
    return money_parse(s, CNOP_MONEY_E10_DECIMALS, &ret_price->e10);
}

/* ---- numbers as JSON writes them ---- */

/* value = digits * 10^exponent; digits without leading and trailing zeros, none for 0. */
struct cnop_money_number {
    cnop_money_wide digits;
    size_t digit_count;
    int64_t exponent;
};

/* Beyond this an exponent decides alone, whatever the digits are: a body holds fewer. */
#define CNOP_MONEY_EXPONENT_MAX 1000000

static bool
money_exponent(struct cnop_str s, size_t at, int64_t *ret_exponent)
{
    bool negative = at < s.len && s.ptr[at] == '-';
    int64_t exponent = 0;

    if (at < s.len && (s.ptr[at] == '-' || s.ptr[at] == '+'))
        at++;
    if (at == s.len)
        return false;
    for (; at < s.len; at++) {
        if (!cnop_is_digit(s.ptr[at]))
            return false;
        if (exponent < CNOP_MONEY_EXPONENT_MAX)
            exponent = exponent * 10 + (s.ptr[at] - '0');
    }
    *ret_exponent = negative ? -exponent : exponent;
    return true;
}

/* Takes one digit; zeros wait until another digit follows. More digits than any amount has are
 * counted and not kept. */
static void
money_push(struct cnop_money_number *number, char digit, size_t *zero_count)
{
    if (digit == '0') {
        *zero_count += number->digit_count > 0;
        return;
    }
    number->digit_count += *zero_count + 1;
    if (number->digit_count <= CNOP_MONEY_INTEGER_DIGITS_MAX + CNOP_MONEY_E10_DECIMALS) {
        for (; *zero_count > 0; --*zero_count)
            number->digits *= 10;
        number->digits = number->digits * 10 + (unsigned)(digit - '0');
    }
    *zero_count = 0;
}

static bool
money_number_read(struct cnop_str s, struct cnop_money_number *ret_number)
{
    struct cnop_money_number number = {0};
    size_t integer_digits = 0;
    size_t fraction_digits = 0;
    size_t zero_count = 0;
    int64_t exponent = 0;
    bool after_point = false;
    size_t i;

    for (i = 0; i < s.len && s.ptr[i] != 'e' && s.ptr[i] != 'E'; i++) {
        if (s.ptr[i] == '.' && !after_point) {
            after_point = true;
            continue;
        }
        if (!cnop_is_digit(s.ptr[i]))
            return false;
        money_push(&number, s.ptr[i], &zero_count);
        integer_digits += !after_point;
        fraction_digits += after_point;
    }
    if (integer_digits == 0 || (after_point && fraction_digits == 0))
        return false;
    if (i < s.len && !money_exponent(s, i + 1, &exponent))
        return false;
    number.exponent = exponent - (int64_t)fraction_digits + (int64_t)zero_count;
    *ret_number = number;
    return true;
}

static enum cnop_err
money_parse_number(struct cnop_str s, unsigned decimals, int64_t *ret_value)
{
    struct cnop_money_number number;

    cnop_assert(decimals < CNOP_COUNT(money_powers));
    if (!money_number_read(s, &number))
        return CNOP_E_AMOUNT_INVALID;
    if (number.digit_count == 0) {
        *ret_value = 0;
        return CNOP_OK;
    }
    if (number.exponent < -(int64_t)decimals)
        return CNOP_E_AMOUNT_PRECISION;
    if ((int64_t)number.digit_count + number.exponent > CNOP_MONEY_INTEGER_DIGITS_MAX)
        return CNOP_E_OVERFLOW;
    for (int64_t shift = number.exponent + (int64_t)decimals; shift > 0; shift--)
        number.digits *= 10; /* 22 digits at most, checked above */
    if (number.digits > INT64_MAX)
        return CNOP_E_OVERFLOW;
    *ret_value = (int64_t)number.digits;
    return CNOP_OK;
}

enum cnop_err
cnop_cash_parse_number(struct cnop_str s, cnop_cash *ret_cash)
{
    return money_parse_number(s, CNOP_MONEY_E8_DECIMALS, &ret_cash->e8);
}

enum cnop_err
cnop_qty_parse_number(struct cnop_str s, cnop_qty *ret_qty)
{
    return money_parse_number(s, CNOP_MONEY_E8_DECIMALS, &ret_qty->e8);
}

enum cnop_err
cnop_price_parse_number(struct cnop_str s, cnop_price *ret_price)
{
    return money_parse_number(s, CNOP_MONEY_E10_DECIMALS, &ret_price->e10);
}

static void
money_format(struct cnop_buf *buf, int64_t value, unsigned decimals, unsigned min_decimals)
{
    char text[24]; /* sign, 19 digits, point */
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    size_t at = sizeof(text);
    unsigned shown = decimals;

    cnop_assert(min_decimals <= decimals);
    while (shown > min_decimals && rest % 10 == 0) {
        rest /= 10;
        shown--;
    }
    if (shown > 0) {
        for (unsigned i = 0; i < shown; i++) {
            text[--at] = (char)('0' + rest % 10);
            rest /= 10;
        }
        text[--at] = '.';
    }
    do {
        text[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        text[--at] = '-';
    cnop_buf_bytes(buf, text + at, sizeof(text) - at);
}

void
cnop_cash_format(struct cnop_buf *buf, cnop_cash cash, unsigned min_decimals)
{
    money_format(buf, cash.e8, CNOP_MONEY_E8_DECIMALS, min_decimals);
}

void
cnop_qty_format(struct cnop_buf *buf, cnop_qty qty, unsigned min_decimals)
{
    money_format(buf, qty.e8, CNOP_MONEY_E8_DECIMALS, min_decimals);
}

void
cnop_price_format(struct cnop_buf *buf, cnop_price price, unsigned min_decimals)
{
    money_format(buf, price.e10, CNOP_MONEY_E10_DECIMALS, min_decimals);
}

static enum cnop_err
money_add(int64_t a, int64_t b, int64_t *ret_sum)
{
    int64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return CNOP_E_OVERFLOW;
    *ret_sum = sum;
    return CNOP_OK;
}

static enum cnop_err
money_sub(int64_t a, int64_t b, int64_t *ret_difference)
{
    int64_t difference;

    if (__builtin_sub_overflow(a, b, &difference))
        return CNOP_E_OVERFLOW;
    *ret_difference = difference;
    return CNOP_OK;
}

enum cnop_err
cnop_cash_add(cnop_cash a, cnop_cash b, cnop_cash *ret_sum)
{
    return money_add(a.e8, b.e8, &ret_sum->e8);
}

enum cnop_err
cnop_cash_sub(cnop_cash a, cnop_cash b, cnop_cash *ret_difference)
{
    return money_sub(a.e8, b.e8, &ret_difference->e8);
}

static cnop_money_wide
money_product(int64_t a, int64_t b)
{
    cnop_assert(a >= 0);
    cnop_assert(b >= 0);
    return (cnop_money_wide)(uint64_t)a * (uint64_t)b;
}

static enum cnop_err
money_narrow(cnop_money_wide wide, int64_t *ret_value)
{
    if (wide > INT64_MAX)
        return CNOP_E_OVERFLOW;
    *ret_value = (int64_t)wide;
    return CNOP_OK;
}

enum cnop_err
cnop_notional_ceil(cnop_price price, cnop_qty qty, cnop_cash *ret_cash)
{
    cnop_money_wide product = money_product(price.e10, qty.e8);

    return money_narrow((product + CNOP_E10 - 1) / CNOP_E10, &ret_cash->e8);
}

enum cnop_err
cnop_notional_floor(cnop_price price, cnop_qty qty, cnop_cash *ret_cash)
{
    cnop_money_wide product = money_product(price.e10, qty.e8);

    return money_narrow(product / CNOP_E10, &ret_cash->e8);
}

enum cnop_err
cnop_cash_cent_ceil(cnop_cash cash, cnop_cash *ret_cash)
{
    int64_t rest = cash.e8 % CNOP_CENT_E8;
    int64_t up = rest == 0 ? 0 : CNOP_CENT_E8 - rest;

    cnop_assert(cash.e8 >= 0);
    if (up > INT64_MAX - cash.e8)
        return CNOP_E_OVERFLOW;
    ret_cash->e8 = cash.e8 + up;
    return CNOP_OK;
}

cnop_cash
cnop_cash_cent_floor(cnop_cash cash)
{
    cnop_assert(cash.e8 >= 0);
    return (cnop_cash){cash.e8 - cash.e8 % CNOP_CENT_E8};
}

enum cnop_err
cnop_qty_for_cash_floor(cnop_cash cash, cnop_price price, cnop_qty step, cnop_qty *ret_qty)
{
    cnop_money_wide units = money_product(cash.e8, CNOP_E10);

    cnop_assert(price.e10 > 0);
    cnop_assert(step.e8 > 0);
    units /= (uint64_t)price.e10;
    return money_narrow(units - units % (uint64_t)step.e8, &ret_qty->e8);
}

enum cnop_err
cnop_qty_for_cash_ceil(cnop_cash cash, cnop_price price, cnop_qty *ret_qty)
{
    cnop_money_wide units = money_product(cash.e8, CNOP_E10);

    cnop_assert(price.e10 > 0);
    return money_narrow((units + (uint64_t)price.e10 - 1) / (uint64_t)price.e10, &ret_qty->e8);
}

enum cnop_err
cnop_fee_ceil(cnop_cash cash, unsigned bps, cnop_cash *ret_fee)
{
    cnop_money_wide product = money_product(cash.e8, (int64_t)bps);

    return money_narrow((product + CNOP_MONEY_BPS_WHOLE - 1) / CNOP_MONEY_BPS_WHOLE, &ret_fee->e8);
}

enum cnop_err
cnop_average_price_round(cnop_cash cash, cnop_qty qty, cnop_price *ret_price)
{
    cnop_money_wide product = money_product(cash.e8, CNOP_E10);
    cnop_money_wide divisor;
    cnop_money_wide quotient;
    cnop_money_wide twice_rest;

    cnop_assert(qty.e8 > 0);
    divisor = (uint64_t)qty.e8;
    quotient = product / divisor;
    twice_rest = 2 * (product % divisor);
    if (twice_rest > divisor || (twice_rest == divisor && quotient % 2 == 1))
        quotient++;
    return money_narrow(quotient, &ret_price->e10);
}

cnop_cash
cnop_cash_share_floor(cnop_cash total, cnop_qty part, cnop_qty whole)
{
    cnop_money_wide product = money_product(total.e8, part.e8);

    cnop_assert(whole.e8 > 0);
    cnop_assert(part.e8 <= whole.e8);
    return (cnop_cash){(int64_t)(product / (uint64_t)whole.e8)};
}
