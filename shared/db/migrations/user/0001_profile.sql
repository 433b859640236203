-- SPDX-License-Identifier: MIT
-- Profiles and the red-packet claims: owned by the user service.
-- Registration inserts the profile in the transaction that inserts the credential, so both exist
-- or neither does.

CREATE TABLE profile (
    user_id                  BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    username                 VARCHAR(30)  CHARACTER SET ascii NOT NULL,
    email                    VARCHAR(254) NOT NULL,
    first_name               VARCHAR(50)  NOT NULL,
    last_name                VARCHAR(50)  NOT NULL,
    phone                    VARCHAR(15)  CHARACTER SET ascii NULL,
    date_of_birth            DATE NULL,
    marketing_emails_consent BOOLEAN NOT NULL DEFAULT FALSE,
    created_us               BIGINT NOT NULL,
    updated_us               BIGINT NOT NULL,
    version                  INT UNSIGNED NOT NULL DEFAULT 1,
    UNIQUE KEY profile_username (username),
    UNIQUE KEY profile_email (email)
);

-- One row per user, UTC day and kind; the primary key is what makes a second claim fail. The row
-- comes first, then the gift, whose idempotency key is made of the row's key; paid_us notes that the
-- gift is in the ledger. A row without it, left by a crash, is paid at the next opportunity.
CREATE TABLE red_packet_claim (
    user_id        BIGINT UNSIGNED NOT NULL,
    utc_day        DATE NOT NULL,
    got_red_pocket BOOLEAN NOT NULL,
    amount_e8      BIGINT NOT NULL,
    claimed_us     BIGINT NOT NULL,
    paid_us        BIGINT NULL,
    idem_key       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    phrase_hash    BINARY(32) NOT NULL,
    PRIMARY KEY (user_id, utc_day, got_red_pocket),
    CHECK (amount_e8 > 0)
);
