/* SPDX-License-Identifier: MIT */
/* Schema migrations: which files there are, which have run, running the rest. Files only go
 * forward and never change once they ran. For migrate_main.c. */
#ifndef CNOP_DB_MIGRATE_H
#define CNOP_DB_MIGRATE_H

#include <mysql.h>

#include "shared/base/arena.h"
#include "shared/base/secret.h"

#define CNOP_MIGRATION_MAX 512       /* files of one schema */
#define CNOP_MIGRATION_NAME_BYTES 96 /* "0001_credentials.sql" */
#define CNOP_MIGRATION_BYTES (1024 * 1024)

enum cnop_migration_state {
    CNOP_MIGRATION_PENDING,
    CNOP_MIGRATION_PARTIAL, /* some of its statements have run; `up` goes on behind them */
    CNOP_MIGRATION_APPLIED,
    CNOP_MIGRATION_CHANGED, /* ran, but its file differs from what ran */
    CNOP_MIGRATION_MISSING, /* ran, but its file is gone */
};

struct cnop_migration {
    unsigned version;
    char name[CNOP_MIGRATION_NAME_BYTES];
    char sha256[2 * CNOP_SHA256_BYTES + 1];
    struct cnop_str text;
    unsigned done_count; /* statements that ran */
    enum cnop_migration_state state;
};

struct cnop_migrations {
    const char *schema; /* "cnop_auth" */
    struct cnop_migration *list;
    size_t count;
    size_t bad_count;     /* CHANGED or MISSING */
    size_t pending_count; /* PENDING or PARTIAL */
};

/* Reads <dir>/<name>/NNNN_what.sql, numbered from 1 without gaps, into the arena. IO, INVALID (the
 * reason is on stderr), NO_MEMORY. */
cnop_must_check enum cnop_err cnop_migrations_read(struct cnop_arena *arena, const char *dir,
                                                   const char *name,
                                                   struct cnop_migrations *ret_migrations);

/* Creates the schema and its history if they are not there, then sets each migration's state.
 * DB_FAILED with the reason on stderr. */
cnop_must_check enum cnop_err cnop_migrations_compare(MYSQL *mysql,
                                                      struct cnop_migrations *migrations);

/* Runs one PENDING or PARTIAL migration, noting each statement as it is done. DB_FAILED. */
cnop_must_check enum cnop_err cnop_migration_run(MYSQL *mysql, const char *schema,
                                                 struct cnop_migration *migration);

#endif
