/* SPDX-License-Identifier: MIT */
/* The port through which the auth rules reach stored users, sessions, refresh tokens and
 * revocations. auth_store_sql.c implements it on MariaDB, tests on memory. Callers decide; the
 * store only keeps. Besides the errors named here every call may give the database's own. */
#ifndef CNOP_AUTH_AUTH_STORE_H
#define CNOP_AUTH_AUTH_STORE_H

#include "fcgi_services/auth/hash_gate.h"
#include "fcgi_services/auth/login_budget.h"
#include "fcgi_services/auth/login_source.h"
#include "fcgi_services/auth/password.h"
#include "shared/base/secret.h"
#include "shared/person/person.h"

#define SESSION_ID_BYTES 16
#define SESSION_ADDRESS_BYTES 45
#define SESSION_AGENT_BYTES 200
#define SESSION_LIST_MAX 40
#define REVOCATION_LIST_MAX 256 /* rows of one call */

struct auth_store;

enum auth_role { AUTH_ROLE_CUSTOMER, AUTH_ROLE_ADMIN };

struct auth_user {
    uint64_t id;
    char username[CNOP_USERNAME_BYTES + 1];
    char password_hash[PASSWORD_HASH_BYTES];
    enum auth_role role;
    bool is_active;
    int64_t password_set_us;
};

/* A credential and the profile that is stored with it, both or neither. Empty phone and
 * date_of_birth are stored as NULL. */
struct auth_new_user {
    struct cnop_str username;
    struct cnop_str password_hash;
    struct cnop_str email;
    struct cnop_str first_name;
    struct cnop_str last_name;
    struct cnop_str phone;
    struct cnop_str date_of_birth;
    bool marketing_emails_consent;
    struct login_source source; /* known for the user from now on */
    int64_t now_us;
};

struct session_id {
    unsigned char bytes[SESSION_ID_BYTES];
};

struct token_digest {
    unsigned char bytes[CNOP_SHA256_BYTES];
};

struct session {
    struct session_id sid;
    uint64_t user_id;
    int64_t created_us;
    int64_t last_used_us;
    int64_t expires_us;
    int64_t revoked_us; /* 0: not revoked */
    char client_addr[SESSION_ADDRESS_BYTES + 1];
    char user_agent[SESSION_AGENT_BYTES + 1];
};

struct refresh_token {
    struct token_digest digest;
    struct session_id sid;
    int64_t issued_us;
    int64_t used_us; /* 0: not used */
};

enum revocation_kind { REVOCATION_SESSION, REVOCATION_TOKEN, REVOCATION_USER };

/* What gateways must refuse. subject: 32 hex digits of a session or token, or a user id. */
struct revocation {
    uint64_t seq; /* given by the store */
    enum revocation_kind kind;
    char subject[33];
    int64_t revoked_before_s; /* USER: tokens issued before this Unix second */
    int64_t expires_s;        /* Unix second after which no such token can be alive */
};

/* Runs fn in one transaction: committed when fn gives CNOP_OK, rolled back when it does not, and
 * all of it again after a deadlock, a few times. Each run starts from nothing: what an earlier one
 * left in arg no longer holds. Never inside another transaction. */
typedef enum cnop_err (*auth_store_fn)(void *arg);
cnop_must_check enum cnop_err auth_store_transaction(struct auth_store *store, auth_store_fn fn,
                                                     void *arg);

/* ---- users ---- */

/* Its own transaction. USERNAME_TAKEN, EMAIL_TAKEN. */
cnop_must_check enum cnop_err auth_store_insert_user(struct auth_store *store,
                                                     const struct auth_new_user *user,
                                                     uint64_t *ret_id);

/* NOT_FOUND. The username is lower case. */
cnop_must_check enum cnop_err auth_store_find_user(struct auth_store *store,
                                                   struct cnop_str username,
                                                   struct auth_user *ret_user);
cnop_must_check enum cnop_err auth_store_find_user_by_id(struct auth_store *store, uint64_t id,
                                                         struct auth_user *ret_user);
/* The same, locking the row until the end of the transaction. */
cnop_must_check enum cnop_err auth_store_lock_user(struct auth_store *store, uint64_t id,
                                                   struct auth_user *ret_user);

cnop_must_check enum cnop_err auth_store_set_password(struct auth_store *store, uint64_t id,
                                                      const char *hash, int64_t now_us);
/* A better hash of the same password: password_set_us stays. */
cnop_must_check enum cnop_err auth_store_renew_hash(struct auth_store *store, uint64_t id,
                                                    const char *hash);
cnop_must_check enum cnop_err auth_store_note_login(struct auth_store *store, uint64_t id,
                                                    int64_t now_us);
cnop_must_check enum cnop_err auth_store_set_role(struct auth_store *store, uint64_t id,
                                                  enum auth_role role);
cnop_must_check enum cnop_err auth_store_set_active(struct auth_store *store, uint64_t id,
                                                    bool is_active);

/* ---- failed logins, by digest of the name: the name need not exist ---- */
cnop_must_check enum cnop_err auth_store_load_series(struct auth_store *store,
                                                     const struct token_digest *name,
                                                     const struct login_source *source,
                                                     struct login_series *ret_series);
/* The same, and nobody else reads or writes the name's series until the end of the transaction. */
cnop_must_check enum cnop_err auth_store_lock_series(struct auth_store *store,
                                                     const struct token_digest *name,
                                                     const struct login_source *source,
                                                     struct login_series *ret_series);
/* Inside the transaction that locked it. */
cnop_must_check enum cnop_err auth_store_save_series(struct auth_store *store,
                                                     const struct token_digest *name,
                                                     const struct login_source *source,
                                                     const struct login_series *series);

/* ---- sources of logins ---- */

/* KNOWN: the user has logged in from this source within 30 days; FAMILIAR: somebody has. */
cnop_must_check enum cnop_err auth_store_load_familiarity(struct auth_store *store,
                                                          uint64_t user_id,
                                                          const struct login_source *source,
                                                          int64_t now_us,
                                                          enum hash_class *ret_class);
cnop_must_check enum cnop_err auth_store_note_source(struct auth_store *store, uint64_t user_id,
                                                     const struct login_source *source,
                                                     int64_t now_us);

/* ---- sessions ---- */
cnop_must_check enum cnop_err auth_store_insert_session(struct auth_store *store,
                                                        const struct session *session);
/* NOT_FOUND unless the session is the user's and alive; locks it. */
cnop_must_check enum cnop_err auth_store_lock_session(struct auth_store *store, uint64_t user_id,
                                                      const struct session_id *sid, int64_t now_us);
/* NOT_FOUND; any state; locks it. */
cnop_must_check enum cnop_err auth_store_lock_any_session(struct auth_store *store,
                                                          const struct session_id *sid,
                                                          struct session *ret_session);
cnop_must_check enum cnop_err
auth_store_touch_session(struct auth_store *store, const struct session_id *sid, int64_t now_us);
cnop_must_check enum cnop_err auth_store_revoke_session(struct auth_store *store,
                                                        const struct session_id *sid,
                                                        int64_t now_us, const char *reason);
/* The user's live sessions, most recently used first, at most SESSION_LIST_MAX. */
cnop_must_check enum cnop_err auth_store_list_sessions(struct auth_store *store, uint64_t user_id,
                                                       int64_t now_us,
                                                       struct session ret_list[SESSION_LIST_MAX],
                                                       size_t *ret_count);

/* ---- refresh tokens ---- */
cnop_must_check enum cnop_err auth_store_insert_refresh(struct auth_store *store,
                                                        const struct refresh_token *token);
/* NOT_FOUND; locks the row. */
cnop_must_check enum cnop_err auth_store_lock_refresh(struct auth_store *store,
                                                      const struct token_digest *digest,
                                                      struct refresh_token *ret_token);
cnop_must_check enum cnop_err auth_store_use_refresh(struct auth_store *store,
                                                     const struct token_digest *digest,
                                                     const struct token_digest *replaced_by,
                                                     int64_t now_us);

/* ---- revocations ---- */

/* Inside a transaction. Takes the next number and holds the counter until the commit, so numbers
 * become visible in order and without holes. Fills revocation->seq. */
cnop_must_check enum cnop_err
auth_store_add_revocation(struct auth_store *store, struct revocation *revocation, int64_t now_us);
cnop_must_check enum cnop_err auth_store_revocation_head(struct auth_store *store,
                                                         uint64_t *ret_seq);
/* Rows with seq > after in order of seq, at most max. */
cnop_must_check enum cnop_err auth_store_list_revocations(struct auth_store *store, uint64_t after,
                                                          size_t max, struct revocation *ret_list,
                                                          size_t *ret_count);
/* Drops what can no longer matter: expired revocations, dead sessions, old failures. */
cnop_must_check enum cnop_err auth_store_prune(struct auth_store *store, int64_t now_us);

#endif
