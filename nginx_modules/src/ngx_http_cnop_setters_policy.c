/* SPDX-License-Identifier: MIT */
/*
 * The directives of limits, guard, services and breakers.  Runs in the master
 * only; requests never come here.
 */

#include "ngx_http_cnop_param.h"
#include "ngx_http_cnop_setters.h"


/* "100/s", "10000/m", "5/h" */

static ngx_int_t
ngx_http_cnop_parse_rate(ngx_str_t *val, struct limit_rule *rule)
{
    ngx_int_t  rate;

    if (val->len < 3 || val->data[val->len - 2] != '/') {
        return NGX_ERROR;
    }

    switch (val->data[val->len - 1]) {
    case 's':
        rule->window_ms = 1000;
        break;
    case 'm':
        rule->window_ms = 60000;
        break;
    case 'h':
        rule->window_ms = 3600000;
        break;
    default:
        return NGX_ERROR;
    }

    rate = ngx_atoi(val->data, val->len - 2);

    if (rate < 1 || rate > 1000000000) {
        return NGX_ERROR;
    }

    rule->rate = rate;

    return NGX_OK;
}


/* what is said after the name */

static char *
ngx_http_cnop_parse_limit(ngx_conf_t *cf, ngx_http_cnop_limit_t *limit,
    ngx_http_cnop_policy_t *policy)
{
    ngx_str_t   *value, val;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(value[i].data, "key=ip") == 0) {
            policy->key = NGX_HTTP_CNOP_KEY_IP;

        } else if (ngx_strcmp(value[i].data, "key=user") == 0) {
            policy->key = NGX_HTTP_CNOP_KEY_USER;

        } else if (ngx_strcmp(value[i].data, "dry_run") == 0) {
            limit->dry_run = 1;

        } else if (!ngx_http_cnop_named(&value[i], "rate", &val)
                   || ngx_http_cnop_parse_rate(&val, &policy->rule) != NGX_OK)
        {
            return ngx_http_cnop_refuse(cf, &value[i], NULL);
        }
    }

    if (policy->key == 0 || policy->rule.rate == 0) {
        return "takes a name, key=ip|user and rate=<1..1000000000>/<s|m|h>";
    }

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_limit(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    char                       *rv;
    ngx_str_t                  *value;
    ngx_http_cnop_limit_t      *limit;
    ngx_http_cnop_policy_t     *policy, said;
    ngx_http_cnop_main_conf_t  *cmcf;

    value = cf->args->elts;

    if (clcf->limits == NGX_CONF_UNSET_PTR) {
        clcf->limits = ngx_array_create(cf->pool, 2,
                                        sizeof(ngx_http_cnop_limit_t));
        if (clcf->limits == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    limit = ngx_array_push(clcf->limits);
    if (limit == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(limit, sizeof(ngx_http_cnop_limit_t));

    if (ngx_http_cnop_check_name(cf, &value[1]) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    /* limits with the same name are one: they share counters and rule */

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);

    policy = ngx_http_cnop_named_row(cf, &cmcf->policies,
                                     NGX_HTTP_CNOP_POLICIES_MAX, &value[1],
                                     &limit->policy);
    if (policy == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&said, sizeof(ngx_http_cnop_policy_t));
    said.name = value[1];

    rv = ngx_http_cnop_parse_limit(cf, limit, &said);
    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (policy->key
        && (policy->key != said.key
            || policy->rule.rate != said.rule.rate
            || policy->rule.window_ms != said.rule.window_ms))
    {
        return ngx_http_cnop_refuse(cf, &value[1],
                                    "a limit of this name has another key or "
                                    "rate, and they would share one counter");
    }

    policy->key = said.key;
    policy->rule = said.rule;
    policy->rule.id = ngx_crc32_long(value[1].data, value[1].len);

    return NGX_CONF_OK;
}


/* "404:20": a status and its own threshold */

static ngx_int_t
ngx_http_cnop_parse_soft(ngx_str_t *val, ngx_http_cnop_guard_t *guard)
{
    u_char     *colon;
    ngx_int_t   status, fails;

    colon = ngx_strlchr(val->data, val->data + val->len, ':');
    if (colon == NULL) {
        return NGX_ERROR;
    }

    status = ngx_atoi(val->data, colon - val->data);
    fails = ngx_atoi(colon + 1, val->data + val->len - colon - 1);

    if (status < 400 || status > 499 || fails < 1 || fails > 1000) {
        return NGX_ERROR;
    }

    guard->soft_status = status;
    guard->rule.soft_fails = fails;

    return NGX_OK;
}


char *
ngx_http_cnop_set_guard(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t              *value, val;
    ngx_uint_t              i;
    ngx_http_cnop_guard_t  *guard;

    if (clcf->guard) {
        return "is duplicate";
    }

    guard = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_guard_t));
    if (guard == NULL) {
        return NGX_CONF_ERROR;
    }

    guard->rule.fails = 5;
    guard->rule.within_ms = 300000;
    guard->rule.block_ms = 300000;
    guard->rule.hold_ms = 120000;    /* longer than any upstream timeout */
    guard->status = 401;

    ngx_http_cnop_param_t  params[] = {
        { "fails", 1, GUARD_FAILS_MAX, &guard->rule.fails, NULL, NULL },
        { "status", 400, 499, NULL, NULL, &guard->status },
        { "within", 100, 86400000, NULL, &guard->rule.within_ms, NULL },
        { "block", 100, 86400000, NULL, &guard->rule.block_ms, NULL },
        { NULL, 0, 0, NULL, NULL, NULL }
    };

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(value[i].data, "dry_run") == 0) {
            guard->dry_run = 1;
            continue;
        }

        if (ngx_http_cnop_named(&value[i], "soft", &val)
            && ngx_http_cnop_parse_soft(&val, guard) == NGX_OK)
        {
            continue;
        }

        if (ngx_http_cnop_parse_param(cf, &value[i], params) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    clcf->guard = guard;

    return NGX_CONF_OK;
}


static ngx_http_cnop_service_t *
ngx_http_cnop_service_row(ngx_conf_t *cf, ngx_str_t *name, ngx_uint_t *index)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    if (ngx_http_cnop_check_name(cf, name) != NGX_OK) {
        return NULL;
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);

    return ngx_http_cnop_named_row(cf, &cmcf->services,
                                   NGX_HTTP_CNOP_SERVICES_MAX, name, index);
}


char *
ngx_http_cnop_set_service(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t  *value, val;

    value = cf->args->elts;

    if (clcf->service != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        clcf->service = NGX_HTTP_CNOP_NONE;
        clcf->write_service = NGX_HTTP_CNOP_NONE;
        return NGX_CONF_OK;
    }

    if (ngx_http_cnop_service_row(cf, &value[1], &clcf->service) == NULL) {
        return NGX_CONF_ERROR;
    }

    clcf->write_service = clcf->service;

    if (cf->args->nelts == 2) {
        return NGX_CONF_OK;
    }

    if (!ngx_http_cnop_named(&value[2], "writes", &val)) {
        return ngx_http_cnop_refuse(cf, &value[2], NULL);
    }

    return ngx_http_cnop_service_row(cf, &val, &clcf->write_service)
               ? NGX_CONF_OK : NGX_CONF_ERROR;
}


char *
ngx_http_cnop_set_breaker(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i, index;
    ngx_http_cnop_service_t  *service;

    value = cf->args->elts;

    service = ngx_http_cnop_service_row(cf, &value[1], &index);
    if (service == NULL) {
        return NGX_CONF_ERROR;
    }

    if (service->breaker) {
        return "is duplicate";
    }

    service->breaker = 1;
    service->rule.failures = 20;
    service->rule.ratio = 50;
    service->rule.successes = 3;
    service->rule.window_ms = 10000;
    service->rule.slice_ms = 100;
    service->rule.probe_ms = 250;
    service->rule.open_ms = 30000;
    service->rule.hold_ms = 0;
    cmcf->uses_breaker = 1;

    ngx_http_cnop_param_t  params[] = {
        { "failures", 1, 100000, &service->rule.failures, NULL, NULL },
        { "ratio", 1, 100, &service->rule.ratio, NULL, NULL },
        { "successes", 1, 1000, &service->rule.successes, NULL, NULL },
        { "neutral", 500, 599, NULL, NULL, &service->neutral },
        { "window", 100, 3600000, NULL, &service->rule.window_ms, NULL },
        { "slice", 0, 60000, NULL, &service->rule.slice_ms, NULL },
        { "probe", 10, 3600000, NULL, &service->rule.probe_ms, NULL },
        { "open", 100, 3600000, NULL, &service->rule.open_ms, NULL },
        { "hold", 0, 10000, NULL, &service->rule.hold_ms, NULL },
        { NULL, 0, 0, NULL, NULL, NULL }
    };

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        if (ngx_http_cnop_parse_param(cf, &value[i], params) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}
