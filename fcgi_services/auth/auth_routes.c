/* SPDX-License-Identifier: MIT */
/* Route table of the auth service. */
#include "fcgi_services/auth/auth_http.h"

const struct cnop_route auth_routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/auth.def"
#undef ROUTE
};
const size_t auth_route_count = CNOP_COUNT(auth_routes);
