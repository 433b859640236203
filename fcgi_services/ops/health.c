/* SPDX-License-Identifier: MIT */
/* One row a service label; what runs under the supervisor has its state, what is scraped an
 * answer. */
#include "fcgi_services/ops/health.h"

#include <stdlib.h>

#include "shared/base/base.h"

const char ops_health_expression[] = "{__name__=~\"up|cnop_service_(running|since_seconds|restarts_"
                                     "total)|[a-z_]+_build_info|mysql_version_info\"}";

static struct ops_process *
process_of(struct ops_health *health, struct cnop_str name)
{
    struct ops_process *process;

    for (size_t i = 0; i < health->count; i++)
        if (cnop_str_equal(health->processes[i].name, name))
            return &health->processes[i];
    if (health->count == OPS_PROCESS_MAX)
        return NULL;
    process = &health->processes[health->count++];
    *process = (struct ops_process){.name = name};
    return process;
}

/* The build of the process itself. What an exporter tells of another one is not that of either, but
 * for MariaDB's own version. */
static bool
tells_version(struct cnop_str process, struct cnop_str metric)
{
    if (cnop_str_equal(metric, CNOP_STR("mysql_version_info")))
        return true;
    return cnop_str_has_prefix(metric, process) &&
           cnop_str_equal(cnop_str_make(metric.ptr + process.len, metric.len - process.len),
                          CNOP_STR("_build_info"));
}

static enum cnop_err
note(struct ops_process *process, struct cnop_str metric, const struct ops_sample *sample)
{
    uint64_t value;

    if (cnop_str_parse_u64(sample->value, 0, UINT64_C(1) << 53, &value) != CNOP_OK)
        return CNOP_E_MONITORING_FAILED;
    if (cnop_str_equal(metric, CNOP_STR("up")))
        process->is_silent = value == 0;
    else if (cnop_str_equal(metric, CNOP_STR("cnop_service_running")))
        process->is_down = value == 0;
    else if (cnop_str_equal(metric, CNOP_STR("cnop_service_since_seconds")))
        process->since_s = value;
    else if (cnop_str_equal(metric, CNOP_STR("cnop_service_restarts_total")))
        process->restarts = value;
    else if (tells_version(process->name, metric))
        process->version = ops_label(sample->labels, CNOP_STR("version"));
    process->is_supervised |= cnop_str_has_prefix(metric, CNOP_STR("cnop_service_"));
    return CNOP_OK;
}

enum ops_state
ops_process_state(const struct ops_process *process)
{
    if (process->is_down)
        return OPS_DOWN;
    return process->is_silent ? OPS_SILENT : OPS_UP;
}

const char *
ops_state_name(enum ops_state state)
{
    static const char *const names[] = {"down", "silent", "up"};

    cnop_assert(state < CNOP_COUNT(names));
    return names[state];
}

static int
compare(const void *left, const void *right)
{
    const struct ops_process *a = left;
    const struct ops_process *b = right;

    if (ops_process_state(a) != ops_process_state(b))
        return ops_process_state(a) < ops_process_state(b) ? -1 : 1;
    return cnop_str_compare(a->name, b->name);
}

enum cnop_err
ops_health_read(const struct ops_sample *samples, size_t count, struct ops_health *ret_health)
{
    struct ops_process *process;
    enum cnop_err err;

    ret_health->count = 0;
    for (size_t i = 0; i < count; i++) {
        struct cnop_str name = ops_label(samples[i].labels, CNOP_STR("service"));
        struct cnop_str metric = ops_label(samples[i].labels, CNOP_STR("__name__"));

        if (cnop_str_empty(name)) /* another exporter's build */
            continue;
        process = process_of(ret_health, name);
        if (process == NULL)
            return CNOP_E_MONITORING_FAILED;
        err = note(process, metric, &samples[i]);
        if (err != CNOP_OK)
            return err;
    }
    qsort(ret_health->processes, ret_health->count, sizeof(*process), compare);
    return CNOP_OK;
}
