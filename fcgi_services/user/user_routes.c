/* SPDX-License-Identifier: MIT */
/* Route table of the user service. */
#include "fcgi_services/user/user_http.h"

const struct cnop_route user_routes[] = {
#define ROUTE CNOP_ROUTE_ROW
#include "conf/routes/user.def"
#undef ROUTE
};
const size_t user_route_count = CNOP_COUNT(user_routes);
