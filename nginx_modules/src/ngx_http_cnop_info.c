/* SPDX-License-Identifier: MIT */
/*
 * What the gateway says about itself: health, liveness, readiness and release.
 * Asks no service: each reports its own readiness on the internal listener.
 * Whether the state is health or degraded is decided by the configuration.
 */

#include "ngx_http_cnop_answer.h"
#include "ngx_http_cnop_info.h"
#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_problem.h"
#include "ngx_http_cnop_revoke.h"


/* seconds: a file may be caught while it is written, and written again */

#define NGX_HTTP_CNOP_BROKEN_KEYS  10


typedef struct {
    ngx_str_t                   name;
    const char                 *body;
    ngx_uint_t                  must_be_ready;
} ngx_http_cnop_info_t;


static ngx_http_cnop_info_t  ngx_http_cnop_infos[] = {

    { ngx_string("health"),
      "{\"status\":\"healthy\",\"service\":\"gateway\",\"redis\":true}\n", 0 },

    { ngx_string("degraded"),
      "{\"status\":\"degraded\",\"service\":\"gateway\","
      "\"redis\":false}\n", 0 },

    { ngx_string("live"),
      "{\"status\":\"live\",\"service\":\"gateway\"}\n", 0 },

    { ngx_string("ready"),
      "{\"status\":\"ready\",\"service\":\"gateway\"}\n", 1 },

    { ngx_string("version"),
      "{\"name\":\"cnop\",\"version\":\"" PACKAGE_VERSION "\","
      "\"commit\":\"%V\","
      "\"api\":\"v1\"}\n", 0 },

    { ngx_null_string, NULL, 0 }
};


/*
 * ready: there are keys, their files can be read, and the gateway knows which
 * sessions have ended
 */

static ngx_uint_t
ngx_http_cnop_is_ready(ngx_http_cnop_main_conf_t *cmcf)
{
    time_t    broken;
    uint64_t  keys;

    ngx_http_cnop_keys_state(&keys, &broken);

    if (cmcf->uses_jwt
        && (keys == 0 || broken >= NGX_HTTP_CNOP_BROKEN_KEYS))
    {
        return 0;
    }

    return ngx_http_cnop_revoke_ready(cmcf);
}


static ngx_int_t
ngx_http_cnop_info_handler(ngx_http_request_t *r)
{
    ngx_int_t                   rc;
    ngx_str_t                   text;
    ngx_http_cnop_ctx_t        *ctx;
    ngx_http_cnop_loc_conf_t   *clcf;
    ngx_http_cnop_main_conf_t  *cmcf;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_cnop_module);
    cmcf = ngx_http_get_module_main_conf(r, ngx_http_cnop_module);

    if (clcf->info_ready && !ngx_http_cnop_is_ready(cmcf)) {
        ctx = ngx_http_cnop_get_ctx(r);
        if (ctx == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ctx->retry_after = 1;
        rc = ngx_http_cnop_problem_content(r, CNOP_E_UNAVAILABLE, NULL);

    } else {
        text = clcf->info;
        rc = ngx_http_cnop_send_text(r, NGX_HTTP_OK, "application/json", &text);
    }

    return rc;
}


char *
ngx_http_cnop_set_info(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_cnop_loc_conf_t  *clcf = conf;

    ngx_str_t                 *value, commit;
    ngx_http_cnop_info_t      *info;
    ngx_http_core_loc_conf_t  *core;

    if (clcf->info.len) {
        return "is duplicate";
    }

    value = cf->args->elts;
    ngx_str_set(&commit, "unknown");

    if (cf->args->nelts == 3) {
        commit = value[2];
    }

    for (info = ngx_http_cnop_infos; info->name.len; info++) {
        if (ngx_strcmp(info->name.data, value[1].data) == 0) {
            break;
        }
    }

    if (info->name.len == 0 || commit.len > 64
        || !cnop_str_is_word(ngx_http_cnop_str(&commit), "._-"))
    {
        return "takes health, degraded, live, ready or version [<commit>]";
    }

    clcf->info.data = ngx_pnalloc(cf->pool, 256);
    if (clcf->info.data == NULL) {
        return NGX_CONF_ERROR;
    }

    clcf->info.len = ngx_snprintf(clcf->info.data, 256, info->body, &commit)
                     - clcf->info.data;
    clcf->info_ready = info->must_be_ready;

    core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    core->handler = ngx_http_cnop_info_handler;

    return NGX_CONF_OK;
}
