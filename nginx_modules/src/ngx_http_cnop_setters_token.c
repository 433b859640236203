/* SPDX-License-Identifier: MIT */
/*
 * The directives of keys, tokens and roles.  Runs in the master only; requests
 * never come here.
 */

#include "ngx_http_cnop_param.h"
#include "ngx_http_cnop_setters.h"

#include "shared/token/token.h"


static char *
ngx_http_cnop_keys_secret(ngx_conf_t *cf, ngx_http_cnop_keys_conf_t *keys,
    ngx_str_t *val)
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

    return ngx_conf_full_name(cf->cycle, &secret->file, 1) == NGX_OK
               ? NGX_CONF_OK
               : NGX_CONF_ERROR;
}


char *
ngx_http_cnop_set_keys(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_main_conf_t  *cmcf = conf;

    char                       *rv;
    uint64_t                    check, leeway, max_ttl;
    ngx_str_t                  *value, val;
    ngx_uint_t                  i;
    ngx_http_cnop_keys_conf_t  *keys;

    ngx_http_cnop_param_t  params[] = {
        { "check", 100, 3600000, NULL, &check, NULL },
        { "leeway", 0, 30000, NULL, &leeway, NULL },
        { "max_ttl", 0, 31536000000, NULL, &max_ttl, NULL },
        { NULL, 0, 0, NULL, NULL, NULL }
    };

    keys = &cmcf->keys;

    if (keys->check) {
        return "is duplicate";
    }

    check = 2000;
    leeway = 10000;
    max_ttl = 86400000;
    ngx_str_set(&keys->issuer, "cnop");
    ngx_str_set(&keys->audience, "cnop-api");

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {

        if (!ngx_http_cnop_named(&value[i], "hs256", &val)
            && ngx_http_cnop_repeated(cf, i))
        {
            return NGX_CONF_ERROR;
        }

        if (ngx_http_cnop_named(&value[i], "jwks", &val)) {
            keys->jwks = val;

            if (val.len == 0
                || ngx_conf_full_name(cf->cycle, &keys->jwks, 1) != NGX_OK)
            {
                return ngx_http_cnop_refuse(cf, &value[i], NULL);
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

        if (ngx_http_cnop_parse_param(cf, &value[i], params) != NGX_OK) {
            return NGX_CONF_ERROR;
        }
    }

    keys->check = check;
    keys->leeway = leeway / 1000;
    keys->max_ttl = max_ttl / 1000;

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_jwt_cookie(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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
        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        name = ngx_array_push(clcf->cookies);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


char *
ngx_http_cnop_set_require_role(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
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
        if (ngx_http_cnop_repeated(cf, i)) {
            return NGX_CONF_ERROR;
        }

        if (ngx_strcmp(value[i].data, "customer") == 0) {
            clcf->roles |= 1 << CNOP_ROLE_CUSTOMER;

        } else if (ngx_strcmp(value[i].data, "admin") == 0) {
            clcf->roles |= 1 << CNOP_ROLE_ADMIN;

        } else {
            return ngx_http_cnop_refuse(cf, &value[i], NULL);
        }
    }

    return NGX_CONF_OK;
}
