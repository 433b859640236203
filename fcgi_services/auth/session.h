/* SPDX-License-Identifier: MIT */
/* Sessions: one per login, kept alive by refresh tokens that work once. Rules only: no HTTP, no
 * SQL, no signing. A token never leaves here except as the grant's text, and is stored only as a
 * digest. */
#ifndef CNOP_AUTH_SESSION_H
#define CNOP_AUTH_SESSION_H

#include "fcgi_services/auth/password_attempt.h"

#define REFRESH_TOKEN_LEN 43 /* 256 bits as base64url */
#define ACCESS_TOKEN_BYTES 1024
#define SESSION_END_MAX (SESSION_LIST_MAX + 1) /* and one for the user as a whole */

/* A fresh pair. */
struct session_grant {
    struct auth_user user;
    struct session_id sid;
    int64_t expires_us; /* of the session */
    char refresh_token[REFRESH_TOKEN_LEN + 1];
    char access_token[ACCESS_TOKEN_BYTES]; /* from here on by env->mint */
    char token_id[33];
    int64_t token_expires_s;
    int64_t token_ttl_s;
};

/* What an ending leaves to tell the gateways. */
struct session_end {
    struct revocation revocations[SESSION_END_MAX];
    size_t count;
};

enum refresh_verdict {
    REFRESH_ROTATE, /* first use */
    REFRESH_REPEAT, /* again within the grace: an answer was lost, or two tabs raced */
    REFRESH_REUSE,  /* again later: somebody has a copy */
    REFRESH_REFUSE, /* unknown, expired, revoked or disabled */
};

/* The decision, from the stored token and session at now_us. */
enum refresh_verdict session_refresh_judge(const struct refresh_token *token,
                                           const struct session *session, bool user_is_active,
                                           int64_t grace_us, int64_t now_us);

/* Opens a session for a user whose password has just been proved; what the proof has earned - a
 * renewed hash, forgiveness, a known source - is stored with it. All or nothing: on an error there
 * is no session. CONFLICT: password or status changed in the meantime. ret_end receives the
 * sessions that had to go because there were too many. */
struct session_opening {
    const struct auth_user *user;
    const struct auth_client *client;
    const struct password_attempt *proof;
};
cnop_must_check enum cnop_err session_open(struct auth_env *env,
                                           const struct session_opening *opening,
                                           struct session_grant *ret_grant,
                                           struct session_end *ret_end);

/* The outcome of a refresh. ROTATE, REPEAT: the grant is complete. REUSE: the session has been
 * ended, grant.user and grant.sid say whose, end what to tell the gateways. REFUSE: nothing is
 * filled. */
struct session_refreshed {
    enum refresh_verdict verdict;
    struct session_grant grant;
    struct session_end end;
};
cnop_must_check enum cnop_err session_refresh(struct auth_env *env, struct cnop_str refresh_token,
                                              struct session_refreshed *ret_outcome);

/* Ends one session of the user. NOT_FOUND: none such, or somebody else's, or already over. */
cnop_must_check enum cnop_err session_close(struct auth_env *env, uint64_t user_id,
                                            const struct session_id *sid, const char *reason,
                                            struct session_end *ret_end);

/* Ends every live session of the user inside the caller's transaction. */
cnop_must_check enum cnop_err session_close_all(struct auth_env *env, uint64_t user_id,
                                                int64_t now_us, const char *reason,
                                                struct session_end *end);

/* 32 hex digits to id; INVALID. */
cnop_must_check enum cnop_err session_id_parse(struct cnop_str text, struct session_id *ret_sid);
void session_id_format(const struct session_id *sid, char ret_hex[33]);

#endif
