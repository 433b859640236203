-- SPDX-License-Identifier: MIT
-- Orders that wait until a time (docs/adr/0011): the column expires_us of 0001 is in use.

ALTER TABLE orders
    MODIFY COLUMN tif TINYINT UNSIGNED NOT NULL
        COMMENT '1 immediate, 2 until cancelled, 3 until a date, 4 all or nothing, 5 until the UTC day is over',
    MODIFY COLUMN reason SMALLINT UNSIGNED NULL
        COMMENT '1 user, 2 self trade, 3 account frozen, 4 immediate, 5 all or nothing, 6 too many fills, 7 overflow, 8 time',
    MODIFY COLUMN expires_us BIGINT NULL COMMENT 'from then on it does not wait; NULL: it waits until it is cancelled';
