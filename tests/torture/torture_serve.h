/* SPDX-License-Identifier: MIT */
/* One request through the runtime over a socket pair, as a gateway would send it, and its answer.
 */
#ifndef CNOP_TESTS_TORTURE_TORTURE_SERVE_H
#define CNOP_TESTS_TORTURE_TORTURE_SERVE_H

#include "tests/torture/torture.h"

#define TORTURE_ANSWER_BYTES (128 * 1024)

struct torture_answer {
    int status;
    char code[64]; /* of a problem, or of the first part that has one; empty: none */
    char text[TORTURE_ANSWER_BYTES];
    size_t text_len;
};

/* Armed while the request is being served. Fails the running test unless the answer is well formed,
 * and its code of the catalogue. False: the answer was cut off. */
bool torture_serve(const struct torture_world *world, const struct torture_request *request,
                   struct torture_answer *answer);

/* Whether the connection of the last request is kept for the next. */
bool torture_is_connected(void);

#endif
