-- SPDX-License-Identifier: MIT
-- Rules that orders are accepted and matched by are records of the journal (docs/adr/0011); a start
-- reads those that were in force in its last such row.

ALTER TABLE writer
    ADD COLUMN rules_seq BIGINT UNSIGNED NULL
        COMMENT 'journal row with the newest rules; NULL: there are none yet';
