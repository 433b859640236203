/* SPDX-License-Identifier: MIT */
/* In-memory auth store. */
#include "tests/fakes/auth_store_fake.h"

static void
rollback(struct auth_store *store)
{
    if (store->in_transaction)
        store->tables = store->before;
    store->in_transaction = false;
}

/* Every port call starts here: counts, and fails when it is its turn - as the real store does,
 * with the transaction rolled back. */
enum cnop_err
fake_call(struct auth_store *store)
{
    store->call_count++;
    if (store->fail_at == 0 || store->call_count != store->fail_at)
        return CNOP_OK;
    rollback(store);
    return store->failure;
}

#define ENTER(store)                                                                               \
    do {                                                                                           \
        enum cnop_err enter_err = fake_call(store);                                                \
        if (enter_err != CNOP_OK)                                                                  \
            return enter_err;                                                                      \
    } while (0)

/* Begin and commit count as calls, too. */
static enum cnop_err
transaction_once(struct auth_store *store, auth_store_fn fn, void *arg)
{
    enum cnop_err err;

    ENTER(store);
    cnop_assert(!store->in_transaction);
    store->before = store->tables;
    store->in_transaction = true;
    err = fn(arg);
    if (err == CNOP_OK)
        err = fake_call(store);
    if (err != CNOP_OK)
        rollback(store);
    store->in_transaction = false;
    return err;
}

enum cnop_err
auth_store_transaction(struct auth_store *store, auth_store_fn fn, void *arg)
{
    enum cnop_err err = CNOP_E_BUSY;

    for (int i = 0; i < 3; i++) {
        err = transaction_once(store, fn, arg);
        if (err != CNOP_E_DB_DEADLOCK)
            return err;
    }
    return CNOP_E_BUSY;
}

static struct auth_user *
user_by_id(struct auth_store *store, uint64_t id)
{
    for (size_t i = 0; i < store->tables.user_count; i++) {
        if (store->tables.users[i].id == id)
            return &store->tables.users[i];
    }
    return NULL;
}

uint64_t
fake_add_user(struct auth_store *store, const char *username, const char *hash)
{
    struct auth_user *user = &store->tables.users[store->tables.user_count++];

    *user = (struct auth_user){
        .id = 999 + store->tables.user_count, .is_active = true, .password_set_us = 1};
    memcpy(user->username, username, strlen(username));
    memcpy(user->password_hash, hash, strlen(hash));
    return user->id;
}

enum cnop_err
auth_store_insert_user(struct auth_store *store, const struct auth_new_user *user, uint64_t *ret_id)
{
    struct auth_user *row;

    ENTER(store);
    for (size_t i = 0; i < store->tables.user_count; i++) {
        if (cnop_str_equal(cnop_str_from(store->tables.users[i].username), user->username))
            return CNOP_E_USERNAME_TAKEN;
        if (cnop_str_equal(cnop_str_from(store->tables.emails[i]), user->email))
            return CNOP_E_EMAIL_TAKEN;
    }
    row = &store->tables.users[store->tables.user_count];
    *row = (struct auth_user){.is_active = true, .password_set_us = user->now_us};
    memcpy(row->username, user->username.ptr, user->username.len);
    memcpy(row->password_hash, user->password_hash.ptr, user->password_hash.len);
    memcpy(store->tables.emails[store->tables.user_count], user->email.ptr, user->email.len);
    store->tables.user_count++;
    row->id = 999 + store->tables.user_count;
    *ret_id = row->id;
    return CNOP_OK;
}

enum cnop_err
auth_store_find_user(struct auth_store *store, struct cnop_str username, struct auth_user *ret_user)
{
    ENTER(store);
    for (size_t i = 0; i < store->tables.user_count; i++) {
        if (cnop_str_equal(cnop_str_from(store->tables.users[i].username), username)) {
            *ret_user = store->tables.users[i];
            return CNOP_OK;
        }
    }
    return CNOP_E_NOT_FOUND;
}

enum cnop_err
auth_store_find_user_by_id(struct auth_store *store, uint64_t id, struct auth_user *ret_user)
{
    const struct auth_user *user;

    ENTER(store);
    user = user_by_id(store, id);
    if (user == NULL)
        return CNOP_E_NOT_FOUND;
    *ret_user = *user;
    return CNOP_OK;
}

enum cnop_err
auth_store_lock_user(struct auth_store *store, uint64_t id, struct auth_user *ret_user)
{
    cnop_assert(store->in_transaction);
    return auth_store_find_user_by_id(store, id, ret_user);
}

enum cnop_err
auth_store_set_password(struct auth_store *store, uint64_t id, const char *hash, int64_t now_us)
{
    struct auth_user *user;

    ENTER(store);
    user = user_by_id(store, id);
    cnop_assert(user != NULL);
    memset(user->password_hash, 0, sizeof(user->password_hash));
    memcpy(user->password_hash, hash, strlen(hash));
    user->password_set_us = now_us;
    return CNOP_OK;
}

enum cnop_err
auth_store_renew_hash(struct auth_store *store, uint64_t id, const char *hash)
{
    struct auth_user *user = user_by_id(store, id);

    cnop_assert(user != NULL);
    return auth_store_set_password(store, id, hash, user->password_set_us);
}

enum cnop_err
auth_store_note_login(struct auth_store *store, uint64_t id, int64_t now_us)
{
    ENTER(store);
    (void)id;
    (void)now_us;
    return CNOP_OK;
}

enum cnop_err
auth_store_set_role(struct auth_store *store, uint64_t id, enum auth_role role)
{
    struct auth_user *user;

    ENTER(store);
    user = user_by_id(store, id);
    cnop_assert(user != NULL);
    user->role = role;
    return CNOP_OK;
}

enum cnop_err
auth_store_set_active(struct auth_store *store, uint64_t id, bool is_active)
{
    struct auth_user *user;

    ENTER(store);
    user = user_by_id(store, id);
    cnop_assert(user != NULL);
    user->is_active = is_active;
    return CNOP_OK;
}

/* ---- failures and sources ---- */

static struct fake_series *
series_row(struct auth_store *store, const struct token_digest *name,
           const struct login_source *source)
{
    struct fake_series *row;

    for (size_t i = 0; i < store->tables.series_count; i++) {
        row = &store->tables.series[i];
        if (memcmp(&row->name, name, sizeof(*name)) == 0 &&
            memcmp(&row->source, source, sizeof(*source)) == 0)
            return row;
    }
    cnop_assert(store->tables.series_count < FAKE_ROWS);
    row = &store->tables.series[store->tables.series_count++];
    *row = (struct fake_series){.name = *name, .source = *source};
    for (size_t i = 0; i + 1 < store->tables.series_count; i++) {
        if (memcmp(&store->tables.series[i].name, name, sizeof(*name)) == 0)
            row->series.account = store->tables.series[i].series.account;
    }
    return row;
}

enum cnop_err
auth_store_load_series(struct auth_store *store, const struct token_digest *name,
                       const struct login_source *source, struct login_series *ret_series)
{
    ENTER(store);
    *ret_series = series_row(store, name, source)->series;
    return CNOP_OK;
}

enum cnop_err
auth_store_lock_series(struct auth_store *store, const struct token_digest *name,
                       const struct login_source *source, struct login_series *ret_series)
{
    cnop_assert(store->in_transaction);
    return auth_store_load_series(store, name, source, ret_series);
}

enum cnop_err
auth_store_save_series(struct auth_store *store, const struct token_digest *name,
                       const struct login_source *source, const struct login_series *series)
{
    ENTER(store);
    cnop_assert(store->in_transaction);
    series_row(store, name, source)->series.source = series->source;
    for (size_t i = 0; i < store->tables.series_count; i++) {
        if (memcmp(&store->tables.series[i].name, name, sizeof(*name)) == 0)
            store->tables.series[i].series.account = series->account;
    }
    return CNOP_OK;
}

enum cnop_err
auth_store_load_familiarity(struct auth_store *store, uint64_t user_id,
                            const struct login_source *source, int64_t now_us,
                            enum hash_class *ret_class)
{
    ENTER(store);
    (void)now_us;
    *ret_class = HASH_CLASS_UNKNOWN;
    for (size_t i = 0; i < store->tables.source_count; i++) {
        const struct fake_source *row = &store->tables.sources[i];

        if (memcmp(&row->source, source, sizeof(*source)) != 0)
            continue;
        if (row->user_id == user_id)
            *ret_class = HASH_CLASS_KNOWN;
        else if (*ret_class == HASH_CLASS_UNKNOWN)
            *ret_class = HASH_CLASS_FAMILIAR;
    }
    return CNOP_OK;
}

enum cnop_err
auth_store_note_source(struct auth_store *store, uint64_t user_id,
                       const struct login_source *source, int64_t now_us)
{
    ENTER(store);
    (void)now_us;
    cnop_assert(store->tables.source_count < FAKE_ROWS);
    store->tables.sources[store->tables.source_count++] =
        (struct fake_source){.user_id = user_id, .source = *source};
    return CNOP_OK;
}

/* ---- sessions ---- */

static struct session *
session_by_id(struct auth_store *store, const struct session_id *sid)
{
    for (size_t i = 0; i < store->tables.session_count; i++) {
        if (memcmp(&store->tables.sessions[i].sid, sid, sizeof(*sid)) == 0)
            return &store->tables.sessions[i];
    }
    return NULL;
}

static bool
is_alive(const struct session *session, uint64_t user_id, int64_t now_us)
{
    return session->user_id == user_id && session->revoked_us == 0 && session->expires_us > now_us;
}

enum cnop_err
auth_store_insert_session(struct auth_store *store, const struct session *session)
{
    ENTER(store);
    cnop_assert(store->tables.session_count < FAKE_ROWS);
    store->tables.sessions[store->tables.session_count++] = *session;
    return CNOP_OK;
}

enum cnop_err
auth_store_lock_session(struct auth_store *store, uint64_t user_id, const struct session_id *sid,
                        int64_t now_us)
{
    const struct session *session;

    ENTER(store);
    cnop_assert(store->in_transaction);
    session = session_by_id(store, sid);
    return session != NULL && is_alive(session, user_id, now_us) ? CNOP_OK : CNOP_E_NOT_FOUND;
}

enum cnop_err
auth_store_lock_any_session(struct auth_store *store, const struct session_id *sid,
                            struct session *ret_session)
{
    const struct session *session;

    ENTER(store);
    session = session_by_id(store, sid);
    if (session == NULL)
        return CNOP_E_NOT_FOUND;
    *ret_session = *session;
    return CNOP_OK;
}

enum cnop_err
auth_store_touch_session(struct auth_store *store, const struct session_id *sid, int64_t now_us)
{
    struct session *session;

    ENTER(store);
    session = session_by_id(store, sid);
    cnop_assert(session != NULL);
    session->last_used_us = now_us;
    return CNOP_OK;
}

enum cnop_err
auth_store_revoke_session(struct auth_store *store, const struct session_id *sid, int64_t now_us,
                          const char *reason)
{
    struct session *session;

    ENTER(store);
    (void)reason;
    session = session_by_id(store, sid);
    cnop_assert(session != NULL);
    session->revoked_us = now_us;
    return CNOP_OK;
}

/* Newest first: the tables are in order of creation. */
enum cnop_err
auth_store_list_sessions(struct auth_store *store, uint64_t user_id, int64_t now_us,
                         struct session ret_list[SESSION_LIST_MAX], size_t *ret_count)
{
    size_t count = 0;

    ENTER(store);
    for (size_t i = store->tables.session_count; i > 0 && count < SESSION_LIST_MAX; i--) {
        if (is_alive(&store->tables.sessions[i - 1], user_id, now_us))
            ret_list[count++] = store->tables.sessions[i - 1];
    }
    *ret_count = count;
    return CNOP_OK;
}

/* ---- refresh tokens ---- */

static struct refresh_token *
token_by_digest(struct auth_store *store, const struct token_digest *digest)
{
    for (size_t i = 0; i < store->tables.token_count; i++) {
        if (memcmp(&store->tables.tokens[i].digest, digest, sizeof(*digest)) == 0)
            return &store->tables.tokens[i];
    }
    return NULL;
}

enum cnop_err
auth_store_insert_refresh(struct auth_store *store, const struct refresh_token *token)
{
    ENTER(store);
    cnop_assert(store->tables.token_count < FAKE_ROWS);
    store->tables.tokens[store->tables.token_count++] = *token;
    return CNOP_OK;
}

enum cnop_err
auth_store_lock_refresh(struct auth_store *store, const struct token_digest *digest,
                        struct refresh_token *ret_token)
{
    const struct refresh_token *token;

    ENTER(store);
    cnop_assert(store->in_transaction);
    token = token_by_digest(store, digest);
    if (token == NULL)
        return CNOP_E_NOT_FOUND;
    *ret_token = *token;
    return CNOP_OK;
}

enum cnop_err
auth_store_use_refresh(struct auth_store *store, const struct token_digest *digest,
                       const struct token_digest *replaced_by, int64_t now_us)
{
    struct refresh_token *token;

    ENTER(store);
    (void)replaced_by;
    token = token_by_digest(store, digest);
    cnop_assert(token != NULL);
    token->used_us = now_us;
    return CNOP_OK;
}

/* ---- revocations ---- */

enum cnop_err
auth_store_add_revocation(struct auth_store *store, struct revocation *revocation, int64_t now_us)
{
    ENTER(store);
    (void)now_us;
    cnop_assert(store->in_transaction);
    cnop_assert(store->tables.revocation_count < FAKE_ROWS);
    revocation->seq = store->tables.revocation_count + 1;
    store->tables.revocations[store->tables.revocation_count++] = *revocation;
    return CNOP_OK;
}

enum cnop_err
auth_store_revocation_head(struct auth_store *store, uint64_t *ret_seq)
{
    ENTER(store);
    *ret_seq = store->tables.revocation_count;
    return CNOP_OK;
}

enum cnop_err
auth_store_list_revocations(struct auth_store *store, uint64_t after, size_t max,
                            struct revocation *ret_list, size_t *ret_count)
{
    size_t count = 0;

    ENTER(store);
    for (size_t i = after; i < store->tables.revocation_count && count < max; i++)
        ret_list[count++] = store->tables.revocations[i];
    *ret_count = count;
    return CNOP_OK;
}

enum cnop_err
auth_store_prune(struct auth_store *store, int64_t now_us)
{
    ENTER(store);
    (void)now_us;
    return CNOP_OK;
}
