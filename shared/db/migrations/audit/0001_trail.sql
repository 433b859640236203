-- SPDX-License-Identifier: MIT
-- The audit trail: every line of the audit files, byte for byte, in the order it was taken up. Append
-- only: nobody has UPDATE or DELETE. What one filters by is made from the line and cannot differ from it.

CREATE TABLE trail (
    seq        BIGINT UNSIGNED  NOT NULL COMMENT 'consecutive from 1',
    file       BINARY(16)       NOT NULL COMMENT 'digest of the first line of the file, whatever its name is',
    start_at   BIGINT UNSIGNED  NOT NULL COMMENT 'bytes of the file before the line',
    end_at     BIGINT UNSIGNED  NOT NULL COMMENT 'and with it: where reading goes on',
    line       VARBINARY(8192)  NOT NULL COMMENT 'without its line feed',
    seal       BINARY(32)       NOT NULL COMMENT 'HMAC-SHA-256 over the seal of the row before and this row',
    happened   VARCHAR(32)  CHARACTER SET ascii AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.timestamp'), 32)) PERSISTENT,
    action     VARCHAR(64)  CHARACTER SET ascii AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.action'), 64)) PERSISTENT,
    actor      VARCHAR(128) CHARACTER SET utf8mb4 AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.user'), 128)) PERSISTENT,
    object     VARCHAR(128) CHARACTER SET utf8mb4 AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.extra.object'), 128)) PERSISTENT,
    outcome    VARCHAR(16)  CHARACTER SET ascii AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.extra.outcome'), 16)) PERSISTENT,
    reason     VARCHAR(200) CHARACTER SET utf8mb4 AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.extra.reason'), 200)) PERSISTENT,
    ip         VARCHAR(64)  CHARACTER SET ascii AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.extra.ip'), 64)) PERSISTENT,
    request_id VARCHAR(64)  CHARACTER SET ascii AS (LEFT(JSON_VALUE(CONVERT(line USING utf8mb4), '$.request_id'), 64)) PERSISTENT,
    PRIMARY KEY (seq),
    UNIQUE KEY trail_place (file, start_at),
    KEY trail_end (file, end_at),
    KEY trail_action (action, seq),
    KEY trail_actor (actor, seq),
    KEY trail_object (object, seq),
    KEY trail_request (request_id),
    CONSTRAINT trail_forward CHECK (end_at > start_at)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC;
