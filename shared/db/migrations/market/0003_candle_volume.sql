-- SPDX-License-Identifier: MIT
-- What was traded in a candle, in dollars and in units of the asset, as integers that add up exactly
-- over spans. Units at 10^-8 of coins worth a millionth of a dollar need more than 64 bits. Candles
-- from before keep their dollars; their units follow from the closing price, which was all there was.

ALTER TABLE candle
    ADD COLUMN quote_volume_e2 BIGINT NOT NULL DEFAULT 0 COMMENT 'US cents',
    ADD COLUMN base_volume_e8 DECIMAL(38,0) NOT NULL DEFAULT 0 COMMENT 'units at 10^-8';

UPDATE candle
   SET quote_volume_e2 = volume_usd * 100,
       base_volume_e8 = FLOOR(CAST(volume_usd AS DECIMAL(20,0)) * 1000000000000000000 / close_e10)
 WHERE volume_usd > 0 AND close_e10 > 0;

ALTER TABLE candle DROP COLUMN volume_usd;
