/* SPDX-License-Identifier: MIT */
/* Handlers of the insights routes: read, assess, put into words, encode. */
#ifndef CNOP_INSIGHTS_INSIGHTS_HTTP_H
#define CNOP_INSIGHTS_INSIGHTS_HTTP_H

#include "shared/web/web.h"

enum cnop_err insights_http_portfolio(struct cnop_request *req, struct cnop_response *res);

#endif
