/* SPDX-License-Identifier: MIT */
/* The red packet: a lucky phrase wins its amount once per UTC day, any other phrase a consolation
 * once per UTC day, and nothing after a win. Rules over the store port and the engine; never HTTP.
 * A claim is a row first and money second; whatever crashes in between, the money comes exactly
 * once. */
#ifndef CNOP_USER_CLAIM_H
#define CNOP_USER_CLAIM_H

#include "fcgi_services/user/user_store.h"
#include "shared/ledger/client.h"

#define LUCKY_PHRASE_MAX 256
#define LUCKY_FILE_BYTES 65536

struct lucky_phrase {
    struct cnop_str phrase;
    cnop_cash amount;
};

struct lucky_list {
    const struct lucky_phrase *phrases;
    size_t count;
};

/* Lines "AMOUNT PHRASE", # comments. CONFIG: a line that is neither, an amount of 0, too many, or
 * the same phrase twice. The list points into text and arena. */
cnop_must_check enum cnop_err lucky_list_parse(struct cnop_arena *arena, struct cnop_str text,
                                               struct lucky_list *ret_list);
/* The same from a file, and the errors of cnop_file_read; ret_reason is static text. */
cnop_must_check enum cnop_err lucky_list_load(struct cnop_arena *arena, const char *path,
                                              struct lucky_list *ret_list, const char **ret_reason);

struct claim_env {
    struct user_store *store;
    struct ledger_client *engine;
    const struct lucky_list *list;
    cnop_cash consolation;
};

struct claim {
    uint64_t user_id;
    struct cnop_str phrase; /* trimmed, not empty */
    struct cnop_str idem_key;
    struct cnop_str request_id;
};

struct claim_result {
    bool got_red_pocket;
    bool replayed; /* the answer to an earlier claim with the same key */
    cnop_cash amount;
    int64_t claimed_us;
};

/* GIFT_TAKEN, IDEMPOTENCY_MISMATCH, ACCOUNT_FROZEN, and the engine's and the store's errors. */
cnop_must_check enum cnop_err claim_make(const struct claim_env *env, const struct claim *claim,
                                         struct claim_result *ret_result);

#endif
