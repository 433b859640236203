/* SPDX-License-Identifier: MIT */
/* The routes of the inventory service. Data only. */
#include "fcgi_services/inventory/inventory_env.h"
#include "fcgi_services/inventory/inventory_http.h"

#define ASSETS "/api/v1/inventory/assets"
#define REASON_BODY_BYTES 4096

const struct cnop_route inventory_routes[] = {
    {CNOP_GET, ASSETS, inventory_http_list, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_GET, ASSETS "/{asset_id}", inventory_http_get, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_GET, ASSETS "/{asset_id}/candles", inventory_http_candles, CNOP_ROLE_PUBLIC, 0, 0},
    {CNOP_PUT, ASSETS "/{asset_id}/price", inventory_http_set_price, CNOP_ROLE_ADMIN,
     REASON_BODY_BYTES, 0},
    {CNOP_POST, ASSETS "/{asset_id}/halt", inventory_http_halt, CNOP_ROLE_ADMIN, REASON_BODY_BYTES,
     0},
};

const size_t inventory_route_count = CNOP_COUNT(inventory_routes);
