/* SPDX-License-Identifier: MIT */
/* The routes of the operations service. Data only. */
#include "fcgi_services/ops/ops_env.h"
#include "fcgi_services/ops/ops_http.h"

const struct cnop_route ops_routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/ops.def"
#undef ROUTE
};

const size_t ops_route_count = CNOP_COUNT(ops_routes);
