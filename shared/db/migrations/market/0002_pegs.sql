-- SPDX-License-Identifier: MIT
-- What an asset's price follows, for rules that must not take one price for several.

CREATE OR REPLACE VIEW v_asset_stat AS
    SELECT a.id, a.symbol, a.name, a.category, q.price_e10, s.open_24h_e10, s.open_30d_e10,
           s.high_30d_e10, s.volatility_ppm, COALESCE(l.symbol, a.symbol) AS peg_symbol
      FROM asset a
      LEFT JOIN asset l ON l.id = a.leader_id
      LEFT JOIN quote q ON q.asset_id = a.id
      LEFT JOIN asset_stat s ON s.asset_id = a.id;
