-- SPDX-License-Identifier: MIT
-- What other services may read of the ledger. Every per-account view starts with account_id, which
-- each query must bind. Newest first means ORDER BY id DESC: ids rise in commit order.

CREATE VIEW v_account AS
SELECT id AS account_id, kind, status, created_us, changed_us FROM account;

CREATE VIEW v_balance AS
SELECT account_id, asset_id, avail_e8, held_e8, entries, created_us, updated_us
FROM balance WHERE account_id >= 1000;

-- Assets only, cash left out. Average cost = cost_e8 / qty_e8; sold out positions keep realised_e8.
CREATE VIEW v_position AS
SELECT account_id, asset_id, avail_e8 + held_e8 AS qty_e8, avail_e8, held_e8, cost_e8, realised_e8,
       entries, created_us, updated_us
FROM balance WHERE account_id >= 1000 AND asset_id <> 0;

CREATE VIEW v_orders AS
SELECT account_id, id, asset_id, side, type, status, client_order_id, fingerprint, qty_e8,
       quote_qty_e8, limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, price_e10, price_seq,
       cash_after_e8, created_us, updated_us
FROM orders;

-- The two halves of a cash statement. Merge them with
--   (SELECT ... FROM v_statement_order WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT n)
--   UNION ALL
--   (SELECT ... FROM v_statement_cash  WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT n)
--   ORDER BY id DESC LIMIT n
-- which reads n rows of each index. The number of lines is v_balance.entries of asset 0.
CREATE VIEW v_statement_order AS
SELECT account_id, id,
       IF(side = 1, 'order_payment', 'order_sale') AS transaction_type,
       IF(side = 1, -filled_quote_e8 - fee_e8, filled_quote_e8 - fee_e8) AS amount_e8,
       cash_after_e8 AS balance_after_e8, id AS order_id, asset_id, filled_qty_e8 AS qty_e8,
       price_e10, fee_e8, created_us
FROM orders;

CREATE VIEW v_statement_cash AS
SELECT account_id, id,
       CASE kind WHEN 1 THEN 'deposit' WHEN 2 THEN 'withdraw' ELSE 'system_adjustment' END
           AS transaction_type,
       amount_e8, balance_after_e8, CAST(NULL AS SIGNED) AS order_id, CAST(NULL AS SIGNED) AS asset_id,
       CAST(NULL AS SIGNED) AS qty_e8, CAST(NULL AS SIGNED) AS price_e10, CAST(0 AS SIGNED) AS fee_e8,
       created_us
FROM cash_entry;

-- Whole statements in one view, for exports and small accounts: it materialises the account's
-- history, so lists use the two halves above.
CREATE VIEW v_account_entry AS
SELECT * FROM v_statement_order
UNION ALL
SELECT * FROM v_statement_cash;

CREATE VIEW v_cash_entry AS
SELECT account_id, id, kind, amount_e8, balance_after_e8, idem_key, created_us FROM cash_entry;

CREATE VIEW v_limit_use AS
SELECT account_id, kind, utc_day, used_e8 FROM limit_use;

-- Proof figures. Both sums are zero for every asset when the ledger is sound.
CREATE VIEW v_asset_sum AS
SELECT asset_id, SUM(avail_e8 + held_e8) AS sum_e8, COUNT(*) AS balances,
       SUM(IF(avail_e8 < floor_e8 OR held_e8 < 0, 1, 0)) AS below_floor
FROM balance GROUP BY asset_id;

CREATE VIEW v_house AS
SELECT account_id, asset_id, avail_e8, held_e8, updated_us FROM balance WHERE account_id < 1000;

CREATE VIEW v_journal_head AS
SELECT w.shard, w.epoch, w.seq, w.next_id, w.head_hash, j.hash AS journal_hash, j.created_us
FROM writer w LEFT JOIN journal j ON j.seq = w.seq;

-- Prices of recent fills, for candles and 24 h figures of our own trades.
CREATE VIEW v_trade AS
SELECT id, asset_id, side, price_e10, qty_e8, quote_e8, created_us FROM trade;
