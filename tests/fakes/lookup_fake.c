/* SPDX-License-Identifier: MIT */
/* In-memory look-up. */
#include "tests/fakes/lookup_fake.h"

#include <string.h>

void
lookup_fake_answer(struct lookup *lookup, enum cnop_err err, const struct ledger_posting *posting)
{
    struct lookup_result *result = &lookup->ready[lookup->ready_count++];

    cnop_assert(lookup->waiting_count > 0);
    *result = (struct lookup_result){.job = lookup->waiting[0], .err = err};
    if (posting != NULL) {
        result->posting = *posting;
        memcpy(result->fingerprint, result->job->command.fingerprint, LEDGER_FINGERPRINT_BYTES);
        result->fingerprint[0] ^= lookup->other_request;
    }
    lookup->waiting_count--;
    memmove(lookup->waiting, lookup->waiting + 1,
            lookup->waiting_count * sizeof(lookup->waiting[0]));
}

bool
lookup_push(struct lookup *lookup, struct engine_job *job)
{
    if (lookup->waiting_count >= lookup->room)
        return false;
    lookup->waiting[lookup->waiting_count++] = job;
    return true;
}

uint32_t
lookup_take(struct lookup *lookup, struct lookup_result *results, uint32_t max)
{
    uint32_t count = lookup->ready_count < max ? lookup->ready_count : max;

    cnop_assert(max > 0);
    memcpy(results, lookup->ready, count * sizeof(*results));
    lookup->ready_count -= count;
    memmove(lookup->ready, lookup->ready + count, lookup->ready_count * sizeof(*results));
    return count;
}

int
lookup_fd(const struct lookup *lookup)
{
    cnop_assert(!lookup->stopped);
    return -1;
}

void
lookup_stop(struct lookup *lookup)
{
    lookup->stopped = true;
}
