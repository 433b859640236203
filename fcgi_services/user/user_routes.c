/* SPDX-License-Identifier: MIT */
/* Route table of the user service. */
#include "fcgi_services/user/user_http.h"

const struct cnop_route user_routes[] = {
    {CNOP_GET, "/api/v1/auth/profile", user_http_profile, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_PUT, "/api/v1/auth/profile", user_http_profile_put, CNOP_ROLE_CUSTOMER, 16384, 0},
    {CNOP_GET, "/api/v1/balance", user_http_balance, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_POST, "/api/v1/balance/deposit", user_http_deposit, CNOP_ROLE_CUSTOMER, 4096,
     CNOP_ROUTE_IDEMPOTENT},
    {CNOP_POST, "/api/v1/balance/withdraw", user_http_withdraw, CNOP_ROLE_CUSTOMER, 4096,
     CNOP_ROUTE_IDEMPOTENT},
    {CNOP_GET, "/api/v1/balance/transactions", user_http_transactions, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/api/v1/balance/limits", user_http_limits, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/api/v1/balance/statement", user_http_statement, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/api/v1/balance/asset/{asset_id}", user_http_asset_balance, CNOP_ROLE_CUSTOMER, 0,
     0},
    {CNOP_GET, "/api/v1/assets/balances", user_http_asset_balances, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_GET, "/api/v1/portfolio", user_http_portfolio, CNOP_ROLE_CUSTOMER, 0, 0},
    {CNOP_POST, "/api/v1/cny/claim", user_http_gift, CNOP_ROLE_CUSTOMER, 4096,
     CNOP_ROUTE_IDEMPOTENT},
    {CNOP_POST, "/api/v1/accounts/{user_id}/freeze", user_http_freeze, CNOP_ROLE_ADMIN, 4096, 0},
    {CNOP_POST, "/api/v1/accounts/{user_id}/unfreeze", user_http_unfreeze, CNOP_ROLE_ADMIN, 4096,
     0},
};
const size_t user_route_count = CNOP_COUNT(user_routes);
