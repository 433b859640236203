/* SPDX-License-Identifier: MIT */
/* Typed configuration: every value passes one setter, whether it comes from the table's default or
 * from the file. Refuses with file and line; never guesses, never logs. */
#include "shared/config/config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "shared/base/ascii.h"
#include "shared/base/buf.h"
#include "shared/base/file.h"

#define CNOP_CONFIG_FILE_BYTES_MAX (64 * 1024)
#define CNOP_CONFIG_STRING_BYTES_MAX 255
#define CNOP_CONFIG_PATH_BYTES_MAX 4095

/* One parse: where faults are reported from, and which keys have been seen. */
struct cnop_config_run {
    const struct cnop_config_spec *spec;
    const char *name;
    struct cnop_arena *arena;
    char *values;
    bool *seen;
    struct cnop_config_fault *fault;
    size_t line; /* 0: not about a line */
};

cnop_printf(2, 3) static enum cnop_err
    cnop_config_refuse(const struct cnop_config_run *run, const char *fmt, ...)
{
    struct cnop_buf buf;
    char detail[384];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(detail, sizeof(detail), fmt, args); /* cut when too long: only for reading */
    va_end(args);
    memset(run->fault->text, 0, sizeof(run->fault->text));
    cnop_buf_init(&buf, run->fault->text, sizeof(run->fault->text) - 1);
    cnop_buf_text(&buf, run->name);
    if (run->line > 0)
        cnop_buf_printf(&buf, ":%zu", run->line);
    cnop_buf_text(&buf, ": ");
    if (buf.overflow) { /* a very long path: the reason matters more */
        cnop_buf_clear(&buf);
        memset(run->fault->text, 0, sizeof(run->fault->text));
    }
    cnop_buf_text(&buf, detail);
    return CNOP_E_CONFIG;
}

static enum cnop_err
config_set_text(struct cnop_config_run *run, const struct cnop_config_key *key,
                struct cnop_str text, const char **field)
{
    bool is_path = key->kind != CNOP_CONFIG_STRING;
    bool may_be_empty = key->default_text != NULL && key->default_text[0] == '\0';
    struct cnop_str copy;

    if (cnop_str_empty(text) && !may_be_empty)
        return cnop_config_refuse(run, "%s may not be empty", key->name);
    if (text.len > (is_path ? CNOP_CONFIG_PATH_BYTES_MAX : CNOP_CONFIG_STRING_BYTES_MAX))
        return cnop_config_refuse(run, "%s is too long", key->name);
    if (is_path && !cnop_str_empty(text) && text.ptr[0] != '/')
        return cnop_config_refuse(run, "%s must be an absolute path", key->name);
    copy = cnop_str_copy(run->arena, text);
    if (copy.ptr == NULL)
        return cnop_config_refuse(run, "%s: no memory left", key->name);
    *field = copy.ptr;
    return CNOP_OK;
}

static enum cnop_err
config_set_u64(struct cnop_config_run *run, const struct cnop_config_key *key, struct cnop_str text,
               uint64_t *field)
{
    if (cnop_str_parse_u64(text, key->min, key->max, field) != CNOP_OK)
        return cnop_config_refuse(run, "%s must be a number from %" PRIu64 " to %" PRIu64,
                                  key->name, key->min, key->max);
    return CNOP_OK;
}

static enum cnop_err
config_set_duration(struct cnop_config_run *run, const struct cnop_config_key *key,
                    struct cnop_str text, uint64_t *field)
{
    static const struct {
        struct cnop_str suffix;
        uint64_t unit_ms;
    } units[] = {
        {CNOP_STR("ms"), 1},          {CNOP_STR("s"), 1000},         {CNOP_STR("m"), 60 * 1000},
        {CNOP_STR("h"), 3600 * 1000}, {CNOP_STR("d"), 86400 * 1000},
    };
    struct cnop_str digits = text;
    uint64_t value;

    while (digits.len > 0 && !cnop_is_digit(digits.ptr[digits.len - 1]))
        digits.len--;
    for (size_t i = 0; i < CNOP_COUNT(units); i++) {
        struct cnop_str suffix = cnop_str_make(text.ptr + digits.len, text.len - digits.len);

        if (!cnop_str_equal(suffix, units[i].suffix))
            continue;
        if (cnop_str_parse_u64(digits, 0, UINT64_MAX / units[i].unit_ms, &value) != CNOP_OK)
            break;
        value *= units[i].unit_ms;
        if (value < key->min || value > key->max)
            break;
        *field = value;
        return CNOP_OK;
    }
    return cnop_config_refuse(run,
                              "%s must be a duration such as 250ms, 5s, 2m, 1h or 7d, from %" PRIu64
                              "ms to %" PRIu64 "ms",
                              key->name, key->min, key->max);
}

static enum cnop_err
config_set_bool(struct cnop_config_run *run, const struct cnop_config_key *key,
                struct cnop_str text, bool *field)
{
    *field = cnop_str_equal(text, CNOP_STR("on"));
    if (*field || cnop_str_equal(text, CNOP_STR("off")))
        return CNOP_OK;
    return cnop_config_refuse(run, "%s must be on or off", key->name);
}

static void
config_join_names(struct cnop_buf *buf, const char *const *names, const char *separator)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (i > 0)
            cnop_buf_text(buf, separator);
        cnop_buf_text(buf, names[i]);
    }
}

static enum cnop_err
config_set_enum(struct cnop_config_run *run, const struct cnop_config_key *key,
                struct cnop_str text, unsigned *field)
{
    struct cnop_buf choices;
    char memory[256];

    for (unsigned i = 0; key->names[i] != NULL; i++) {
        if (cnop_str_equal(text, cnop_str_from(key->names[i]))) {
            *field = i;
            return CNOP_OK;
        }
    }
    cnop_buf_init(&choices, memory, sizeof(memory));
    config_join_names(&choices, key->names, ", ");
    return cnop_config_refuse(run, "%s must be one of: %.*s", key->name,
                              CNOP_STR_ARG(cnop_buf_view(&choices)));
}

static enum cnop_err
config_set(struct cnop_config_run *run, const struct cnop_config_key *key, struct cnop_str text)
{
    void *field = run->values + key->offset;

    switch (key->kind) {
    case CNOP_CONFIG_STRING:
    case CNOP_CONFIG_PATH:
    case CNOP_CONFIG_SECRET:
        return config_set_text(run, key, text, field);
    case CNOP_CONFIG_U64:
        return config_set_u64(run, key, text, field);
    case CNOP_CONFIG_BOOL:
        return config_set_bool(run, key, text, field);
    case CNOP_CONFIG_DURATION:
        return config_set_duration(run, key, text, field);
    case CNOP_CONFIG_ENUM:
        return config_set_enum(run, key, text, field);
    }
    cnop_assert(false);
    return CNOP_E_CONFIG;
}

static void
config_set_defaults(struct cnop_config_run *run)
{
    for (size_t i = 0; i < run->spec->key_count; i++) {
        const struct cnop_config_key *key = &run->spec->keys[i];
        enum cnop_err err = CNOP_OK;

        if (key->default_text != NULL)
            err = config_set(run, key, cnop_str_from(key->default_text));
        cnop_assert(err == CNOP_OK); /* a default outside its own range is our bug */
    }
}

static enum cnop_err
config_parse_line(struct cnop_config_run *run, struct cnop_str line)
{
    struct cnop_str name;
    struct cnop_str value;

    line = cnop_str_trim(line);
    if (cnop_str_empty(line) || line.ptr[0] == '#')
        return CNOP_OK;
    if (!cnop_str_is_utf8(line))
        return cnop_config_refuse(run, "the line is not UTF-8 text");
    if (!cnop_str_cut(line, '=', &name, &value))
        return cnop_config_refuse(run, "the line is not of the form: key = value");
    name = cnop_str_trim(name);
    value = cnop_str_trim(value);
    for (size_t i = 0; i < run->spec->key_count; i++) {
        if (!cnop_str_equal(name, cnop_str_from(run->spec->keys[i].name)))
            continue;
        if (run->seen[i])
            return cnop_config_refuse(run, "%s is set twice", run->spec->keys[i].name);
        run->seen[i] = true;
        return config_set(run, &run->spec->keys[i], value);
    }
    return cnop_config_refuse(run, "%s has no key \"%.*s\"", run->spec->program,
                              CNOP_STR_ARG(cnop_str_make(name.ptr, name.len < 64 ? name.len : 64)));
}

enum cnop_err
cnop_config_parse(const struct cnop_config_spec *spec, const char *name, struct cnop_str text,
                  struct cnop_arena *arena, void *values, struct cnop_config_fault *ret_fault)
{
    struct cnop_config_run run = {
        .spec = spec,
        .name = name,
        .arena = arena,
        .values = values,
        .seen = cnop_arena_alloc_array(arena, spec->key_count, sizeof(bool)),
        .fault = ret_fault,
    };
    struct cnop_str line;

    if (run.seen == NULL)
        return cnop_config_refuse(&run, "no memory left");
    config_set_defaults(&run);
    while (!cnop_str_empty(text)) {
        enum cnop_err err;

        run.line++;
        (void)cnop_str_cut(text, '\n', &line, &text); /* the last line may lack its line feed */
        err = config_parse_line(&run, line);
        if (err != CNOP_OK)
            return err;
    }
    run.line = 0;
    for (size_t i = 0; i < spec->key_count; i++)
        if (!run.seen[i] && spec->keys[i].default_text == NULL)
            return cnop_config_refuse(&run, "%s is required", spec->keys[i].name);
    return CNOP_OK;
}

enum cnop_err
cnop_config_load(const struct cnop_config_spec *spec, const char *path, struct cnop_arena *arena,
                 void *values, struct cnop_config_fault *ret_fault)
{
    struct cnop_config_run run = {.spec = spec, .name = path, .fault = ret_fault};
    const char *reason;
    struct cnop_str text;

    if (cnop_file_read(arena, path, CNOP_CONFIG_FILE_BYTES_MAX, &text, &reason) != CNOP_OK) {
        (void)cnop_config_refuse(&run, "%s", reason);
        return CNOP_E_IO;
    }
    return cnop_config_parse(spec, path, text, arena, values, ret_fault);
}

static void
config_print_type(const struct cnop_config_key *key, FILE *out)
{
    struct cnop_buf names;
    char memory[256];

    switch (key->kind) {
    case CNOP_CONFIG_STRING:
        fputs("text", out);
        break;
    case CNOP_CONFIG_PATH:
        fputs("path", out);
        break;
    case CNOP_CONFIG_SECRET:
        fputs("path of a secret", out);
        break;
    case CNOP_CONFIG_U64:
        fprintf(out, "%" PRIu64 " to %" PRIu64, key->min, key->max);
        break;
    case CNOP_CONFIG_BOOL:
        fputs("on, off", out);
        break;
    case CNOP_CONFIG_DURATION:
        fprintf(out, "duration, %" PRIu64 "ms to %" PRIu64 "ms", key->min, key->max);
        break;
    case CNOP_CONFIG_ENUM:
        cnop_buf_init(&names, memory, sizeof(memory));
        config_join_names(&names, key->names, ", ");
        fprintf(out, "%.*s", CNOP_STR_ARG(cnop_buf_view(&names)));
        break;
    }
}

void
cnop_config_print(const struct cnop_config_spec *spec, FILE *out)
{
    fprintf(out, "| key | value | default | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < spec->key_count; i++) {
        const struct cnop_config_key *key = &spec->keys[i];

        fprintf(out, "| `%s` | ", key->name);
        config_print_type(key, out);
        if (key->default_text == NULL)
            fprintf(out, " | required");
        else if (key->default_text[0] == '\0')
            fprintf(out, " | empty");
        else
            fprintf(out, " | `%s`", key->default_text);
        fprintf(out, " | %s |\n", key->doc);
    }
}
