/* SPDX-License-Identifier: MIT */
/* The daily gift: a phrase of the list earns its amount once per UTC day, any other phrase a
 * consolation once per UTC day, and nothing after the first kind. Rules over the store port and the
 * engine; never HTTP. A gift is a row first and money second; whatever crashes in between, the
 * money comes exactly once. */
#ifndef CNOP_USER_GIFT_H
#define CNOP_USER_GIFT_H

#include "fcgi_services/user/user_store.h"
#include "shared/engine_client/client.h"

#define GIFT_PHRASE_MAX 256
#define GIFT_FILE_BYTES 65536

struct gift_phrase {
    struct cnop_str phrase;
    cnop_cash amount;
};

struct gift_list {
    const struct gift_phrase *phrases;
    size_t count;
};

/* Lines "AMOUNT PHRASE", # comments. CONFIG: a line that is neither, an amount of 0, too many, or
 * the same phrase twice. The list points into text and arena. */
cnop_must_check enum cnop_err gift_list_parse(struct cnop_arena *arena, struct cnop_str text,
                                              struct gift_list *ret_list);
/* The same from a file, and the errors of cnop_file_read; ret_reason is static text. */
cnop_must_check enum cnop_err gift_list_load(struct cnop_arena *arena, const char *path,
                                             struct gift_list *ret_list, const char **ret_reason);

struct gift_env {
    struct user_store *store;
    struct engine_client *engine;
    const struct gift_list *list;
    cnop_cash consolation;
};

struct gift_request {
    uint64_t user_id;
    struct cnop_str phrase; /* trimmed, not empty */
    struct cnop_str idem_key;
    struct cnop_str request_id;
};

struct gift_result {
    bool by_phrase; /* a phrase of the list was said; on the wire `got_red_pocket` */
    bool replayed;  /* the answer to an earlier request with the same key */
    cnop_cash amount;
    int64_t given_us;
};

/* GIFT_TAKEN, IDEMPOTENCY_MISMATCH, ACCOUNT_FROZEN, and the engine's and the store's errors. */
cnop_must_check enum cnop_err gift_give(const struct gift_env *env,
                                        const struct gift_request *request,
                                        struct gift_result *ret_result);

#endif
