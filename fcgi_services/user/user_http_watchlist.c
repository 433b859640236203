/* SPDX-License-Identifier: MIT */
/* Watchlists. Decode, call, encode. */
#include "fcgi_services/user/user_http.h"

#include "fcgi_services/user/watchlist.h"
#include "shared/base/clock.h"

static void
write_watchlist(struct cnop_json_writer *json, const struct watchlist *list)
{
    struct cnop_str rest = list->assets;
    struct cnop_str symbol;

    cnop_json_object_open(json, NULL);
    cnop_json_str(json, "name", list->name);
    cnop_json_array_open(json, "asset_ids");
    while (watchlist_next(&rest, &symbol))
        cnop_json_str(json, NULL, symbol);
    cnop_json_array_close(json);
    cnop_json_time(json, "updated_at", list->updated_us);
    cnop_json_object_close(json);
}

/* GET /watchlists */
enum cnop_err
user_http_watchlists(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct watchlist lists[WATCHLIST_MAX];
    struct cnop_json_writer *json;
    size_t count;
    enum cnop_err err = user_store_list_watchlists(self->store, cnop_request_user_id(req),
                                                   cnop_request_arena(req), lists, &count);

    if (err != CNOP_OK)
        return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_array_open(json, "data");
    for (size_t i = 0; i < count; i++)
        write_watchlist(json, &lists[i]);
    cnop_json_array_close(json);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static enum cnop_err
name_decode(struct cnop_request *req, struct cnop_str *ret_name)
{
    struct cnop_str name = cnop_str_trim(cnop_request_path_param(req, "name"));
    const struct cnop_text_rule *broken = watchlist_check_name(name);

    if (broken != NULL)
        return cnop_request_fault_add(
            req, CNOP_E_INVALID,
            (struct cnop_fault){.field = "name", .type = broken->name, .message = broken->message});
    *ret_name = name;
    return CNOP_OK;
}

static enum cnop_err
refuse_entry(struct cnop_request *req, size_t index, const char *reason)
{
    struct cnop_str field = cnop_arena_printf(cnop_request_arena(req), "asset_ids[%zu]", index);

    if (field.ptr == NULL)
        return CNOP_E_NO_MEMORY;
    return cnop_request_fault(req, CNOP_E_INVALID, field.ptr, "%s", reason);
}

static enum cnop_err
assets_decode(struct cnop_request *req, struct cnop_str *ret_assets)
{
    struct cnop_str symbols[WATCHLIST_ASSET_MAX];
    struct watchlist_fault fault;
    const struct cnop_json *body;
    const struct cnop_json *list;
    enum cnop_err err = cnop_request_json(req, &body);

    if (err != CNOP_OK)
        return err;
    list = cnop_json_find(body, CNOP_STR("asset_ids"));
    if (list == NULL || list->kind != CNOP_JSON_ARRAY)
        return cnop_request_fault(req, CNOP_E_INVALID, "asset_ids", "must be an array");
    if (list->child_count > WATCHLIST_ASSET_MAX)
        return cnop_request_fault(req, CNOP_E_INVALID, "asset_ids", "must hold at most %d assets",
                                  WATCHLIST_ASSET_MAX);
    for (size_t i = 0; i < list->child_count; i++) {
        if (list->children[i].kind != CNOP_JSON_STRING)
            return refuse_entry(req, i, "must be a string");
        symbols[i] = list->children[i].text;
    }
    err = watchlist_pack(cnop_request_arena(req), symbols, list->child_count, ret_assets, &fault);
    return err == CNOP_E_INVALID ? refuse_entry(req, fault.index, fault.reason) : err;
}

static enum cnop_err
refuse_unknown(struct cnop_request *req, struct cnop_str assets, struct cnop_str unknown)
{
    struct cnop_str symbol;
    size_t index = 0;

    while (watchlist_next(&assets, &symbol) && !cnop_str_equal(symbol, unknown))
        index++;
    return refuse_entry(req, index, "is not an asset here");
}

/* PUT /watchlists/{name}: sent again it changes nothing but the time. */
enum cnop_err
user_http_watchlist_put(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct watchlist list = {.updated_us = cnop_clock_wall_us()};
    struct cnop_str unknown;
    enum cnop_err err = name_decode(req, &list.name);

    if (err == CNOP_OK)
        err = assets_decode(req, &list.assets);
    if (err != CNOP_OK)
        return err;
    err = user_store_put_watchlist(self->store, cnop_request_user_id(req), &list, &unknown);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_E_UNAUTHENTICATED;
    if (err == CNOP_E_ASSET_UNKNOWN)
        return refuse_unknown(req, list.assets, unknown);
    if (err == CNOP_E_CONFLICT)
        return cnop_request_fault(req, CNOP_E_INVALID, "name",
                                  "would be one list too many: there are %d already",
                                  WATCHLIST_MAX);
    if (err != CNOP_OK)
        return err;
    write_watchlist(cnop_response_json(res), &list);
    return CNOP_OK;
}

/* DELETE /watchlists/{name} */
enum cnop_err
user_http_watchlist_delete(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct cash_balance ignored;
    struct cnop_json_writer *json;
    struct cnop_str name;
    enum cnop_err err = name_decode(req, &name);

    if (err == CNOP_OK)
        err = user_store_delete_watchlist(self->store, cnop_request_user_id(req), name);
    if (err == CNOP_E_NOT_FOUND) {
        enum cnop_err caller = user_http_cash(req, &ignored);

        return caller == CNOP_OK ? err : caller;
    }
    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_text(json, "message", "Watchlist removed");
    cnop_json_object_close(json);
    return CNOP_OK;
}
