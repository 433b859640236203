-- SPDX-License-Identifier: MIT
-- Orders that wait for a price (docs/adr/0019): the column stop_price_e10 of 0001 is in use.

ALTER TABLE orders
    ADD COLUMN taker_bps SMALLINT UNSIGNED NULL COMMENT 'rate at which it takes; NULL: it has come before it was kept',
    MODIFY COLUMN type TINYINT UNSIGNED NOT NULL
        COMMENT '1 market, 2 limit, 3 stop, 4 stop limit, 5 trailing, 6 take profit, 7 take profit limit',
    MODIFY COLUMN stop_price_e10 BIGINT NULL COMMENT 'it waits, or has waited, for a mark that reaches it';

CREATE OR REPLACE VIEW v_orders AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, client_order_id, fingerprint,
       qty_e8, quote_qty_e8, limit_price_e10, stop_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8,
       price_e10, price_seq, cash_after_e8, hold_e8, fill_count, expires_us, created_us, updated_us
FROM orders;

CREATE OR REPLACE VIEW v_orders_page AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, stop_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8,
       fill_count, expires_us, created_us, updated_us
FROM orders FORCE INDEX (orders_page);

CREATE OR REPLACE VIEW v_orders_kind AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, stop_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8,
       fill_count, expires_us, created_us, updated_us
FROM orders FORCE INDEX (orders_kind);

CREATE OR REPLACE VIEW v_orders_asset AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, stop_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8,
       fill_count, expires_us, created_us, updated_us
FROM orders FORCE INDEX (orders_asset);
