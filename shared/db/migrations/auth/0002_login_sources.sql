-- SPDX-License-Identifier: MIT
-- Failed logins by source, and the sources a user has logged in from.

-- source: an IPv6 network of 64 bits, or an IPv4 address mapped into IPv6; all ones: the account,
-- from all sources together, which is what the rows so far have counted.
ALTER TABLE login_failure
    ADD COLUMN source BINARY(16) NOT NULL DEFAULT X'FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF' AFTER name_hash,
    DROP PRIMARY KEY,
    ADD PRIMARY KEY (name_hash, source);

CREATE TABLE known_source (
    user_id          BIGINT UNSIGNED NOT NULL,
    source           BINARY(16) NOT NULL,
    seen_us          BIGINT NOT NULL,
    PRIMARY KEY (user_id, source),
    KEY known_source_anybody (source, seen_us),
    KEY known_source_age (seen_us),
    CONSTRAINT known_source_owner FOREIGN KEY (user_id) REFERENCES users (id)
);

INSERT INTO known_source (user_id, source, seen_us)
SELECT user_id, source, MAX(created_us) FROM (
    SELECT user_id, created_us,
           CASE LENGTH(INET6_ATON(client_addr))
                WHEN 4 THEN CONCAT(X'00000000000000000000FFFF', INET6_ATON(client_addr))
                WHEN 16 THEN CONCAT(LEFT(INET6_ATON(client_addr), 8), X'0000000000000000')
           END AS source
      FROM session) AS seen
 WHERE source IS NOT NULL
 GROUP BY user_id, source;
