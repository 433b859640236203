/* SPDX-License-Identifier: MIT */
/* Sessions, refresh tokens and revocations on MariaDB. Statements only, no rules. */
#include "fcgi_services/auth/auth_store_sql.h"

#define SESSION_MEMORY_US                                                                          \
    (30 * 24 * INT64_C(3600) * 1000000) /* a session stays readable after its end */
#define PRUNE_ROWS "5000"               /* at a time: pruning must not hold locks for long */

static struct cnop_param
sid_param(const struct session_id *sid)
{
    return CNOP_P_BYTES(sid->bytes, sizeof(sid->bytes));
}

static struct cnop_param
digest_param(const struct token_digest *digest)
{
    return CNOP_P_BYTES(digest->bytes, sizeof(digest->bytes));
}

/* ---- sessions ---- */

#define SESSION_COLUMNS                                                                            \
    "SELECT sid, user_id, created_us, last_used_us, expires_us, revoked_us, client_addr,"          \
    " user_agent FROM session"

static void
read_session(const struct cnop_row *row, struct session *ret_session)
{
    struct session session = {0};

    cnop_row_copy_bytes(row, 0, session.sid.bytes, sizeof(session.sid.bytes));
    session.user_id = cnop_row_u64(row, 1);
    session.created_us = cnop_row_i64(row, 2);
    session.last_used_us = cnop_row_i64(row, 3);
    session.expires_us = cnop_row_i64(row, 4);
    session.revoked_us = cnop_row_is_null(row, 5) ? 0 : cnop_row_i64(row, 5);
    cnop_row_copy(row, 6, session.client_addr, sizeof(session.client_addr));
    cnop_row_copy(row, 7, session.user_agent, sizeof(session.user_agent));
    *ret_session = session;
}

enum cnop_err
auth_store_insert_session(struct auth_store *store, const struct session *session)
{
    static const struct cnop_sql sql = {
        .name = "auth.insert_session",
        .text = "INSERT INTO session (sid, user_id, created_us, last_used_us, expires_us,"
                " client_addr, user_agent) VALUES (?, ?, ?, ?, ?, ?, ?)"};

    return cnop_store_exec_one(&store->sql, &sql,
                               CNOP_PARAMS(sid_param(&session->sid), CNOP_P_U64(session->user_id),
                                           CNOP_P_I64(session->created_us),
                                           CNOP_P_I64(session->last_used_us),
                                           CNOP_P_I64(session->expires_us),
                                           CNOP_P_STR(cnop_str_from(session->client_addr)),
                                           CNOP_P_STR(cnop_str_from(session->user_agent))));
}

enum cnop_err
auth_store_lock_session(struct auth_store *store, uint64_t user_id, const struct session_id *sid,
                        int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "auth.lock_session",
        .text = "SELECT user_id FROM session WHERE sid = ? AND user_id = ? AND revoked_us IS NULL"
                " AND expires_us > ? FOR UPDATE",
        .max_rows = 1};
    struct cnop_row row;

    cnop_assert(store->sql.in_transaction);
    return cnop_db_find(store->sql.db, cnop_store_rows(&store->sql), &sql,
                        CNOP_PARAMS(sid_param(sid), CNOP_P_U64(user_id), CNOP_P_I64(now_us)), &row);
}

enum cnop_err
auth_store_lock_any_session(struct auth_store *store, const struct session_id *sid,
                            struct session *ret_session)
{
    static const struct cnop_sql sql = {.name = "auth.lock_any_session",
                                        .text = SESSION_COLUMNS " WHERE sid = ? FOR UPDATE",
                                        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err;

    cnop_assert(store->sql.in_transaction);
    err = cnop_db_find(store->sql.db, cnop_store_rows(&store->sql), &sql,
                       CNOP_PARAMS(sid_param(sid)), &row);
    if (err == CNOP_OK)
        read_session(&row, ret_session);
    return err;
}

enum cnop_err
auth_store_touch_session(struct auth_store *store, const struct session_id *sid, int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "auth.touch_session",
        .text = "UPDATE session SET last_used_us = GREATEST(last_used_us, ?) WHERE sid = ?"};

    return cnop_db_exec(store->sql.db, &sql, CNOP_PARAMS(CNOP_P_I64(now_us), sid_param(sid)), NULL);
}

enum cnop_err
auth_store_revoke_session(struct auth_store *store, const struct session_id *sid, int64_t now_us,
                          const char *reason)
{
    static const struct cnop_sql sql = {.name = "auth.revoke_session",
                                        .text =
                                            "UPDATE session SET revoked_us = ?, revoke_reason = ?"
                                            " WHERE sid = ? AND revoked_us IS NULL"};

    return cnop_store_exec_one(
        &store->sql, &sql,
        CNOP_PARAMS(CNOP_P_I64(now_us), CNOP_P_STR(cnop_str_from(reason)), sid_param(sid)));
}

enum cnop_err
auth_store_list_sessions(struct auth_store *store, uint64_t user_id, int64_t now_us,
                         struct session ret_list[SESSION_LIST_MAX], size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "auth.list_sessions",
        .text = SESSION_COLUMNS " WHERE user_id = ? AND revoked_us IS NULL AND expires_us > ?"
                                " ORDER BY last_used_us DESC, sid LIMIT ?",
        .max_rows = SESSION_LIST_MAX};
    struct cnop_rows rows;
    enum cnop_err err = cnop_db_query(
        store->sql.db, cnop_store_rows(&store->sql), &sql,
        CNOP_PARAMS(CNOP_P_U64(user_id), CNOP_P_I64(now_us), CNOP_P_U64(SESSION_LIST_MAX)), &rows);

    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++)
        read_session(&rows.list[i], &ret_list[i]);
    *ret_count = rows.count;
    return CNOP_OK;
}

/* ---- refresh tokens ---- */

enum cnop_err
auth_store_insert_refresh(struct auth_store *store, const struct refresh_token *token)
{
    static const struct cnop_sql sql = {
        .name = "auth.insert_refresh",
        .text = "INSERT INTO refresh_token (token_hash, sid, issued_us) VALUES (?, ?, ?)"};

    return cnop_store_exec_one(&store->sql, &sql,
                               CNOP_PARAMS(digest_param(&token->digest), sid_param(&token->sid),
                                           CNOP_P_I64(token->issued_us)));
}

enum cnop_err
auth_store_lock_refresh(struct auth_store *store, const struct token_digest *digest,
                        struct refresh_token *ret_token)
{
    static const struct cnop_sql sql = {
        .name = "auth.lock_refresh",
        .text = "SELECT sid, issued_us, used_us FROM refresh_token WHERE token_hash = ? FOR UPDATE",
        .max_rows = 1};
    struct refresh_token token = {.digest = *digest};
    struct cnop_row row;
    enum cnop_err err;

    cnop_assert(store->sql.in_transaction);
    err = cnop_db_find(store->sql.db, cnop_store_rows(&store->sql), &sql,
                       CNOP_PARAMS(digest_param(digest)), &row);
    if (err != CNOP_OK)
        return err;
    cnop_row_copy_bytes(&row, 0, token.sid.bytes, sizeof(token.sid.bytes));
    token.issued_us = cnop_row_i64(&row, 1);
    token.used_us = cnop_row_is_null(&row, 2) ? 0 : cnop_row_i64(&row, 2);
    *ret_token = token;
    return CNOP_OK;
}

enum cnop_err
auth_store_use_refresh(struct auth_store *store, const struct token_digest *digest,
                       const struct token_digest *replaced_by, int64_t now_us)
{
    static const struct cnop_sql sql = {.name = "auth.use_refresh",
                                        .text =
                                            "UPDATE refresh_token SET used_us = ?, replaced_by = ?"
                                            " WHERE token_hash = ? AND used_us IS NULL"};

    return cnop_store_exec_one(
        &store->sql, &sql,
        CNOP_PARAMS(CNOP_P_I64(now_us), digest_param(replaced_by), digest_param(digest)));
}

/* ---- revocations ---- */

static const char *const revocation_kind_names[] = {"sid", "jti", "sub"};

enum cnop_err
auth_store_add_revocation(struct auth_store *store, struct revocation *revocation, int64_t now_us)
{
    /* LAST_INSERT_ID(expression) hands the new value back without a second statement. */
    static const struct cnop_sql next = {
        .name = "auth.next_revocation",
        .text = "UPDATE revocation_head SET seq = LAST_INSERT_ID(seq + 1) WHERE id = 1"};
    static const struct cnop_sql insert = {
        .name = "auth.insert_revocation",
        .text = "INSERT INTO revocation (seq, kind, subject, revoked_before, expires_unix,"
                " created_us) VALUES (?, ?, ?, ?, ?, ?)"};
    struct cnop_changed changed;
    enum cnop_err err;

    cnop_assert(store->sql.in_transaction);
    err = cnop_db_exec(store->sql.db, &next, CNOP_NO_PARAMS, &changed);
    if (err != CNOP_OK)
        return err;
    cnop_assert(changed.insert_id > 0);
    revocation->seq = changed.insert_id;
    return cnop_store_exec_one(
        &store->sql, &insert,
        CNOP_PARAMS(CNOP_P_U64(revocation->seq),
                    CNOP_P_STR(cnop_str_from(revocation_kind_names[revocation->kind])),
                    CNOP_P_STR(cnop_str_from(revocation->subject)),
                    CNOP_P_I64(revocation->revoked_before_s), CNOP_P_I64(revocation->expires_s),
                    CNOP_P_I64(now_us)));
}

enum cnop_err
auth_store_revocation_head(struct auth_store *store, uint64_t *ret_seq)
{
    static const struct cnop_sql sql = {.name = "auth.revocation_head",
                                        .text = "SELECT seq FROM revocation_head WHERE id = 1",
                                        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(store->sql.db, cnop_store_rows(&store->sql), &sql, CNOP_NO_PARAMS, &row);

    if (err != CNOP_OK)
        return err;
    *ret_seq = cnop_row_u64(&row, 0);
    return CNOP_OK;
}

static void
read_revocation(const struct cnop_row *row, struct revocation *ret_revocation)
{
    struct cnop_str kind = cnop_row_str(row, 1);

    *ret_revocation = (struct revocation){
        .seq = cnop_row_u64(row, 0),
        .kind = cnop_str_equal(kind, CNOP_STR("sid"))   ? REVOCATION_SESSION
                : cnop_str_equal(kind, CNOP_STR("jti")) ? REVOCATION_TOKEN
                                                        : REVOCATION_USER,
        .revoked_before_s = cnop_row_i64(row, 3),
        .expires_s = cnop_row_i64(row, 4),
    };
    cnop_row_copy(row, 2, ret_revocation->subject, sizeof(ret_revocation->subject));
}

enum cnop_err
auth_store_list_revocations(struct auth_store *store, uint64_t after, size_t max,
                            struct revocation *ret_list, size_t *ret_count)
{
    static const struct cnop_sql sql = {
        .name = "auth.list_revocations",
        .text = "SELECT seq, kind, subject, revoked_before, expires_unix FROM revocation"
                " WHERE seq > ? ORDER BY seq LIMIT ?",
        .max_rows = REVOCATION_LIST_MAX};
    struct cnop_rows rows;
    enum cnop_err err;

    cnop_assert(max <= REVOCATION_LIST_MAX);
    err = cnop_db_query(store->sql.db, cnop_store_rows(&store->sql), &sql,
                        CNOP_PARAMS(CNOP_P_U64(after), CNOP_P_U64(max)), &rows);
    if (err != CNOP_OK)
        return err;
    for (size_t i = 0; i < rows.count; i++)
        read_revocation(&rows.list[i], &ret_list[i]);
    *ret_count = rows.count;
    return CNOP_OK;
}

enum cnop_err
auth_store_prune(struct auth_store *store, int64_t now_us)
{
    static const struct cnop_sql revocations = {
        .name = "auth.prune_revocations",
        .text = "DELETE FROM revocation WHERE expires_unix < ? LIMIT " PRUNE_ROWS};
    static const struct cnop_sql sessions = {
        .name = "auth.prune_sessions",
        .text = "DELETE FROM session WHERE expires_us < ? LIMIT " PRUNE_ROWS};
    static const struct cnop_sql sources = {
        .name = "auth.prune_sources",
        .text = "DELETE FROM known_source WHERE seen_us < ? LIMIT " PRUNE_ROWS};
    static const struct cnop_sql failures = {
        .name = "auth.prune_failures",
        .text = "DELETE FROM login_failure WHERE last_failure_us < ? LIMIT " PRUNE_ROWS};
    enum cnop_err err =
        cnop_db_exec(store->sql.db, &revocations, CNOP_PARAMS(CNOP_P_I64(now_us / 1000000)), NULL);

    if (err == CNOP_OK)
        err = cnop_db_exec(store->sql.db, &sessions,
                           CNOP_PARAMS(CNOP_P_I64(now_us - SESSION_MEMORY_US)), NULL);
    if (err == CNOP_OK)
        err = cnop_db_exec(store->sql.db, &sources,
                           CNOP_PARAMS(CNOP_P_I64(now_us - AUTH_SOURCE_MEMORY_US)), NULL);
    if (err == CNOP_OK)
        err = cnop_db_exec(store->sql.db, &failures,
                           CNOP_PARAMS(CNOP_P_I64(now_us - LOGIN_BUDGET_MEMORY_US)), NULL);
    return err;
}
