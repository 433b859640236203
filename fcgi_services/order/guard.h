/* SPDX-License-Identifier: MIT */
/* What follows from a finding of the verification: the account is frozen, by an ordinary command
 * that is journaled like all others, people are told, and everybody else is served as before. On
 * the loop thread. */
#ifndef CNOP_ORDER_GUARD_H
#define CNOP_ORDER_GUARD_H

#include "fcgi_services/order/engine.h"
#include "fcgi_services/order/verifier.h"

struct guard;

/* verifier: NULL: there is none. */
struct guard *guard_open(struct engine *engine, struct verifier *verifier);

/* Freezes before anybody is served (start), or as found. */
void guard_take(struct guard *guard, const struct verify_finding *findings, uint32_t count);
/* The verifier's descriptor became readable. */
void guard_on_verifier(struct guard *guard);

/* For health: the last that was heard of the verifier. */
struct verifier_progress guard_progress(const struct guard *guard);

#endif
