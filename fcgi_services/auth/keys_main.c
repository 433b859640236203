/* SPDX-License-Identifier: MIT */
/* Program cnop-keys: makes and rotates the keys that sign access tokens. Running services follow by
 * themselves; a key is published one rotation before it is used. Talks to files only. */
#include "fcgi_services/auth/keyring.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/secret.h"
#include "shared/token/mint.h"

#include <getopt.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>

#define MIN_ROTATION_S 86400 /* the longest life an access token can be given */

static const char usage_text[] =
    "usage: cnop-keys [--force] [--audit FILE] (init | rotate | list) KEYS_DIR JWKS_FILE\n"
    "  init    make the current and the next key, unless there are keys already\n"
    "  rotate  the next key becomes current, the current one previous, the previous one goes;\n"
    "          refused within a day of the last rotation without --force, because tokens signed\n"
    "          by the key that goes would stop working\n"
    "  list    print kid and state of each key\n"
    "  --audit FILE  a rotation, or its refusal, leaves a line there\n"
    "Services and gateways read the changed files by themselves.\n";

struct job {
    const char *dir;
    const char *jwks_file;
    const char *audit_file; /* or NULL */
    const char *reason;     /* of a failure */
    bool force;
    char kid[CNOP_KEYSET_KID_CHARS + 1]; /* that signs after a rotation */
};

static int
fail(struct job *job, const char *what, enum cnop_err err)
{
    job->reason = cnop_err_code(err);
    (void)fprintf(stderr, "cnop-keys: %s: %s\n", what, cnop_err_meaning(err));
    return 1;
}

static int
publish(struct job *job)
{
    size_t count;
    enum cnop_err err = cnop_jwks_write(job->dir, job->jwks_file, &count);

    return err == CNOP_OK ? 0 : fail(job, "cannot write the key set", err);
}

static int
run_init(struct job *job)
{
    struct keyring keyring = {.rotated_s = 0};
    enum cnop_err err = keyring_load(job->dir, &keyring);

    if (err == CNOP_OK)
        return publish(job);
    if (err != CNOP_E_NOT_FOUND)
        return fail(job, "the keyring is damaged", err);
    err = cnop_token_key_create(job->dir, keyring.current);
    if (err == CNOP_OK)
        err = cnop_token_key_create(job->dir, keyring.next);
    if (err != CNOP_OK)
        return fail(job, "cannot make a key", err);
    if (publish(job) != 0)
        return 1;
    err = keyring_store(job->dir, &keyring);
    return err == CNOP_OK ? 0 : fail(job, "cannot write the keyring", err);
}

static void
remove_key(const struct job *job, const char *kid)
{
    char path[PATH_MAX];

    if (kid[0] == '\0' ||
        snprintf(path, sizeof(path), "%s/es256-%s.pem", job->dir, kid) >= (int)sizeof(path))
        return;
    if (unlink(path) != 0)
        (void)fprintf(stderr, "cnop-keys: %s could not be removed\n", path);
}

/* Order matters. The new key is published before the keyring names it, and the oldest key leaves
 * the published set last, so a failure in between leaves more keys published than needed, never
 * fewer. */
static int
run_rotate(struct job *job)
{
    int64_t now_s = cnop_clock_wall_us() / 1000000;
    char new_kid[CNOP_KEYSET_KID_CHARS + 1];
    struct keyring keyring;
    struct keyring rotated;
    enum cnop_err err = keyring_load(job->dir, &keyring);

    if (err != CNOP_OK)
        return fail(job, "there is no usable keyring; run init first", err);
    if (!job->force && now_s - keyring.rotated_s < MIN_ROTATION_S) {
        job->reason = "too_soon";
        (void)fprintf(stderr, "cnop-keys: the last rotation was less than a day ago\n");
        return 1;
    }
    err = cnop_token_key_create(job->dir, new_kid);
    if (err != CNOP_OK)
        return fail(job, "cannot make a key", err);
    if (publish(job) != 0)
        return 1;
    rotated = keyring_rotate(&keyring, new_kid, now_s);
    err = keyring_store(job->dir, &rotated);
    if (err != CNOP_OK)
        return fail(job, "cannot write the keyring", err);
    memcpy(job->kid, rotated.current, sizeof(job->kid));
    remove_key(job, keyring.previous);
    return publish(job);
}

static void
audit_rotation(const struct job *job, bool done)
{
    struct cnop_log_line line;
    char object[sizeof("key:") + CNOP_KEYSET_KID_CHARS];
    char actor[32];

    (void)snprintf(object, sizeof(object), "key:%s", job->kid);
    (void)snprintf(actor, sizeof(actor), "uid:%lu", (unsigned long)getuid());
    cnop_log_begin_audit(&line, &(struct cnop_log_context){.user = cnop_str_from(actor)},
                         done ? "key_rotate" : "key_rotate_failed",
                         done ? "another key signs access tokens" : "refused");
    cnop_log_text(&line, "outcome", done ? "success" : "failure");
    if (!done)
        cnop_log_text(&line, "reason", job->reason);
    if (job->kid[0] != '\0')
        cnop_log_text(&line, "object", object);
    cnop_log_bool(&line, "forced", job->force);
    cnop_log_end(&line);
}

/* A rotation whose line could not be written is not begun. */
static int
run_audited_rotation(struct job *job)
{
    int status;

    if (job->audit_file != NULL && (cnop_log_open("auth", CNOP_LOG_WARN, NULL) != CNOP_OK ||
                                    cnop_log_open_audit(job->audit_file) != CNOP_OK)) {
        (void)fprintf(stderr, "cnop-keys: the audit file cannot be opened\n");
        return 1;
    }
    status = run_rotate(job);
    if (job->audit_file != NULL)
        audit_rotation(job, status == 0);
    return status;
}

static int
run_list(struct job *job)
{
    struct keyring keyring;
    enum cnop_err err = keyring_load(job->dir, &keyring);

    if (err != CNOP_OK)
        return fail(job, "there is no usable keyring", err);
    (void)printf("current  %s\nnext     %s\n", keyring.current, keyring.next);
    if (keyring.previous[0] != '\0')
        (void)printf("previous %s\n", keyring.previous);
    return 0;
}

/* One tool at a time: the folder itself is the lock. */
static bool
lock_folder(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0; /* held until exit */
}

int
main(int argc, char **argv)
{
    static const struct option options[] = {{"force", no_argument, NULL, 'f'},
                                            {"audit", required_argument, NULL, 'a'},
                                            {"help", no_argument, NULL, 'h'},
                                            {0}};
    struct job job = {.force = false};
    const char *verb;
    int option;

    while ((option = getopt_long(argc, argv, "fa:h", options, NULL)) != -1) {
        if (option == 'f')
            job.force = true;
        else if (option == 'a')
            job.audit_file = optarg;
        else
            return fputs(usage_text, option == 'h' ? stdout : stderr) < 0 || option != 'h' ? 2 : 0;
    }
    if (argc - optind != 3) {
        (void)fputs(usage_text, stderr);
        return 2;
    }
    verb = argv[optind];
    job.dir = argv[optind + 1];
    job.jwks_file = argv[optind + 2];
    cnop_secret_init();
    (void)umask(022);
    if (!lock_folder(job.dir)) {
        (void)fprintf(stderr, "cnop-keys: %s is not a folder, or another cnop-keys is at work\n",
                      job.dir);
        return 1;
    }
    if (strcmp(verb, "init") == 0)
        return run_init(&job);
    if (strcmp(verb, "rotate") == 0)
        return run_audited_rotation(&job);
    if (strcmp(verb, "list") == 0)
        return run_list(&job);
    (void)fputs(usage_text, stderr);
    return 2;
}
