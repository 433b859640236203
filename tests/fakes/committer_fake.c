/* SPDX-License-Identifier: MIT */
/* In-memory committer. */
#include "tests/fakes/committer_fake.h"

void
committer_fake_finish(struct committer *committer, enum cnop_err err)
{
    struct engine_batch *batch = committer->batch;

    cnop_assert(batch != NULL);
    cnop_assert(!committer->done);
    if (err == CNOP_OK)
        ledger_chain_extend(&batch->chain, batch->first_id, batch->changed_count, batch->framed,
                            batch->body.len);
    committer->result = (struct commit_result){.err = err, .elapsed_us = 1000};
    committer->done = true;
}

void
committer_send(struct committer *committer, struct engine_batch *batch)
{
    cnop_assert(committer->batch == NULL);
    committer->batch = batch;
    committer->sent_count++;
    if (committer->judge != NULL)
        committer_fake_finish(committer, committer->judge(committer, batch));
}

bool
committer_take(struct committer *committer, struct commit_result *ret_result)
{
    if (!committer->done)
        return false;
    *ret_result = committer->result;
    committer->batch = NULL;
    committer->done = false;
    return true;
}

int
committer_fd(const struct committer *committer)
{
    cnop_assert(!committer->stopped);
    return -1;
}

bool
committer_has_database(const struct committer *committer)
{
    return committer->has_database;
}

void
committer_stop(struct committer *committer)
{
    committer->stopped = true;
}
