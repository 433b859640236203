/* SPDX-License-Identifier: MIT */
/* Handlers of the operations routes: ask a monitor, the gateway, the trail or the logs,
 * encode. */
#ifndef CNOP_OPS_OPS_HTTP_H
#define CNOP_OPS_OPS_HTTP_H

#include "shared/web/web.h"

enum cnop_err ops_http_health(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_panels(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_panel(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_alerts(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_silences(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_set_silence(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_end_silence(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_audit(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_guard(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_set_guard(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_logs(struct cnop_request *req, struct cnop_response *res);
enum cnop_err ops_http_log_histogram(struct cnop_request *req, struct cnop_response *res);

#endif
