-- SPDX-License-Identifier: MIT
-- Catalogue, prices and candles: owned by the inventory service and its price feed. Prices are
-- integers at 10^-10 dollars (_e10), times microseconds (_us) or seconds (_s) since 1970 UTC.

CREATE TABLE asset (
    id                  SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    symbol              VARCHAR(10) CHARACTER SET ascii NOT NULL,
    name                VARCHAR(100) NOT NULL,
    description         VARCHAR(500) NULL,
    category            VARCHAR(50) CHARACTER SET ascii NOT NULL,
    image               VARCHAR(500) NULL,
    leader_id           SMALLINT UNSIGNED NULL COMMENT 'asset whose price movement it follows',
    market_cap_rank     SMALLINT UNSIGNED NULL,
    circulating_supply  BIGINT NULL COMMENT 'whole units',
    total_supply        BIGINT NULL,
    max_supply          BIGINT NULL,
    base_price_e10      BIGINT NOT NULL COMMENT 'centre of the simulated price band',
    base_volume_usd     BIGINT NOT NULL,
    ath_price_e10       BIGINT NULL,
    ath_us              BIGINT NULL,
    atl_price_e10       BIGINT NULL,
    atl_us              BIGINT NULL,
    is_active           BOOLEAN NOT NULL DEFAULT TRUE,
    halted              BOOLEAN NOT NULL DEFAULT FALSE,
    halt_reason         VARCHAR(200) NULL,
    updated_us          BIGINT NOT NULL,
    UNIQUE KEY asset_symbol (symbol),
    CONSTRAINT asset_base_price CHECK (base_price_e10 > 0),
    CONSTRAINT asset_id_positive CHECK (id > 0)
);

-- Numbers every change of any price. A writer raises the one row first and so holds its lock until
-- its commit: prices are written one transaction after the other, by the feed and by operators.
CREATE TABLE price_head (
    id                  TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    seq                 BIGINT UNSIGNED NOT NULL,
    CONSTRAINT price_head_one CHECK (id = 1)
);
INSERT INTO price_head VALUES (1, 0);

-- The newest price of each asset.
CREATE TABLE quote (
    asset_id            SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    price_e10           BIGINT NOT NULL,
    seq                 BIGINT UNSIGNED NOT NULL COMMENT 'price_head.seq of its transaction',
    source              ENUM('model', 'feed', 'admin') NOT NULL,
    ts_us               BIGINT NOT NULL,
    CONSTRAINT quote_price CHECK (price_e10 > 0)
);

-- Candles of our own prices. span_s is 60, 300, 900, 3600, 14400 or 86400. Old ones are removed an
-- asset at a time by ranges of the primary key, so no other index has to be kept up.
CREATE TABLE candle (
    asset_id            SMALLINT UNSIGNED NOT NULL,
    span_s              INT UNSIGNED NOT NULL,
    start_s             BIGINT NOT NULL,
    open_e10            BIGINT NOT NULL,
    high_e10            BIGINT NOT NULL,
    low_e10             BIGINT NOT NULL,
    close_e10           BIGINT NOT NULL,
    volume_usd          BIGINT NOT NULL,
    PRIMARY KEY (asset_id, span_s, start_s)
);

-- Figures over longer times, taken from the candles by the feed once a minute.
CREATE TABLE asset_stat (
    asset_id            SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    open_24h_e10        BIGINT NULL COMMENT 'price 24 hours ago',
    high_24h_e10        BIGINT NULL,
    low_24h_e10         BIGINT NULL,
    volume_24h_usd      BIGINT NULL,
    open_7d_e10         BIGINT NULL,
    open_30d_e10        BIGINT NULL,
    high_30d_e10        BIGINT NULL,
    volatility_ppm      BIGINT NULL COMMENT 'standard deviation of 30 daily returns, millionths',
    updated_us          BIGINT NOT NULL
);

-- Who changed a price or a halt by hand, and why.
CREATE TABLE admin_action (
    id                  BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    asset_id            SMALLINT UNSIGNED NOT NULL,
    actor_user_id       BIGINT UNSIGNED NOT NULL,
    action              ENUM('price_set', 'halt', 'resume') NOT NULL,
    reason              VARCHAR(200) NOT NULL,
    old_value           VARCHAR(40) NULL,
    new_value           VARCHAR(40) NULL,
    request_id          VARCHAR(64) CHARACTER SET ascii NOT NULL,
    created_us          BIGINT NOT NULL,
    KEY admin_action_asset (asset_id, id)
);

-- What the order engine loads at start.
CREATE VIEW v_engine_asset AS
    SELECT a.id, a.symbol, a.is_active, a.halted, q.price_e10, q.seq AS price_seq,
           q.ts_us AS price_ts_us
      FROM asset a LEFT JOIN quote q ON q.asset_id = a.id;

-- What other services may know of an asset.
CREATE VIEW v_asset AS
    SELECT a.id, a.symbol, a.name, a.category, a.is_active, a.halted, q.price_e10, q.seq, q.ts_us
      FROM asset a LEFT JOIN quote q ON q.asset_id = a.id;

-- The same with the figures that risk rules need.
CREATE VIEW v_asset_stat AS
    SELECT a.id, a.symbol, a.name, a.category, q.price_e10, s.open_24h_e10, s.open_30d_e10,
           s.high_30d_e10, s.volatility_ppm
      FROM asset a
      LEFT JOIN quote q ON q.asset_id = a.id
      LEFT JOIN asset_stat s ON s.asset_id = a.id;
