/* SPDX-License-Identifier: MIT */
/* The port through which the user service reaches profiles, gifts, and - read only, through views
 * - balances and prices. Every call names the owner. Besides the errors named here every call may
 * give the database's own. */
#ifndef CNOP_USER_USER_STORE_H
#define CNOP_USER_USER_STORE_H

#include "shared/base/arena.h"
#include "shared/base/money.h"
#include "shared/base/secret.h"
#include "shared/person/person.h"

#define POSITION_MAX 512 /* assets of one account */
#define ENTRY_MAX 1001   /* rows of one list or export page, and one to know that more follow */
#define ENTRY_OFFSET_MAX 1000

struct user_store;

/* ---- profiles ---- */

/* Strings live in the arena of the call. Empty phone and date_of_birth: none. */
struct profile {
    uint64_t user_id;
    struct cnop_str username;
    struct cnop_str email;
    struct cnop_str first_name;
    struct cnop_str last_name;
    struct cnop_str phone;
    struct cnop_str date_of_birth; /* YYYY-MM-DD */
    bool marketing_emails_consent;
    int64_t created_us;
    int64_t updated_us;
};

/* NOT_FOUND. */
cnop_must_check enum cnop_err user_store_find_profile(struct user_store *store, uint64_t user_id,
                                                      struct cnop_arena *arena,
                                                      struct profile *ret_profile);

/* Writes everything but user_id, username and created_us, if the stored row is still the one that
 * was read (updated_us is old_updated_us). CONFLICT: it is not. EMAIL_TAKEN. */
cnop_must_check enum cnop_err user_store_update_profile(struct user_store *store,
                                                        const struct profile *profile,
                                                        int64_t old_updated_us);

/* ---- money, as the ledger's views show it ---- */

struct cash_balance {
    cnop_cash available;
    cnop_cash held;       /* for orders on the books */
    uint64_t entry_count; /* lines of the statement */
    int64_t updated_us;   /* of the profile while there has been no movement */
};

/* NOT_FOUND: no such user. Zero before the first movement. */
cnop_must_check enum cnop_err user_store_find_cash(struct user_store *store, uint64_t user_id,
                                                   struct cash_balance *ret_balance);

struct limits_used {
    cnop_cash deposited; /* on the day */
    cnop_cash withdrawn;
};
/* NOT_FOUND: no such user. */
cnop_must_check enum cnop_err user_store_find_limits(struct user_store *store, uint64_t user_id,
                                                     int32_t utc_day, struct limits_used *ret_used);

struct position {
    struct cnop_str symbol;
    struct cnop_str name;
    cnop_qty qty;  /* held for orders or not */
    cnop_qty held; /* of it, for orders on the books */
    cnop_cash cost;
    cnop_cash realised;
    cnop_price price; /* 0: no quote yet */
    int64_t created_us;
    int64_t updated_us;
};

/* Cash, and all assets the account has ever held, those sold out too, at most POSITION_MAX: one
 * statement, so all of one moment. NOT_FOUND: no such user. */
struct wealth {
    struct cash_balance cash;
    struct position *positions;
    size_t count;
};
cnop_must_check enum cnop_err user_store_find_wealth(struct user_store *store, uint64_t user_id,
                                                     struct cnop_arena *arena,
                                                     struct wealth *ret_wealth);
/* NOT_FOUND: unknown symbol, or never held; UNAUTHENTICATED: no such user. symbol in upper case. */
cnop_must_check enum cnop_err user_store_find_position(struct user_store *store, uint64_t user_id,
                                                       struct cnop_str symbol,
                                                       struct cnop_arena *arena,
                                                       struct position *ret_position);

/* One line of the cash statement. */
struct entry {
    int64_t id;
    struct cnop_str type; /* deposit, withdraw, order_payment, order_sale, system_adjustment */
    cnop_cash amount;     /* signed */
    cnop_cash balance_after;
    int64_t order_id; /* 0: none */
    int64_t created_us;
};

struct entry_page {
    uint64_t user_id;
    int64_t after_id;  /* only newer than this; 0: all */
    int64_t before_id; /* only older than this; INT64_MAX: all */
    uint64_t offset;   /* newest first: rows to skip, at most ENTRY_OFFSET_MAX */
    size_t limit;      /* at most ENTRY_MAX */
    bool oldest_first; /* else newest first */
};

/* One moment of the database, for answers that join statements. Ends with user_store_view_done,
 * which accepts a pointer to NULL. */
struct user_view;
cnop_must_check enum cnop_err user_store_view_begin(struct user_store *store,
                                                    struct user_view **ret_view);
void user_store_view_done(struct user_view **view);

/* As user_store_find_cash. */
cnop_must_check enum cnop_err user_view_find_cash(struct user_view *view, uint64_t user_id,
                                                  struct cnop_arena *arena,
                                                  struct cash_balance *ret_balance);
cnop_must_check enum cnop_err user_view_list_entries(struct user_view *view,
                                                     const struct entry_page *page,
                                                     struct cnop_arena *arena,
                                                     struct entry **ret_list, size_t *ret_count);
/* Moves after_id and before_id of the page to the entries of a time, see cnop_time_narrow: ids rise
 * with time. */
cnop_must_check enum cnop_err user_view_narrow(struct user_view *view, int64_t from_us,
                                               int64_t to_us, struct cnop_arena *arena,
                                               struct entry_page *page);

/* ---- watchlists ---- */

#define WATCHLIST_MAX 10         /* lists of one person */
#define WATCHLIST_ASSET_MAX 100  /* assets of one list */
#define WATCHLIST_NAME_MAX 40    /* characters */
#define WATCHLIST_TEXT_MAX 1100u /* bytes of a list's symbols, with commas between them */

/* Strings live in the arena of the call. */
struct watchlist {
    struct cnop_str name;
    struct cnop_str assets; /* symbols in their order, with commas between them; may be empty */
    int64_t updated_us;
};

/* By name. NOT_FOUND: no such user. */
cnop_must_check enum cnop_err user_store_list_watchlists(struct user_store *store, uint64_t user_id,
                                                         struct cnop_arena *arena,
                                                         struct watchlist ret_list[WATCHLIST_MAX],
                                                         size_t *ret_count);
/* Creates the list of that name or replaces it. NOT_FOUND: no such user; CONFLICT: there are
 * WATCHLIST_MAX of other names; ASSET_UNKNOWN: *ret_unknown is the first symbol of no asset, a view
 * into the list. */
cnop_must_check enum cnop_err user_store_put_watchlist(struct user_store *store, uint64_t user_id,
                                                       const struct watchlist *list,
                                                       struct cnop_str *ret_unknown);
/* NOT_FOUND: there is no list of that name. */
cnop_must_check enum cnop_err user_store_delete_watchlist(struct user_store *store,
                                                          uint64_t user_id, struct cnop_str name);

/* ---- gifts ---- */

#define GIFT_KEY_BYTES 64
#define GIFT_LIST_MAX 16

struct gift_row {
    uint64_t user_id;
    int32_t utc_day;
    bool by_phrase;
    cnop_cash amount;
    int64_t given_us;
    int64_t paid_us;                   /* 0: not yet known to be in the ledger */
    char idem_key[GIFT_KEY_BYTES + 1]; /* of the client; empty: none */
    unsigned char phrase_hash[CNOP_SHA256_BYTES];
};

/* The user's gifts of the day, and unpaid ones of other days. */
cnop_must_check enum cnop_err user_store_list_gifts(struct user_store *store, uint64_t user_id,
                                                    int32_t utc_day,
                                                    struct gift_row ret_list[GIFT_LIST_MAX],
                                                    size_t *ret_count);
/* DUPLICATE: there is one of this user, day and kind. */
cnop_must_check enum cnop_err user_store_insert_gift(struct user_store *store,
                                                     const struct gift_row *gift);
cnop_must_check enum cnop_err user_store_mark_paid(struct user_store *store,
                                                   const struct gift_row *gift, int64_t now_us);
/* Only while it is not paid. */
cnop_must_check enum cnop_err user_store_delete_gift(struct user_store *store,
                                                     const struct gift_row *gift);

#endif
