-- SPDX-License-Identifier: MIT
-- The ledger. One program writes here: the order engine, one process per shard, fenced by the
-- writer row. Everybody else reads through the views of 0002. Money and quantities are integers at
-- 10^-8 (column suffix _e8), prices at 10^-10 (_e10), times are microseconds since 1970 UTC (_us).
-- Asset 0 is the US dollar. Accounts 1 world, 2 house, 3 fee, 4 rounding; users start at 1000 and
-- use their user id. Tables that later order kinds need already carry their columns, unused: NULL.

CREATE TABLE writer (
    shard        TINYINT UNSIGNED NOT NULL,
    epoch        BIGINT UNSIGNED  NOT NULL COMMENT 'raised by each engine start; an older epoch cannot write',
    seq          BIGINT UNSIGNED  NOT NULL COMMENT 'journal sequence of the last committed batch',
    next_id      BIGINT UNSIGNED  NOT NULL COMMENT 'first id not yet given to an order, trade or entry',
    head_hash    BINARY(32)       NOT NULL COMMENT 'hash of the last journal row',
    PRIMARY KEY (shard)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE account (
    id           BIGINT           NOT NULL,
    user_id      BIGINT           NULL COMMENT 'owner; NULL for the four system accounts',
    kind         TINYINT UNSIGNED NOT NULL COMMENT '1 world, 2 house, 3 fee, 4 rounding, 5 user',
    status       TINYINT UNSIGNED NOT NULL COMMENT '1 active, 2 frozen',
    fee_tier     TINYINT UNSIGNED NOT NULL DEFAULT 0,
    created_us   BIGINT           NOT NULL,
    changed_us   BIGINT           NOT NULL COMMENT 'last change of status',
    PRIMARY KEY (id),
    UNIQUE KEY account_owner (user_id, kind),
    CONSTRAINT account_kind CHECK (kind BETWEEN 1 AND 5),
    CONSTRAINT account_status CHECK (status BETWEEN 1 AND 2)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Absolute values, never deltas: the one writer knows them, and the checks stay meaningful.
-- The position (cost, realised profit) lives in the same row because the same command changes it.
CREATE TABLE balance (
    account_id   BIGINT           NOT NULL,
    asset_id     SMALLINT         NOT NULL,
    avail_e8     BIGINT           NOT NULL,
    held_e8      BIGINT           NOT NULL,
    floor_e8     BIGINT           NOT NULL COMMENT 'lowest allowed avail_e8; 0 for users',
    cost_e8      BIGINT           NOT NULL COMMENT 'US dollars paid for what is held, average cost',
    realised_e8  BIGINT           NOT NULL COMMENT 'profit in US dollars of everything sold',
    entries      BIGINT UNSIGNED  NOT NULL COMMENT 'statement lines of this account and asset so far',
    ver          BIGINT UNSIGNED  NOT NULL COMMENT 'raised by every change',
    created_us   BIGINT           NOT NULL,
    updated_us   BIGINT           NOT NULL,
    PRIMARY KEY (account_id, asset_id),
    CONSTRAINT balance_floor CHECK (avail_e8 >= floor_e8),
    CONSTRAINT balance_held CHECK (held_e8 >= 0),
    CONSTRAINT balance_cost CHECK (cost_e8 >= 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE orders (
    id               BIGINT           NOT NULL,
    account_id       BIGINT           NOT NULL,
    asset_id         SMALLINT         NOT NULL COMMENT 'base asset; the quote is the US dollar',
    side             TINYINT UNSIGNED NOT NULL COMMENT '1 buy, 2 sell',
    type             TINYINT UNSIGNED NOT NULL COMMENT '1 market, 2 limit, 3 stop, 4 stop limit, 5 trailing',
    tif              TINYINT UNSIGNED NOT NULL COMMENT '1 immediate, 2 until cancelled, 3 until a date',
    flags            SMALLINT UNSIGNED NOT NULL DEFAULT 0,
    status           TINYINT UNSIGNED NOT NULL COMMENT '1 pending, 2 queued, 3 partial, 4 completed, 5 cancelled, 6 expired',
    reason           SMALLINT UNSIGNED NULL,
    client_order_id  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'unique for ever per account',
    fingerprint      BINARY(16)       NULL COMMENT 'digest of the request behind client_order_id',
    request_id       VARBINARY(64)    NULL COMMENT 'X-Request-ID of the call that placed the order',
    qty_e8           BIGINT           NOT NULL,
    quote_qty_e8     BIGINT           NULL COMMENT 'requested amount, for orders by amount',
    limit_price_e10  BIGINT           NULL,
    stop_price_e10   BIGINT           NULL,
    trail_e10        BIGINT           NULL,
    expires_us       BIGINT           NULL,
    parent_id        BIGINT           NULL,
    group_id         BIGINT           NULL,
    filled_qty_e8    BIGINT           NOT NULL,
    filled_quote_e8  BIGINT           NOT NULL COMMENT 'paid by a buyer, received by a seller, before the fee',
    fee_e8           BIGINT           NOT NULL,
    price_e10        BIGINT           NOT NULL COMMENT 'execution price',
    price_seq        BIGINT UNSIGNED  NOT NULL COMMENT 'sequence of the tick that gave the price',
    cash_after_e8    BIGINT           NOT NULL COMMENT 'cash balance of the account after the order',
    hold_asset_id    SMALLINT         NULL,
    hold_e8          BIGINT           NOT NULL DEFAULT 0 COMMENT 'still held for the order',
    created_us       BIGINT           NOT NULL,
    updated_us       BIGINT           NOT NULL,
    ver              INT UNSIGNED     NOT NULL DEFAULT 1,
    PRIMARY KEY (id),
    UNIQUE KEY orders_client_key (account_id, client_order_id),
    KEY orders_recent (account_id, id, asset_id, side, type, status),
    CONSTRAINT orders_side CHECK (side IN (1, 2)),
    CONSTRAINT orders_filled CHECK (filled_qty_e8 BETWEEN 0 AND qty_e8),
    CONSTRAINT orders_hold CHECK (hold_e8 >= 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

CREATE TABLE trade (
    id               BIGINT           NOT NULL,
    order_id         BIGINT           NOT NULL COMMENT 'the taker',
    maker_order_id   BIGINT           NULL COMMENT 'NULL: filled by the house',
    asset_id         SMALLINT         NOT NULL,
    side             TINYINT UNSIGNED NOT NULL COMMENT 'of the taker',
    price_e10        BIGINT           NOT NULL,
    qty_e8           BIGINT           NOT NULL,
    quote_e8         BIGINT           NOT NULL,
    fee_e8           BIGINT           NOT NULL,
    maker_fee_e8     BIGINT           NOT NULL DEFAULT 0,
    created_us       BIGINT           NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT trade_qty CHECK (qty_e8 > 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- One row moves one amount of one asset from the debited to the credited account: balanced by
-- construction. Append only; a mistake is corrected by a transfer the other way.
CREATE TABLE xfer (
    id               BIGINT           NOT NULL COMMENT 'id of the order or entry it belongs to',
    leg              TINYINT UNSIGNED NOT NULL,
    debit_account    BIGINT           NOT NULL,
    credit_account   BIGINT           NOT NULL,
    asset_id         SMALLINT         NOT NULL,
    amount_e8        BIGINT           NOT NULL,
    kind             TINYINT UNSIGNED NOT NULL COMMENT '1 deposit, 2 withdraw, 3 gift, 4 trade cash, 5 trade asset, 6 fee, 7 rounding',
    PRIMARY KEY (id, leg),
    CONSTRAINT xfer_parties CHECK (debit_account <> credit_account),
    CONSTRAINT xfer_amount CHECK (amount_e8 > 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- Cash that entered or left by other ways than an order. Keys stay unique for ever here too.
CREATE TABLE cash_entry (
    id               BIGINT           NOT NULL,
    account_id       BIGINT           NOT NULL,
    kind             TINYINT UNSIGNED NOT NULL COMMENT '1 deposit, 2 withdraw, 3 gift',
    amount_e8        BIGINT           NOT NULL COMMENT 'signed: negative leaves the account',
    balance_after_e8 BIGINT           NOT NULL,
    idem_key         VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
    fingerprint      BINARY(16)       NULL,
    request_id       VARBINARY(64)    NULL,
    created_us       BIGINT           NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY cash_entry_key (account_id, idem_key),
    KEY cash_entry_recent (account_id, id),
    CONSTRAINT cash_entry_amount CHECK (amount_e8 <> 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- One row per account and kind; a new UTC day overwrites it.
CREATE TABLE limit_use (
    account_id       BIGINT           NOT NULL,
    kind             TINYINT UNSIGNED NOT NULL COMMENT '1 deposit, 2 withdraw',
    utc_day          INT              NOT NULL COMMENT 'days since 1970-01-01 UTC',
    used_e8          BIGINT           NOT NULL,
    PRIMARY KEY (account_id, kind),
    CONSTRAINT limit_use_used CHECK (used_e8 >= 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- One row per batch: the commands in the order they were applied, chained by SHA-256. Applying the
-- bodies in sequence to an empty ledger gives the balances again.
CREATE TABLE journal (
    seq              BIGINT UNSIGNED  NOT NULL,
    epoch            BIGINT UNSIGNED  NOT NULL,
    first_id         BIGINT UNSIGNED  NOT NULL,
    command_count    INT UNSIGNED     NOT NULL,
    created_us       BIGINT           NOT NULL,
    prev_hash        BINARY(32)       NOT NULL,
    hash             BINARY(32)       NOT NULL,
    body             MEDIUMBLOB       NOT NULL,
    PRIMARY KEY (seq)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

INSERT INTO writer (shard, epoch, seq, next_id, head_hash)
VALUES (0, 0, 0, 1, REPEAT(CHAR(0), 32));

INSERT INTO account (id, user_id, kind, status, created_us, changed_us)
VALUES (1, NULL, 1, 1, 0, 0), (2, NULL, 2, 1, 0, 0), (3, NULL, 3, 1, 0, 0), (4, NULL, 4, 1, 0, 0);
