-- SPDX-License-Identifier: MIT
-- What the engine needs to notice rows that somebody else has changed: seals on the rows it believes
-- at its start, and how far the verification of everything else has come (docs/adr/0010).

ALTER TABLE balance
    ADD COLUMN seal BIGINT NULL COMMENT 'keyed digest of the row; NULL: written before there were any';
ALTER TABLE account
    ADD COLUMN seal BIGINT NULL COMMENT 'keyed digest of the row; NULL: written before there were any';
ALTER TABLE writer
    ADD COLUMN sealed_us BIGINT NULL COMMENT 'when every row had been verified and sealed; NULL: not yet';

CREATE TABLE verification (
    shard        TINYINT UNSIGNED NOT NULL,
    started_us   BIGINT           NOT NULL COMMENT 'of the last pass that has ended; 0: none has',
    finished_us  BIGINT           NOT NULL,
    accounts     BIGINT           NOT NULL COMMENT 'verified by that pass',
    seq          BIGINT UNSIGNED  NOT NULL COMMENT 'last journal row that it verified',
    findings     BIGINT           NOT NULL COMMENT 'of that pass, or of the one that runs if it has more',
    first_finding VARCHAR(200)    NOT NULL,
    updated_us   BIGINT           NOT NULL,
    PRIMARY KEY (shard)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;

INSERT INTO verification (shard, started_us, finished_us, accounts, seq, findings, first_finding, updated_us)
VALUES (0, 0, 0, 0, 0, 0, '', 0);

CREATE VIEW v_verification AS
SELECT started_us, finished_us, accounts, seq, findings, first_finding FROM verification WHERE shard = 0;
