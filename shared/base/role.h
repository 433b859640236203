/* SPDX-License-Identifier: MIT */
/* Who somebody is, as tokens say it and as routes ask for it: each role may do what those before it
 * may. */
#ifndef CNOP_BASE_ROLE_H
#define CNOP_BASE_ROLE_H

enum cnop_role {
    CNOP_ROLE_PUBLIC = 0,   /* nobody in particular; never in a token */
    CNOP_ROLE_CUSTOMER = 1, /* any authenticated user */
    CNOP_ROLE_ADMIN = 2,
};

#endif
