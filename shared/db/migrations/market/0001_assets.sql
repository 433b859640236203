-- Catalogue, prices and candles: owned by the inventory service and its price feed.

CREATE TABLE asset (
    id                  SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    symbol              VARCHAR(10) CHARACTER SET ascii NOT NULL,
    name                VARCHAR(100) NOT NULL,
    description         VARCHAR(500) NULL,
    category            VARCHAR(50) CHARACTER SET ascii NOT NULL,
    image               VARCHAR(500) NULL,
    market_cap_rank     SMALLINT UNSIGNED NULL,
    circulating_supply  DECIMAL(30, 2) NULL,
    total_supply        DECIMAL(30, 2) NULL,
    max_supply          DECIMAL(30, 2) NULL,
    base_price_e10      BIGINT NOT NULL,
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
    KEY asset_rank (market_cap_rank),
    CHECK (base_price_e10 > 0),
    CHECK (id > 0)
);

-- The newest price of each asset; seq grows with every change over all assets.
CREATE TABLE quote (
    asset_id            SMALLINT UNSIGNED NOT NULL PRIMARY KEY,
    price_e10           BIGINT NOT NULL,
    seq                 BIGINT UNSIGNED NOT NULL,
    source              ENUM('engine', 'feed', 'admin') NOT NULL,
    ts_us               BIGINT NOT NULL,
    CHECK (price_e10 > 0)
);

-- Candles of our own ticks. span_s is 60, 300, 900, 3600, 14400 or 86400; start is Unix seconds.
CREATE TABLE candle (
    asset_id            SMALLINT UNSIGNED NOT NULL,
    span_s              INT UNSIGNED NOT NULL,
    start_s             BIGINT NOT NULL,
    open_e10            BIGINT NOT NULL,
    high_e10            BIGINT NOT NULL,
    low_e10             BIGINT NOT NULL,
    close_e10           BIGINT NOT NULL,
    volume_usd          BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (asset_id, span_s, start_s),
    KEY candle_age (span_s, start_s)
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
