/* SPDX-License-Identifier: MIT */
/* HTTP side of the engine: its routes. Decode, submit, encode; no rules. */
#ifndef CNOP_ORDER_ORDER_HTTP_H
#define CNOP_ORDER_ORDER_HTTP_H

#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/ticket.h"
#include "shared/base/id.h"
#include "shared/web/web.h"

struct engine_config;

/* What every handler finds in cnop_request_env. */
struct guard;
struct verifier;

struct order_env {
    struct engine *engine;
    struct guard *guard;
    struct verifier *verifier; /* NULL: none runs */
    const struct engine_config *config;
    struct cnop_id_key id_key;
};

/* The routes of the engine (order_routes.c). */
extern const struct cnop_route order_routes[];
extern const size_t order_route_count;

enum cnop_err order_http_place(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_cancel(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_cancel_named(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_amend(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_cancel_after(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_cancel_all(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_preview(struct cnop_request *req, struct cnop_response *res);
enum cnop_err order_http_batch(struct cnop_request *req, struct cnop_response *res);
enum cnop_err position_http_close(struct cnop_request *req, struct cnop_response *res);
enum cnop_err position_http_preview(struct cnop_request *req, struct cnop_response *res);
enum cnop_err position_http_sweep(struct cnop_request *req, struct cnop_response *res);

/* Shared by the handlers. A job or NULL with *ret_err: SHUTTING_DOWN, OVERLOADED. */
struct engine_job *order_http_take(struct cnop_request *req, enum cnop_err *ret_err);
/* Gives the job to the engine; done answers the request. OK. */
enum cnop_err order_http_submit(struct cnop_request *req, struct engine_job *job,
                                engine_done_fn done);
/* The account of the caller; FORBIDDEN for ids below the first user's. */
cnop_must_check enum cnop_err order_http_account(struct cnop_request *req, int64_t *ret_account);
struct cnop_str order_http_symbol(const struct order_env *env, uint16_t asset_id);
/* What is left to do once the ticket is read and checked; the Idempotency-Key is read here. */
enum cnop_err order_http_place_ticket(struct cnop_request *req, const struct ticket *ticket);
enum cnop_err order_http_preview_ticket(struct cnop_request *req, const struct ticket *ticket);
/* The order of the path, or of a field of that name: INVALID, with a fault; NOT_FOUND. */
cnop_must_check enum cnop_err order_http_id(struct cnop_request *req, int64_t *ret_id);
cnop_must_check enum cnop_err order_http_parse_id(struct cnop_request *req, const char *name,
                                                  struct cnop_str text, int64_t *ret_id);
/* What a refused order is answered, with the figures of its rule. */
enum cnop_err order_http_refuse(struct cnop_request *req, const struct engine_job *job);
/* Of an order that has been shown: that it is final; the order itself as the answer, or as member
 * "data". */
enum cnop_err order_http_final(struct cnop_request *req, const struct engine_order *order);
void order_http_put_final(struct cnop_buf *text, const struct engine_order *order);
void order_http_answer_shown(struct cnop_request *req, const struct engine_order *order);
void order_http_write_shown(struct cnop_json_writer *writer, const struct order_env *env,
                            const struct engine_order *order);
/* Writes the order that the command has become, as member "data". */
void order_http_write(struct cnop_json_writer *writer, const struct order_env *env,
                      const struct ledger_command *command, const struct ledger_posting *posting);

#endif
