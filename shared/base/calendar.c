/* SPDX-License-Identifier: MIT */
/* The calendar of clock.h: days, and times as text. UTC only: no locale, no time zone data. */
#include "shared/base/ascii.h"
#include "shared/base/clock.h"

#define CNOP_CLOCK_US_PER_S INT64_C(1000000)
/* 0001-01-01 to 9999-12-31 */
#define CNOP_CLOCK_FIRST_US INT64_C(-62135596800000000)
#define CNOP_CLOCK_LAST_US INT64_C(253402300799999999)
#define CNOP_CLOCK_US_PER_DAY (INT64_C(86400) * CNOP_CLOCK_US_PER_S)

/* A calendar year that starts in March ends with the leap day, so that the day within it follows
 * from a formula. Eras are 400 such years; 0000-03-01 is 719,468 days before 1970-01-01. */
#define CNOP_CLOCK_ERA_YEARS 400
#define CNOP_CLOCK_ERA_DAYS 146097
#define CNOP_CLOCK_EPOCH_SHIFT_DAYS 719468

int32_t
cnop_clock_utc_day(int64_t wall_us)
{
    int64_t day = wall_us / CNOP_CLOCK_US_PER_DAY;

    if (wall_us % CNOP_CLOCK_US_PER_DAY < 0)
        day--; /* round towards the past before 1970, too */
    return (int32_t)day;
}

int64_t
cnop_clock_day_start_us(int32_t utc_day)
{
    return utc_day * CNOP_CLOCK_US_PER_DAY;
}

struct cnop_clock_date
cnop_clock_date_of_day(int32_t utc_day)
{
    int64_t days = (int64_t)utc_day + CNOP_CLOCK_EPOCH_SHIFT_DAYS;
    int64_t era = (days >= 0 ? days : days - (CNOP_CLOCK_ERA_DAYS - 1)) / CNOP_CLOCK_ERA_DAYS;
    int64_t day_of_era = days - era * CNOP_CLOCK_ERA_DAYS;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;
    int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;

    return (struct cnop_clock_date){
        .year = (int)(year_of_era + era * CNOP_CLOCK_ERA_YEARS + (month <= 2 ? 1 : 0)),
        .month = (int)month,
        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1),
    };
}

int32_t
cnop_clock_day_of_date(struct cnop_clock_date date)
{
    int year = date.month <= 2 ? date.year - 1 : date.year;
    int era = year / CNOP_CLOCK_ERA_YEARS;
    int year_of_era = year % CNOP_CLOCK_ERA_YEARS;
    int month_from_march = date.month > 2 ? date.month - 3 : date.month + 9;
    int day_of_year = (153 * month_from_march + 2) / 5 + date.day - 1;
    int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * CNOP_CLOCK_ERA_DAYS + day_of_era - CNOP_CLOCK_EPOCH_SHIFT_DAYS;
}

static void
clock_digits(struct cnop_buf *buf, int64_t value, int width)
{
    char text[8];

    cnop_assert(width <= (int)sizeof(text));
    for (int i = width - 1; i >= 0; i--) {
        text[i] = (char)('0' + value % 10);
        value /= 10;
    }
    cnop_buf_bytes(buf, text, (size_t)width);
}

void
cnop_clock_format_day(struct cnop_buf *buf, int32_t utc_day)
{
    struct cnop_clock_date date = cnop_clock_date_of_day(utc_day);

    cnop_assert(date.year >= 0 && date.year <= 9999);
    clock_digits(buf, date.year, 4);
    cnop_buf_char(buf, '-');
    clock_digits(buf, date.month, 2);
    cnop_buf_char(buf, '-');
    clock_digits(buf, date.day, 2);
}

void
cnop_clock_format(struct cnop_buf *buf, int64_t wall_us)
{
    int32_t utc_day = cnop_clock_utc_day(wall_us);
    int64_t rest_us = wall_us - cnop_clock_day_start_us(utc_day);
    int64_t second_of_day = rest_us / CNOP_CLOCK_US_PER_S;

    cnop_clock_format_day(buf, utc_day);
    cnop_buf_char(buf, 'T');
    clock_digits(buf, second_of_day / 3600, 2);
    cnop_buf_char(buf, ':');
    clock_digits(buf, second_of_day / 60 % 60, 2);
    cnop_buf_char(buf, ':');
    clock_digits(buf, second_of_day % 60, 2);
    cnop_buf_char(buf, '.');
    clock_digits(buf, rest_us % CNOP_CLOCK_US_PER_S, 6);
    cnop_buf_char(buf, 'Z');
}

static bool
clock_take_digits(struct cnop_str *s, size_t width, int min, int max, int *ret_value)
{
    uint64_t value;

    if (s->len < width || cnop_str_parse_u64(cnop_str_make(s->ptr, width), (uint64_t)min,
                                             (uint64_t)max, &value) != CNOP_OK)
        return false;
    *ret_value = (int)value;
    *s = cnop_str_make(s->ptr + width, s->len - width);
    return true;
}

static bool
clock_take_char(struct cnop_str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = cnop_str_make(s->ptr + 1, s->len - 1);
    return true;
}

static bool
clock_take_date(struct cnop_str *s, int32_t *ret_utc_day)
{
    struct cnop_clock_date date;
    struct cnop_clock_date check;
    int32_t day;

    if (!clock_take_digits(s, 4, 1, 9999, &date.year) || !clock_take_char(s, '-') ||
        !clock_take_digits(s, 2, 1, 12, &date.month) || !clock_take_char(s, '-') ||
        !clock_take_digits(s, 2, 1, 31, &date.day))
        return false;
    day = cnop_clock_day_of_date(date);
    check = cnop_clock_date_of_day(day);
    if (check.month != date.month)
        return false; /* 30 February runs over into March */
    *ret_utc_day = day;
    return true;
}

enum cnop_err
cnop_clock_parse_day(struct cnop_str s, int32_t *ret_utc_day)
{
    int32_t day;

    if (!clock_take_date(&s, &day) || s.len != 0)
        return CNOP_E_INVALID;
    *ret_utc_day = day;
    return CNOP_OK;
}

/* Fraction digits after the point; those beyond microseconds are cut. */
static bool
clock_take_fraction(struct cnop_str *s, int64_t *ret_us)
{
    int64_t scale = CNOP_CLOCK_US_PER_S / 10;
    size_t count = 0;

    *ret_us = 0;
    if (!clock_take_char(s, '.'))
        return true;
    while (count < s->len && cnop_is_digit(s->ptr[count])) {
        *ret_us += (s->ptr[count] - '0') * scale;
        scale /= 10;
        count++;
    }
    *s = cnop_str_make(s->ptr + count, s->len - count);
    return count > 0 && count <= 9;
}

static bool
clock_take_offset(struct cnop_str *s, int64_t *ret_offset_us)
{
    int sign;
    int hours;
    int minutes;

    if (clock_take_char(s, 'Z') || clock_take_char(s, 'z')) {
        *ret_offset_us = 0;
        return true;
    }
    if (clock_take_char(s, '+'))
        sign = 1;
    else if (clock_take_char(s, '-'))
        sign = -1;
    else
        return false;
    if (!clock_take_digits(s, 2, 0, 23, &hours) || !clock_take_char(s, ':') ||
        !clock_take_digits(s, 2, 0, 59, &minutes))
        return false;
    *ret_offset_us = sign * (hours * 60 + minutes) * 60 * CNOP_CLOCK_US_PER_S;
    return true;
}

enum cnop_err
cnop_clock_parse(struct cnop_str s, int64_t *ret_wall_us)
{
    int32_t day;
    int hours;
    int minutes;
    int seconds;
    int64_t fraction_us;
    int64_t offset_us;
    int64_t wall_us;

    if (!clock_take_date(&s, &day))
        return CNOP_E_INVALID;
    if (s.len == 0) {
        *ret_wall_us = cnop_clock_day_start_us(day);
        return CNOP_OK;
    }
    if (!clock_take_char(&s, 'T') && !clock_take_char(&s, 't'))
        return CNOP_E_INVALID;
    if (!clock_take_digits(&s, 2, 0, 23, &hours) || !clock_take_char(&s, ':') ||
        !clock_take_digits(&s, 2, 0, 59, &minutes) || !clock_take_char(&s, ':') ||
        !clock_take_digits(&s, 2, 0, 59, &seconds) || !clock_take_fraction(&s, &fraction_us) ||
        !clock_take_offset(&s, &offset_us) || s.len != 0)
        return CNOP_E_INVALID;
    wall_us = cnop_clock_day_start_us(day) +
              ((hours * 60 + minutes) * 60 + seconds) * CNOP_CLOCK_US_PER_S + fraction_us -
              offset_us;
    if (wall_us < CNOP_CLOCK_FIRST_US || wall_us > CNOP_CLOCK_LAST_US)
        return CNOP_E_INVALID; /* in UTC the year no longer has four digits */
    *ret_wall_us = wall_us;
    return CNOP_OK;
}
