/* SPDX-License-Identifier: MIT */
/* The look-up in memory, for unit tests: jobs wait until the test answers the oldest. */
#ifndef CNOP_TESTS_FAKES_LOOKUP_FAKE_H
#define CNOP_TESTS_FAKES_LOOKUP_FAKE_H

#include "fcgi_services/order/lookup.h"

#define FAKE_LOOKUPS 64

struct lookup {
    struct engine_job *waiting[FAKE_LOOKUPS];
    uint32_t waiting_count;
    struct lookup_result ready[FAKE_LOOKUPS];
    uint32_t ready_count;
    uint32_t room;      /* jobs that may wait */
    bool other_request; /* what is found next was asked for with another body */
    bool stopped;
};

/* Answers the job that waits longest; posting: what was found, else NULL. */
void lookup_fake_answer(struct lookup *lookup, enum cnop_err err,
                        const struct ledger_posting *posting);

#endif
