-- SPDX-License-Identifier: MIT
-- Orders that rest on a book (docs/adr/0011). Rows of limit orders change while they live; what
-- never changes of them, besides what was asked for, is the answer to the request that placed them.

ALTER TABLE orders
    MODIFY COLUMN status TINYINT UNSIGNED NOT NULL
        COMMENT '1 pending, 2 queued, 3 partial, 4 completed, 5 cancelled, 6 expired',
    MODIFY COLUMN tif TINYINT UNSIGNED NOT NULL
        COMMENT '1 immediate, 2 until cancelled, 3 until a date, 4 all or nothing',
    MODIFY COLUMN reason SMALLINT UNSIGNED NULL
        COMMENT '1 user, 2 self trade, 3 account frozen, 4 immediate, 5 all or nothing, 6 too many fills, 7 overflow',
    MODIFY COLUMN flags SMALLINT UNSIGNED NOT NULL DEFAULT 0
        COMMENT '1 post-only; from 2 on: what happens at an own order',
    ADD COLUMN prio BIGINT UNSIGNED NULL COMMENT 'place among orders of one price; NULL: never rested',
    ADD COLUMN exact_e8 BIGINT NOT NULL DEFAULT 0 COMMENT 'price * quantity of its fills, before cents',
    ADD COLUMN exact_e18 BIGINT NOT NULL DEFAULT 0 COMMENT 'what of it is below 10^-8, at 10^-18',
    ADD COLUMN fee_cent_bps BIGINT NOT NULL DEFAULT 0 COMMENT 'settled cents * rate in 1/10000, of its fills',
    ADD COLUMN maker_bps SMALLINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'rate at rest, when it was accepted',
    ADD COLUMN fill_count INT UNSIGNED NULL COMMENT 'its lines of the statement; NULL: one',
    ADD COLUMN first_status TINYINT UNSIGNED NULL COMMENT 'what the request was answered; NULL: as it is',
    ADD COLUMN first_filled_e8 BIGINT NULL,
    ADD COLUMN first_quote_e8 BIGINT NULL,
    ADD COLUMN first_fee_e8 BIGINT NULL,
    ADD COLUMN first_hold_e8 BIGINT NULL;

-- The orders that are on a book now. A start reads nothing else, in the order of prio.
CREATE TABLE open_order (
    order_id   BIGINT NOT NULL,
    seal       BIGINT NOT NULL COMMENT 'keyed digest of the row of orders',
    PRIMARY KEY (order_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

-- One row for each side of a trade whose order may rest: a line of its account's statement. Rows are
-- never changed.
CREATE TABLE fill (
    account_id    BIGINT           NOT NULL,
    trade_id      BIGINT           NOT NULL,
    order_id      BIGINT           NOT NULL,
    asset_id      SMALLINT         NOT NULL,
    side          TINYINT UNSIGNED NOT NULL,
    maker         TINYINT UNSIGNED NOT NULL COMMENT '1: it rested, 0: it took',
    price_e10     BIGINT           NOT NULL,
    qty_e8        BIGINT           NOT NULL,
    quote_e8      BIGINT           NOT NULL COMMENT 'paid by a buyer, received by a seller, before the fee',
    fee_e8        BIGINT           NOT NULL,
    cost_e8       BIGINT           NOT NULL COMMENT 'average cost, as of orders',
    cash_after_e8 BIGINT           NOT NULL,
    created_us    BIGINT           NOT NULL,
    PRIMARY KEY (account_id, trade_id),
    KEY fill_order (order_id, trade_id),
    CONSTRAINT fill_qty CHECK (qty_e8 > 0)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

ALTER TABLE trade
    MODIFY COLUMN order_id BIGINT NULL COMMENT 'the taker; NULL: the house',
    MODIFY COLUMN maker_order_id BIGINT NULL COMMENT 'NULL: filled by the house';

ALTER TABLE xfer
    MODIFY COLUMN id BIGINT NOT NULL
        COMMENT 'id of the entry or trade it belongs to, or of the order that the house filled in one trade';

CREATE OR REPLACE VIEW v_orders AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, client_order_id, fingerprint,
       qty_e8, quote_qty_e8, limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10,
       price_seq, cash_after_e8, hold_e8, created_us, updated_us
FROM orders;

CREATE OR REPLACE VIEW v_orders_page AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8, created_us,
       updated_us
FROM orders FORCE INDEX (orders_page);

CREATE OR REPLACE VIEW v_orders_kind AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8, created_us,
       updated_us
FROM orders FORCE INDEX (orders_kind);

CREATE OR REPLACE VIEW v_orders_asset AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8, created_us,
       updated_us
FROM orders FORCE INDEX (orders_asset);

-- A statement has a line for each market order, each fill of other orders, and each entry.
CREATE OR REPLACE VIEW v_statement_order AS
SELECT account_id, id,
       IF(side = 1, 'order_payment', 'order_sale') AS transaction_type,
       IF(side = 1, -filled_quote_e8 - fee_e8, filled_quote_e8 - fee_e8) AS amount_e8,
       cash_after_e8 AS balance_after_e8, id AS order_id, asset_id, filled_qty_e8 AS qty_e8,
       price_e10, fee_e8, created_us
FROM orders FORCE INDEX (orders_page)
WHERE type = 1;

CREATE VIEW v_statement_fill AS
SELECT account_id, trade_id AS id,
       IF(side = 1, 'order_payment', 'order_sale') AS transaction_type,
       IF(side = 1, -quote_e8 - fee_e8, quote_e8 - fee_e8) AS amount_e8,
       cash_after_e8 AS balance_after_e8, order_id, asset_id, qty_e8, price_e10, fee_e8, created_us
FROM fill FORCE INDEX (PRIMARY);

CREATE OR REPLACE VIEW v_account_entry AS
SELECT * FROM v_statement_order
UNION ALL
SELECT * FROM v_statement_fill
UNION ALL
SELECT * FROM v_statement_cash;
