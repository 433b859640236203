-- SPDX-License-Identifier: MIT
-- Credentials, sessions and revocations: owned by the auth service. No other database user can
-- read password hashes.

CREATE TABLE users (
    id               BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    username         VARCHAR(30) CHARACTER SET ascii NOT NULL,
    password_hash    VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    role             ENUM('customer', 'admin') NOT NULL DEFAULT 'customer',
    status           ENUM('active', 'disabled') NOT NULL DEFAULT 'active',
    created_us       BIGINT NOT NULL,
    password_set_us  BIGINT NOT NULL,
    last_login_us    BIGINT NULL,
    UNIQUE KEY users_username (username)
) AUTO_INCREMENT = 1000;

-- A session is one login. Refresh tokens of the session form its family: each is used once, and
-- the use of an older one revokes the session.
CREATE TABLE session (
    sid              BINARY(16) NOT NULL PRIMARY KEY,
    user_id          BIGINT UNSIGNED NOT NULL,
    created_us       BIGINT NOT NULL,
    last_used_us     BIGINT NOT NULL,
    expires_us       BIGINT NOT NULL,
    revoked_us       BIGINT NULL,
    revoke_reason    VARCHAR(24) CHARACTER SET ascii NULL,
    client_addr      VARCHAR(45) CHARACTER SET ascii NOT NULL,
    user_agent       VARCHAR(200) NOT NULL,
    KEY session_user (user_id, revoked_us, expires_us),
    KEY session_expiry (expires_us),
    CONSTRAINT session_owner FOREIGN KEY (user_id) REFERENCES users (id)
);

CREATE TABLE refresh_token (
    token_hash       BINARY(32) NOT NULL PRIMARY KEY,
    sid              BINARY(16) NOT NULL,
    issued_us        BIGINT NOT NULL,
    used_us          BIGINT NULL,
    replaced_by      BINARY(32) NULL,
    KEY refresh_session (sid, issued_us),
    CONSTRAINT refresh_owner FOREIGN KEY (sid) REFERENCES session (sid) ON DELETE CASCADE
);

-- What every gateway must refuse, numbered densely in commit order: a writer takes the next number
-- by updating the one row of revocation_head and holds that lock until its commit. A relay that has
-- seen number n has therefore seen everything before it. Rows may go once expired.
CREATE TABLE revocation_head (
    id               TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    seq              BIGINT UNSIGNED NOT NULL,
    CHECK (id = 1)
);
INSERT INTO revocation_head VALUES (1, 0);

CREATE TABLE revocation (
    seq              BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    kind             ENUM('sid', 'jti', 'sub') NOT NULL,
    subject          VARCHAR(32) CHARACTER SET ascii NOT NULL,
    revoked_before   BIGINT NOT NULL DEFAULT 0,
    expires_unix     BIGINT NOT NULL,
    created_us       BIGINT NOT NULL,
    KEY revocation_expiry (expires_unix)
);

-- Consecutive failed logins of a name, whether or not the name exists: the key is a digest of it,
-- so neither the table nor its size tells which names are taken.
CREATE TABLE login_failure (
    name_hash        BINARY(32) NOT NULL PRIMARY KEY,
    failure_count    INT UNSIGNED NOT NULL,
    last_failure_us  BIGINT NOT NULL,
    KEY login_failure_age (last_failure_us)
);
