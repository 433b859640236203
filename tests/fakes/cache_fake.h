/* SPDX-License-Identifier: MIT */
/* The door to Memcached, in memory and obedient: tests say when it is away and look inside. One
 * cache for the whole program; nothing expires. */
#ifndef CNOP_TESTS_FAKES_CACHE_FAKE_H
#define CNOP_TESTS_FAKES_CACHE_FAKE_H

#include "shared/cache/cache.h"

void cache_fake_clear(void);         /* empty, up, counters at 0 */
void cache_fake_set_up(bool is_up);  /* away: every operation is a miss */
struct cnop_cache *cache_fake(void); /* a handle; any other works as well */

void cache_fake_forget(const char *key_text); /* as if it had expired */

unsigned cache_fake_set_count(void);
/* Bytes of the value under a key that begins with prefix, to be altered; NULL when there is none.
 */
char *cache_fake_value(const char *prefix, size_t *ret_len);

#endif
