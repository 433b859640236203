/* SPDX-License-Identifier: MIT */
/* The life of sessions and refresh tokens. Locks are taken in one order everywhere - failures of a
 * name, user, refresh token, session, revocation counter - so that two requests can wait for but
 * never block each other for good. */
#include "fcgi_services/auth/session.h"

#include "shared/base/clock.h"

#define CLOCK_LEEWAY_S 60 /* gateways accept a token a little beyond its end */

enum cnop_err
session_id_parse(struct cnop_str text, struct session_id *ret_sid)
{
    return cnop_str_unhex(text, ret_sid->bytes, sizeof(ret_sid->bytes));
}

void
session_id_format(const struct session_id *sid, char ret_hex[33])
{
    cnop_str_hex(sid->bytes, sizeof(sid->bytes), ret_hex);
}

enum refresh_verdict
session_refresh_judge(const struct refresh_token *token, const struct session *session,
                      bool user_is_active, int64_t grace_us, int64_t now_us)
{
    if (session->revoked_us != 0 || session->expires_us <= now_us || !user_is_active)
        return REFRESH_REFUSE;
    if (session->created_us > now_us + CLOCK_LEEWAY_S * INT64_C(1000000))
        return REFRESH_REFUSE; /* the clock has been set back: its life would be longer by as much
                                */
    if (token->used_us == 0)
        return REFRESH_ROTATE;
    if (grace_us == 0) /* now_us may lie before used_us: it was read before the wait for the lock */
        return REFRESH_REUSE;
    return now_us - token->used_us <= grace_us ? REFRESH_REPEAT : REFRESH_REUSE;
}

/* ---- tokens ---- */

static void
refresh_token_make(char ret_text[REFRESH_TOKEN_LEN + 1])
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char random[33] = {0}; /* 32 bytes, and a zero that fills the last group */
    size_t out = 0;

    cnop_secret_random(random, 32);
    for (size_t i = 0; i < sizeof(random) && out < REFRESH_TOKEN_LEN; i += 3) {
        uint32_t group = (uint32_t)random[i] << 16 | (uint32_t)random[i + 1] << 8 | random[i + 2];

        for (int shift = 18; shift >= 0 && out < REFRESH_TOKEN_LEN; shift -= 6)
            ret_text[out++] = alphabet[group >> shift & 63];
    }
    ret_text[out] = '\0';
    cnop_secret_zero(random, sizeof(random));
}

static void
refresh_token_digest(struct cnop_str text, struct token_digest *ret_digest)
{
    cnop_secret_sha256(text.ptr, text.len, ret_digest->bytes);
}

static void
copy_clipped(char *out, size_t size, struct cnop_str text)
{
    size_t len = text.len < size ? text.len : size - 1;

    if (len > 0) /* an empty view may have no memory */
        memcpy(out, text.ptr, len);
    out[len] = '\0';
}

/* ---- endings ---- */

static enum cnop_err
end_one(struct auth_env *env, const struct session_id *sid, int64_t now_us, const char *reason,
        struct session_end *end)
{
    struct revocation *revocation = &end->revocations[end->count];
    enum cnop_err err;

    cnop_assert(end->count < SESSION_END_MAX);
    err = auth_store_revoke_session(env->store, sid, now_us, reason);
    if (err != CNOP_OK)
        return err;
    *revocation = (struct revocation){
        .kind = REVOCATION_SESSION,
        .expires_s = now_us / 1000000 + env->rules->access_ttl_s + CLOCK_LEEWAY_S,
    };
    session_id_format(sid, revocation->subject);
    err = auth_store_add_revocation(env->store, revocation, now_us);
    if (err != CNOP_OK)
        return err;
    end->count++;
    return CNOP_OK;
}

enum cnop_err
session_close_all(struct auth_env *env, uint64_t user_id, int64_t now_us, const char *reason,
                  struct session_end *end)
{
    struct session sessions[SESSION_LIST_MAX];
    size_t count;
    enum cnop_err err;

    err = auth_store_list_sessions(env->store, user_id, now_us, sessions, &count);
    for (size_t i = 0; err == CNOP_OK && i < count; i++)
        err = end_one(env, &sessions[i].sid, now_us, reason, end);
    return err;
}

struct close_job {
    struct auth_env *env;
    uint64_t user_id;
    const struct session_id *sid;
    const char *reason;
    struct session_end end;
};

static enum cnop_err
close_steps(void *arg)
{
    struct close_job *job = arg;
    int64_t now_us = cnop_clock_wall_us();
    enum cnop_err err;

    job->end.count = 0;
    err = auth_store_lock_session(job->env->store, job->user_id, job->sid, now_us);
    return err == CNOP_OK ? end_one(job->env, job->sid, now_us, job->reason, &job->end) : err;
}

enum cnop_err
session_close(struct auth_env *env, uint64_t user_id, const struct session_id *sid,
              const char *reason, struct session_end *ret_end)
{
    struct close_job job = {.env = env, .user_id = user_id, .sid = sid, .reason = reason};
    enum cnop_err err = auth_store_transaction(env->store, close_steps, &job);

    cnop_assert(user_id != 0);
    if (err == CNOP_OK)
        *ret_end = job.end;
    return err;
}

/* ---- opening ---- */

struct open_job {
    struct auth_env *env;
    const struct session_opening *opening;
    struct session_grant grant;
    struct session_end end;
};

/* The user row is locked first, so that a password change or a disabling that runs at the same time
 * either sees this session and ends it, or has already made the check fail. */
static enum cnop_err
open_check_user(struct open_job *job)
{
    struct auth_user current;
    enum cnop_err err = auth_store_lock_user(job->env->store, job->opening->user->id, &current);

    if (err != CNOP_OK)
        return err == CNOP_E_NOT_FOUND ? CNOP_E_CONFLICT : err;
    if (!current.is_active || current.password_set_us != job->opening->user->password_set_us)
        return CNOP_E_CONFLICT;
    job->grant.user = current;
    return CNOP_OK;
}

static enum cnop_err
open_make_room(struct open_job *job, int64_t now_us)
{
    struct session sessions[SESSION_LIST_MAX];
    size_t keep = job->env->rules->sessions_max - 1;
    size_t count;
    enum cnop_err err;

    err =
        auth_store_list_sessions(job->env->store, job->opening->user->id, now_us, sessions, &count);
    for (size_t i = keep; err == CNOP_OK && i < count; i++)
        err = end_one(job->env, &sessions[i].sid, now_us, "too_many", &job->end);
    return err;
}

static enum cnop_err
grant_insert_refresh(struct auth_env *env, struct session_grant *grant, int64_t now_us,
                     struct token_digest *ret_digest)
{
    struct refresh_token token = {.sid = grant->sid, .issued_us = now_us};

    refresh_token_make(grant->refresh_token);
    refresh_token_digest(cnop_str_from(grant->refresh_token), &token.digest);
    *ret_digest = token.digest;
    return auth_store_insert_refresh(env->store, &token);
}

static enum cnop_err
open_insert(struct open_job *job, int64_t now_us)
{
    struct session session = {
        .user_id = job->opening->user->id,
        .created_us = now_us,
        .last_used_us = now_us,
        .expires_us = now_us + job->env->rules->session_ttl_us,
    };
    struct token_digest digest;
    enum cnop_err err;

    cnop_secret_random(session.sid.bytes, sizeof(session.sid.bytes));
    copy_clipped(session.client_addr, sizeof(session.client_addr), job->opening->client->address);
    copy_clipped(session.user_agent, sizeof(session.user_agent), job->opening->client->user_agent);
    job->grant.sid = session.sid;
    job->grant.expires_us = session.expires_us;
    err = auth_store_insert_session(job->env->store, &session);
    if (err != CNOP_OK)
        return err;
    return grant_insert_refresh(job->env, &job->grant, now_us, &digest);
}

/* What the proof has earned. */
static enum cnop_err
open_note_proof(struct open_job *job, int64_t now_us)
{
    struct auth_store *store = job->env->store;
    const struct password_attempt *proof = job->opening->proof;
    uint64_t user_id = job->opening->user->id;
    enum cnop_err err = auth_store_note_source(store, user_id, &proof->source, now_us);

    if (err == CNOP_OK)
        err = auth_store_note_login(store, user_id, now_us);
    if (err == CNOP_OK && proof->renewed[0] != '\0')
        err = auth_store_renew_hash(store, user_id, proof->renewed);
    return err;
}

static enum cnop_err
open_steps(void *arg)
{
    struct open_job *job = arg;
    int64_t now_us = cnop_clock_wall_us();
    enum cnop_err err;

    job->end.count = 0;
    err = password_attempt_forgive(job->env, job->opening->proof);
    if (err == CNOP_OK)
        err = open_check_user(job);
    if (err == CNOP_OK)
        err = open_make_room(job, now_us);
    if (err == CNOP_OK)
        err = open_insert(job, now_us);
    if (err == CNOP_OK)
        err = open_note_proof(job, now_us);
    return err == CNOP_OK ? job->env->mint(job->env->minter, &job->grant) : err;
}

enum cnop_err
session_open(struct auth_env *env, const struct session_opening *opening,
             struct session_grant *ret_grant, struct session_end *ret_end)
{
    struct open_job job = {.env = env, .opening = opening};
    enum cnop_err err;

    cnop_assert(env->rules->sessions_max >= 1);
    cnop_assert(env->rules->sessions_max <= SESSION_LIST_MAX);
    err = auth_store_transaction(env->store, open_steps, &job);
    if (err == CNOP_OK) {
        *ret_grant = job.grant;
        *ret_end = job.end;
    }
    cnop_secret_zero(&job.grant, sizeof(job.grant));
    return err;
}

/* ---- refreshing ---- */

struct refresh_job {
    struct auth_env *env;
    struct token_digest digest;
    struct session_refreshed outcome;
};

static enum cnop_err
refresh_load(struct refresh_job *job, int64_t now_us)
{
    struct auth_store *store = job->env->store;
    struct refresh_token token;
    struct session session;
    enum cnop_err err;

    job->outcome.verdict = REFRESH_REFUSE;
    err = auth_store_lock_refresh(store, &job->digest, &token);
    if (err == CNOP_OK)
        err = auth_store_lock_any_session(store, &token.sid, &session);
    if (err == CNOP_OK)
        err = auth_store_find_user_by_id(store, session.user_id, &job->outcome.grant.user);
    if (err == CNOP_E_NOT_FOUND)
        return CNOP_OK; /* the verdict stands */
    if (err != CNOP_OK)
        return err;
    job->outcome.grant.sid = session.sid;
    job->outcome.grant.expires_us = session.expires_us;
    job->outcome.verdict =
        session_refresh_judge(&token, &session, job->outcome.grant.user.is_active,
                              job->env->rules->refresh_grace_us, now_us);
    return CNOP_OK;
}

static enum cnop_err
refresh_apply(struct refresh_job *job, int64_t now_us)
{
    struct token_digest next;
    enum cnop_err err;

    switch (job->outcome.verdict) {
    case REFRESH_REFUSE:
        return CNOP_OK;
    case REFRESH_REUSE:
        return end_one(job->env, &job->outcome.grant.sid, now_us, "refresh_reuse",
                       &job->outcome.end);
    case REFRESH_ROTATE:
    case REFRESH_REPEAT:
        break;
    }
    err = grant_insert_refresh(job->env, &job->outcome.grant, now_us, &next);
    if (err == CNOP_OK && job->outcome.verdict == REFRESH_ROTATE)
        err = auth_store_use_refresh(job->env->store, &job->digest, &next, now_us);
    if (err == CNOP_OK)
        err = auth_store_touch_session(job->env->store, &job->outcome.grant.sid, now_us);
    if (err == CNOP_OK)
        err = job->env->mint(job->env->minter, &job->outcome.grant);
    return err;
}

static enum cnop_err
refresh_steps(void *arg)
{
    struct refresh_job *job = arg;
    int64_t now_us = cnop_clock_wall_us();
    enum cnop_err err;

    job->outcome.end.count = 0;
    err = refresh_load(job, now_us);
    return err == CNOP_OK ? refresh_apply(job, now_us) : err;
}

enum cnop_err
session_refresh(struct auth_env *env, struct cnop_str refresh_token,
                struct session_refreshed *ret_outcome)
{
    struct refresh_job job = {.env = env};
    enum cnop_err err;

    if (refresh_token.len != REFRESH_TOKEN_LEN || !cnop_str_is_word(refresh_token, "-_")) {
        ret_outcome->verdict = REFRESH_REFUSE;
        return CNOP_OK;
    }
    refresh_token_digest(refresh_token, &job.digest);
    err = auth_store_transaction(env->store, refresh_steps, &job);
    if (err == CNOP_OK)
        *ret_outcome = job.outcome;
    return err;
}
