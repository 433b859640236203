/* SPDX-License-Identifier: MIT */
/* Jobs first in, first out, by their own links: a job is on one list at a time. */
#ifndef CNOP_ORDER_JOB_LIST_H
#define CNOP_ORDER_JOB_LIST_H

#include "fcgi_services/order/engine.h"

struct job_list {
    struct engine_job *first; /* NULL: empty */
    struct engine_job *last;  /* meaningful unless empty */
};

void job_list_push(struct job_list *list, struct engine_job *job);
struct engine_job *job_list_pop(struct job_list *list); /* NULL: empty */
/* Puts all of head before all of list; head is empty afterwards. */
void job_list_prepend(struct job_list *list, struct job_list *head);

#endif
