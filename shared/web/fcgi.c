/* SPDX-License-Identifier: MIT */
/* libfcgi behind the pool of idle connections: a connection is put into FCGX_Request by hand,
 * served once and taken out again. The fields set here are private to libfcgi; nothing else may
 * touch them. */
#include "shared/web/fcgi.h"

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <fcgiapp.h>

/* The library version this was written for; another layout must be looked at by a person. */
_Static_assert(offsetof(FCGX_Request, ipcFd) > offsetof(FCGX_Request, paramsPtr),
               "unknown libfcgi request layout");
_Static_assert(sizeof(FCGX_Request) == 80, "unknown libfcgi request layout");

struct cnop_fcgi {
    FCGX_Request request;
};

void
cnop_fcgi_start(void)
{
    struct sigaction before[3];
    const int signals[3] = {SIGPIPE, SIGUSR1, SIGTERM};

    for (int i = 0; i < 3; i++)
        cnop_assert(sigaction(signals[i], NULL, &before[i]) == 0);
    /* Closing must not wait for the peer: up to 2 s of a handler thread otherwise. */
    cnop_assert(setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "0", 1) == 0);
    cnop_assert(FCGX_Init() == 0);
    for (int i = 0; i < 3; i++)
        cnop_assert(sigaction(signals[i], &before[i], NULL) == 0);
}

struct cnop_fcgi *
cnop_fcgi_new(struct cnop_arena *pool)
{
    struct cnop_fcgi *fcgi = cnop_arena_alloc(pool, sizeof(*fcgi));

    cnop_assert(fcgi != NULL);
    cnop_assert(FCGX_InitRequest(&fcgi->request, -1, FCGI_FAIL_ACCEPT_ON_INTR) == 0);
    fcgi->request.ipcFd = -1;
    return fcgi;
}

bool
cnop_fcgi_begin(struct cnop_fcgi *fcgi, int fd)
{
    cnop_assert(fcgi->request.ipcFd == -1);
    cnop_assert(fcgi->request.in == NULL);
    fcgi->request.ipcFd = fd;
    fcgi->request.keepConnection = 1; /* or Accept would begin by closing fd */
    fcgi->request.detached = 1;       /* close without shutdown and without lingering */
    if (FCGX_Accept_r(&fcgi->request) == 0)
        return true;
    fcgi->request.ipcFd = -1;
    return false;
}

char *const *
cnop_fcgi_params(const struct cnop_fcgi *fcgi)
{
    return fcgi->request.envp;
}

size_t
cnop_fcgi_read(struct cnop_fcgi *fcgi, void *ret_bytes, size_t len)
{
    int count;

    cnop_assert(len <= INT_MAX);
    count = FCGX_GetStr(ret_bytes, (int)len, fcgi->request.in);
    return count > 0 ? (size_t)count : 0;
}

bool
cnop_fcgi_write(struct cnop_fcgi *fcgi, const void *bytes, size_t len)
{
    cnop_assert(len <= INT_MAX);
    if (len == 0 || FCGX_PutStr(bytes, (int)len, fcgi->request.out) >= 0)
        return true;
    /* A peer that does not read has had its time: later writes must not wait again. The failure
     * shows in cnop_fcgi_flush. */
    (void)shutdown(fcgi->request.ipcFd, SHUT_RDWR);
    return false;
}

void
cnop_fcgi_cut(struct cnop_fcgi *fcgi)
{
    (void)shutdown(fcgi->request.ipcFd, SHUT_RDWR);
}

bool
cnop_fcgi_flush(struct cnop_fcgi *fcgi)
{
    (void)FCGX_FClose(fcgi->request.err); /* in this order the last record is written by out */
    return FCGX_FClose(fcgi->request.out) == 0;
}

bool
cnop_fcgi_end(struct cnop_fcgi *fcgi)
{
    bool open;

    FCGX_Finish_r(&fcgi->request);
    open = fcgi->request.ipcFd >= 0;
    fcgi->request.ipcFd = -1;
    return open;
}
