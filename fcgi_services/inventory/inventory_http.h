/* SPDX-License-Identifier: MIT */
/* Handlers of the inventory routes: decode, call, encode. */
#ifndef CNOP_INVENTORY_INVENTORY_HTTP_H
#define CNOP_INVENTORY_INVENTORY_HTTP_H

#include "shared/web/web.h"

enum cnop_err inventory_http_list(struct cnop_request *req, struct cnop_response *res);
enum cnop_err inventory_http_get(struct cnop_request *req, struct cnop_response *res);
enum cnop_err inventory_http_candles(struct cnop_request *req, struct cnop_response *res);
enum cnop_err inventory_http_set_price(struct cnop_request *req, struct cnop_response *res);
enum cnop_err inventory_http_halt(struct cnop_request *req, struct cnop_response *res);

#endif
