/* SPDX-License-Identifier: MIT */
/*
 * The directives that need more than a slot, and what their parsing shares: each takes its
 * parameters apart completely at start and says what is wrong with them.  Runs in the master only.
 */

#include "ngx_http_cnop_module.h"


char *
ngx_http_cnop_refuse(ngx_conf_t *cf, ngx_str_t *arg)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\" of \"%V\"",
                       arg, &value[0]);

    return NGX_CONF_ERROR;
}


/* "name=value" with the given name: points val behind the sign */

ngx_uint_t
ngx_http_cnop_named(ngx_str_t *arg, const char *name, ngx_str_t *val)
{
    size_t  len;

    len = ngx_strlen(name);

    if (arg->len <= len || arg->data[len] != '='
        || ngx_strncmp(arg->data, name, len) != 0)
    {
        return 0;
    }

    val->data = arg->data + len + 1;
    val->len = arg->len - len - 1;

    return 1;
}


/* NGX_OK, NGX_DECLINED for a name not in the table, NGX_ERROR for a value out of range */

ngx_int_t
ngx_http_cnop_parse_param(ngx_conf_t *cf, ngx_str_t *arg, ngx_http_cnop_param_t *params)
{
    ngx_int_t               n;
    ngx_str_t               val;
    ngx_http_cnop_param_t  *p;

    for (p = params; p->name; p++) {

        if (!ngx_http_cnop_named(arg, p->name, &val)) {
            continue;
        }

        if (p->time) {
            n = ngx_parse_time(&val, 0);
        } else {
            n = ngx_atoi(val.data, val.len);
        }

        if (n == NGX_ERROR || (ngx_uint_t) n < p->min || (ngx_uint_t) n > p->max) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is out of range: %s takes %ui to %ui%s",
                               arg, p->name, p->min, p->max,
                               p->time ? " milliseconds" : "");
            return NGX_ERROR;
        }

        if (p->time) {
            *p->time = n;
        } else {
            *p->number = n;
        }

        return NGX_OK;
    }

    return NGX_DECLINED;
}


char *
ngx_http_cnop_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ssize_t      size;
    ngx_str_t   *value;
    ngx_uint_t   i;

    static const char  *kinds[NGX_HTTP_CNOP_ZONES] = {
        "limit", "guard", "revoke", "breaker", "metrics"
    };

    value = cf->args->elts;
    size = ngx_parse_size(&value[2]);

    if (size == NGX_ERROR) {
        return ngx_http_cnop_refuse(cf, &value[2]);
    }

    for (i = 0; i < NGX_HTTP_CNOP_ZONES; i++) {
        if (ngx_strcmp(value[1].data, kinds[i]) != 0) {
            continue;
        }

        if (cmcf->zones[i]) {
            return "is duplicate";
        }

        return ngx_http_cnop_zone_add(cf, cmcf, i, size) == NGX_OK ? NGX_CONF_OK
                                                                    : NGX_CONF_ERROR;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "unknown zone kind \"%V\": use limit, guard, "
                       "revoke, breaker or metrics", &value[1]);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_cnop_keys_secret(ngx_conf_t *cf, ngx_http_cnop_keys_conf_t *keys, ngx_str_t *val)
{
    u_char                  *colon;
    ngx_str_t                kid;
    ngx_http_cnop_secret_t  *secret;

    colon = ngx_strlchr(val->data, val->data + val->len, ':');

    if (colon == NULL) {
        return "takes hs256=<kid>:<file>";
    }

    kid.data = val->data;
    kid.len = colon - val->data;

    if (!cnop_keyset_kid_valid(ngx_http_cnop_str(&kid))) {
        return "takes a kid of 1 to 32 of A-Z a-z 0-9 _ -";
    }

    if (keys->secrets.nelts == NGX_HTTP_CNOP_SECRETS_MAX) {
        return "takes at most 8 hs256 secrets";
    }

    secret = ngx_array_push(&keys->secrets);
    if (secret == NULL) {
        return NGX_CONF_ERROR;
    }

    secret->kid = kid;
    secret->file.data = colon + 1;
    secret->file.len = val->data + val->len - colon - 1;

    return ngx_conf_full_name(cf->cycle, &secret->file, 1) == NGX_OK ? NGX_CONF_OK
                                                                     : NGX_CONF_ERROR;
}


char *
ngx_http_cnop_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    char                       *rv;
    ngx_int_t                   rc;
    ngx_str_t                  *value, val;
    ngx_uint_t                  i;
    ngx_msec_t                  leeway, max_ttl;
    ngx_http_cnop_keys_conf_t  *keys;

    ngx_http_cnop_param_t  params[] = {
        { "check", 100, 3600000, NULL, NULL },
        { "leeway", 0, 30000, NULL, &leeway },
        { "max_ttl", 0, 31536000000, NULL, &max_ttl },
        { NULL, 0, 0, NULL, NULL }
    };

    keys = &cmcf->keys;
    params[0].time = &keys->check;

    if (keys->check) {
        return "is duplicate";
    }

    keys->check = 2000;
    leeway = 10000;
    max_ttl = 86400000;
    ngx_str_set(&keys->issuer, "cnop");
    ngx_str_set(&keys->audience, "cnop-api");

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_http_cnop_named(&value[i], "jwks", &val)) {
            keys->jwks = val;

            if (val.len == 0 || ngx_conf_full_name(cf->cycle, &keys->jwks, 1) != NGX_OK) {
                return ngx_http_cnop_refuse(cf, &value[i]);
            }

            continue;
        }

        if (ngx_http_cnop_named(&value[i], "hs256", &val)) {
            rv = ngx_http_cnop_keys_secret(cf, keys, &val);
            if (rv != NGX_CONF_OK) {
                return rv;
            }

            continue;
        }

        if (ngx_http_cnop_named(&value[i], "iss", &val) && val.len) {
            keys->issuer = val;
            continue;
        }

        if (ngx_http_cnop_named(&value[i], "aud", &val) && val.len) {
            keys->audience = val;
            continue;
        }

        rc = ngx_http_cnop_parse_param(cf, &value[i], params);

        if (rc == NGX_ERROR) {
            return NGX_CONF_ERROR;
        }

        if (rc == NGX_DECLINED) {
            return ngx_http_cnop_refuse(cf, &value[i]);
        }
    }

    keys->leeway = leeway / 1000;
    keys->max_ttl = max_ttl / 1000;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_jwt_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t   *value, *name;
    ngx_uint_t   i;

    if (clcf->cookies != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        clcf->cookies = NULL;
        return NGX_CONF_OK;
    }

    clcf->cookies = ngx_array_create(cf->pool, 2, sizeof(ngx_str_t));
    if (clcf->cookies == NULL) {
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {
        name = ngx_array_push(clcf->cookies);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_require_role(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (clcf->roles != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    clcf->roles = 0;
    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (ngx_strcmp(value[i].data, "customer") == 0) {
            clcf->roles |= 1 << CNOP_ROLE_CUSTOMER;

        } else if (ngx_strcmp(value[i].data, "admin") == 0) {
            clcf->roles |= 1 << CNOP_ROLE_ADMIN;

        } else {
            return ngx_http_cnop_refuse(cf, &value[i]);
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_cors(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t             *value, *origin, val;
    ngx_uint_t             i, any;
    ngx_http_cnop_cors_t  *cors;

    if (clcf->cors != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "off") == 0) {
        clcf->cors = NULL;
        return NGX_CONF_OK;
    }

    cors = ngx_pcalloc(cf->pool, sizeof(ngx_http_cnop_cors_t));
    if (cors == NULL
        || ngx_array_init(&cors->origins, cf->pool, 4, sizeof(ngx_str_t)) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ngx_str_set(&cors->max_age, "600");
    any = 0;

    for (i = 1; i < cf->args->nelts; i++) {

        if (ngx_strcmp(value[i].data, "*") == 0) {
            any = 1;

        } else if (ngx_strcmp(value[i].data, "credentials") == 0) {
            cors->credentials = 1;

        } else if (ngx_http_cnop_named(&value[i], "max_age", &val)
                   && ngx_atoi(val.data, val.len) != NGX_ERROR)
        {
            cors->max_age = val;

        } else if (ngx_strncmp(value[i].data, "http://", 7) == 0
                   || ngx_strncmp(value[i].data, "https://", 8) == 0)
        {
            origin = ngx_array_push(&cors->origins);
            if (origin == NULL) {
                return NGX_CONF_ERROR;
            }

            *origin = value[i];

        } else {
            return ngx_http_cnop_refuse(cf, &value[i]);
        }
    }

    if (any && cors->credentials) {
        return "cannot allow credentials for any origin: name the origins";
    }

    if (any == (cors->origins.nelts != 0)) {
        return "takes either \"*\" or a list of origins";
    }

    clcf->cors = cors;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_methods(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    u_char      *p;
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   i, k;

    static ngx_conf_bitmask_t  methods[] = {
        { ngx_string("GET"), NGX_HTTP_GET|NGX_HTTP_HEAD },
        { ngx_string("POST"), NGX_HTTP_POST },
        { ngx_string("PUT"), NGX_HTTP_PUT },
        { ngx_string("PATCH"), NGX_HTTP_PATCH },
        { ngx_string("DELETE"), NGX_HTTP_DELETE },
        { ngx_null_string, 0 }
    };

    if (clcf->methods != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    clcf->methods = 0;
    value = cf->args->elts;
    len = sizeof("HEAD, OPTIONS") - 1;

    for (i = 1; i < cf->args->nelts; i++) {
        for (k = 0; methods[k].name.len; k++) {
            if (ngx_strcmp(methods[k].name.data, value[i].data) == 0) {
                break;
            }
        }

        if (methods[k].name.len == 0) {
            return ngx_http_cnop_refuse(cf, &value[i]);
        }

        clcf->methods |= methods[k].mask;
        len += value[i].len + 2;
    }

    p = ngx_pnalloc(cf->pool, len);
    if (p == NULL) {
        return NGX_CONF_ERROR;
    }

    clcf->allow.data = p;

    for (i = 1; i < cf->args->nelts; i++) {
        p = ngx_sprintf(p, "%V, ", &value[i]);
    }

    if (clcf->methods & NGX_HTTP_HEAD) {
        p = ngx_cpymem(p, "HEAD, ", 6);
    }

    p = ngx_cpymem(p, "OPTIONS", 7);
    clcf->allow.len = p - clcf->allow.data;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_route(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t                  *value;
    ngx_uint_t                  i;
    ngx_http_cnop_route_t      *route;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (clcf->route != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        clcf->route = NGX_HTTP_CNOP_NONE;
        return NGX_CONF_OK;
    }

    if (value[1].len > NGX_HTTP_CNOP_LABEL_MAX
        || !cnop_str_is_word(ngx_http_cnop_str(&value[1]), "/_{}*.-"))
    {
        return "takes a label of at most 63 of A-Z a-z 0-9 / _ { } * . -";
    }

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cnop_module);
    route = cmcf->routes.elts;

    for (i = 0; i < cmcf->routes.nelts; i++) {
        if (route[i].label.len == value[1].len
            && ngx_strncmp(route[i].label.data, value[1].data, value[1].len) == 0)
        {
            clcf->route = i;
            return NGX_CONF_OK;
        }
    }

    if (i == NGX_HTTP_CNOP_ROUTES_MAX) {
        return "has too many different labels, the most is 96";
    }

    route = ngx_array_push(&cmcf->routes);
    if (route == NULL) {
        return NGX_CONF_ERROR;
    }

    route->label = value[1];
    route->metrics_slot = 0;
    clcf->route = i;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_audit_event(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i;

    if (clcf->audit_success.len) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (value[i].len == 0 || value[i].len > 48
            || !cnop_str_is_word(ngx_http_cnop_str(&value[i]), "_"))
        {
            return ngx_http_cnop_refuse(cf, &value[i]);
        }
    }

    clcf->audit_success = value[1];

    if (cf->args->nelts == 3) {
        clcf->audit_failure = value[2];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_audit_log(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    ngx_str_t  *value;

    if (cmcf->audit) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    cmcf->audit = ngx_conf_open_file(cf->cycle, &value[1]);

    return cmcf->audit ? NGX_CONF_OK : NGX_CONF_ERROR;
}
