/* SPDX-License-Identifier: MIT */
/* Program cnop-admin: what an operator may do to users, straight in the database and in the audit
 * trail. Reads the configuration file of cnop-auth. Never shows or sets a password. */
#include "fcgi_services/auth/account_right.h"
#include "fcgi_services/auth/auth_main.h"
#include "fcgi_services/auth/auth_store_sql.h"
#include "shared/base/span.h"

#include <unistd.h>

static const char usage_text[] =
    "usage: cnop-admin --config AUTH_CONF user (promote | demote | disable | enable) NAME\n"
    "  promote  give the role admin, from the next login or refresh\n"
    "  demote   give the role customer again; ends every session and token at once\n"
    "  disable  refuse logins and end every session and token at once; enable admits the user\n";

struct verb {
    const char *name;
    enum account_right right;
    const char *message;
};

static const struct verb verbs[] = {
    {"promote", ACCOUNT_PROMOTE, "role admin given"},
    {"demote", ACCOUNT_DEMOTE, "role customer given, sessions ended"},
    {"disable", ACCOUNT_DISABLE, "user disabled"},
    {"enable", ACCOUNT_ENABLE, "user enabled"},
};

static void
audit(const struct verb *verb, struct cnop_str username, enum cnop_err err)
{
    struct cnop_log_line line;
    char action[32];
    char object[80];
    char actor[32];

    (void)snprintf(action, sizeof(action), "user_%s", verb->name);
    (void)snprintf(object, sizeof(object), "user:%.*s", CNOP_STR_ARG(username));
    (void)snprintf(actor, sizeof(actor), "uid:%lu", (unsigned long)getuid());
    cnop_log_begin_audit(&line, &(struct cnop_log_context){.user = cnop_str_from(actor)}, action,
                         err == CNOP_OK ? verb->message : "refused");
    cnop_log_text(&line, "outcome", err == CNOP_OK ? "success" : "failure");
    if (err != CNOP_OK)
        cnop_log_text(&line, "reason", cnop_err_code(err));
    cnop_log_text(&line, "object", object);
    cnop_log_str(&line, "username", username);
    cnop_log_end(&line);
}

static int
run(const struct auth_config *config, const struct verb *verb, struct cnop_str username)
{
    struct auth_rules rules = {.access_ttl_s = (int64_t)config->access_ttl / 1000};
    struct auth_env env = {.rules = &rules};
    struct cnop_span span = CNOP_SPAN_OPEN;
    struct session_end end;
    enum cnop_err err;

    cnop_span_enter(&span);
    err = auth_store_open(&config->db, &env.store);
    if (err == CNOP_OK)
        err = account_right_set(&env, username, verb->right, &end); /* the relay tells gateways */
    auth_store_close(&env.store);
    cnop_span_enter(NULL);
    audit(verb, username, err);
    if (err != CNOP_OK) {
        (void)fprintf(stderr, "cnop-admin: %s: %s %s\n", verb->name,
                      err == CNOP_E_NOT_FOUND ? "no such user" : cnop_err_meaning(err), span.cause);
        return 1;
    }
    (void)printf("%.*s: %s\n", CNOP_STR_ARG(username), verb->message);
    return 0;
}

static const struct verb *
find_verb(const char *name)
{
    for (size_t i = 0; i < CNOP_COUNT(verbs); i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}

/* Usage and configuration; returns the exit status. */
static int
start(struct cnop_arena *arena, char **argv, const struct verb *verb)
{
    struct cnop_str username = cnop_str_lower(arena, cnop_str_from(argv[5]));
    struct cnop_config_fault fault;
    struct auth_config config;

    if (cnop_person_check_username(username) != NULL) {
        (void)fprintf(stderr, "cnop-admin: %s is not a user name\n", argv[5]);
        return 2;
    }
    if (cnop_config_load(&auth_config_spec, argv[2], arena, &config, &fault) != CNOP_OK) {
        (void)fprintf(stderr, "cnop-admin: %s\n", fault.text);
        return 78;
    }
    cnop_secret_init();
    if (cnop_log_open("auth", CNOP_LOG_WARN, NULL) != CNOP_OK ||
        (config.web.audit_file[0] != '\0' &&
         cnop_log_open_audit(config.web.audit_file) != CNOP_OK)) {
        (void)fprintf(stderr, "cnop-admin: the audit file cannot be opened\n");
        return 1;
    }
    return run(&config, verb, username);
}

int
main(int argc, char **argv)
{
    const struct verb *verb = argc == 6 ? find_verb(argv[4]) : NULL;
    struct cnop_arena *arena;
    int status;

    if (verb == NULL || strcmp(argv[1], "--config") != 0 || strcmp(argv[3], "user") != 0) {
        (void)fputs(usage_text, stderr);
        return 2;
    }
    arena = cnop_arena_new(CNOP_CONFIG_ARENA_BYTES);
    status = start(arena, argv, verb);
    cnop_arena_free(&arena);
    return status;
}
