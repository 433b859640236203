/* SPDX-License-Identifier: MIT */
/* The routes of the insights service. Data only. */
#include "fcgi_services/insights/insights_env.h"
#include "fcgi_services/insights/insights_http.h"

const struct cnop_route insights_routes[] = {
    {CNOP_GET, "/api/v1/insights/portfolio", insights_http_portfolio, CNOP_ROLE_CUSTOMER, 0, 0},
};

const size_t insights_route_count = CNOP_COUNT(insights_routes);
