/* SPDX-License-Identifier: MIT */
/* The command line that every program shares. Speaks to the operator on stdout and stderr, before
 * the log is open. */
#include "shared/config/config.h"

#include <string.h>

#define CNOP_CONFIG_STATUS_USAGE 2
#define CNOP_CONFIG_STATUS_REFUSED 78 /* EX_CONFIG of sysexits.h */

struct config_arguments {
    const char *path;
    bool check;
    bool routes;
    bool help;
    bool help_config;
};

static bool
config_argument(struct config_arguments *arguments, const char *text)
{
    static const char path_option[] = "--config=";

    if (strcmp(text, "--check") == 0)
        arguments->check = true;
    else if (strcmp(text, "--routes") == 0)
        arguments->routes = true;
    else if (strcmp(text, "--help") == 0)
        arguments->help = true;
    else if (strcmp(text, "--help-config") == 0)
        arguments->help_config = true;
    else if (strncmp(text, path_option, sizeof(path_option) - 1) == 0)
        arguments->path = text + sizeof(path_option) - 1;
    else
        return false;
    return true;
}

static bool
config_arguments(int argc, char *const argv[], struct config_arguments *ret_arguments)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--config") == 0 && i + 1 < argc)
            ret_arguments->path = argv[++i];
        else if (!config_argument(ret_arguments, argv[i]))
            return false;
    }
    return ret_arguments->path != NULL || ret_arguments->routes || ret_arguments->help ||
           ret_arguments->help_config;
}

static void
config_usage(const struct cnop_config_spec *spec, FILE *out)
{
    fprintf(out,
            "usage: %s --config FILE   run\n"
            "       %s --config FILE --check   say whether the file is accepted\n"
            "       %s --help-config   print every key\n"
            "       %s --routes   print the routes, if it has any\n",
            spec->program, spec->program, spec->program, spec->program);
}

enum cnop_config_verb
cnop_config_start(const struct cnop_config_spec *spec, int argc, char *const argv[],
                  struct cnop_arena *arena, void *values, int *ret_status)
{
    struct config_arguments arguments = {0};
    struct cnop_config_fault fault;

    *ret_status = 0;
    if (!config_arguments(argc, argv, &arguments)) {
        config_usage(spec, stderr);
        *ret_status = CNOP_CONFIG_STATUS_USAGE;
        return CNOP_CONFIG_EXIT;
    }
    if (arguments.help)
        config_usage(spec, stdout);
    if (arguments.help_config)
        cnop_config_print(spec, stdout);
    if (arguments.help || arguments.help_config)
        return CNOP_CONFIG_EXIT;
    if (arguments.routes)
        return CNOP_CONFIG_ROUTES;

    if (cnop_config_load(spec, arguments.path, arena, values, &fault) != CNOP_OK) {
        fprintf(stderr, "%s: %s\n", spec->program, fault.text);
        *ret_status = CNOP_CONFIG_STATUS_REFUSED;
        return CNOP_CONFIG_EXIT;
    }
    if (!arguments.check)
        return CNOP_CONFIG_RUN;
    printf("%s: %s is accepted\n", spec->program, arguments.path);
    return CNOP_CONFIG_EXIT;
}
