/* SPDX-License-Identifier: MIT */
/* The routes of the insights service. Data only. */
#include "fcgi_services/insights/insights_env.h"
#include "fcgi_services/insights/insights_http.h"

const struct cnop_route insights_routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/insights.def"
#undef ROUTE
};

const size_t insights_route_count = CNOP_COUNT(insights_routes);
