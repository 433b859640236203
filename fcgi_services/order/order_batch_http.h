/* SPDX-License-Identifier: MIT */
/* Several orders of one request, each answered for itself. For the handlers of the engine. */
#ifndef CNOP_ORDER_ORDER_BATCH_HTTP_H
#define CNOP_ORDER_ORDER_BATCH_HTTP_H

#include "fcgi_services/order/order_http.h"

#define ORDER_BATCH_MAX 100

/* What became of one order; kept in the request's arena until all are done. */
struct batch_item {
    enum cnop_err err;
    struct ledger_command command;
    struct ledger_outcome outcome;
    struct cnop_str named;     /* of a cancel or amend: the client's own id; empty: order_id */
    struct engine_order order; /* of a cancel or amend, OK or ORDER_FINAL */
};

struct batch {
    struct cnop_request *req;
    struct batch_item *items; /* room for ORDER_BATCH_MAX or what the request holds */
    size_t count;
    size_t next;       /* item to submit */
    size_t open_count; /* submitted, not answered yet */
    bool quiet;        /* leave out what there was nothing to do for, see position_http.c */
};

/* Gives the command the key ".<digest of the key>.<index>"; its fingerprint covers the whole body.
 * IDEMPOTENCY_MISMATCH when memory knows the key for another request. */
cnop_must_check enum cnop_err order_batch_key(struct cnop_request *req, struct cnop_str batch_key,
                                              size_t index, struct ledger_command *command);

/* Submits every item without an error, in their order, and answers when all are done. OVERLOADED:
 * there is no room for all of them, and none is submitted. */
cnop_must_check enum cnop_err order_batch_run(const struct order_env *env, struct batch *batch);

#endif
