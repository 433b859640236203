/* SPDX-License-Identifier: MIT */
/* Encoding of markets; see market_json.h. */
#include "fcgi_services/order/market_json.h"

#include "shared/ledger/grid.h"

static struct cnop_str
symbol_of(const struct market_view *view)
{
    const struct ledger_asset *asset = &view->market->asset;

    cnop_assert(asset->symbol_len <= LEDGER_SYMBOL_BYTES);
    return cnop_str_make(asset->symbol, asset->symbol_len);
}

static bool
has_price(const struct market_view *view)
{
    const struct ledger_asset *asset = &view->market->asset;

    return asset->price.e10 > 0 &&
           ledger_price_is_fresh(asset->price_time_us, view->now_us, view->rules->price_max_age_us);
}

const char *
market_state(const struct market_view *view)
{
    cnop_assert(view->market->asset.known);
    if (!view->market->asset.active)
        return "inactive";
    if (view->market->asset.halted)
        return "halted";
    return has_price(view) ? "open" : "no_price";
}

/* ---- who buys and sells ---- */

/* A price of the house that has reached orders of people is about to trade with them: it quotes
 * beyond them afterwards. */
static struct ledger_quote
house_of(const struct market_view *view)
{
    const struct board_market *market = view->market;
    struct ledger_quote house = market->house;

    if (!market->asset.active || market->asset.halted || !has_price(view))
        return (struct ledger_quote){.bid = {0}};
    if (market->level_count[0] > 0 && house.ask.e10 <= market->levels[0][0].price.e10)
        house.ask.e10 = 0;
    if (market->level_count[1] > 0 && house.bid.e10 >= market->levels[1][0].price.e10)
        house.bid.e10 = 0;
    return house;
}

static cnop_price
best_of(const struct market_view *view, uint8_t side)
{
    const struct board_market *market = view->market;
    struct ledger_quote quote = house_of(view);
    cnop_price house = side == LEDGER_BUY ? quote.bid : quote.ask;
    cnop_price people = {0};

    cnop_assert(side == LEDGER_BUY || side == LEDGER_SELL);
    if (market->level_count[side - 1] > 0)
        people = market->levels[side - 1][0].price;
    if (house.e10 == 0 || people.e10 == 0)
        return house.e10 == 0 ? people : house;
    return (side == LEDGER_BUY) == (people.e10 > house.e10) ? people : house;
}

/* ---- parts ---- */

static void
write_price(struct cnop_json_writer *writer, const char *key, cnop_price price)
{
    if (price.e10 > 0)
        cnop_json_price(writer, key, price, 2);
    else
        cnop_json_null(writer, key);
}

static void
write_band(struct cnop_json_writer *writer, const char *key, cnop_price mark, uint8_t side)
{
    struct ledger_band band = ledger_price_band(mark, side);

    cnop_json_object_open(writer, key);
    cnop_json_price(writer, "lowest", band.lowest, 2);
    cnop_json_price(writer, "highest", band.highest, 2);
    cnop_json_object_close(writer);
}

static void
write_rules(struct cnop_json_writer *writer, const struct market_view *view)
{
    const struct board_rules *rules = view->rules;
    cnop_price mark = view->market->asset.price;

    cnop_json_object_open(writer, "rules");
    if (mark.e10 > 0)
        cnop_json_price(writer, "tick_size", grid_tick(mark), 2);
    else
        cnop_json_null(writer, "tick_size");
    cnop_json_qty(writer, "quantity_step", (cnop_qty){1}, 0);
    cnop_json_qty(writer, "min_quantity", rules->min_qty, 0);
    cnop_json_cash(writer, "min_order_value", rules->min_notional, 2);
    cnop_json_cash(writer, "max_order_value", rules->max_notional, 2);
    cnop_json_u64(writer, "max_open_orders", rules->max_account_orders);
    if (mark.e10 > 0) {
        cnop_json_object_open(writer, "price_band");
        write_band(writer, "buy", mark, LEDGER_BUY);
        write_band(writer, "sell", mark, LEDGER_SELL);
        cnop_json_object_close(writer);
    } else {
        cnop_json_null(writer, "price_band");
    }
    cnop_json_object_close(writer);
    cnop_json_object_open(writer, "fees");
    cnop_json_u64(writer, "maker_bps", rules->maker_fee_bps);
    cnop_json_u64(writer, "taker_bps", rules->fee_bps);
    cnop_json_object_close(writer);
    cnop_json_object_open(writer, "house");
    cnop_json_u64(writer, "spread_bps", rules->house_spread_bps);
    cnop_json_i64(writer, "price_max_age_seconds", rules->price_max_age_us / 1000000);
    cnop_json_object_close(writer);
}

/* ---- the answers ---- */

void
market_json_market(struct cnop_json_writer *writer, const char *key, const struct market_view *view)
{
    cnop_assert(view->rules != NULL);
    cnop_json_object_open(writer, key);
    cnop_json_str(writer, "asset_id", symbol_of(view));
    cnop_json_text(writer, "quote_asset_id", "USD");
    cnop_json_text(writer, "state", market_state(view));
    write_price(writer, "mark_price", view->market->asset.price);
    cnop_json_time_or_null(writer, "mark_time", view->market->asset.price_time_us);
    write_rules(writer, view);
    cnop_json_object_close(writer);
}

void
market_json_ticker(struct cnop_json_writer *writer, const char *key, const struct market_view *view)
{
    const struct board_market *market = view->market;
    bool traded = market->trade_count > 0;
    const struct board_trade *last = &market->trades[(market->trade_count - traded) % BOARD_TRADES];

    cnop_json_object_open(writer, key);
    cnop_json_str(writer, "asset_id", symbol_of(view));
    cnop_json_text(writer, "state", market_state(view));
    write_price(writer, "bid", best_of(view, LEDGER_BUY));
    write_price(writer, "ask", best_of(view, LEDGER_SELL));
    write_price(writer, "last_price", last->price);
    if (traded)
        cnop_json_qty(writer, "last_quantity", last->qty, 0);
    else
        cnop_json_null(writer, "last_quantity");
    cnop_json_time_or_null(writer, "last_time", last->time_us);
    write_price(writer, "mark_price", view->market->asset.price);
    cnop_json_time_or_null(writer, "mark_time", view->market->asset.price_time_us);
    cnop_json_object_close(writer);
}

static void
write_level(struct cnop_json_writer *writer, const struct ledger_level *level)
{
    cnop_json_object_open(writer, NULL);
    cnop_json_price(writer, "price", level->price, 2);
    cnop_json_qty(writer, "quantity", level->qty, 0);
    cnop_json_u64(writer, "orders", level->order_count);
    cnop_json_bool(writer, "house", false);
    cnop_json_object_close(writer);
}

/* Its size is limited by the largest order alone. */
static void
write_house(struct cnop_json_writer *writer, cnop_price price)
{
    cnop_json_object_open(writer, NULL);
    cnop_json_price(writer, "price", price, 2);
    cnop_json_null(writer, "quantity");
    cnop_json_u64(writer, "orders", 1);
    cnop_json_bool(writer, "house", true);
    cnop_json_object_close(writer);
}

/* Best first, people before the house. */
static void
write_side(struct cnop_json_writer *writer, const char *key, const struct market_view *view,
           uint8_t side, uint32_t max)
{
    const struct board_market *market = view->market;
    struct ledger_quote quote = house_of(view);
    cnop_price house = side == LEDGER_BUY ? quote.bid : quote.ask;
    uint32_t written = 0, i = 0;

    cnop_assert(market->level_count[side - 1] <= BOARD_LEVELS);
    cnop_json_array_open(writer, key);
    for (; i < market->level_count[side - 1] && written < max; written++) {
        const struct ledger_level *level = &market->levels[side - 1][i];
        bool beyond =
            side == LEDGER_BUY ? level->price.e10 < house.e10 : level->price.e10 > house.e10;

        if (house.e10 > 0 && beyond) {
            write_house(writer, house);
            house.e10 = 0;
        } else {
            write_level(writer, level);
            i++;
        }
    }
    if (house.e10 > 0 && written < max)
        write_house(writer, house);
    cnop_json_array_close(writer);
}

void
market_json_book(struct cnop_json_writer *writer, const char *key, const struct market_view *view,
                 uint32_t levels)
{
    cnop_assert(levels > 0);
    cnop_json_object_open(writer, key);
    cnop_json_str(writer, "asset_id", symbol_of(view));
    cnop_json_text(writer, "state", market_state(view));
    write_price(writer, "mark_price", view->market->asset.price);
    write_side(writer, "bids", view, LEDGER_BUY, levels);
    write_side(writer, "asks", view, LEDGER_SELL, levels);
    cnop_json_object_close(writer);
}

static void
write_trade(struct cnop_json_writer *writer, const struct market_view *view,
            const struct board_trade *trade)
{
    char memory[CNOP_PUBLIC_ID_LEN + 1];
    struct cnop_buf id;

    cnop_buf_init(&id, memory, sizeof(memory));
    cnop_id_format(&id, CNOP_ID_TRANSACTION, view->id_key, (uint64_t)trade->id);
    cnop_json_object_open(writer, NULL);
    cnop_json_str(writer, "trade_id", cnop_buf_view(&id));
    cnop_json_price(writer, "price", trade->price, 2);
    cnop_json_qty(writer, "quantity", trade->qty, 0);
    cnop_json_text(writer, "taker_side", trade->taker_side == LEDGER_BUY ? "buy" : "sell");
    cnop_json_time(writer, "time", trade->time_us);
    cnop_json_object_close(writer);
}

void
market_json_trades(struct cnop_json_writer *writer, const char *key, const struct market_view *view,
                   uint32_t limit)
{
    const struct board_market *market = view->market;
    uint64_t kept = market->trade_count < BOARD_TRADES ? market->trade_count : BOARD_TRADES;

    cnop_assert(limit > 0);
    cnop_json_array_open(writer, key);
    for (uint64_t i = 0; i < kept && i < limit; i++)
        write_trade(writer, view, &market->trades[(market->trade_count - 1 - i) % BOARD_TRADES]);
    cnop_json_array_close(writer);
}
