-- SPDX-License-Identifier: MIT
-- An account's orders end at a time unless it is heard of before (docs/adr/0011).

ALTER TABLE account
    ADD COLUMN switch_us BIGINT NULL COMMENT 'its open orders end then; NULL: never';

ALTER TABLE orders
    MODIFY COLUMN reason SMALLINT UNSIGNED NULL
        COMMENT '1 user, 2 self trade, 3 account frozen, 4 immediate, 5 all or nothing, 6 too many fills, 7 overflow, 8 time, 9 switch';
