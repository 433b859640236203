/* SPDX-License-Identifier: MIT */
/* The user store's writing half in memory, for unit tests, with a switch that makes the nth call
 * fail. */
#ifndef CNOP_TESTS_FAKES_USER_STORE_FAKE_H
#define CNOP_TESTS_FAKES_USER_STORE_FAKE_H

#include "fcgi_services/user/user_store.h"

#define FAKE_GIFTS 32

struct user_store {
    struct profile profile; /* the only one */
    struct cnop_str taken_email;
    unsigned interfere_count; /* updates that find the row changed by somebody else */
    struct gift_row gifts[FAKE_GIFTS];
    size_t gift_count;
    unsigned call_count;
    unsigned fail_at; /* the call with this number fails; 0: none */
};

#endif
