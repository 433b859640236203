/* SPDX-License-Identifier: MIT */
/* The gift rules. A gift's idempotency key is made of user, day and kind: sending it twice is
 * harmless, so every path that finds an unpaid row may send it. */
#include "fcgi_services/user/gift.h"

#include "shared/base/clock.h"
#include "shared/base/file.h"

#include <inttypes.h>

/* A gift whose request is still being answered looks unpaid for a moment; older ones were left by
 * a crash. */
#define SETTLE_AFTER_US (INT64_C(5) * 1000000)

/* ---- the list ---- */

static bool
list_has(const struct gift_phrase *phrases, size_t count, struct cnop_str phrase)
{
    for (size_t i = 0; i < count; i++) {
        if (cnop_str_equal(phrases[i].phrase, phrase))
            return true;
    }
    return false;
}

static enum cnop_err
parse_line(struct cnop_str line, struct gift_phrase *ret_phrase)
{
    struct gift_phrase parsed;
    struct cnop_str amount;
    struct cnop_str phrase;

    if (!cnop_str_cut(line, ' ', &amount, &phrase))
        return CNOP_E_CONFIG;
    parsed.phrase = cnop_str_trim(phrase);
    if (parsed.phrase.len == 0 || !cnop_str_is_utf8(parsed.phrase) ||
        cnop_cash_parse(amount, &parsed.amount) != CNOP_OK || parsed.amount.e8 <= 0)
        return CNOP_E_CONFIG;
    *ret_phrase = parsed;
    return CNOP_OK;
}

enum cnop_err
gift_list_parse(struct cnop_arena *arena, struct cnop_str text, struct gift_list *ret_list)
{
    struct gift_phrase *phrases = cnop_arena_alloc_array(arena, GIFT_PHRASE_MAX, sizeof(*phrases));
    struct cnop_str line;
    size_t count = 0;

    if (phrases == NULL)
        return CNOP_E_NO_MEMORY;
    while (cnop_file_next_entry(&text, &line)) {
        if (count == GIFT_PHRASE_MAX || parse_line(line, &phrases[count]) != CNOP_OK ||
            list_has(phrases, count, phrases[count].phrase))
            return CNOP_E_CONFIG;
        count++;
    }
    *ret_list = (struct gift_list){.phrases = phrases, .count = count};
    return CNOP_OK;
}

enum cnop_err
gift_list_load(struct cnop_arena *arena, const char *path, struct gift_list *ret_list,
               const char **ret_reason)
{
    struct cnop_str text;
    enum cnop_err err;

    err = cnop_file_read(arena, path, GIFT_FILE_BYTES, &text, ret_reason);
    if (err != CNOP_OK)
        return err;
    return cnop_file_judge(gift_list_parse(arena, text, ret_list), ret_reason);
}

/* ---- paying ---- */

/* Sends the gift of a row. Whether it was there already makes no difference here. */
static enum cnop_err
pay(const struct gift_env *env, const struct gift_row *row, struct cnop_str request_id)
{
    struct ledger_command command = {
        .account_id = (int64_t)row->user_id, .amount = row->amount, .op = LEDGER_OP_GIFT};
    struct ledger_outcome outcome;
    char key[LEDGER_KEY_BYTES];
    enum cnop_err err;

    (void)snprintf(key, sizeof(key), "gift:%" PRId32 ":%s", row->utc_day,
                   row->by_phrase ? "red" : "small");
    ledger_command_set_request_id(&command, request_id);
    err = ledger_command_set_key(&command, cnop_str_from(key));
    if (err == CNOP_OK)
        err = engine_client_call(env->engine, &command, &outcome);
    if (err == CNOP_OK) /* a lost mark only means that the gift is sent again, to no effect */
        (void)!user_store_mark_paid(env->store, row, cnop_clock_wall_us());
    return err;
}

/* Pays a row of our own, and takes the row back when the engine certainly did nothing. */
static enum cnop_err
pay_new(const struct gift_env *env, const struct gift_row *row, struct cnop_str request_id)
{
    enum cnop_err err = pay(env, row, request_id);

    if (err == CNOP_OK || err == CNOP_E_OUTCOME_UNKNOWN)
        return err;
    /* If this fails as well the row stays unpaid, and a later request settles it. */
    (void)!user_store_delete_gift(env->store, row);
    return err;
}

/* ---- deciding ---- */

static void
describe(const struct gift_row *row, bool replayed, struct gift_result *ret_result)
{
    *ret_result = (struct gift_result){
        .by_phrase = row->by_phrase,
        .replayed = replayed,
        .amount = row->amount,
        .given_us = row->given_us,
    };
}

static struct gift_row
wanted_row(const struct gift_env *env, const struct gift_request *request, int64_t now_us)
{
    struct gift_row row = {
        .user_id = request->user_id,
        .utc_day = cnop_clock_utc_day(now_us),
        .amount = env->consolation,
        .given_us = now_us,
    };

    for (size_t i = 0; i < env->list->count; i++) {
        if (cnop_str_equal(env->list->phrases[i].phrase, request->phrase)) {
            row.by_phrase = true;
            row.amount = env->list->phrases[i].amount;
        }
    }
    if (request->idem_key.len > 0)
        memcpy(row.idem_key, request->idem_key.ptr, request->idem_key.len);
    cnop_secret_sha256(request->phrase.ptr, request->phrase.len, row.phrase_hash);
    return row;
}

/* What today's rows say about the wanted one: NOT_FOUND when nothing stands in its way. */
static enum cnop_err
judge(const struct gift_env *env, const struct gift_request *request, const struct gift_row *wanted,
      const struct gift_row *rows, size_t count, struct gift_result *ret_result)
{
    bool is_taken = false;

    for (size_t i = 0; i < count; i++) {
        if (rows[i].utc_day != wanted->utc_day)
            continue;
        if (wanted->idem_key[0] != '\0' && strcmp(rows[i].idem_key, wanted->idem_key) == 0) {
            enum cnop_err err;

            if (memcmp(rows[i].phrase_hash, wanted->phrase_hash, CNOP_SHA256_BYTES) != 0)
                return CNOP_E_IDEMPOTENCY_MISMATCH;
            err = rows[i].paid_us != 0 ? CNOP_OK : pay(env, &rows[i], request->request_id);
            if (err == CNOP_OK)
                describe(&rows[i], true, ret_result);
            return err;
        }
        is_taken = is_taken || rows[i].by_phrase || rows[i].by_phrase == wanted->by_phrase;
    }
    return is_taken ? CNOP_E_GIFT_TAKEN : CNOP_E_NOT_FOUND;
}

/* Rows that a crash left without their money. Best effort: the request at hand does not depend on
 * it. */
static void
settle(const struct gift_env *env, const struct gift_request *request, const struct gift_row *rows,
       size_t count, int64_t now_us)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].paid_us == 0 && now_us - rows[i].given_us > SETTLE_AFTER_US)
            (void)!pay(env, &rows[i], request->request_id);
    }
}

static enum cnop_err
look_and_judge(const struct gift_env *env, const struct gift_request *request,
               const struct gift_row *wanted, struct gift_result *ret_result)
{
    struct gift_row rows[GIFT_LIST_MAX];
    size_t count;
    enum cnop_err err =
        user_store_list_gifts(env->store, request->user_id, wanted->utc_day, rows, &count);

    if (err != CNOP_OK)
        return err;
    settle(env, request, rows, count, wanted->given_us);
    return judge(env, request, wanted, rows, count, ret_result);
}

enum cnop_err
gift_give(const struct gift_env *env, const struct gift_request *request,
          struct gift_result *ret_result)
{
    struct gift_row wanted;
    enum cnop_err err;

    cnop_assert(request->phrase.len > 0);
    cnop_assert(request->idem_key.len <= GIFT_KEY_BYTES);
    wanted = wanted_row(env, request, cnop_clock_wall_us());
    err = look_and_judge(env, request, &wanted, ret_result);
    if (err != CNOP_E_NOT_FOUND)
        return err;
    err = user_store_insert_gift(env->store, &wanted);
    if (err == CNOP_E_DUPLICATE) {
        /* Somebody was faster: with the same key it is the same request, else it is theirs. */
        err = look_and_judge(env, request, &wanted, ret_result);
        return err == CNOP_E_NOT_FOUND ? CNOP_E_BUSY : err;
    }
    if (err == CNOP_OK)
        err = pay_new(env, &wanted, request->request_id);
    if (err == CNOP_OK)
        describe(&wanted, false, ret_result);
    return err;
}
