/* SPDX-License-Identifier: MIT */
/*
 * What the parsing of directives shares: names, ranges, and the words with
 * which a value is refused.  Runs in the master only.
 */

#include "ngx_http_cnop_param.h"


char *
ngx_http_cnop_refuse(ngx_conf_t *cf, ngx_str_t *arg, const char *rule)
{
    ngx_str_t  *value;

    value = cf->args->elts;

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid parameter \"%V\" of \"%V\"%s%s",
                       arg, &value[0], rule ? ": " : "", rule ? rule : "");

    return NGX_CONF_ERROR;
}


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


/* up to the sign, or the whole argument when it has none */

static size_t
ngx_http_cnop_name_len(ngx_str_t *arg)
{
    u_char  *sign;

    sign = ngx_strlchr(arg->data, arg->data + arg->len, '=');

    return sign ? (size_t) (sign - arg->data) : arg->len;
}


ngx_uint_t
ngx_http_cnop_repeated(ngx_conf_t *cf, ngx_uint_t i)
{
    size_t       len;
    ngx_str_t   *value;
    ngx_uint_t   k;

    value = cf->args->elts;
    len = ngx_http_cnop_name_len(&value[i]);

    for (k = 1; k < i; k++) {
        if (ngx_http_cnop_name_len(&value[k]) == len
            && ngx_strncmp(value[k].data, value[i].data, len) == 0)
        {
            (void) ngx_http_cnop_refuse(cf, &value[i], "it is given twice");
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_http_cnop_parse_param(ngx_conf_t *cf, ngx_str_t *arg,
    ngx_http_cnop_param_t *params)
{
    ngx_int_t               n;
    ngx_str_t               val;
    ngx_http_cnop_param_t  *p;

    for (p = params; p->name; p++) {
        if (ngx_http_cnop_named(arg, p->name, &val)) {
            break;
        }
    }

    if (p->name == NULL) {
        (void) ngx_http_cnop_refuse(cf, arg, NULL);
        return NGX_ERROR;
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
    } else if (p->number) {
        *p->number = n;
    } else {
        *p->plain = n;
    }

    return NGX_OK;
}


void *
ngx_http_cnop_named_row(ngx_conf_t *cf, ngx_array_t *rows, ngx_uint_t max,
    ngx_str_t *name, ngx_uint_t *index)
{
    u_char      *row;
    ngx_str_t   *known;
    ngx_uint_t   i;

    row = rows->elts;

    for (i = 0; i < rows->nelts; i++, row += rows->size) {
        known = (ngx_str_t *) row;

        if (known->len == name->len
            && ngx_strncmp(known->data, name->data, name->len) == 0)
        {
            *index = i;
            return row;
        }
    }

    if (i == max) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is one name too many, the most is %ui",
                           name, max);
        return NULL;
    }

    row = ngx_array_push(rows);
    if (row == NULL) {
        return NULL;
    }

    ngx_memzero(row, rows->size);
    *(ngx_str_t *) row = *name;
    *index = i;

    return row;
}


ngx_int_t
ngx_http_cnop_check_name(ngx_conf_t *cf, ngx_str_t *name)
{
    if (name->len && name->len <= NGX_HTTP_CNOP_NAME_MAX
        && cnop_str_is_word(ngx_http_cnop_str(name), "_-"))
    {
        return NGX_OK;
    }

    (void) ngx_http_cnop_refuse(cf, name,
                                "a name is 1 to 31 of A-Z a-z 0-9 _ -");

    return NGX_ERROR;
}
