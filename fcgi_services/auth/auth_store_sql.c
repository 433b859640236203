/* SPDX-License-Identifier: MIT */
/* Users, failed logins and transactions on MariaDB. Statements only, no rules. */
#include "fcgi_services/auth/auth_store_sql.h"

#define STORE_ARENA_BYTES (96 * 1024)

/* ---- handle and transactions ---- */

enum cnop_err
auth_store_open(const struct cnop_db_config *config, struct auth_store **ret_store)
{
    struct cnop_arena *arena = cnop_arena_new(STORE_ARENA_BYTES);
    struct auth_store *store = cnop_arena_alloc(arena, sizeof(*store));
    enum cnop_err err;

    cnop_assert(store != NULL);
    err = cnop_db_open(config, &store->db);
    if (err != CNOP_OK) {
        cnop_arena_free(&arena);
        return err;
    }
    store->arena = arena;
    store->arena_mark = cnop_arena_mark(arena);
    *ret_store = store;
    return CNOP_OK;
}

void
auth_store_close(struct auth_store **store)
{
    struct cnop_arena *arena;

    if (*store == NULL)
        return;
    arena = (*store)->arena;
    cnop_tx_done(&(*store)->tx);
    cnop_db_close(&(*store)->db);
    cnop_arena_free(&arena);
    *store = NULL;
}

struct cnop_arena *
auth_store_arena(struct auth_store *store)
{
    cnop_arena_rewind(store->arena, store->arena_mark);
    return store->arena;
}

enum cnop_err
auth_store_exec_one(struct auth_store *store, const struct cnop_sql *sql, struct cnop_params params)
{
    struct cnop_changed changed;
    enum cnop_err err = cnop_db_exec(store->db, sql, params, &changed);

    if (err != CNOP_OK)
        return err;
    return changed.affected_rows == 1 ? CNOP_OK : CNOP_E_INTERNAL;
}

enum cnop_err
auth_store_begin(struct auth_store *store)
{
    cnop_assert(store->tx == NULL);
    return cnop_tx_begin(store->db, &store->tx);
}

enum cnop_err
auth_store_commit(struct auth_store *store)
{
    cnop_assert(store->tx != NULL);
    return cnop_tx_commit(&store->tx);
}

void
auth_store_rollback(struct auth_store *store)
{
    cnop_tx_done(&store->tx);
}

struct retry_job {
    struct auth_store *store;
    auth_store_fn fn;
    void *arg;
};

static enum cnop_err
retry_once(struct cnop_db *db, void *arg)
{
    struct retry_job *job = arg;

    cnop_assert(db == job->store->db);
    return job->fn(job->store, job->arg);
}

enum cnop_err
auth_store_retry(struct auth_store *store, auth_store_fn fn, void *arg)
{
    struct retry_job job = {.store = store, .fn = fn, .arg = arg};

    return cnop_db_retry(store->db, retry_once, &job);
}

/* ---- users ---- */

static const struct cnop_sql insert_user = {
    .name = "auth.insert_user",
    .text = "INSERT INTO users (username, password_hash, created_us, password_set_us)"
            " VALUES (?, ?, ?, ?)",
};

static const struct cnop_sql insert_profile = {
    .name = "auth.insert_profile",
    .text = "INSERT INTO cnop_user.profile (user_id, username, email, first_name, last_name, phone,"
            " date_of_birth, marketing_emails_consent, created_us, updated_us)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};

static struct cnop_param
text_or_null(struct cnop_str text)
{
    return text.len == 0 ? CNOP_P_NULL() : CNOP_P_STR(text);
}

static enum cnop_err
insert_both(struct auth_store *store, const struct auth_new_user *user, uint64_t *ret_id)
{
    struct cnop_changed changed;
    enum cnop_err err;

    err = cnop_db_exec(store->db, &insert_user,
                       CNOP_PARAMS(CNOP_P_STR(user->username), CNOP_P_STR(user->password_hash),
                                   CNOP_P_I64(user->now_us), CNOP_P_I64(user->now_us)),
                       &changed);
    if (err != CNOP_OK)
        return err == CNOP_E_DUPLICATE ? CNOP_E_USERNAME_TAKEN : err;
    err = cnop_db_exec(store->db, &insert_profile,
                       CNOP_PARAMS(CNOP_P_U64(changed.insert_id), CNOP_P_STR(user->username),
                                   CNOP_P_STR(user->email), CNOP_P_STR(user->first_name),
                                   CNOP_P_STR(user->last_name), text_or_null(user->phone),
                                   text_or_null(user->date_of_birth),
                                   CNOP_P_I64(user->marketing_emails_consent),
                                   CNOP_P_I64(user->now_us), CNOP_P_I64(user->now_us)),
                       NULL);
    if (err != CNOP_OK)
        return err == CNOP_E_DUPLICATE ? CNOP_E_EMAIL_TAKEN : err;
    *ret_id = changed.insert_id;
    return CNOP_OK;
}

struct insert_job {
    const struct auth_new_user *user;
    uint64_t id;
};

static enum cnop_err
insert_once(struct auth_store *store, void *arg)
{
    struct insert_job *job = arg;
    enum cnop_err err = auth_store_begin(store);

    if (err != CNOP_OK)
        return err;
    err = insert_both(store, job->user, &job->id);
    if (err == CNOP_OK)
        return auth_store_commit(store);
    auth_store_rollback(store);
    return err;
}

enum cnop_err
auth_store_insert_user(struct auth_store *store, const struct auth_new_user *user, uint64_t *ret_id)
{
    struct insert_job job = {.user = user};
    enum cnop_err err = auth_store_retry(store, insert_once, &job);

    if (err == CNOP_OK)
        *ret_id = job.id;
    return err;
}

#define USER_COLUMNS "SELECT id, username, password_hash, role, status, password_set_us FROM users"

static const struct cnop_sql find_user = {
    .name = "auth.find_user", .text = USER_COLUMNS " WHERE username = ?", .max_rows = 1};
static const struct cnop_sql find_user_by_id = {
    .name = "auth.find_user_by_id", .text = USER_COLUMNS " WHERE id = ?", .max_rows = 1};
static const struct cnop_sql lock_user = {
    .name = "auth.lock_user", .text = USER_COLUMNS " WHERE id = ? FOR UPDATE", .max_rows = 1};

static void
copy_text(char *out, size_t size, struct cnop_str text)
{
    cnop_assert(text.len < size);
    if (text.len > 0)
        memcpy(out, text.ptr, text.len);
    out[text.len] = '\0';
}

static enum cnop_err
load_user(struct auth_store *store, const struct cnop_sql *sql, struct cnop_param key,
          struct auth_user *ret_user)
{
    struct auth_user user = {0};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(store->db, auth_store_arena(store), sql, CNOP_PARAMS(key), &row);

    if (err != CNOP_OK)
        return err;
    user.id = cnop_row_u64(&row, 0);
    copy_text(user.username, sizeof(user.username), cnop_row_str(&row, 1));
    copy_text(user.password_hash, sizeof(user.password_hash), cnop_row_str(&row, 2));
    user.role = cnop_str_equal(cnop_row_str(&row, 3), CNOP_STR("admin")) ? AUTH_ROLE_ADMIN
                                                                         : AUTH_ROLE_CUSTOMER;
    user.is_active = cnop_str_equal(cnop_row_str(&row, 4), CNOP_STR("active"));
    user.password_set_us = cnop_row_i64(&row, 5);
    *ret_user = user;
    return CNOP_OK;
}

enum cnop_err
auth_store_find_user(struct auth_store *store, struct cnop_str username, struct auth_user *ret_user)
{
    return load_user(store, &find_user, CNOP_P_STR(username), ret_user);
}

enum cnop_err
auth_store_find_user_by_id(struct auth_store *store, uint64_t id, struct auth_user *ret_user)
{
    return load_user(store, &find_user_by_id, CNOP_P_U64(id), ret_user);
}

enum cnop_err
auth_store_lock_user(struct auth_store *store, uint64_t id, struct auth_user *ret_user)
{
    cnop_assert(store->tx != NULL);
    return load_user(store, &lock_user, CNOP_P_U64(id), ret_user);
}

enum cnop_err
auth_store_set_password(struct auth_store *store, uint64_t id, const char *hash, int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "auth.set_password",
        .text = "UPDATE users SET password_hash = ?, password_set_us = ? WHERE id = ?"};

    return auth_store_exec_one(
        store, &sql,
        CNOP_PARAMS(CNOP_P_STR(cnop_str_from(hash)), CNOP_P_I64(now_us), CNOP_P_U64(id)));
}

enum cnop_err
auth_store_renew_hash(struct auth_store *store, uint64_t id, const char *hash)
{
    static const struct cnop_sql sql = {.name = "auth.renew_hash",
                                        .text = "UPDATE users SET password_hash = ? WHERE id = ?"};

    return auth_store_exec_one(store, &sql,
                               CNOP_PARAMS(CNOP_P_STR(cnop_str_from(hash)), CNOP_P_U64(id)));
}

enum cnop_err
auth_store_note_login(struct auth_store *store, uint64_t id, int64_t now_us)
{
    static const struct cnop_sql sql = {.name = "auth.note_login",
                                        .text = "UPDATE users SET last_login_us = ? WHERE id = ?"};

    return auth_store_exec_one(store, &sql, CNOP_PARAMS(CNOP_P_I64(now_us), CNOP_P_U64(id)));
}

enum cnop_err
auth_store_set_role(struct auth_store *store, uint64_t id, enum auth_role role)
{
    static const struct cnop_sql sql = {.name = "auth.set_role",
                                        .text = "UPDATE users SET role = ? WHERE id = ?"};
    struct cnop_str name = role == AUTH_ROLE_ADMIN ? CNOP_STR("admin") : CNOP_STR("customer");

    return cnop_db_exec(store->db, &sql, CNOP_PARAMS(CNOP_P_STR(name), CNOP_P_U64(id)), NULL);
}

enum cnop_err
auth_store_set_active(struct auth_store *store, uint64_t id, bool is_active)
{
    static const struct cnop_sql sql = {.name = "auth.set_status",
                                        .text = "UPDATE users SET status = ? WHERE id = ?"};
    struct cnop_str name = is_active ? CNOP_STR("active") : CNOP_STR("disabled");

    return cnop_db_exec(store->db, &sql, CNOP_PARAMS(CNOP_P_STR(name), CNOP_P_U64(id)), NULL);
}

/* ---- failed logins ---- */

enum cnop_err
auth_store_load_budget(struct auth_store *store, const struct token_digest *name,
                       struct login_budget *ret_budget)
{
    static const struct cnop_sql sql = {
        .name = "auth.load_failures",
        .text = "SELECT failure_count, last_failure_us FROM login_failure WHERE name_hash = ?",
        .max_rows = 1};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(store->db, auth_store_arena(store), &sql,
                     CNOP_PARAMS(CNOP_P_BYTES(name->bytes, sizeof(name->bytes))), &row);

    if (err == CNOP_E_NOT_FOUND) {
        *ret_budget = (struct login_budget){0};
        return CNOP_OK;
    }
    if (err != CNOP_OK)
        return err;
    *ret_budget = (struct login_budget){
        .failure_count = (uint32_t)cnop_row_u64(&row, 0),
        .last_failure_us = cnop_row_i64(&row, 1),
    };
    return CNOP_OK;
}

enum cnop_err
auth_store_add_failure(struct auth_store *store, const struct token_digest *name, int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "auth.add_failure",
        .text = "INSERT INTO login_failure (name_hash, failure_count, last_failure_us)"
                " VALUES (?, 1, ?) ON DUPLICATE KEY UPDATE"
                " failure_count = IF(last_failure_us < ?, 1, failure_count + 1),"
                " last_failure_us = VALUES(last_failure_us)"};

    return cnop_db_exec(store->db, &sql,
                        CNOP_PARAMS(CNOP_P_BYTES(name->bytes, sizeof(name->bytes)),
                                    CNOP_P_I64(now_us),
                                    CNOP_P_I64(now_us - LOGIN_BUDGET_MEMORY_US)),
                        NULL);
}

enum cnop_err
auth_store_clear_failures(struct auth_store *store, const struct token_digest *name)
{
    static const struct cnop_sql sql = {.name = "auth.clear_failures",
                                        .text = "DELETE FROM login_failure WHERE name_hash = ?"};

    return cnop_db_exec(store->db, &sql,
                        CNOP_PARAMS(CNOP_P_BYTES(name->bytes, sizeof(name->bytes))), NULL);
}
