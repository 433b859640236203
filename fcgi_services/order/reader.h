/* SPDX-License-Identifier: MIT */
/* The reader of the order domain: lists, single orders, the proof. Reads only. */
#ifndef CNOP_ORDER_READER_H
#define CNOP_ORDER_READER_H

#include "fcgi_services/order/reader_store.h"
#include "shared/web/web.h"

struct reader_config {
    struct cnop_web_config web;
    struct cnop_db_config db;
    const char *order_id_key_file;
    uint64_t proof_max_age; /* ms */
};

/* One a handler thread. */
struct reader_env {
    const struct reader_config *config;
    struct cnop_db *db;
    struct cnop_id_key id_key;
    struct reader_assets assets;
    struct reader_proof proof;
};

enum cnop_err reader_http_list(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_find(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_find_key(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_cancel(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_asset(struct cnop_request *req, struct cnop_response *res);
enum cnop_err reader_http_proof(struct cnop_request *req, struct cnop_response *res);

#endif
