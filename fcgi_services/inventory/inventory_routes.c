/* SPDX-License-Identifier: MIT */
/* The routes of the inventory service. Data only. */
#include "fcgi_services/inventory/inventory_env.h"
#include "fcgi_services/inventory/inventory_http.h"

const struct cnop_route inventory_routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/inventory.def"
#undef ROUTE
};

const size_t inventory_route_count = CNOP_COUNT(inventory_routes);
