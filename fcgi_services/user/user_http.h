/* SPDX-License-Identifier: MIT */
/* HTTP adapters of the user service: decode, call the rules, encode. No rules here. */
#ifndef CNOP_USER_USER_HTTP_H
#define CNOP_USER_USER_HTTP_H

#include "fcgi_services/user/user_main.h"

/* GET and PUT /auth/profile: 200. */
enum cnop_err user_http_profile(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_profile_put(struct cnop_request *req, struct cnop_response *res);

/* GET /balance, GET /balance/limits: 200. POST /balance/deposit, POST /balance/withdraw: 201. */
enum cnop_err user_http_balance(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_limits(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_deposit(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_withdraw(struct cnop_request *req, struct cnop_response *res);
/* POST /cny/claim: 201. */
enum cnop_err user_http_gift(struct cnop_request *req, struct cnop_response *res);

/* GET /balance/transactions, GET /balance/statement: 200. */
enum cnop_err user_http_transactions(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_statement(struct cnop_request *req, struct cnop_response *res);

/* GET /balance/asset/{asset_id}, GET /assets/balances, GET /portfolio: 200. */
enum cnop_err user_http_asset_balance(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_asset_balances(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_portfolio(struct cnop_request *req, struct cnop_response *res);

/* GET /watchlists, PUT and DELETE /watchlists/{name}: 200. */
enum cnop_err user_http_watchlists(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_watchlist_put(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_watchlist_delete(struct cnop_request *req, struct cnop_response *res);

/* POST /accounts/{user_id}/freeze and /unfreeze, for operators: 200. */
enum cnop_err user_http_freeze(struct cnop_request *req, struct cnop_response *res);
enum cnop_err user_http_unfreeze(struct cnop_request *req, struct cnop_response *res);

/* ---- shared by the adapters ---- */

/* The request's user, who must have a profile: a token may outlive its user. UNAUTHENTICATED. */
cnop_must_check enum cnop_err user_http_cash(struct cnop_request *req,
                                             struct cash_balance *ret_balance);

#endif
