/* SPDX-License-Identifier: MIT */
/* The engine's queues; see job_list.h. */
#include "fcgi_services/order/job_list.h"

void
job_list_push(struct job_list *list, struct engine_job *job)
{
    cnop_assert(job != NULL);
    cnop_assert(list->first == NULL || list->last->next == NULL);
    job->next = NULL;
    if (list->first == NULL)
        list->first = job;
    else
        list->last->next = job;
    list->last = job;
}

struct engine_job *
job_list_pop(struct job_list *list)
{
    struct engine_job *job = list->first;

    if (job == NULL)
        return NULL;
    list->first = job->next;
    cnop_assert(list->first != NULL || list->last == job);
    job->next = NULL;
    return job;
}

void
job_list_prepend(struct job_list *list, struct job_list *head)
{
    if (head->first == NULL)
        return;
    cnop_assert(head->last != NULL);
    cnop_assert(head->last->next == NULL);
    head->last->next = list->first;
    if (list->first == NULL)
        list->last = head->last;
    list->first = head->first;
    head->first = NULL;
}
