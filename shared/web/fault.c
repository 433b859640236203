/* SPDX-License-Identifier: MIT */
/* What handlers and decoders note about a request that fails: faulty fields, a detail, when to come
 * back, whom it was about. Nothing is written here; see problem.c for the answer. */
#include <stdarg.h>
#include <stdio.h>

#include "shared/web/request_state.h"

enum cnop_err
cnop_request_fault_add(struct cnop_request *req, enum cnop_err err, struct cnop_fault fault)
{
    cnop_assert(err != CNOP_OK);
    if (req->fault_count == 0)
        req->first_fault = err;
    if (req->fault_count < CNOP_FAULT_MAX)
        req->faults[req->fault_count++] = fault;
    return err;
}

enum cnop_err
cnop_request_fault(struct cnop_request *req, enum cnop_err err, const char *field, const char *fmt,
                   ...)
{
    char text[256];
    struct cnop_str copy;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    copy = cnop_str_copy(req->arena, cnop_str_from(text));
    return cnop_request_fault_add(
        req, err,
        (struct cnop_fault){field, cnop_err_code(err), copy.ptr != NULL ? copy.ptr : "is invalid"});
}

enum cnop_err
cnop_request_detail(struct cnop_request *req, enum cnop_err err, const char *fmt, ...)
{
    char text[512];
    va_list args;

    cnop_assert(err != CNOP_OK);
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    req->detail = cnop_str_copy(req->arena, cnop_str_from(text));
    return err;
}

void
cnop_request_retry_after(struct cnop_request *req, uint32_t seconds)
{
    req->retry_after_s = seconds;
}

void
cnop_request_audit_user(struct cnop_request *req, struct cnop_str user)
{
    req->audit_user = user;
}
