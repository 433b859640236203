/* SPDX-License-Identifier: MIT */
/*
 * Beginnings: of a configuration in the master, and of a worker.
 */

#include "ngx_http_cnop_audit.h"
#include "ngx_http_cnop_events.h"
#include "ngx_http_cnop_hub.h"
#include "ngx_http_cnop_keys.h"
#include "ngx_http_cnop_process.h"
#include "ngx_http_cnop_share.h"

#include <sys/prctl.h>


/* nginx makes its unix sockets open to everybody */

static ngx_int_t
ngx_http_cnop_restrict_sockets(ngx_cycle_t *cycle,
    ngx_http_cnop_main_conf_t *cmcf)
{
    const char       *path;
    ngx_uint_t        i;
    ngx_listening_t  *ls;

    if (cmcf->socket_mode == 0) {
        return NGX_OK;
    }

    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts; i++) {

        if (ls[i].sockaddr->sa_family != AF_UNIX
            || ls[i].handler != ngx_http_init_connection)
        {
            continue;
        }

        path = ((struct sockaddr_un *) ls[i].sockaddr)->sun_path;

        if (chmod(path, cmcf->socket_mode) == -1) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, ngx_errno,
                          "chmod() \"%s\" failed", path);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * the configuration as a whole was accepted: its keys become the ones workers
 * inherit
 */

ngx_int_t
ngx_http_cnop_init_module(ngx_cycle_t *cycle)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    if (ngx_test_config) {
        return NGX_OK;
    }

    ngx_http_cnop_keys_adopt();

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_cnop_module);

    if (cmcf == NULL) {
        return NGX_OK;
    }

    if (!ngx_is_init_cycle(cycle->old_cycle)) {
        ngx_http_cnop_audit_reload(cmcf);
    }

    if (ngx_http_cnop_bell_open(cycle->log) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_cnop_restrict_sockets(cycle, cmcf);
}


/*
 * When the master is killed its workers would go on and keep the ports, so that
 * no new master could start.  Instead they finish what they have and leave.
 */

static void
ngx_http_cnop_follow_master(ngx_log_t *log)
{
    if (prctl(PR_SET_PDEATHSIG, SIGQUIT) == -1) {
        ngx_log_error(NGX_LOG_ALERT, log, ngx_errno,
                      "prctl(PR_SET_PDEATHSIG) failed");
    }

    if (getppid() != ngx_parent) {
        ngx_quit = 1;
    }
}


ngx_int_t
ngx_http_cnop_init_process(ngx_cycle_t *cycle)
{
    ngx_http_cnop_main_conf_t  *cmcf;

    if (ngx_process != NGX_PROCESS_WORKER
        && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    if (ngx_process == NGX_PROCESS_WORKER) {
        ngx_http_cnop_follow_master(cycle->log);
    }

    cmcf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_cnop_module);

    if (cmcf == NULL) {
        return NGX_OK;
    }

    if (ngx_http_cnop_share_init_process(cycle, cmcf) != NGX_OK
        || ngx_http_cnop_hub_init_process(cycle, cmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (!cmcf->uses_jwt) {
        return NGX_OK;
    }

    return ngx_http_cnop_keys_init_process(cycle, cmcf);
}
