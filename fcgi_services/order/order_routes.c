/* SPDX-License-Identifier: MIT */
/* Routes of the order engine. */
#include "fcgi_services/order/order_http.h"

const struct cnop_route order_routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/order.def"
#undef ROUTE
};
const size_t order_route_count = CNOP_COUNT(order_routes);
