/* SPDX-License-Identifier: MIT */
/* Profiles and gifts on MariaDB. Statements only, no rules. */
#include "fcgi_services/user/user_store_sql.h"

#include "shared/base/clock.h"

#define ROW_BYTES (64 * 1024)
#define DAY_BYTES 16

_Static_assert(sizeof(struct user_store) == sizeof(struct cnop_store), "nothing beside the base");

/* ---- handle ---- */

enum cnop_err
user_store_open(const struct cnop_db_config *config, struct user_store **ret_store)
{
    struct cnop_store *base;
    enum cnop_err err = cnop_store_open(config, ROW_BYTES, &base);

    if (err == CNOP_OK)
        *ret_store = (struct user_store *)base;
    return err;
}

void
user_store_close(struct user_store **store)
{
    struct cnop_store *base = *store == NULL ? NULL : &(*store)->sql;

    cnop_store_close(&base);
    *store = NULL;
}

/* ---- profiles ---- */

enum cnop_err
user_store_find_profile(struct user_store *store, uint64_t user_id, struct cnop_arena *arena,
                        struct profile *ret_profile)
{
    static const struct cnop_sql sql = {
        .name = "user.find_profile",
        .text = "SELECT username, email, first_name, last_name, phone,"
                " DATE_FORMAT(date_of_birth, '%Y-%m-%d'), marketing_emails_consent, created_us,"
                " updated_us FROM profile WHERE user_id = ?",
        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(store->sql.db, arena, &sql, CNOP_PARAMS(CNOP_P_U64(user_id)), &row);

    if (err != CNOP_OK)
        return err;
    *ret_profile = (struct profile){
        .user_id = user_id,
        .username = cnop_row_str(&row, 0),
        .email = cnop_row_str(&row, 1),
        .first_name = cnop_row_str(&row, 2),
        .last_name = cnop_row_str(&row, 3),
        .phone = cnop_row_str(&row, 4),
        .date_of_birth = cnop_row_str(&row, 5),
        .marketing_emails_consent = cnop_row_bool(&row, 6),
        .created_us = cnop_row_i64(&row, 7),
        .updated_us = cnop_row_i64(&row, 8),
    };
    return CNOP_OK;
}

enum cnop_err
user_store_update_profile(struct user_store *store, const struct profile *profile,
                          int64_t old_updated_us)
{
    static const struct cnop_sql sql = {
        .name = "user.update_profile",
        .text = "UPDATE profile SET email = ?, first_name = ?, last_name = ?, phone = ?,"
                " date_of_birth = ?, marketing_emails_consent = ?, updated_us = ?,"
                " version = version + 1 WHERE user_id = ? AND updated_us = ?"};
    struct cnop_changed changed;
    enum cnop_err err = cnop_db_exec(
        store->sql.db, &sql,
        CNOP_PARAMS(CNOP_P_STR(profile->email), CNOP_P_STR(profile->first_name),
                    CNOP_P_STR(profile->last_name), cnop_param_text_or_null(profile->phone),
                    cnop_param_text_or_null(profile->date_of_birth),
                    CNOP_P_I64(profile->marketing_emails_consent), CNOP_P_I64(profile->updated_us),
                    CNOP_P_U64(profile->user_id), CNOP_P_I64(old_updated_us)),
        &changed);

    if (err == CNOP_E_DUPLICATE)
        return CNOP_E_EMAIL_TAKEN;
    if (err == CNOP_E_DB_DEADLOCK)
        return CNOP_E_CONFLICT; /* nothing was written: read again */
    if (err != CNOP_OK)
        return err;
    return changed.affected_rows == 1 ? CNOP_OK : CNOP_E_CONFLICT;
}

/* ---- gifts, in the table red_packet_claim ---- */

struct day_text {
    char memory[DAY_BYTES];
    struct cnop_str text;
};

static void
day_format(struct day_text *day, int32_t utc_day)
{
    struct cnop_buf buf;

    cnop_buf_init(&buf, day->memory, sizeof(day->memory));
    cnop_clock_format_day(&buf, utc_day);
    day->text = cnop_buf_view(&buf);
}

static void
read_gift(const struct cnop_row *row, uint64_t user_id, struct gift_row *ret_gift)
{
    struct gift_row gift = {.user_id = user_id};
    struct cnop_str key = cnop_row_str(row, 5);
    struct cnop_str hash = cnop_row_str(row, 6);

    cnop_assert(key.len < sizeof(gift.idem_key));
    cnop_assert(hash.len == sizeof(gift.phrase_hash));
    gift.utc_day = (int32_t)cnop_row_i64(row, 0);
    gift.by_phrase = cnop_row_bool(row, 1);
    gift.amount.e8 = cnop_row_i64(row, 2);
    gift.given_us = cnop_row_i64(row, 3);
    gift.paid_us = cnop_row_is_null(row, 4) ? 0 : cnop_row_i64(row, 4);
    if (key.len > 0)
        memcpy(gift.idem_key, key.ptr, key.len);
    memcpy(gift.phrase_hash, hash.ptr, hash.len);
    *ret_gift = gift;
}

enum cnop_err
user_store_list_gifts(struct user_store *store, uint64_t user_id, int32_t utc_day,
                      struct gift_row ret_list[GIFT_LIST_MAX], size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "user.list_gifts",
        .text = "SELECT DATEDIFF(utc_day, '1970-01-01'), got_red_pocket, amount_e8, claimed_us,"
                " paid_us, idem_key, phrase_hash FROM red_packet_claim"
                " WHERE user_id = ? AND (utc_day = ? OR paid_us IS NULL)"
                " ORDER BY utc_day DESC, got_red_pocket LIMIT 16",
        .max_rows = GIFT_LIST_MAX};
    struct cnop_rows rows;
    struct day_text day;
    enum cnop_err err;

    day_format(&day, utc_day);
    err = cnop_db_query(store->sql.db, cnop_store_rows(&store->sql), &sql,
                        CNOP_PARAMS(CNOP_P_U64(user_id), CNOP_P_STR(day.text)), &rows);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++)
        read_gift(&rows.list[i], user_id, &ret_list[i]);
    *ret_count = rows.count;
    return CNOP_OK;
}

enum cnop_err
user_store_insert_gift(struct user_store *store, const struct gift_row *gift)
{
    static const struct cnop_sql sql = {
        .name = "user.insert_gift",
        .text = "INSERT INTO red_packet_claim (user_id, utc_day, got_red_pocket, amount_e8,"
                " claimed_us, idem_key, phrase_hash) VALUES (?, ?, ?, ?, ?, ?, ?)"};
    struct day_text day;

    day_format(&day, gift->utc_day);
    return cnop_db_exec(store->sql.db, &sql,
                        CNOP_PARAMS(CNOP_P_U64(gift->user_id), CNOP_P_STR(day.text),
                                    CNOP_P_I64(gift->by_phrase), CNOP_P_I64(gift->amount.e8),
                                    CNOP_P_I64(gift->given_us),
                                    CNOP_P_STR(cnop_str_from(gift->idem_key)),
                                    CNOP_P_BYTES(gift->phrase_hash, sizeof(gift->phrase_hash))),
                        NULL);
}

enum cnop_err
user_store_mark_paid(struct user_store *store, const struct gift_row *gift, int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "user.mark_gift_paid",
        .text = "UPDATE red_packet_claim SET paid_us = ?"
                " WHERE user_id = ? AND utc_day = ? AND got_red_pocket = ? AND paid_us IS NULL"};
    struct day_text day;

    day_format(&day, gift->utc_day);
    return cnop_db_exec(store->sql.db, &sql,
                        CNOP_PARAMS(CNOP_P_I64(now_us), CNOP_P_U64(gift->user_id),
                                    CNOP_P_STR(day.text), CNOP_P_I64(gift->by_phrase)),
                        NULL);
}

enum cnop_err
user_store_delete_gift(struct user_store *store, const struct gift_row *gift)
{
    static const struct cnop_sql sql = {
        .name = "user.delete_gift",
        .text = "DELETE FROM red_packet_claim"
                " WHERE user_id = ? AND utc_day = ? AND got_red_pocket = ? AND paid_us IS NULL"};
    struct day_text day;

    day_format(&day, gift->utc_day);
    return cnop_db_exec(
        store->sql.db, &sql,
        CNOP_PARAMS(CNOP_P_U64(gift->user_id), CNOP_P_STR(day.text), CNOP_P_I64(gift->by_phrase)),
        NULL);
}
