/* SPDX-License-Identifier: MIT */
/* An order as a client writes it, and its way into a ledger command. */
#ifndef CNOP_ORDER_TICKET_H
#define CNOP_ORDER_TICKET_H

#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/order_codes.h"
#include "shared/web/web.h"

struct ticket {
    unsigned order_type; /* enum order_type */
    struct cnop_str asset_id;
    cnop_qty quantity; /* 0: absent */
    cnop_cash amount;  /* 0: absent */
    cnop_price price;
    cnop_price stop_price; /* 0: absent */
    struct cnop_str client_order_id;
    unsigned time_in_force;         /* place in order_tif_names; of orders that may wait */
    int64_t expires_at;             /* 0: absent; of GTD alone */
    unsigned self_trade_prevention; /* enum ledger_self; of limit orders only */
    bool post_only;
    bool close; /* sell all there is: neither quantity nor amount */
};

#define TICKET_PRICE_MAX_E10 (INT64_C(1000000) * CNOP_E10)

/* Field table of one order, also of each order in a batch. What is not given is zero. */
#define TICKET_FIELD_COUNT 11
extern const struct cnop_field ticket_fields[TICKET_FIELD_COUNT];

/* Name of a field behind a prefix, for faults: it outlives the handler. */
const char *ticket_field_name(struct cnop_request *req, const char *prefix, const char *name);

/* Rules of form the table cannot say; prefix ("" or "orders[3].") starts the fault names. INVALID,
 * AMOUNT_PRECISION. */
cnop_must_check enum cnop_err ticket_check(struct cnop_request *req, const struct ticket *ticket,
                                           const char *prefix);

/* The command, without a key. price_limit: the price of a market order is the worst it accepts;
 * else it is ignored. ASSET_UNKNOWN. */
cnop_must_check enum cnop_err ticket_command(const struct engine *engine, bool price_limit,
                                             int64_t account_id, const struct ticket *ticket,
                                             struct ledger_command *command);

#endif
