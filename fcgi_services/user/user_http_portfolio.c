/* SPDX-License-Identifier: MIT */
/* Holdings and portfolio. Decode, read, value, encode. */
#include "fcgi_services/user/user_http.h"

#include "fcgi_services/user/portfolio.h"

/* {asset_id} without blanks, in upper case. */
static enum cnop_err
symbol_decode(struct cnop_request *req, struct cnop_str *ret_symbol)
{
    struct cnop_str text = cnop_str_trim(cnop_request_path_param(req, "asset_id"));

    if (text.len < 1 || text.len > 10 || !cnop_str_is_word(text, ""))
        return cnop_request_fault(req, CNOP_E_INVALID, "asset_id",
                                  "must be 1 to 10 letters or digits");
    text = cnop_str_upper(cnop_request_arena(req), text);
    if (text.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    *ret_symbol = text;
    return CNOP_OK;
}

static enum cnop_err
write_position(struct cnop_json_writer *json, const struct position *position)
{
    cnop_cash value;
    enum cnop_err err = cnop_notional_floor(position->price, position->qty, &value);

    if (err != CNOP_OK)
        return err;
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "asset_id", position->symbol);
    cnop_json_str(json, "asset_name", position->name);
    cnop_json_qty(json, "quantity", position->qty, 0);
    cnop_json_qty(json, "held_quantity", position->held, 0);
    cnop_json_price_number(json, "current_price", position->price, 0);
    cnop_json_cash_number(json, "total_value", value, 0);
    cnop_json_time(json, "created_at", position->created_us);
    cnop_json_time(json, "updated_at", position->updated_us);
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* GET /balance/asset/{asset_id}: 404 when nothing of it is held. */
enum cnop_err
user_http_asset_balance(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct position position;
    struct cnop_str symbol;
    enum cnop_err err = symbol_decode(req, &symbol);

    if (err == CNOP_OK)
        err = user_store_find_position(self->store, cnop_request_user_id(req), symbol,
                                       cnop_request_arena(req), &position);
    if (err == CNOP_OK && position.qty.e8 == 0)
        err = CNOP_E_NOT_FOUND;
    return err == CNOP_OK ? write_position(cnop_response_json(res), &position) : err;
}

/* The user's valued portfolio. UNAUTHENTICATED: a token may outlive its user. */
static enum cnop_err
load_portfolio(struct cnop_request *req, enum portfolio_part part, struct portfolio *ret_portfolio)
{
    struct user_thread *self = cnop_request_env(req);
    struct wealth wealth;
    enum cnop_err err = user_store_find_wealth(self->store, cnop_request_user_id(req),
                                               cnop_request_arena(req), &wealth);

    if (err != CNOP_OK)
        return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
    return portfolio_value(cnop_request_arena(req), &wealth, part, ret_portfolio);
}

/* GET /assets/balances */
enum cnop_err
user_http_asset_balances(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json;
    struct portfolio portfolio;
    enum cnop_err err = load_portfolio(req, PORTFOLIO_OPEN, &portfolio);

    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < portfolio.count; i++) {
        err = write_position(json, portfolio.holdings[i].position);
        if (err != CNOP_OK)
            return err;
    }
    cnop_json_array_close(json);
    cnop_json_u64(json, "total_count", portfolio.count);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static void
write_holding(struct cnop_json_writer *json, const struct holding *holding)
{
    struct cnop_buf share;
    char memory[32];

    cnop_buf_init(&share, memory, sizeof(memory));
    portfolio_format_share(&share, holding->share_e4);
    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "asset_id", holding->position->symbol);
    cnop_json_qty(json, "quantity", holding->position->qty, 0);
    cnop_json_qty(json, "held_quantity", holding->position->held, 0);
    cnop_json_price(json, "current_price", holding->position->price, 2);
    cnop_json_cash(json, "market_value", holding->market_value, 2);
    cnop_json_str(json, "percentage", cnop_buf_view(&share));
    cnop_json_price(json, "average_cost", holding->average_cost, 2);
    cnop_json_cash(json, "cost_basis", holding->position->cost, 2);
    cnop_json_cash(json, "unrealised_pnl", holding->unrealised, 2);
    cnop_json_cash(json, "realised_pnl", holding->position->realised, 2);
    if (holding->position->qty.e8 > 0) {
        cnop_json_text(json, "status", "open");
        cnop_json_null(json, "closed_at");
    } else {
        cnop_json_text(json, "status", "closed");
        cnop_json_time(json, "closed_at", holding->position->updated_us);
    }
    cnop_json_object_close(json);
}

/* Index: enum portfolio_part. */
static const char *const part_names[] = {"open", "closed", "all", NULL};

struct portfolio_query {
    unsigned status;
};

static const struct cnop_field portfolio_fields[] = {
    CNOP_FIELD(struct portfolio_query, status, CNOP_K_ENUM, part_names, CNOP_OPTIONAL),
};

/* GET /portfolio: the sums are those of the whole account, whichever positions are listed. */
enum cnop_err
user_http_portfolio(struct cnop_request *req, struct cnop_response *res)
{
    struct portfolio_query query = {.status = PORTFOLIO_OPEN};
    struct cnop_json_writer *json;
    struct portfolio portfolio;
    enum cnop_err err =
        cnop_request_decode_query(req, portfolio_fields, CNOP_COUNT(portfolio_fields), &query);

    if (err == CNOP_OK)
        err = load_portfolio(req, (enum portfolio_part)query.status, &portfolio);
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "assets");
    for (size_t i = 0; i < portfolio.count; i++)
        write_holding(json, &portfolio.holdings[i]);
    cnop_json_array_close(json);
    cnop_json_cash(json, "cash", portfolio.cash, 2);
    cnop_json_cash(json, "held_cash", portfolio.held, 2);
    cnop_json_cash(json, "total_value", portfolio.total, 2);
    cnop_json_cash(json, "cost_basis", portfolio.cost, 2);
    cnop_json_cash(json, "unrealised_pnl", portfolio.unrealised, 2);
    cnop_json_cash(json, "realised_pnl", portfolio.realised, 2);
    cnop_json_object_close(json);
    return CNOP_OK;
}
