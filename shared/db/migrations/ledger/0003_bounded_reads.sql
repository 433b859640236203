-- SPDX-License-Identifier: MIT
-- Reads of an account's orders as bounded seeks, whatever is asked for: every list follows one index
-- from one place and ends after as many rows as it answers.
--
-- kind packs side, type and status, so that every combination of these filters is a set of kinds:
-- the few kinds that an account really has are found by seeks, read in the order of ids and merged.

ALTER TABLE orders
    ADD COLUMN kind TINYINT UNSIGNED AS (side + 4 * type + 32 * status) PERSISTENT
        COMMENT 'side, type and status in one number',
    ADD COLUMN cost_e8 BIGINT NULL
        COMMENT 'average cost: paid for what was bought, fee included; that of what was sold',
    DROP KEY orders_recent,
    ADD KEY orders_page (account_id, id),
    ADD KEY orders_kind (account_id, kind, id),
    ADD KEY orders_asset (account_id, asset_id, kind, id),
    ADD CONSTRAINT orders_kind_parts CHECK (side < 4 AND type < 8 AND status < 8);

-- What the orders so far cost, by the rule of the ledger: a purchase adds what was paid, a sale takes
-- its share of the cost along, rounded down.
SET @account = 0, @asset = 0, @held = 0, @cost = 0, @part = 0;
UPDATE orders SET cost_e8 = CASE
    WHEN (@held := IF(account_id = @account AND asset_id = @asset, @held, 0)) IS NULL
      OR (@cost := IF(account_id = @account AND asset_id = @asset, @cost, 0)) IS NULL
      OR (@account := account_id) IS NULL
      OR (@asset := asset_id) IS NULL
      OR (@part := IF(side = 1, filled_quote_e8 + fee_e8,
                      CAST(@cost AS DECIMAL(40, 0)) * filled_qty_e8 DIV @held)) IS NULL
      OR (@cost := @cost + IF(side = 1, @part, -@part)) IS NULL
      OR (@held := @held + IF(side = 1, filled_qty_e8, -filled_qty_e8)) IS NULL THEN NULL
    ELSE @part END
ORDER BY account_id, asset_id, id;

CREATE OR REPLACE VIEW v_orders AS
SELECT account_id, id, asset_id, side, type, status, client_order_id, fingerprint, qty_e8,
       quote_qty_e8, limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10,
       price_seq, cash_after_e8, created_us, updated_us
FROM orders;

CREATE OR REPLACE VIEW v_balance AS
SELECT account_id, asset_id, avail_e8, held_e8, cost_e8, realised_e8, entries, created_us, updated_us
FROM balance WHERE account_id >= 1000;

-- One view an index. The hint leaves the optimiser no other one; a query that gives the account as
-- `account_id >= ? AND account_id <= ?` leaves it no way to use the index but from the place of the
-- cursor: for `account_id = ?` it may read the whole account instead. Bind the columns of the index
-- up to id, and order by all of them.
CREATE VIEW v_orders_page AS
SELECT account_id, id, asset_id, side, type, status, kind, client_order_id, filled_qty_e8,
       filled_quote_e8, fee_e8, cost_e8, price_e10, created_us
FROM orders FORCE INDEX (orders_page);

CREATE VIEW v_orders_kind AS
SELECT account_id, id, asset_id, side, type, status, kind, client_order_id, filled_qty_e8,
       filled_quote_e8, fee_e8, cost_e8, price_e10, created_us
FROM orders FORCE INDEX (orders_kind);

CREATE VIEW v_orders_asset AS
SELECT account_id, id, asset_id, side, type, status, kind, client_order_id, filled_qty_e8,
       filled_quote_e8, fee_e8, cost_e8, price_e10, created_us
FROM orders FORCE INDEX (orders_asset);

CREATE OR REPLACE VIEW v_statement_order AS
SELECT account_id, id,
       IF(side = 1, 'order_payment', 'order_sale') AS transaction_type,
       IF(side = 1, -filled_quote_e8 - fee_e8, filled_quote_e8 - fee_e8) AS amount_e8,
       cash_after_e8 AS balance_after_e8, id AS order_id, asset_id, filled_qty_e8 AS qty_e8,
       price_e10, fee_e8, created_us
FROM orders FORCE INDEX (orders_page);

CREATE OR REPLACE VIEW v_statement_cash AS
SELECT account_id, id,
       CASE kind WHEN 1 THEN 'deposit' WHEN 2 THEN 'withdraw' ELSE 'system_adjustment' END
           AS transaction_type,
       amount_e8, balance_after_e8, CAST(NULL AS SIGNED) AS order_id, CAST(NULL AS SIGNED) AS asset_id,
       CAST(NULL AS SIGNED) AS qty_e8, CAST(NULL AS SIGNED) AS price_e10, CAST(0 AS SIGNED) AS fee_e8,
       created_us
FROM cash_entry FORCE INDEX (cash_entry_recent);
