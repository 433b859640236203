/* SPDX-License-Identifier: MIT */
/* Program cnop-migrate: brings the database schemas up to the files that came with this version.
 *   cnop-migrate --config FILE up | status | verify
 * `up` prints the migrations that it applies, and nothing when there are none.
 * Runs as the database administrator, one at a time under a server lock, forward only. */
#include <string.h>

#include "shared/config/config.h"
#include "shared/db/migrate.h"
#include "shared/db/session.h"

#define ARENA_BYTES (16 * 1024 * 1024)
#define SCHEMA_MAX 8
#define LOCK_WAIT_S "30"
#define CONNECT_TIMEOUT_MS 10000

struct migrate_config {
    const char *db_socket;
    const char *db_user;
    const char *db_password_file;
    const char *migrations;
    const char *schemas;
    uint64_t statement_timeout; /* ms */
};

static const struct cnop_config_key migrate_keys[] = {
    CNOP_CONFIG_ROW_PATH(struct migrate_config, db_socket, NULL, "Unix socket of MariaDB."),
    CNOP_CONFIG_ROW_STRING(struct migrate_config, db_user, "root", "Database administrator."),
    CNOP_CONFIG_ROW_STRING(struct migrate_config, db_password_file, "",
                           "File with its password; empty: identified by the OS user."),
    CNOP_CONFIG_ROW_PATH(struct migrate_config, migrations, NULL,
                         "Folder with one folder of migrations for each schema."),
    CNOP_CONFIG_ROW_STRING(struct migrate_config, schemas, "auth,user,market,ledger,audit",
                           "Folders to apply, in this order; the schema of auth is cnop_auth."),
    CNOP_CONFIG_ROW_DURATION(struct migrate_config, statement_timeout, "1h", 1000, 86400000,
                             "Time one statement may take; a table is rebuilt in one statement."),
};

static const struct cnop_config_spec migrate_spec = {"cnop-migrate", migrate_keys,
                                                     CNOP_COUNT(migrate_keys)};

enum verb { VERB_UP, VERB_STATUS, VERB_VERIFY };

enum exit_status {
    STATUS_DONE = 0,
    STATUS_NOT_CURRENT = 1, /* verify: something is pending, changed or missing */
    STATUS_USAGE = 2,
    STATUS_FAILED = 70,
};

static const char *const verb_names[] = {"up", "status", "verify"};

/* Takes the verb out of the arguments; the rest is common to all programs. */
static bool
take_verb(int *argc, char **argv, enum verb *ret_verb)
{
    for (int i = 1; i < *argc; i++)
        for (unsigned verb = 0; verb < CNOP_COUNT(verb_names); verb++) {
            if (strcmp(argv[i], verb_names[verb]) != 0)
                continue;
            memmove(&argv[i], &argv[i + 1], (size_t)(*argc - i) * sizeof(argv[0]));
            (*argc)--;
            *ret_verb = (enum verb)verb;
            return true;
        }
    return false;
}

static enum cnop_err
split_schemas(struct cnop_arena *arena, struct cnop_str text, const char **names, size_t *ret_count)
{
    size_t count = 0;

    while (!cnop_str_empty(text)) {
        struct cnop_str part;

        (void)cnop_str_cut(text, ',', &part, &text);
        part = cnop_str_copy(arena, cnop_str_trim(part));
        if (count == SCHEMA_MAX || cnop_str_empty(part) || !cnop_str_is_word(part, "_")) {
            (void)fprintf(stderr, "cnop-migrate: schemas: not a list of at most %d names\n",
                          SCHEMA_MAX);
            return CNOP_E_CONFIG;
        }
        names[count++] = part.ptr;
    }
    *ret_count = count;
    return CNOP_OK;
}

/* ---- connection ---- */

/* One migration run at a time; the lock ends with the connection. */
static enum cnop_err
take_lock(MYSQL *mysql)
{
    static const char sql[] = "SELECT GET_LOCK('cnop_migrate', " LOCK_WAIT_S ")";
    MYSQL_RES *result = NULL;
    MYSQL_ROW row = NULL;
    bool locked;

    if (mysql_real_query(mysql, sql, sizeof(sql) - 1) == 0)
        result = mysql_store_result(mysql);
    if (result != NULL)
        row = mysql_fetch_row(result);
    locked = row != NULL && row[0] != NULL && strcmp(row[0], "1") == 0;
    mysql_free_result(result);
    if (!locked)
        (void)fprintf(stderr, "cnop-migrate: another run holds the lock: %s\n", mysql_error(mysql));
    return locked ? CNOP_OK : CNOP_E_BUSY;
}

/* ---- verbs ---- */

static void
print_status(const struct cnop_migrations *migrations)
{
    static const char *const names[] = {"pending", "partial", "applied", "changed", "missing"};

    for (size_t i = 0; i < migrations->count; i++)
        (void)printf("%-12s %-8s %s\n", migrations->schema, names[migrations->list[i].state],
                     migrations->list[i].name);
}

static enum cnop_err
apply(MYSQL *mysql, struct cnop_migrations *migrations)
{
    if (migrations->bad_count > 0) {
        (void)fprintf(stderr,
                      "cnop-migrate: %s: applied migrations differ from their files; "
                      "nothing was run\n",
                      migrations->schema);
        return CNOP_E_CONFLICT;
    }
    for (size_t i = 0; i < migrations->count; i++) {
        struct cnop_migration *migration = &migrations->list[i];
        enum cnop_err err;

        if (migration->state == CNOP_MIGRATION_APPLIED)
            continue;
        err = cnop_migration_run(mysql, migrations->schema, migration);
        if (err != CNOP_OK)
            return err;
        (void)printf("%-12s applied  %s\n", migrations->schema, migration->name);
    }
    return CNOP_OK;
}

static int
run_verb(MYSQL *mysql, enum verb verb, struct cnop_migrations *schemas, size_t count)
{
    bool current = true;

    for (size_t i = 0; i < count; i++) {
        if (cnop_migrations_compare(mysql, &schemas[i]) != CNOP_OK)
            return STATUS_FAILED;
        current &= schemas[i].bad_count == 0 && schemas[i].pending_count == 0;
        if (verb != VERB_UP)
            print_status(&schemas[i]);
        else if (apply(mysql, &schemas[i]) != CNOP_OK)
            return STATUS_FAILED;
    }
    return verb == VERB_VERIFY && !current ? STATUS_NOT_CURRENT : STATUS_DONE;
}

/* Connects, holds the lock, does it. */
static int
run_on_database(const struct migrate_config *config, enum verb verb,
                struct cnop_migrations *schemas, size_t count)
{
    const struct cnop_db_config target = {.db_socket = config->db_socket,
                                          .db_user = config->db_user,
                                          .db_password_file = config->db_password_file,
                                          .db_connect_timeout = CONNECT_TIMEOUT_MS};
    struct cnop_session session;
    enum cnop_err err = cnop_session_open(&session, &target, CNOP_SESSION_MIGRATIONS,
                                          (uint32_t)config->statement_timeout);
    int status = STATUS_FAILED;

    if (err == CNOP_OK)
        err = cnop_session_connect(&session);
    if (err != CNOP_OK)
        (void)fprintf(stderr, "cnop-migrate: %s\n", session.cause);
    else if (take_lock(session.mysql) == CNOP_OK)
        status = run_verb(session.mysql, verb, schemas, count);
    cnop_session_close(&session);
    return status;
}

static int
migrate(const struct migrate_config *config, struct cnop_arena *arena, enum verb verb)
{
    struct cnop_migrations schemas[SCHEMA_MAX];
    const char *names[SCHEMA_MAX];
    size_t count;

    if (split_schemas(arena, cnop_str_from(config->schemas), names, &count) != CNOP_OK)
        return STATUS_FAILED;
    for (size_t i = 0; i < count; i++)
        if (cnop_migrations_read(arena, config->migrations, names[i], &schemas[i]) != CNOP_OK)
            return STATUS_FAILED;
    return run_on_database(config, verb, schemas, count);
}

int
main(int argc, char **argv)
{
    struct cnop_arena *arena = cnop_arena_new(ARENA_BYTES);
    static struct migrate_config config;
    enum verb verb = VERB_STATUS;
    bool has_verb = take_verb(&argc, argv, &verb);
    int status = STATUS_USAGE;

    cnop_secret_init();
    switch (cnop_config_start(&migrate_spec, argc, argv, arena, &config, &status)) {
    case CNOP_CONFIG_RUN:
        status = STATUS_USAGE;
        if (has_verb)
            status = migrate(&config, arena, verb);
        else
            (void)fprintf(stderr, "cnop-migrate: say what to do: up, status or verify\n");
        break;
    case CNOP_CONFIG_ROUTES:
    case CNOP_CONFIG_EXIT:
        break;
    }
    cnop_arena_free(&arena);
    return status;
}
