/* SPDX-License-Identifier: MIT */
/* Files of known names only, in the folder of all logs and the folders in it: their names say whose
 * lines they have. */
#include "fcgi_services/ops/log_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shared/base/base.h"
#include "shared/base/buf.h"

#define CANDIDATE_MAX 2048
#define PATH_BYTES 128 /* within the folder of all logs */
#define TRIES 3
#define US_PER_S INT64_C(1000000)
#define NS_PER_US 1000

/* Name of a file or folder, and `service` of the lines. */
static const struct {
    const char *name;
    const char *service;
} streams[] = {
    {"audit", "audit"},
    {"audit-writer", "audit-writer"},
    {"auth", "auth"},
    {"auth-relay", "auth"},
    {"feed", "feed"},
    {"gateway", "gateway"},
    {"gateway-access", "gateway"},
    {"gateway-audit", "audit"},
    {"insights", "insights"},
    {"inventory", "inventory"},
    {"ops", "ops"},
    {"order", "order"},
    {"order-read", "order_read"},
    {"orders", "order"},
    {"user", "user"},
};

struct candidate {
    int64_t changed_us;
    uint64_t id;
    bool is_packed;
    char path[PATH_BYTES];
};

struct listing {
    const struct ops_log_query *query;
    struct candidate *candidates;
    size_t count;
    int64_t cut_us; /* youngest change of a file that found no room */
};

/* NULL: not a name of ours. */
static const char *
service_of(struct cnop_str name)
{
    for (size_t i = 0; i < CNOP_COUNT(streams); i++)
        if (cnop_str_equal(name, cnop_str_from(streams[i].name)))
            return streams[i].service;
    return NULL;
}

/* The file's stream: the folder for svlogd's files, else the file's own name, NAME.jsonl,
 * NAME.jsonl.7 or NAME.jsonl.7.gz. Empty: neither, or what nginx says of itself, which is no JSON.
 */
static struct cnop_str
stream_of(struct cnop_str folder, struct cnop_str file, bool *ret_is_packed)
{
    struct cnop_str name, rest, number;
    uint64_t rotation;

    *ret_is_packed = false;
    if (cnop_str_equal(file, CNOP_STR("current")) || cnop_str_has_prefix(file, CNOP_STR("@")))
        return cnop_str_equal(folder, CNOP_STR("gateway")) ? CNOP_STR("") : folder;
    if (!cnop_str_cut(file, '.', &name, &rest))
        return CNOP_STR("");
    if (cnop_str_equal(rest, CNOP_STR("jsonl")))
        return name;
    if (!cnop_str_has_prefix(rest, CNOP_STR("jsonl.")))
        return CNOP_STR("");
    rest = cnop_str_make(rest.ptr + 6, rest.len - 6);
    *ret_is_packed = cnop_str_cut(rest, '.', &number, &rest);
    if (cnop_str_parse_u64(number, 1, 9999, &rotation) != CNOP_OK ||
        (*ret_is_packed && !cnop_str_equal(rest, CNOP_STR("gz"))))
        return CNOP_STR("");
    return name;
}

static int64_t
changed_us(const struct stat *file)
{
    return file->st_mtim.tv_sec * US_PER_S + file->st_mtim.tv_nsec / NS_PER_US;
}

static void
consider(struct listing *listing, int root, const char *folder, const char *name)
{
    struct candidate *candidate = &listing->candidates[listing->count];
    struct cnop_str stream =
        stream_of(cnop_str_from(folder), cnop_str_from(name), &candidate->is_packed);
    const char *service = service_of(stream);
    struct cnop_buf path;
    struct stat file;

    if (service == NULL || !ops_log_wants_service(listing->query, cnop_str_from(service)))
        return;
    cnop_buf_init(&path, candidate->path, sizeof(candidate->path) - 1);
    cnop_buf_text(&path, folder);
    cnop_buf_text(&path, folder[0] == '\0' ? "" : "/");
    cnop_buf_text(&path, name);
    if (path.overflow)
        return;
    candidate->path[path.len] = '\0';
    if (fstatat(root, candidate->path, &file, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(file.st_mode))
        return;
    candidate->changed_us = changed_us(&file);
    if (candidate->changed_us + OPS_LOG_DISORDER_US < listing->query->from_us || file.st_size == 0)
        return;
    candidate->id = (uint64_t)file.st_ino;
    if (listing->count < CANDIDATE_MAX - 1) /* the last place is for the one under consideration */
        listing->count++;
    else if (candidate->changed_us > listing->cut_us)
        listing->cut_us = candidate->changed_us;
}

/* A folder in the folder of all logs; "" is that itself. */
static bool
list_folder(struct listing *listing, int root, const char *folder)
{
    int fd = openat(root, folder[0] == '\0' ? "." : folder,
                    O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (dir == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    while ((entry = readdir(dir)) != NULL)
        consider(listing, root, folder, entry->d_name);
    (void)closedir(dir);
    return true;
}

static int
newest_first(const void *a, const void *b)
{
    const struct candidate *x = a;
    const struct candidate *y = b;

    return (x->changed_us < y->changed_us) - (x->changed_us > y->changed_us);
}

/* False: another file has the name by now. */
static bool
open_candidate(const struct candidate *candidate, int root, struct ops_log_files *files)
{
    struct stat now;
    int fd;

    if (candidate->is_packed) {
        files->unread++;
        return true;
    }
    fd = openat(root, candidate->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno == ENOENT)
        return false;
    if (fd < 0 || fstat(fd, &now) != 0) {
        if (fd >= 0)
            (void)close(fd);
        files->unread++;
        return true;
    }
    if (!S_ISREG(now.st_mode) || (uint64_t)now.st_ino != candidate->id) {
        (void)close(fd);
        return false;
    }
    files->files[files->count++] = (struct ops_log_file){.fd = fd,
                                                         .id = candidate->id,
                                                         .size = (uint64_t)now.st_size,
                                                         .changed_us = changed_us(&now)};
    return true;
}

/* Files whose first line is too young give their place to others. */
static void
drop_if_younger(const struct ops_log_query *query, struct ops_log_files *files)
{
    struct ops_log_file *file = &files->files[files->count - 1];
    char memory[OPS_LOG_LINE_BYTES];
    size_t len = ops_log_store_read(file, 0, memory, sizeof(memory));
    int64_t first_us;
    int64_t last_us = query->to_us < query->before.time_us ? query->to_us : query->before.time_us;

    if (!ops_log_time(cnop_str_make(memory, len), &first_us) ||
        first_us - OPS_LOG_DISORDER_US <= last_us)
        return;
    (void)close(file->fd);
    files->count--;
}

/* False: files were put aside meanwhile. */
static bool
open_all(const struct listing *listing, int root, struct ops_log_files *files)
{
    files->from_us =
        listing->cut_us == INT64_MIN ? INT64_MIN : listing->cut_us + OPS_LOG_DISORDER_US;
    for (size_t i = 0; i < listing->count; i++) {
        size_t before = files->count;

        if (before == OPS_LOG_FILE_MAX) {
            int64_t from_us = listing->candidates[i].changed_us + OPS_LOG_DISORDER_US;

            if (from_us > files->from_us)
                files->from_us = from_us;
            return true;
        }
        if (!open_candidate(&listing->candidates[i], root, files))
            return false;
        if (files->count > before)
            drop_if_younger(listing->query, files);
    }
    return true;
}

/* As many as there are now. BUSY: files were put aside meanwhile. */
static enum cnop_err
try_open(struct listing *listing, int root, struct ops_log_files *files)
{
    listing->count = 0;
    listing->cut_us = INT64_MIN;
    files->count = files->unread = 0;
    if (!list_folder(listing, root, ""))
        return CNOP_E_IO;
    for (size_t i = 0; i < CNOP_COUNT(streams); i++)
        if (!list_folder(listing, root, streams[i].name) && errno != ENOENT)
            files->unread++; /* not every host has every program; this one has it */
    qsort(listing->candidates, listing->count, sizeof(listing->candidates[0]), newest_first);
    return open_all(listing, root, files) ? CNOP_OK : CNOP_E_BUSY;
}

enum cnop_err
ops_log_store_open(const char *folder, struct cnop_arena *arena, const struct ops_log_query *query,
                   struct ops_log_files *ret_files)
{
    struct listing listing = {.query = query};
    enum cnop_err err = CNOP_E_BUSY;
    int root;

    ret_files->count = 0;
    listing.candidates =
        cnop_arena_alloc_array(arena, CANDIDATE_MAX, sizeof(listing.candidates[0]));
    if (listing.candidates == NULL)
        return CNOP_E_NO_MEMORY;
    root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return CNOP_E_IO;
    for (unsigned i = 0; i < TRIES && err == CNOP_E_BUSY; i++) {
        ops_log_store_close(ret_files);
        err = try_open(&listing, root, ret_files);
    }
    (void)close(root);
    return err;
}

void
ops_log_store_close(struct ops_log_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        (void)close(files->files[i].fd);
    files->count = 0;
}

size_t
ops_log_store_read(const struct ops_log_file *file, uint64_t offset, void *memory, size_t bytes)
{
    char *to = memory;
    size_t len = 0;

    while (len < bytes) {
        ssize_t got = pread(file->fd, to + len, bytes - len, (off_t)(offset + len));

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? 0 : len;
        len += (size_t)got;
    }
    return len;
}
