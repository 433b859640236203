/* SPDX-License-Identifier: MIT */
/* Balance, limits, deposits, withdrawals, the gift. Decode, call, encode. No rules here. */
#include "fcgi_services/user/user_http.h"

#include "fcgi_services/user/account.h"
#include "shared/base/clock.h"
#include "shared/web/audit.h"

#include <inttypes.h>

#define SENTENCE_BYTES 256

/* GET /balance */
enum cnop_err
user_http_balance(struct cnop_request *req, struct cnop_response *res)
{
    struct cnop_json_writer *json;
    struct cash_balance balance;
    enum cnop_err err = user_http_cash(req, &balance);

    if (err != CNOP_OK)
        return err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_cash(json, "current_balance", balance.available, 2);
    cnop_json_cash(json, "held_balance", balance.held, 2);
    cnop_json_time(json, "updated_at", balance.updated_us);
    cnop_json_object_close(json);
    return CNOP_OK;
}

static void
write_limit(struct cnop_json_writer *json, const char *key, cnop_cash limit, cnop_cash used)
{
    cnop_cash remaining = {.e8 = limit.e8 > used.e8 ? limit.e8 - used.e8 : 0};

    cnop_json_object_open(json, key);
    cnop_json_cash(json, "limit", limit, 2);
    cnop_json_cash(json, "used", used, 2);
    cnop_json_cash(json, "remaining", remaining, 2);
    cnop_json_object_close(json);
}

/* GET /balance/limits */
enum cnop_err
user_http_limits(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    int32_t today = cnop_clock_utc_day(cnop_clock_wall_us());
    struct cnop_json_writer *json;
    struct limits_used used;
    enum cnop_err err =
        user_store_find_limits(self->store, cnop_request_user_id(req), today, &used);

    if (err != CNOP_OK)
        return err == CNOP_E_NOT_FOUND ? CNOP_E_UNAUTHENTICATED : err;
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    write_limit(json, "deposit", self->limits->deposit, used.deposited);
    write_limit(json, "withdraw", self->limits->withdraw, used.withdrawn);
    cnop_json_cash(json, "max_order_value", self->limits->max_order, 2);
    cnop_json_time(json, "resets_at", cnop_clock_day_start_us(today + 1));
    cnop_json_object_close(json);
    return CNOP_OK;
}

/* ---- deposit and withdraw ---- */

static const struct cnop_field movement_fields[] = {
    CNOP_FIELD(struct movement, amount, CNOP_K_CASH,
               CNOP_DECIMALS(CNOP_E8 / 100, ACCOUNT_AMOUNT_MAX_E8, 2), CNOP_REQUIRED),
};

static enum cnop_err
movement_decode(struct cnop_request *req, struct movement *movement)
{
    enum cnop_err err =
        cnop_request_decode(req, movement_fields, CNOP_COUNT(movement_fields), movement);

    return err == CNOP_OK ? cnop_request_idempotency_key(req, &movement->idem_key) : err;
}

static void
audit_movement(struct cnop_request *req, const struct movement *movement, enum cnop_err err,
               const struct ledger_outcome *outcome)
{
    static const char *const actions[2][2] = {{"withdraw_failed", "withdraw_success"},
                                              {"deposit_failed", "deposit_success"}};
    bool moved = err == CNOP_OK;
    struct cnop_audit audit = {.action = actions[movement->op == LEDGER_OP_DEPOSIT][moved],
                               .message = moved ? "money moved" : "no money moved",
                               .failed = !moved,
                               .reason = cnop_str_from(moved ? NULL : cnop_err_code(err))};
    struct cnop_log_line line;
    struct cnop_buf amount;
    struct cnop_buf object;
    char memory[32];
    char object_memory[32];

    cnop_buf_init(&amount, memory, sizeof(memory));
    cnop_cash_format(&amount, movement->amount, 2);
    cnop_buf_init(&object, object_memory, sizeof(object_memory));
    if (moved)
        cnop_buf_printf(&object, "entry:%" PRId64, outcome->posting.id);
    audit.object = cnop_buf_view(&object);
    cnop_audit_begin(&line, req, &audit);
    cnop_log_u64(&line, "user_id", movement->user_id);
    cnop_log_str(&line, "amount", cnop_buf_view(&amount));
    cnop_log_bool(&line, "replayed", moved && outcome->replayed);
    cnop_log_end(&line);
}

static enum cnop_err
movement_refusal(struct cnop_request *req, const struct movement *movement, enum cnop_err err,
                 const struct ledger_outcome *outcome)
{
    struct cnop_buf sentence;
    char memory[SENTENCE_BYTES];

    cnop_buf_init(&sentence, memory, sizeof(memory));
    account_put_refusal(&sentence, movement, err, outcome);
    if (sentence.len == 0)
        return err;
    return cnop_request_detail(req, err, "%.*s", CNOP_STR_ARG(cnop_buf_view(&sentence)));
}

static void
write_movement(struct cnop_response *res, const struct user_thread *self,
               const struct movement *movement, const struct ledger_outcome *outcome)
{
    struct cnop_json_writer *json;
    struct cnop_buf message;
    struct cnop_buf id;
    char message_memory[SENTENCE_BYTES];
    char id_memory[CNOP_PUBLIC_ID_LEN];

    cnop_buf_init(&message, message_memory, sizeof(message_memory));
    account_put_success(&message, movement);
    cnop_buf_init(&id, id_memory, sizeof(id_memory));
    cnop_id_format(&id, CNOP_ID_TRANSACTION, self->id_key, (uint64_t)outcome->posting.id);
    cnop_response_status(res, 201);
    if (outcome->replayed)
        cnop_response_header(res, "Idempotency-Replayed", "true");
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_bool(json, "success", true);
    cnop_json_str(json, "message", cnop_buf_view(&message));
    cnop_json_str(json, "transaction_id", cnop_buf_view(&id));
    cnop_json_time(json, "timestamp", outcome->posting.time_us);
    cnop_json_object_close(json);
}

static enum cnop_err
move(struct cnop_request *req, struct cnop_response *res, enum ledger_op op)
{
    struct user_thread *self = cnop_request_env(req);
    struct movement movement = {
        .user_id = cnop_request_user_id(req), .op = op, .request_id = cnop_request_id(req)};
    struct ledger_outcome outcome = {0};
    struct cash_balance ignored;
    enum cnop_err err = movement_decode(req, &movement);

    if (err == CNOP_OK)
        err = user_http_cash(req, &ignored);
    if (err != CNOP_OK)
        return err;
    err = account_move(&self->engine, &movement, &outcome);
    audit_movement(req, &movement, err, &outcome);
    if (err != CNOP_OK)
        return movement_refusal(req, &movement, err, &outcome);
    write_movement(res, self, &movement, &outcome);
    return CNOP_OK;
}

/* POST /balance/deposit */
enum cnop_err
user_http_deposit(struct cnop_request *req, struct cnop_response *res)
{
    return move(req, res, LEDGER_OP_DEPOSIT);
}

/* POST /balance/withdraw */
enum cnop_err
user_http_withdraw(struct cnop_request *req, struct cnop_response *res)
{
    return move(req, res, LEDGER_OP_WITHDRAW);
}

/* ---- the gift ---- */

static const struct cnop_field gift_fields[] = {
    CNOP_FIELD(struct gift_request, phrase, CNOP_K_STR, CNOP_RANGE(1, 200),
               CNOP_REQUIRED | CNOP_TRIM),
};

static void
audit_gift(struct cnop_request *req, enum cnop_err err, const struct gift_result *result)
{
    bool given = err == CNOP_OK;
    struct cnop_log_line line;
    struct cnop_buf amount;
    char memory[32];

    cnop_audit_begin(
        &line, req,
        &(struct cnop_audit){.action = given ? "gift_success" : "gift_failed",
                             .message = given ? "gift given" : "no gift given",
                             .failed = !given,
                             .reason = cnop_str_from(given ? NULL : cnop_err_code(err))});
    if (given) {
        cnop_buf_init(&amount, memory, sizeof(memory));
        cnop_cash_format(&amount, result->amount, 2);
        cnop_log_str(&line, "amount", cnop_buf_view(&amount));
        cnop_log_bool(&line, "replayed", result->replayed);
    }
    cnop_log_end(&line);
}

/* POST /cny/claim */
enum cnop_err
user_http_gift(struct cnop_request *req, struct cnop_response *res)
{
    struct user_thread *self = cnop_request_env(req);
    struct gift_request wanted = {.user_id = cnop_request_user_id(req),
                                  .request_id = cnop_request_id(req)};
    struct cnop_json_writer *json;
    struct gift_result result;
    struct cash_balance ignored;
    enum cnop_err err;

    err = cnop_request_decode(req, gift_fields, CNOP_COUNT(gift_fields), &wanted);
    if (err == CNOP_OK)
        err = cnop_request_idempotency_key(req, &wanted.idem_key);
    if (err == CNOP_OK)
        err = user_http_cash(req, &ignored);
    if (err != CNOP_OK)
        return err;
    err = gift_give(&self->gift, &wanted, &result);
    audit_gift(req, err, &result);
    if (err != CNOP_OK)
        return err;
    cnop_response_status(res, 201);
    if (result.replayed)
        cnop_response_header(res, "Idempotency-Replayed", "true");
    json = cnop_response_json(res);
    cnop_json_object_open(json, NULL);
    cnop_json_bool(json, "success", true);
    cnop_json_text(json, "message",
                   result.by_phrase ? "A gift for the right phrase"
                                    : "A small gift for a good try");
    cnop_json_cash(json, "amount", result.amount, 2);
    cnop_json_bool(json, "got_red_pocket", result.by_phrase);
    cnop_json_time(json, "timestamp", result.given_us);
    cnop_json_object_close(json);
    return CNOP_OK;
}
