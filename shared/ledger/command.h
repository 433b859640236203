/* SPDX-License-Identifier: MIT */
/* What can be asked of the ledger and what it answers: commands in, an outcome with its events
 * out. Plain data without pointers, so that a command can be queued, journaled and applied again.
 */
#ifndef CNOP_LEDGER_COMMAND_H
#define CNOP_LEDGER_COMMAND_H

#include "shared/base/money.h"
#include "shared/base/str.h"

/* Asset id of the US dollar; every other asset trades against it. */
#define LEDGER_USD UINT16_C(0)

#define LEDGER_ACCOUNT_WORLD INT64_C(1)    /* where deposits come from and withdrawals go */
#define LEDGER_ACCOUNT_HOUSE INT64_C(2)    /* counterparty of every market order */
#define LEDGER_ACCOUNT_FEE INT64_C(3)      /* fees */
#define LEDGER_ACCOUNT_ROUNDING INT64_C(4) /* what rounding left over */
#define LEDGER_ACCOUNT_FIRST_USER INT64_C(1000)

#define LEDGER_KEY_BYTES 64
#define LEDGER_FINGERPRINT_BYTES 16
#define LEDGER_REQUEST_ID_BYTES 64
#define LEDGER_SYMBOL_BYTES 10
#define LEDGER_REASON_BYTES 200
#define LEDGER_TRANSFER_MAX 4
#define LEDGER_FILL_TRANSFER_MAX 5
#define LEDGER_FILL_MAX 128 /* of one command */

/* Numbers are part of the journal format and never reused. */
enum ledger_op {
    LEDGER_OP_ORDER = 1,
    LEDGER_OP_DEPOSIT = 2,
    LEDGER_OP_WITHDRAW = 3,
    LEDGER_OP_GIFT = 4,
    LEDGER_OP_TICK = 5,      /* a price from the feed; not journaled, see record.h */
    LEDGER_OP_PRICE_SET = 6, /* a price set by an operator */
    LEDGER_OP_HALT = 7,
    LEDGER_OP_RESUME = 8,
    LEDGER_OP_FREEZE = 9,
    LEDGER_OP_UNFREEZE = 10,
    LEDGER_OP_ASSET = 11,  /* add an asset, or change symbol and active */
    LEDGER_OP_SETTLE = 12, /* fill up cash of an older ledger to whole cents */
    LEDGER_OP_LIMIT = 13,  /* an order with a limit, which may rest on the book */
    LEDGER_OP_CANCEL = 14,
    LEDGER_OP_CROSS = 15, /* the house trades with resting orders that its price reaches */
    /* An account's orders on the books: of one asset (LEDGER_USD: any), of one side (0: both). */
    LEDGER_OP_CANCEL_ALL = 16,
    LEDGER_OP_RULES = 17, /* orders are accepted and matched by these from now on */
    /* Orders on the books whose time is up end, the first first, at most LEDGER_FILL_MAX. */
    LEDGER_OP_EXPIRE = 18,
    LEDGER_OP_SWITCH = 19,     /* an account's orders end unless it says so again in time */
    LEDGER_OP_SWITCH_DUE = 20, /* it has not */
    LEDGER_OP_AMEND = 21,      /* another quantity or price of an open order */
    LEDGER_OP_TRIGGER = 22,    /* the mark has reached an order that waits for it */
};

/* Whether a command changes an open order, which may trade then; the order is all it names. */
static inline bool
ledger_op_changes_order(uint8_t op)
{
    return op == LEDGER_OP_AMEND || op == LEDGER_OP_TRIGGER;
}

/* Whether keys that such commands are given, or name, are those of orders: cash commands have a key
 * space of their own, as their table has. */
static inline bool
ledger_op_is_of_orders(uint8_t op)
{
    return op == LEDGER_OP_ORDER || op == LEDGER_OP_LIMIT || op == LEDGER_OP_CANCEL ||
           op == LEDGER_OP_AMEND;
}

/* The rules that an operator sets, in the order of the journal: new ones are added at the end. */
enum ledger_rule {
    LEDGER_RULE_FEE_BPS,          /* of those who take; also of the house's customers */
    LEDGER_RULE_MAKER_FEE_BPS,    /* of resting orders */
    LEDGER_RULE_HOUSE_SPREAD_BPS, /* between the house's two prices */
    LEDGER_RULE_HOUSE_FLOOR_E8,   /* how far the house may go short, per asset; negative */
    LEDGER_RULE_PRICE_MAX_AGE_US,
    LEDGER_RULE_MIN_QTY_E8,      /* orders by quantity */
    LEDGER_RULE_MIN_NOTIONAL_E8, /* least value; not of a sale of everything */
    LEDGER_RULE_MAX_NOTIONAL_E8, /* inclusive, at the execution price; not of a close */
    LEDGER_RULE_DEPOSIT_LIMIT_E8,
    LEDGER_RULE_WITHDRAW_LIMIT_E8,
    LEDGER_RULE_ACCOUNT_ORDERS, /* on the books, of one account */
    LEDGER_RULE_COUNT
};

struct ledger_rules {
    int64_t values[LEDGER_RULE_COUNT];
};

/* Whether a ledger can have them, and whether they are the same. */
bool ledger_rules_are_sound(const struct ledger_rules *rules);
bool ledger_rules_equal(const struct ledger_rules *one, const struct ledger_rules *other);

/* Numbers of orders are those of their rows, and never reused either. */
enum ledger_order_type {
    LEDGER_MARKET = 1,
    LEDGER_LIMIT = 2,
    /* They wait, off the book, until the mark reaches their stop price; then they are limit orders
     * that have just come. A stop waits for a price that is worse for its owner than today's, a
     * take-profit for a better one. */
    LEDGER_STOP = 3, /* its limit lies LEDGER_PROTECTION_BPS beyond its stop price */
    LEDGER_STOP_LIMIT = 4,
    LEDGER_TAKE_PROFIT = 6, /* as of LEDGER_STOP */
    LEDGER_TAKE_PROFIT_LIMIT = 7,
};

/* How far from its stop price an order without a limit may trade: whoever is protected by it must
 * not be sold out at any price when the market jumps. */
#define LEDGER_PROTECTION_BPS 500

enum ledger_tif {
    LEDGER_IOC = 1, /* what is not filled at once expires */
    LEDGER_GTC = 2, /* rests until it is cancelled */
    LEDGER_GTD = 3, /* rests until a time */
    LEDGER_FOK = 4, /* all at once or nothing */
    LEDGER_DAY = 5, /* rests until the UTC day is over */
};

/* Whether what is not filled at once stays. */
static inline bool
ledger_tif_may_rest(uint8_t tif)
{
    return tif == LEDGER_GTC || tif == LEDGER_GTD || tif == LEDGER_DAY;
}

enum ledger_status {
    LEDGER_PENDING = 1, /* waits for its stop price, off the book */
    LEDGER_QUEUED = 2,  /* on the book, nothing filled */
    LEDGER_PARTIAL = 3, /* on the book, some filled */
    LEDGER_COMPLETED = 4,
    LEDGER_CANCELLED = 5,
    LEDGER_EXPIRED = 6,
};

/* Whether an order can still trade, or be cancelled. */
static inline bool
ledger_status_is_open(uint8_t status)
{
    return status >= LEDGER_PENDING && status <= LEDGER_PARTIAL;
}

/* Why an order ended before it was filled. */
enum ledger_reason {
    LEDGER_REASON_NONE = 0,
    LEDGER_REASON_USER = 1,
    LEDGER_REASON_SELF_TRADE = 2,
    LEDGER_REASON_FROZEN = 3,
    LEDGER_REASON_IOC = 4,
    LEDGER_REASON_FOK = 5,
    LEDGER_REASON_FILLS = 6,    /* too many makers for one command */
    LEDGER_REASON_OVERFLOW = 7, /* its fill could not be counted */
    LEDGER_REASON_TIME = 8,     /* it was to wait no longer */
    LEDGER_REASON_SWITCH = 9,   /* its account has not been heard of */
    LEDGER_REASON_AMENDED = 10, /* its new quantity was filled already */
};

/* What happens when an order meets one of its own account. */
enum ledger_self {
    LEDGER_SELF_NEWEST = 0, /* the rest of the one that arrives is cancelled */
    LEDGER_SELF_OLDEST = 1, /* the resting one is cancelled */
    LEDGER_SELF_BOTH = 2,
};

enum ledger_side { LEDGER_BUY = 1, LEDGER_SELL = 2 };

enum ledger_account_kind {
    LEDGER_KIND_WORLD = 1,
    LEDGER_KIND_HOUSE = 2,
    LEDGER_KIND_FEE = 3,
    LEDGER_KIND_ROUNDING = 4,
    LEDGER_KIND_USER = 5,
};

enum ledger_account_status { LEDGER_ACTIVE = 1, LEDGER_FROZEN = 2 };

enum ledger_transfer_kind {
    LEDGER_TRANSFER_DEPOSIT = 1,
    LEDGER_TRANSFER_WITHDRAW = 2,
    LEDGER_TRANSFER_GIFT = 3,
    LEDGER_TRANSFER_CASH = 4,
    LEDGER_TRANSFER_ASSET = 5,
    LEDGER_TRANSFER_FEE = 6,
    LEDGER_TRANSFER_ROUNDING = 7,
};

/* Which daily allowance a cash command uses. */
enum ledger_limit { LEDGER_LIMIT_DEPOSIT = 0, LEDGER_LIMIT_WITHDRAW = 1, LEDGER_LIMIT_COUNT = 2 };

struct ledger_command {
    int64_t account_id; /* whose money; 0 for asset commands */
    int64_t time_us;    /* wall clock at receipt; the ledger reads no clock */
    cnop_qty qty;       /* LIMIT; ORDER by quantity; 0 when by amount, or close; AMEND: of all,
                           0: as it is */
    cnop_cash amount;   /* ORDER by amount, DEPOSIT, WITHDRAW, GIFT; close: see there */
    cnop_price price;   /* TICK, PRICE_SET; LIMIT: its limit, 0 with a trigger: protected; AMEND:
                           0: as it is */
    cnop_price worst_price; /* ORDER: not above when buying, not below when selling; 0: any */
    cnop_price stop;        /* LIMIT with a trigger; TRIGGER: the mark that has reached it */
    uint64_t price_seq;     /* TICK, PRICE_SET; 0 for PRICE_SET: one more than the last */
    int64_t price_time_us;
    int64_t order_id;   /* CANCEL, AMEND, TRIGGER */
    int64_t expires_us; /* LIMIT that is GTD; SWITCH: how long from now, 0: never */
    uint16_t asset_id;
    uint8_t op;       /* enum ledger_op */
    uint8_t side;     /* ORDER, LIMIT: enum ledger_side */
    uint8_t tif;      /* LIMIT: enum ledger_tif */
    uint8_t self;     /* LIMIT: enum ledger_self */
    uint8_t trigger;  /* LIMIT: what it waits for, LEDGER_STOP ..; 0: nothing */
    bool post_only;   /* LIMIT: refused if it would trade at once */
    bool active;      /* ASSET: may be traded */
    bool close;       /* ORDER: sell all that is available; with an amount, only while that is
                         worth less */
    bool key_checked; /* the key was looked up in the database and is not there */
    uint8_t key_len;  /* 0: no idempotency key */
    uint8_t request_id_len;
    uint8_t reason_len; /* FREEZE, UNFREEZE, HALT, RESUME, PRICE_SET */
    uint8_t symbol_len; /* ASSET */
    unsigned char fingerprint[LEDGER_FINGERPRINT_BYTES]; /* of the request, when there is a key */
    char key[LEDGER_KEY_BYTES];
    char request_id[LEDGER_REQUEST_ID_BYTES];
    char symbol[LEDGER_SYMBOL_BYTES];
    union {
        char reason[LEDGER_REASON_BYTES];
        struct ledger_rules rules; /* RULES */
    };
};

/* An accepted order, or (entry) an accepted cash command: what a replay answers from. */
struct ledger_posting {
    int64_t id;
    int64_t account_id;
    cnop_qty qty;        /* filled */
    cnop_cash quote_qty; /* requested amount, 0 when by quantity */
    cnop_price price;
    uint64_t price_seq;
    cnop_cash total; /* ORDER: price * qty; cash commands: the amount */
    cnop_cash fee;
    cnop_cash cash_after;
    int64_t time_us;
    /* Of an order that may rest; its price is its limit. */
    cnop_qty left;      /* neither filled nor given up: on the book */
    cnop_qty undone;    /* given up at once */
    int64_t hold_e8;    /* cash of a buyer, units of a seller */
    int64_t expires_us; /* 0: never; SWITCH: when it is due */
    cnop_price stop;    /* 0: it waits for none */
    uint16_t asset_id;
    uint8_t op;
    uint8_t side;
    uint8_t tif;
    uint8_t status;
    uint8_t reason;
    uint8_t flags; /* see ledger_flags */
};

#define LEDGER_POST_ONLY 1
#define LEDGER_SELF 2 /* times enum ledger_self */
#define LEDGER_SELF_MASK 3
#define LEDGER_TRIGGER 8 /* times what a LIMIT waits for */

/* What a LIMIT is besides its figures, in one number; also the column of its row. */
static inline uint8_t
ledger_flags(bool post_only, uint8_t self, uint8_t trigger)
{
    return (uint8_t)((post_only ? LEDGER_POST_ONLY : 0) + LEDGER_SELF * self +
                     LEDGER_TRIGGER * trigger);
}

/* Of a posting of an ORDER or LIMIT. */
static inline enum ledger_order_type
ledger_order_type_of(const struct ledger_posting *posting)
{
    uint8_t trigger = posting->flags / LEDGER_TRIGGER;

    if (posting->op == LEDGER_OP_ORDER)
        return LEDGER_MARKET;
    return trigger == 0 ? LEDGER_LIMIT : (enum ledger_order_type)trigger;
}

struct ledger_transfer {
    int64_t debit_account;
    int64_t credit_account;
    int64_t amount_e8;
    uint16_t asset_id;
    uint8_t kind;
};

/* What one command did, or the figures that explain why it did nothing. */
struct ledger_outcome {
    struct ledger_posting posting;
    struct ledger_transfer transfers[LEDGER_TRANSFER_MAX];
    int64_t trade_id; /* ORDER that the house filled in one trade */
    cnop_price mark;  /* what a command of a market saw */
    int64_t mark_time_us;
    cnop_cash cost; /* ORDER: average cost that the purchase added, or the sale took along */
    uint32_t transfer_count;
    uint32_t fill_first; /* its fills among those of the batch */
    uint32_t fill_count;
    bool replayed; /* the key was used before with the same request: posting is the first answer */
    bool changed;  /* rows have to be written */
    uint16_t ended_count; /* CANCEL_ALL, EXPIRE, SWITCH_DUE: orders */
    /* Refusals: what was there, what was needed, what the rule allows (e8 of cash or units). */
    int64_t have_e8;
    int64_t need_e8;
    int64_t limit_e8;
};

/* A rule an order breaks, with the figures of struct ledger_outcome. */
struct ledger_violation {
    enum cnop_err err;
    int64_t have_e8;
    int64_t need_e8;
    int64_t limit_e8;
};

#define LEDGER_VIOLATION_MAX 16

/* Accounts and balances as stored, with everything the database row holds. */
struct ledger_account {
    int64_t id;
    int64_t created_us;
    int64_t changed_us;
    int64_t switch_us;                   /* its orders end then; 0: never */
    int64_t used_e8[LEDGER_LIMIT_COUNT]; /* of the daily allowance on used_day */
    int32_t used_day[LEDGER_LIMIT_COUNT];
    uint32_t stamp; /* internal: dirty marks of the current batch */
    uint8_t kind;
    uint8_t status;
    bool cold;     /* some of its keys are no longer in memory */
    uint8_t dirty; /* internal */
    /* Its orders on the book. Internal: made again at the start. */
    uint32_t order_count;
    uint32_t order_first;
    uint32_t order_last;
    uint32_t due_place; /* among those whose switch is on */
};

struct ledger_balance {
    int64_t account_id;
    int64_t avail_e8;
    int64_t held_e8;
    int64_t floor_e8;
    int64_t cost_e8;
    int64_t realised_e8;
    uint64_t entries;
    uint64_t ver;
    int64_t created_us;
    int64_t updated_us;
    int64_t coming_e8; /* internal: units of own purchases on the book */
    uint32_t stamp;    /* internal: batch in which it was last touched */
    uint16_t asset_id;
    uint16_t unused;
};

/* An open order, with everything its row holds that changes or that the start needs: on its book,
 * or pending. */
struct ledger_order {
    int64_t id;
    int64_t account_id;
    uint64_t prio; /* among orders of one price; lower is served first */
    cnop_price price;
    cnop_price stop; /* 0: it never waited for one */
    cnop_qty qty;
    int64_t created_us;
    int64_t expires_us; /* 0: never */
    /* From here to `stamp`: changed by fills. */
    cnop_qty left;
    int64_t hold_e8;  /* cash of a buyer, units of a seller */
    int64_t exact_e8; /* price * quantity of its fills, exactly: exact_e8 + exact_e18 / 10^10 */
    int64_t exact_e18;
    int64_t fee_cent_bps; /* sum of settled cents * rate, in bps, of its fills */
    int64_t cost_e8;      /* as outcome.cost, of all fills */
    int64_t updated_us;
    uint32_t fill_count;
    uint32_t ver;
    uint32_t stamp; /* internal: batch in which it was last noted */
    uint32_t row;   /* internal: its place among the rows of that batch */
    /* Internal: links by slot, 0 none. */
    uint32_t level;
    uint32_t before, after;         /* in the queue of its price */
    uint32_t own_before, own_after; /* among the orders of its account */
    uint32_t due_place;             /* among those that expire */
    uint16_t asset_id;
    uint16_t maker_bps; /* rates of the schedule when it was accepted */
    uint16_t taker_bps;
    uint8_t side;
    uint8_t status;
    uint8_t reason;
    uint8_t self;
    uint8_t trigger; /* what it waits for, or has waited for; 0: nothing */
    uint8_t tif;     /* enum ledger_tif */
    bool post_only;
};

/* One trade of the book. An order id of 0: the house. */
struct ledger_fill {
    int64_t trade_id;
    int64_t buy_order;
    int64_t sell_order;
    int64_t buyer;
    int64_t seller;
    cnop_price price;
    cnop_qty qty;
    cnop_cash pay;     /* by the buyer, without fee */
    cnop_cash receive; /* by the seller, without fee */
    cnop_cash buy_fee;
    cnop_cash sell_fee;
    cnop_cash sell_cost;      /* average cost of what was sold */
    cnop_cash buy_cash_after; /* of the account */
    cnop_cash sell_cash_after;
    int64_t time_us;
    uint16_t asset_id;
    uint8_t taker_side;
    /* Whether the side's order is one that may rest: its fills are lines of the statement. */
    bool buy_line;
    bool sell_line;
};

/* Its transfers, those of nothing left out; returns how many. */
uint32_t ledger_fill_transfers(const struct ledger_fill *fill,
                               struct ledger_transfer transfers[LEDGER_FILL_TRANSFER_MAX]);

/* What of an order that may rest has been settled: paid or received in cents, and the fee. */
cnop_cash ledger_order_settled(const struct ledger_order *order);
cnop_cash ledger_order_fee(const struct ledger_order *order);

struct ledger_asset {
    cnop_price price; /* 0: none yet */
    uint64_t price_seq;
    int64_t price_time_us;
    uint16_t id;
    bool known;
    bool active;
    bool halted;
    uint8_t symbol_len;
    char symbol[LEDGER_SYMBOL_BYTES];
};

/* Longest that an order may wait for its time. */
#define LEDGER_EXPIRY_MAX_US (INT64_C(90) * 24 * 3600 * 1000000)

/* When a LIMIT expires if it rests; 0: never. By its own time: DAY ends with the UTC day. */
int64_t ledger_expiry_of(const struct ledger_command *command);

/* Sets key and fingerprint: the digest of everything in the command that makes it what it is. Call
 * it last. key: 1..64 characters [A-Za-z0-9_.:-]; INVALID otherwise. */
cnop_must_check enum cnop_err ledger_command_set_key(struct ledger_command *command,
                                                     struct cnop_str key);
/* Copies at most LEDGER_REQUEST_ID_BYTES, for the audit trail. */
void ledger_command_set_request_id(struct ledger_command *command, struct cnop_str request_id);
void ledger_command_set_reason(struct ledger_command *command, struct cnop_str reason);

#endif
