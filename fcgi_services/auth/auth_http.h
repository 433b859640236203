/* SPDX-License-Identifier: MIT */
/* HTTP adapters of the auth service: decode, call the rules, encode. No rules here. */
#ifndef CNOP_AUTH_AUTH_HTTP_H
#define CNOP_AUTH_AUTH_HTTP_H

#include "fcgi_services/auth/auth_main.h"

/* POST /auth/register: 201. */
enum cnop_err auth_http_register(struct cnop_request *req, struct cnop_response *res);
/* POST /auth/login: 200 with tokens in the body or in cookies. */
enum cnop_err auth_http_login(struct cnop_request *req, struct cnop_response *res);
/* POST /auth/refresh: the same. */
enum cnop_err auth_http_refresh(struct cnop_request *req, struct cnop_response *res);
/* POST /auth/logout: 200. */
enum cnop_err auth_http_logout(struct cnop_request *req, struct cnop_response *res);
/* POST /auth/password: 200. */
enum cnop_err auth_http_password(struct cnop_request *req, struct cnop_response *res);
/* GET /auth/sessions, DELETE /auth/sessions/{session_id}, GET /auth/me: 200. */
enum cnop_err auth_http_sessions(struct cnop_request *req, struct cnop_response *res);
enum cnop_err auth_http_session_delete(struct cnop_request *req, struct cnop_response *res);
enum cnop_err auth_http_me(struct cnop_request *req, struct cnop_response *res);
/* GET /.well-known/jwks.json: 200. */
enum cnop_err auth_http_jwks(struct cnop_request *req, struct cnop_response *res);

/* ---- shared by the adapters ---- */

/* Tells the gateways and counts how it went. */
void auth_http_tell(struct auth_thread *self, const struct session_end *end);

/* True when the caller wants its tokens in cookies. COOKIE_REFUSED: it does, over a connection that
 * must not carry them. */
cnop_must_check enum cnop_err auth_http_cookie_mode(struct cnop_request *req, bool *ret_cookies);

/* An auth_mint_fn; the minter is the auth_thread. IO: no usable key. */
cnop_must_check enum cnop_err auth_http_mint(void *minter, struct session_grant *grant);

/* Writes the answer: the pair, in the body or in cookies. */
void auth_http_grant(struct cnop_request *req, struct cnop_response *res,
                     const struct session_grant *grant, bool cookies);
void auth_http_clear_cookies(struct cnop_request *req, struct cnop_response *res);

/* The refresh token of the cookie session; empty when there is none. */
struct cnop_str auth_http_refresh_cookie(struct cnop_request *req);

#endif
