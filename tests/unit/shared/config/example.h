/* SPDX-License-Identifier: MIT */
/* A key table with one key of each kind, shared by the tests of shared/config. */
#ifndef CNOP_TESTS_UNIT_SHARED_CONFIG_EXAMPLE_H
#define CNOP_TESTS_UNIT_SHARED_CONFIG_EXAMPLE_H

#include "shared/config/config.h"

struct example {
    const char *title;
    const char *socket;
    const char *key_file;
    uint64_t thread_count;
    uint64_t deadline_ms;
    unsigned level;
    bool enabled;
};

static const char *const example_levels[] = {"debug", "info", "warn", NULL};

static const struct cnop_config_key example_keys[] = {
    CNOP_CONFIG_ROW_STRING(struct example, title, "", "Shown to people."),
    CNOP_CONFIG_ROW_PATH(struct example, socket, NULL, "Where to listen."),
    CNOP_CONFIG_ROW_SECRET(struct example, key_file, "/etc/example.key", "Key of public ids."),
    CNOP_CONFIG_ROW_U64(struct example, thread_count, "4", 1, 64, "Handler threads."),
    CNOP_CONFIG_ROW_DURATION(struct example, deadline_ms, "2s", 10, 60000, "Time per request."),
    CNOP_CONFIG_ROW_ENUM(struct example, level, "info", example_levels, "Least level logged."),
    CNOP_CONFIG_ROW_BOOL(struct example, enabled, "on", "Whether it runs."),
};

static const struct cnop_config_spec example_spec = {
    .program = "cnop-example",
    .keys = example_keys,
    .key_count = CNOP_COUNT(example_keys),
};

#endif
