/* SPDX-License-Identifier: MIT */
/* The notation, and the calendar behind it. */
#include "shared/base/zone_rule.h"

#include "shared/base/ascii.h"
#include "shared/base/clock.h"

#define HOUR_S 3600
#define DAY_S 86400
#define RULE_HOURS_MAX 167 /* RFC 9636, 3.3.2 */
#define OFFSET_HOURS_MAX 24
#define NAME_BYTES_MIN 3
#define DAYS_OF_WEEK 7
#define DAYS_TO_MARCH 60    /* of a leap year */
#define EPOCH_DAY_OF_WEEK 4 /* 1970-01-01 was a Thursday */

/* ---- text ---- */

static bool
take_char(struct cnop_str *text, char c)
{
    if (cnop_str_empty(*text) || text->ptr[0] != c)
        return false;
    *text = cnop_str_make(text->ptr + 1, text->len - 1);
    return true;
}

static bool
take_number(struct cnop_str *text, int min, int max, int *ret_value)
{
    int value = 0;
    size_t len = 0;

    for (; len < text->len && len < 3 && cnop_is_digit(text->ptr[len]); len++)
        value = 10 * value + (text->ptr[len] - '0');
    if (len == 0 || value < min || value > max)
        return false;
    *text = cnop_str_make(text->ptr + len, text->len - len);
    *ret_value = value;
    return true;
}

/* An abbreviation: letters, or between angle brackets also digits and signs. */
static bool
take_name(struct cnop_str *text)
{
    bool is_quoted = take_char(text, '<');
    size_t len = 0;

    while (len < text->len && (cnop_is_letter(text->ptr[len]) ||
                               (is_quoted && (cnop_is_digit(text->ptr[len]) ||
                                              text->ptr[len] == '+' || text->ptr[len] == '-'))))
        len++;
    *text = cnop_str_make(text->ptr + len, text->len - len);
    return len >= NAME_BYTES_MIN && (!is_quoted || take_char(text, '>'));
}

/* [+-]hh[:mm[:ss]] */
static bool
take_time(struct cnop_str *text, int hours_max, int *ret_second)
{
    bool is_negative = take_char(text, '-');
    int hour = 0, minute = 0, second = 0;

    if (!is_negative)
        (void)take_char(text, '+');
    if (!take_number(text, 0, hours_max, &hour))
        return false;
    if (take_char(text, ':')) {
        if (!take_number(text, 0, 59, &minute))
            return false;
        if (take_char(text, ':') && !take_number(text, 0, 59, &second))
            return false;
    }
    second += HOUR_S * hour + 60 * minute;
    *ret_second = is_negative ? -second : second;
    return true;
}

static bool
take_day(struct cnop_str *text, struct cnop_zone_date *date)
{
    if (take_char(text, 'J')) {
        date->kind = CNOP_ZONE_DAY_JULIAN;
        return take_number(text, 1, 365, &date->day);
    }
    if (take_char(text, 'M')) {
        date->kind = CNOP_ZONE_DAY_OF_WEEK;
        return take_number(text, 1, 12, &date->month) && take_char(text, '.') &&
               take_number(text, 1, 5, &date->week) && take_char(text, '.') &&
               take_number(text, 0, DAYS_OF_WEEK - 1, &date->day);
    }
    date->kind = CNOP_ZONE_DAY_OF_YEAR;
    return take_number(text, 0, 365, &date->day);
}

static bool
take_date(struct cnop_str *text, struct cnop_zone_date *date)
{
    date->second = 2 * HOUR_S;
    return take_char(text, ',') && take_day(text, date) &&
           (!take_char(text, '/') || take_time(text, RULE_HOURS_MAX, &date->second));
}

enum cnop_err
cnop_zone_rule_parse(struct cnop_str text, struct cnop_zone_rule *ret_rule)
{
    struct cnop_zone_rule rule = {0};

    /* POSIX counts towards the west. */
    if (!take_name(&text) || !take_time(&text, OFFSET_HOURS_MAX, &rule.standard_s))
        return CNOP_E_INVALID;
    rule.standard_s = -rule.standard_s;
    rule.has_summer = !cnop_str_empty(text);
    if (rule.has_summer) {
        rule.summer_s = rule.standard_s + HOUR_S;
        if (!take_name(&text))
            return CNOP_E_INVALID;
        if (!cnop_str_empty(text) && text.ptr[0] != ',') {
            if (!take_time(&text, OFFSET_HOURS_MAX, &rule.summer_s))
                return CNOP_E_INVALID;
            rule.summer_s = -rule.summer_s;
        }
        if (!take_date(&text, &rule.begin) || !take_date(&text, &rule.end) || !cnop_str_empty(text))
            return CNOP_E_INVALID;
    }
    *ret_rule = rule;
    return CNOP_OK;
}

/* ---- dates ---- */

static int32_t
day_of(int year, int month, int day)
{
    return cnop_clock_day_of_date((struct cnop_clock_date){year, month, day});
}

static int32_t
day_in_year(const struct cnop_zone_date *date, int year)
{
    int32_t new_year = day_of(year, 1, 1);
    int32_t first, next, day;
    int day_of_week;

    if (date->kind == CNOP_ZONE_DAY_OF_YEAR)
        return new_year + date->day;
    if (date->kind == CNOP_ZONE_DAY_JULIAN) {
        bool is_leap = day_of(year + 1, 1, 1) - new_year == 366;

        return new_year + date->day - 1 + (is_leap && date->day >= DAYS_TO_MARCH ? 1 : 0);
    }
    first = day_of(year, date->month, 1);
    next = date->month == 12 ? day_of(year + 1, 1, 1) : day_of(year, date->month + 1, 1);
    day_of_week = (int)(((int64_t)first + EPOCH_DAY_OF_WEEK) % DAYS_OF_WEEK);
    if (day_of_week < 0)
        day_of_week += DAYS_OF_WEEK;
    day = first + (date->day - day_of_week + DAYS_OF_WEEK) % DAYS_OF_WEEK +
          DAYS_OF_WEEK * (date->week - 1);
    while (day >= next)
        day -= DAYS_OF_WEEK;
    return day;
}

void
cnop_zone_rule_changes(const struct cnop_zone_rule *rule, int year,
                       struct cnop_zone_change ret_changes[2])
{
    cnop_assert(rule->has_summer);
    ret_changes[0] = (struct cnop_zone_change){(int64_t)day_in_year(&rule->begin, year) * DAY_S +
                                                   rule->begin.second - rule->standard_s,
                                               rule->summer_s};
    ret_changes[1] = (struct cnop_zone_change){(int64_t)day_in_year(&rule->end, year) * DAY_S +
                                                   rule->end.second - rule->summer_s,
                                               rule->standard_s};
}
