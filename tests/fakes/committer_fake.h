/* SPDX-License-Identifier: MIT */
/* The committer in memory, for unit tests: a batch stays lent until the test says what became of
 * it, or is judged at once by a function of the test. */
#ifndef CNOP_TESTS_FAKES_COMMITTER_FAKE_H
#define CNOP_TESTS_FAKES_COMMITTER_FAKE_H

#include "fcgi_services/order/committer.h"

struct committer {
    struct engine_batch *batch; /* lent; NULL: none */
    struct commit_result result;
    bool done;
    bool has_database;
    bool stopped;
    unsigned sent_count; /* batches ever lent */
    /* Of the batch that comes in, the sent_count-th; NULL: the test calls committer_fake_finish. */
    enum cnop_err (*judge)(struct committer *committer, const struct engine_batch *batch);
};

/* The batch comes back. CNOP_OK extends its chain, as a commit does. */
void committer_fake_finish(struct committer *committer, enum cnop_err err);

#endif
