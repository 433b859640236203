/* SPDX-License-Identifier: MIT */
/* Route table of the auth service. */
#include "fcgi_services/auth/auth_http.h"

const struct cnop_route auth_routes[] = {
    {CNOP_POST, "/api/v1/auth/register", auth_http_register, CNOP_ROLE_PUBLIC, 16384, 0},
    {CNOP_POST, "/api/v1/auth/login", auth_http_login, CNOP_ROLE_PUBLIC, 8192, 0},
    {CNOP_POST, "/api/v1/auth/refresh", auth_http_refresh, CNOP_ROLE_PUBLIC, 4096, 0},
    {CNOP_POST, "/api/v1/auth/logout", auth_http_logout, CNOP_ROLE_CUSTOMER, 4096, 0},
    {CNOP_POST, "/api/v1/auth/password", auth_http_password, CNOP_ROLE_CUSTOMER, 8192, 0},
    {CNOP_GET, "/api/v1/auth/me", auth_http_me, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/api/v1/auth/sessions", auth_http_sessions, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_DELETE, "/api/v1/auth/sessions/{session_id}", auth_http_session_delete,
     CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/.well-known/jwks.json", auth_http_jwks, CNOP_ROLE_PUBLIC, 0, 0},
};
const size_t auth_route_count = CNOP_COUNT(auth_routes);
