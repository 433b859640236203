-- SPDX-License-Identifier: MIT
-- Named lists of assets somebody follows, at most ten a person. A list is replaced as a whole, so it is
-- one row: the symbols in their order, with commas between them, at most a hundred of up to ten letters.

CREATE TABLE watchlist (
    user_id    BIGINT UNSIGNED NOT NULL,
    name       VARCHAR(40) COLLATE utf8mb4_bin NOT NULL,
    assets     VARCHAR(1100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (user_id, name)
);
