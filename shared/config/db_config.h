/* SPDX-License-Identifier: MIT */
/* How programs reach the database: settings only, so that whoever holds a configuration need not
 * know the door to MariaDB. */
#ifndef CNOP_CONFIG_DB_CONFIG_H
#define CNOP_CONFIG_DB_CONFIG_H

#include "shared/config/config.h"

/* Start-up values of programs that use the database. Embed as `struct cnop_db_config db;` and put
 * CNOP_DB_CONFIG_ROWS(struct auth_config, "cnop_auth") into the key table. */
struct cnop_db_config {
    const char *db_socket;
    const char *db_user;
    const char *db_password_file; /* empty: the server identifies us by OS user */
    const char *db_schema;
    uint64_t db_connect_timeout; /* ms */
    uint64_t db_query_timeout;   /* ms */
};

#define CNOP_DB_ROW_(type_, field_, kind_, default_, min_, max_, doc_)                             \
    {                                                                                              \
        .name = #field_, .kind = (kind_), .offset = offsetof(type_, db.field_),                    \
        .default_text = (default_), .min = (min_), .max = (max_), .doc = (doc_)                    \
    }

#define CNOP_DB_CONFIG_ROWS(type, schema_)                                                         \
    CNOP_DB_ROW_(type, db_socket, CNOP_CONFIG_PATH, NULL, 0, 0, "Unix socket of MariaDB."),        \
        CNOP_DB_ROW_(type, db_user, CNOP_CONFIG_STRING, NULL, 0, 0, "Database user."),             \
        CNOP_DB_ROW_(type, db_password_file, CNOP_CONFIG_STRING, "", 0, 0,                         \
                     "File with the database password; empty: identified by the OS user."),        \
        CNOP_DB_ROW_(type, db_schema, CNOP_CONFIG_STRING, schema_, 0, 0, "Default schema."),       \
        CNOP_DB_ROW_(type, db_connect_timeout, CNOP_CONFIG_DURATION, "1s", 100, 10000,             \
                     "Time to connect to the database."),                                          \
        CNOP_DB_ROW_(type, db_query_timeout, CNOP_CONFIG_DURATION, "2s", 100, 60000,               \
                     "Time a statement may take.")

#endif
