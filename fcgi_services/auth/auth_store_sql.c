/* SPDX-License-Identifier: MIT */
/* Users and transactions on MariaDB. Statements only, no rules. */
#include "fcgi_services/auth/auth_store_sql.h"

#define ROW_BYTES (96 * 1024) /* a full list of sessions or revocations */

_Static_assert(sizeof(struct auth_store) == sizeof(struct cnop_store), "nothing beside the base");

/* ---- handle and transactions ---- */

enum cnop_err
auth_store_open(const struct cnop_db_config *config, struct auth_store **ret_store)
{
    struct cnop_store *base;
    enum cnop_err err = cnop_store_open(config, ROW_BYTES, &base);

    if (err == CNOP_OK)
        *ret_store = (struct auth_store *)base;
    return err;
}

void
auth_store_close(struct auth_store **store)
{
    struct cnop_store *base = *store == NULL ? NULL : &(*store)->sql;

    cnop_store_close(&base);
    *store = NULL;
}

enum cnop_err
auth_store_transaction(struct auth_store *store, auth_store_fn fn, void *arg)
{
    return cnop_store_transaction(&store->sql, fn, arg);
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

static enum cnop_err
insert_both(struct auth_store *store, const struct auth_new_user *user, uint64_t *ret_id)
{
    struct cnop_changed changed;
    enum cnop_err err;

    err = cnop_db_exec(store->sql.db, &insert_user,
                       CNOP_PARAMS(CNOP_P_STR(user->username), CNOP_P_STR(user->password_hash),
                                   CNOP_P_I64(user->now_us), CNOP_P_I64(user->now_us)),
                       &changed);
    if (err != CNOP_OK)
        return err == CNOP_E_DUPLICATE ? CNOP_E_USERNAME_TAKEN : err;
    err =
        cnop_db_exec(store->sql.db, &insert_profile,
                     CNOP_PARAMS(CNOP_P_U64(changed.insert_id), CNOP_P_STR(user->username),
                                 CNOP_P_STR(user->email), CNOP_P_STR(user->first_name),
                                 CNOP_P_STR(user->last_name), cnop_param_text_or_null(user->phone),
                                 cnop_param_text_or_null(user->date_of_birth),
                                 CNOP_P_I64(user->marketing_emails_consent),
                                 CNOP_P_I64(user->now_us), CNOP_P_I64(user->now_us)),
                     NULL);
    if (err == CNOP_OK)
        err = auth_store_note_source(store, changed.insert_id, &user->source, user->now_us);
    if (err != CNOP_OK)
        return err == CNOP_E_DUPLICATE ? CNOP_E_EMAIL_TAKEN : err;
    *ret_id = changed.insert_id;
    return CNOP_OK;
}

struct insert_job {
    struct auth_store *store;
    const struct auth_new_user *user;
    uint64_t id;
};

static enum cnop_err
insert_steps(void *arg)
{
    struct insert_job *job = arg;

    return insert_both(job->store, job->user, &job->id);
}

enum cnop_err
auth_store_insert_user(struct auth_store *store, const struct auth_new_user *user, uint64_t *ret_id)
{
    struct insert_job job = {.store = store, .user = user};
    enum cnop_err err = auth_store_transaction(store, insert_steps, &job);

    if (err == CNOP_OK)
        *ret_id = job.id;
    return err;
}

#define USER_COLUMNS "SELECT id, username, password_hash, role, status, password_set_us FROM users"

static const struct cnop_sql find_user = {
    .name = "auth.find_user", .text = USER_COLUMNS " WHERE username = ?", .max_rows = 1};
static const struct cnop_sql find_user_by_id = {.name = "auth.find_user_by_id",
                                                .text = USER_COLUMNS " WHERE id = ?",
                                                .max_rows = 1,
                                                .apart = true}; /* about who asks */
static const struct cnop_sql lock_user = {
    .name = "auth.lock_user", .text = USER_COLUMNS " WHERE id = ? FOR UPDATE", .max_rows = 1};

static enum cnop_err
load_user(struct auth_store *store, const struct cnop_sql *sql, struct cnop_param key,
          struct auth_user *ret_user)
{
    struct auth_user user = {0};
    struct cnop_row row;
    enum cnop_err err =
        cnop_db_find(store->sql.db, cnop_store_rows(&store->sql), sql, CNOP_PARAMS(key), &row);

    if (err != CNOP_OK)
        return err;
    user.id = cnop_row_u64(&row, 0);
    cnop_row_copy(&row, 1, user.username, sizeof(user.username));
    cnop_row_copy(&row, 2, user.password_hash, sizeof(user.password_hash));
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
    cnop_assert(store->sql.in_transaction);
    return load_user(store, &lock_user, CNOP_P_U64(id), ret_user);
}

enum cnop_err
auth_store_set_password(struct auth_store *store, uint64_t id, const char *hash, int64_t now_us)
{
    static const struct cnop_sql sql = {
        .name = "auth.set_password",
        .text = "UPDATE users SET password_hash = ?, password_set_us = ? WHERE id = ?"};

    return cnop_store_exec_one(
        &store->sql, &sql,
        CNOP_PARAMS(CNOP_P_STR(cnop_str_from(hash)), CNOP_P_I64(now_us), CNOP_P_U64(id)));
}

enum cnop_err
auth_store_renew_hash(struct auth_store *store, uint64_t id, const char *hash)
{
    static const struct cnop_sql sql = {.name = "auth.renew_hash",
                                        .text = "UPDATE users SET password_hash = ? WHERE id = ?"};

    return cnop_store_exec_one(&store->sql, &sql,
                               CNOP_PARAMS(CNOP_P_STR(cnop_str_from(hash)), CNOP_P_U64(id)));
}

enum cnop_err
auth_store_note_login(struct auth_store *store, uint64_t id, int64_t now_us)
{
    static const struct cnop_sql sql = {.name = "auth.note_login",
                                        .text = "UPDATE users SET last_login_us = ? WHERE id = ?"};

    return cnop_store_exec_one(&store->sql, &sql, CNOP_PARAMS(CNOP_P_I64(now_us), CNOP_P_U64(id)));
}

enum cnop_err
auth_store_set_role(struct auth_store *store, uint64_t id, enum auth_role role)
{
    static const struct cnop_sql sql = {.name = "auth.set_role",
                                        .text = "UPDATE users SET role = ? WHERE id = ?"};
    struct cnop_str name = role == AUTH_ROLE_ADMIN ? CNOP_STR("admin") : CNOP_STR("customer");

    return cnop_db_exec(store->sql.db, &sql, CNOP_PARAMS(CNOP_P_STR(name), CNOP_P_U64(id)), NULL);
}

enum cnop_err
auth_store_set_active(struct auth_store *store, uint64_t id, bool is_active)
{
    static const struct cnop_sql sql = {.name = "auth.set_status",
                                        .text = "UPDATE users SET status = ? WHERE id = ?"};
    struct cnop_str name = is_active ? CNOP_STR("active") : CNOP_STR("disabled");

    return cnop_db_exec(store->sql.db, &sql, CNOP_PARAMS(CNOP_P_STR(name), CNOP_P_U64(id)), NULL);
}
