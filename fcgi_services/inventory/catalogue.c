/* SPDX-License-Identifier: MIT */
/* Tab-separated lines into rows. Does no I/O. */
#include "fcgi_services/inventory/catalogue.h"

#include "shared/base/ascii.h"
#include "shared/base/clock.h"

enum column {
    COLUMN_ID,
    COLUMN_SYMBOL,
    COLUMN_NAME,
    COLUMN_CATEGORY,
    COLUMN_LEADER,
    COLUMN_RANK,
    COLUMN_CIRCULATING,
    COLUMN_TOTAL,
    COLUMN_MAX,
    COLUMN_PRICE,
    COLUMN_VOLUME,
    COLUMN_ATH,
    COLUMN_ATH_DAY,
    COLUMN_ATL,
    COLUMN_ATL_DAY,
    COLUMN_DESCRIPTION,
    COLUMN_COUNT
};

#define SUPPLY_MAX UINT64_C(1000000000000000) /* 10^15 units */
/* A position must be able to hold 100,000 dollars of an asset within 92 billion units. */
#define PRICE_MIN_E10 INT64_C(10900)

static bool
is_unknown(struct cnop_str field)
{
    return cnop_str_equal(field, CNOP_STR("-"));
}

static const char *
read_count(struct cnop_str field, int64_t *value)
{
    uint64_t count;

    *value = ASSET_UNKNOWN;
    if (is_unknown(field))
        return NULL;
    if (cnop_str_parse_u64(field, 0, SUPPLY_MAX, &count) != CNOP_OK)
        return "a supply or volume is not a whole number";
    *value = (int64_t)count;
    return NULL;
}

/* A record price and its day: both known or both unknown. */
static const char *
read_record(struct cnop_str price, struct cnop_str day, cnop_price *ret_price, int64_t *ret_us)
{
    int32_t utc_day;

    if (is_unknown(price) && is_unknown(day))
        return NULL;
    if (cnop_price_parse(price, ret_price) != CNOP_OK)
        return "a record price is not a decimal";
    if (cnop_clock_parse_day(day, &utc_day) != CNOP_OK)
        return "a record day is not YYYY-MM-DD";
    *ret_us = cnop_clock_day_start_us(utc_day);
    return NULL;
}

static const char *
read_words(const struct cnop_str *fields, struct catalogue_row *row)
{
    struct asset *asset = &row->asset;

    asset->symbol = fields[COLUMN_SYMBOL];
    asset->name = fields[COLUMN_NAME];
    asset->category = fields[COLUMN_CATEGORY];
    asset->description = fields[COLUMN_DESCRIPTION];
    if (!is_unknown(fields[COLUMN_LEADER]))
        row->leader = fields[COLUMN_LEADER];
    if (asset->symbol.len < 1 || asset->symbol.len > ASSET_SYMBOL_BYTES)
        return "a symbol has 1 to 10 characters";
    for (size_t i = 0; i < asset->symbol.len; i++) {
        char c = asset->symbol.ptr[i];

        if (!cnop_is_upper(c) && !cnop_is_digit(c))
            return "a symbol holds A-Z and 0-9 only";
    }
    if (asset->name.len < 1 || asset->name.len > 100)
        return "a name has 1 to 100 bytes";
    if (asset->category.len < 1 || asset->category.len > 50)
        return "a category has 1 to 50 bytes";
    if (asset->description.len > 500 || !cnop_str_is_utf8(asset->description))
        return "a description has at most 500 bytes of UTF-8";
    return NULL;
}

static const char *
read_numbers(const struct cnop_str *fields, struct asset *asset)
{
    const char *fault;
    uint64_t number;

    if (cnop_str_parse_u64(fields[COLUMN_ID], 1, CATALOGUE_MAX, &number) != CNOP_OK)
        return "an id is a number from 1 to 1000";
    asset->id = (uint16_t)number;
    asset->active = !is_unknown(fields[COLUMN_RANK]); /* delisted ones have no rank */
    number = 0;
    if (asset->active &&
        cnop_str_parse_u64(fields[COLUMN_RANK], 1, CATALOGUE_MAX, &number) != CNOP_OK)
        return "a rank is a number from 1 to 1000";
    asset->rank = (uint16_t)number;
    if (cnop_price_parse(fields[COLUMN_PRICE], &asset->price) != CNOP_OK)
        return "a price is a decimal";
    if (asset->price.e10 < PRICE_MIN_E10)
        return "a price is at least 0.00000109";

    fault = read_count(fields[COLUMN_CIRCULATING], &asset->circulating);
    if (fault == NULL)
        fault = read_count(fields[COLUMN_TOTAL], &asset->total);
    if (fault == NULL)
        fault = read_count(fields[COLUMN_MAX], &asset->max);
    if (fault == NULL)
        fault = read_count(fields[COLUMN_VOLUME], &asset->volume_24h_usd);
    if (fault == NULL && asset->volume_24h_usd == ASSET_UNKNOWN)
        fault = "a volume is needed";
    if (fault == NULL)
        fault =
            read_record(fields[COLUMN_ATH], fields[COLUMN_ATH_DAY], &asset->ath, &asset->ath_us);
    if (fault == NULL)
        fault =
            read_record(fields[COLUMN_ATL], fields[COLUMN_ATL_DAY], &asset->atl, &asset->atl_us);
    return fault;
}

static const char *
read_line(struct cnop_str line, struct catalogue_row *row)
{
    struct cnop_str fields[COLUMN_COUNT];
    const char *fault;

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        bool more = cnop_str_cut(line, '\t', &fields[i], &line);

        if (more != (i + 1 < COLUMN_COUNT))
            return "a line has 16 columns";
    }
    *row = (struct catalogue_row){0};
    fault = read_words(fields, row);
    return fault != NULL ? fault : read_numbers(fields, &row->asset);
}

/* Fills leader_id; leaders stand before their followers. Refuses double ids and symbols. */
static const char *
link_row(struct catalogue *catalogue, struct catalogue_row *row)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const struct asset *other = &catalogue->rows[i].asset;

        if (other->id == row->asset.id || cnop_str_equal(other->symbol, row->asset.symbol))
            return "an id or symbol stands twice";
        if (cnop_str_equal(other->symbol, row->leader))
            row->leader_id = other->id;
    }
    return cnop_str_empty(row->leader) || row->leader_id != 0 ? NULL
                                                              : "a followed asset stands before";
}

enum cnop_err
catalogue_parse(struct cnop_arena *arena, struct cnop_str text, struct catalogue *ret_catalogue,
                struct catalogue_fault *ret_fault)
{
    struct catalogue catalogue = {0};
    struct catalogue_fault fault = {0};

    catalogue.rows = cnop_arena_alloc_array(arena, CATALOGUE_MAX, sizeof(*catalogue.rows));
    if (catalogue.rows == NULL)
        return CNOP_E_NO_MEMORY;
    while (!cnop_str_empty(text) && fault.reason == NULL) {
        struct cnop_str line;
        struct catalogue_row *row = &catalogue.rows[catalogue.count];

        cnop_str_cut(text, '\n', &line, &text);
        fault.line++;
        if (cnop_str_empty(line) || line.ptr[0] == '#')
            continue;
        if (catalogue.count == CATALOGUE_MAX - 1)
            fault.reason = "there are too many assets";
        else
            fault.reason = read_line(line, row);
        if (fault.reason == NULL)
            fault.reason = link_row(&catalogue, row);
        if (fault.reason == NULL)
            catalogue.count++;
    }
    if (fault.reason == NULL && catalogue.count == 0)
        fault.reason = "there is no asset";
    if (fault.reason != NULL) {
        *ret_fault = fault;
        return CNOP_E_INVALID;
    }
    *ret_catalogue = catalogue;
    return CNOP_OK;
}
