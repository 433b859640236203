/* SPDX-License-Identifier: MIT */
/* What the runtime is measured against: libfcgi as its manual shows it, one thread, a constant
 * answer, no checks, no counters, no log. */
#include <stdio.h>
#include <string.h>

#include <fcgiapp.h>

int
main(int argc, char **argv)
{
    static const char answer[] =
        "Status: 200\r\nContent-Type: application/json\r\n\r\n"
        "{\"status\":\"ok\",\"filler\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}";
    FCGX_Request request;
    int listening;

    if (argc != 2 || FCGX_Init() != 0)
        return 2;
    listening = FCGX_OpenSocket(argv[1], 64);
    if (listening < 0 || FCGX_InitRequest(&request, listening, 0) != 0)
        return 1;
    while (FCGX_Accept_r(&request) == 0) {
        char body[256];

        while (FCGX_GetStr(body, sizeof(body), request.in) == (int)sizeof(body))
            ;
        (void)FCGX_PutStr(answer, sizeof(answer) - 1, request.out);
    }
    return 0;
}
