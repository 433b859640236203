/* SPDX-License-Identifier: MIT */
/* Another quantity or price of an order that waits. */
#include "fcgi_services/order/order_http.h"

#include "fcgi_services/order/ticket.h"
#include "shared/ledger/command.h"

struct amendment {
    cnop_qty quantity; /* 0: absent */
    cnop_price price;
};

static const struct cnop_field fields[] = {
    CNOP_FIELD(struct amendment, quantity, CNOP_K_QTY, CNOP_RANGE(1, INT64_MAX), CNOP_OPTIONAL),
    CNOP_FIELD(struct amendment, price, CNOP_K_PRICE, CNOP_RANGE(1, TICKET_PRICE_MAX_E10),
               CNOP_OPTIONAL),
};

static void
on_amended(struct engine_job *job)
{
    struct cnop_request *req = job->owner;

    cnop_assert(job->command.op == LEDGER_OP_AMEND);
    if (job->err == CNOP_OK) {
        order_http_answer_shown(req, &job->order);
        cnop_request_complete(req, CNOP_OK);
    } else if (job->err == CNOP_E_ORDER_FINAL) {
        cnop_request_complete(req, order_http_final(req, &job->order));
    } else {
        job->command.asset_id = job->outcome.posting.asset_id; /* for the text */
        cnop_request_complete(req, order_http_refuse(req, job));
    }
}

static enum cnop_err
read_amendment(struct cnop_request *req, struct ledger_command *command)
{
    struct amendment amendment = {.quantity = {0}};
    enum cnop_err err = cnop_request_decode(req, fields, CNOP_COUNT(fields), &amendment);

    if (err == CNOP_OK && amendment.quantity.e8 == 0 && amendment.price.e10 == 0)
        err = cnop_request_fault(req, CNOP_E_INVALID, "quantity",
                                 "is required, unless price is given");
    command->qty = amendment.quantity;
    command->price = amendment.price;
    return err;
}

enum cnop_err
order_http_amend(struct cnop_request *req, struct cnop_response *res)
{
    struct ledger_command command = {.op = LEDGER_OP_AMEND};
    struct engine_job *job;
    enum cnop_err err = order_http_account(req, &command.account_id);

    (void)res;
    if (err == CNOP_OK)
        err = order_http_id(req, &command.order_id);
    if (err == CNOP_OK)
        err = read_amendment(req, &command);
    if (err != CNOP_OK)
        return err;
    job = order_http_take(req, &err);
    if (job == NULL)
        return err;
    job->command.op = command.op;
    job->command.account_id = command.account_id;
    job->command.order_id = command.order_id;
    job->command.qty = command.qty;
    job->command.price = command.price;
    job->show_order = true;
    return order_http_submit(req, job, on_amended);
}
