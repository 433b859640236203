/* SPDX-License-Identifier: MIT */
/* A request without a connection, for targets that test what comes after the transport. */
#ifndef CNOP_TESTS_FUZZ_WEB_REQUEST_H
#define CNOP_TESTS_FUZZ_WEB_REQUEST_H

#include "shared/web/request_state.h"

/* One request object, empty again after each call; its memory is kept. */
struct cnop_request *fuzz_web_request(void);

/* Drops what the last decoding found wrong, keeps the rest. */
void fuzz_web_forgive(struct cnop_request *req);

/* Makes the problem body of err and asserts that it is whole JSON with the catalogue's status and
 * one entry for each fault. */
void fuzz_web_problem(struct cnop_request *req, enum cnop_err err);

#endif
