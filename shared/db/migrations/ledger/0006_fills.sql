-- SPDX-License-Identifier: MIT
-- Executions of an account's orders as bounded seeks, as 0003 made them for orders. Those of orders
-- that may rest are rows of fill. A market order has none: its trades have the ids right behind its own
-- (docs/adr/0011), one that it does not even need to read, unless it met people (fill_count is not NULL).

ALTER TABLE fill
    ADD KEY fill_side (account_id, side, trade_id),
    ADD KEY fill_asset (account_id, asset_id, side, trade_id);

ALTER TABLE trade
    ADD COLUMN cost_e8 BIGINT NULL
        COMMENT 'average cost, as of orders, of a taker that is not the house; NULL: that of its order, or not kept';

CREATE OR REPLACE VIEW v_orders AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, client_order_id, fingerprint,
       qty_e8, quote_qty_e8, limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10,
       price_seq, cash_after_e8, hold_e8, fill_count, expires_us, created_us,
       updated_us
FROM orders;

CREATE OR REPLACE VIEW v_orders_page AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8, fill_count,
       expires_us, created_us, updated_us
FROM orders FORCE INDEX (orders_page);

CREATE OR REPLACE VIEW v_orders_kind AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8, fill_count,
       expires_us, created_us, updated_us
FROM orders FORCE INDEX (orders_kind);

CREATE OR REPLACE VIEW v_orders_asset AS
SELECT account_id, id, asset_id, side, type, tif, flags, status, reason, kind, client_order_id, qty_e8,
       limit_price_e10, filled_qty_e8, filled_quote_e8, fee_e8, cost_e8, price_e10, hold_e8, fill_count,
       expires_us, created_us, updated_us
FROM orders FORCE INDEX (orders_asset);

-- One view an index, as for orders: bind the columns of the index up to trade_id, the account as a range
-- of one, and order by all of them.
CREATE VIEW v_fill_page AS
SELECT account_id, trade_id, order_id, asset_id, side, maker, price_e10, qty_e8, quote_e8, fee_e8, cost_e8,
       created_us
FROM fill FORCE INDEX (PRIMARY);

CREATE VIEW v_fill_side AS
SELECT account_id, trade_id, order_id, asset_id, side, maker, price_e10, qty_e8, quote_e8, fee_e8, cost_e8,
       created_us
FROM fill FORCE INDEX (fill_side);

CREATE VIEW v_fill_asset AS
SELECT account_id, trade_id, order_id, asset_id, side, maker, price_e10, qty_e8, quote_e8, fee_e8, cost_e8,
       created_us
FROM fill FORCE INDEX (fill_asset);

CREATE VIEW v_fill_order AS
SELECT account_id, trade_id, order_id, asset_id, side, maker, price_e10, qty_e8, quote_e8, fee_e8, cost_e8,
       created_us
FROM fill FORCE INDEX (fill_order);

-- Trades by the ids behind an order's; order_id tells whether they are its own.
CREATE VIEW v_trade_taken AS
SELECT id, order_id, price_e10, qty_e8, quote_e8, fee_e8, cost_e8 FROM trade FORCE INDEX (PRIMARY);
