-- SPDX-License-Identifier: MIT
-- Quantity and limit of an order on a book may change (docs/adr/0011); what its request asked for is part
-- of the first answer. Orders that have ended cannot be amended: theirs is what they are.

ALTER TABLE orders
    ADD COLUMN first_qty_e8 BIGINT NULL COMMENT 'asked for at first; NULL: as it is',
    ADD COLUMN first_price_e10 BIGINT NULL,
    MODIFY COLUMN reason SMALLINT UNSIGNED NULL
        COMMENT '1 user, 2 self trade, 3 account frozen, 4 immediate, 5 all or nothing, 6 too many fills, 7 overflow, 8 time, 9 switch, 10 amended';

UPDATE orders JOIN open_order ON order_id = id SET first_qty_e8 = qty_e8, first_price_e10 = limit_price_e10;
