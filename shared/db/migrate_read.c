/* SPDX-License-Identifier: MIT */
/* Migration files from disk: numbering, size and checksum. Nothing here knows the database. */
#include "shared/db/migrate.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "shared/base/file.h"
#include "shared/base/secret.h"

#define PATH_BYTES 4096

/* NNNN_words.sql; 0 for any other name. */
static unsigned
version_of(const char *name)
{
    size_t len = strlen(name);
    uint64_t version;

    if (len < 10 || len >= CNOP_MIGRATION_NAME_BYTES || name[4] != '_' ||
        strcmp(name + len - 4, ".sql") != 0 ||
        !cnop_str_is_word(cnop_str_make(name, len - 4), "_") ||
        cnop_str_parse_u64(cnop_str_make(name, 4), 1, CNOP_MIGRATION_MAX, &version) != CNOP_OK)
        return 0;
    return (unsigned)version;
}

static enum cnop_err
read_one(struct cnop_arena *arena, const char *path, struct cnop_migration *migration)
{
    unsigned char digest[CNOP_SHA256_BYTES];
    const char *reason = NULL;
    enum cnop_err err =
        cnop_file_read(arena, path, CNOP_MIGRATION_BYTES, &migration->text, &reason);

    if (err == CNOP_OK && cnop_str_empty(migration->text)) {
        reason = "is empty";
        err = CNOP_E_INVALID;
    }
    if (err != CNOP_OK) {
        (void)fprintf(stderr, "cnop-migrate: %s: %s\n", path, reason);
        return err;
    }
    cnop_secret_sha256(migration->text.ptr, migration->text.len, digest);
    cnop_str_hex(digest, sizeof(digest), migration->sha256);
    return CNOP_OK;
}

/* Puts the entry at its number; a directory gives names in any order. */
static enum cnop_err
take_name(const char *path, const char *name, struct cnop_migrations *migrations)
{
    unsigned version = version_of(name);
    struct cnop_migration *migration;

    if (version == 0) {
        (void)fprintf(stderr, "cnop-migrate: %s/%s: not a name such as 0001_what.sql\n", path,
                      name);
        return CNOP_E_INVALID;
    }
    migration = &migrations->list[version - 1];
    if (migration->version != 0) {
        (void)fprintf(stderr, "cnop-migrate: %s: %s and %s have one number\n", path,
                      migration->name, name);
        return CNOP_E_INVALID;
    }
    migration->version = version;
    memcpy(migration->name, name, strlen(name) + 1);
    if (version > migrations->count)
        migrations->count = version;
    return CNOP_OK;
}

static enum cnop_err
list_names(const char *path, struct cnop_migrations *migrations)
{
    DIR *dir = opendir(path);
    enum cnop_err err = CNOP_OK;
    const struct dirent *entry;

    if (dir == NULL) {
        (void)fprintf(stderr, "cnop-migrate: %s: %s\n", path, strerror(errno));
        return CNOP_E_IO;
    }
    while (err == CNOP_OK && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            err = take_name(path, entry->d_name, migrations);
    (void)closedir(dir);
    return err;
}

enum cnop_err
cnop_migrations_read(struct cnop_arena *arena, const char *dir, const char *name,
                     struct cnop_migrations *ret_migrations)
{
    struct cnop_migrations migrations = {0};
    struct cnop_str schema = cnop_arena_printf(arena, "cnop_%s", name);
    char path[PATH_BYTES];
    enum cnop_err err;

    migrations.schema = schema.ptr;
    migrations.list = cnop_arena_alloc_array(arena, CNOP_MIGRATION_MAX, sizeof(*migrations.list));
    if (migrations.schema == NULL || migrations.list == NULL)
        return CNOP_E_NO_MEMORY;
    if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >= sizeof(path))
        return CNOP_E_INVALID;
    err = list_names(path, &migrations);
    for (size_t i = 0; err == CNOP_OK && i < migrations.count; i++) {
        if (migrations.list[i].version == 0) {
            (void)fprintf(stderr, "cnop-migrate: %s: number %04zu is missing\n", path, i + 1);
            return CNOP_E_INVALID;
        }
        if ((size_t)snprintf(path, sizeof(path), "%s/%s/%s", dir, name, migrations.list[i].name) >=
            sizeof(path))
            return CNOP_E_INVALID;
        err = read_one(arena, path, &migrations.list[i]);
    }
    if (err == CNOP_OK)
        *ret_migrations = migrations;
    return err;
}
