// SPDX-License-Identifier: MIT
// Tickers and trades into the cache: whatever shows a price follows within a frame.
import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { roots } from '~/api/keys';
import type { Asset, Candle, Holding, MarketTrade, Portfolio, Ticker, TradeEvent } from '~/api/types';
import { add, compare, divideDown, multiply, roundDown, subtract } from '~/lib/decimal';

type Tickers = ReadonlyMap<string, Ticker>;

const CASH_DIGITS = 8;
const SHARE_DIGITS = 4;

/** The change of a day is told in two digits; from them the price of a day ago follows well enough for two digits. */
function changeAt(asset: Asset, price: number): number | null {
  const { price_change_percentage_24h: change, price_usd: before } = asset;
  if (change === null || change <= -100 || before === 0) return change;
  return (price / (before / (1 + change / 100)) - 1) * 100;
}

function assetAt<T extends Asset>(asset: T, tickers: Tickers): T {
  const ticker = tickers.get(asset.asset_id);
  if (!ticker) return asset;
  const halted = ticker.state === 'halted';
  const price = ticker.mark_price === null ? asset.price_usd : Number(ticker.mark_price);
  if (price === asset.price_usd && halted === asset.halted) return asset;
  return { ...asset, halted, price_usd: price, price_change_percentage_24h: changeAt(asset, price) };
}

/** The same list when nothing in it changed, so that nothing is drawn again. */
function each<T>(list: readonly T[], change: (one: T) => T): T[] {
  const next = list.map(change);
  return next.some((one, at) => one !== list[at]) ? next : (list as T[]);
}

function holdingAt(holding: Holding, tickers: Tickers): Holding {
  const price = tickers.get(holding.asset_id)?.mark_price;
  if (!price || price === holding.current_price) return holding;
  // As the server does it, to the last digit.
  const market_value = roundDown(multiply(holding.quantity, price), CASH_DIGITS);
  return {
    ...holding,
    current_price: price,
    market_value,
    unrealised_pnl: subtract(market_value, holding.cost_basis),
  };
}

function shareOf(part: string, total: string): string {
  return compare(total, '0') > 0 ? divideDown(multiply(part, '100'), total, SHARE_DIGITS) : '0';
}

export function portfolioAt(portfolio: Portfolio, tickers: Tickers): Portfolio {
  const held = each(portfolio.assets, (holding) => holdingAt(holding, tickers));
  if (held === portfolio.assets) return portfolio;
  let { total_value, unrealised_pnl } = portfolio;
  held.forEach((holding, at) => {
    const grown = subtract(holding.market_value, portfolio.assets[at]?.market_value ?? holding.market_value);
    total_value = add(total_value, grown);
    unrealised_pnl = add(unrealised_pnl, grown);
  });
  const assets = held
    .map((holding) => ({ ...holding, percentage: shareOf(holding.market_value, total_value) }))
    .sort((a, b) => compare(b.market_value, a.market_value));
  return { ...portfolio, assets, total_value, unrealised_pnl };
}

function candleAt(candles: Candle[], price: number): Candle[] {
  const last = candles.at(-1);
  if (!last || last.close === price) return candles;
  const grown = { ...last, close: price, high: Math.max(last.high, price), low: Math.min(last.low, price) };
  return [...candles.slice(0, -1), grown];
}

interface Movers {
  assets: Asset[];
}

/** What is below the market root, as its key says. */
function marketAt(key: QueryKey, data: unknown, tickers: Tickers): unknown {
  const [, kind, assetId] = key;
  if (kind === 'assets' || kind === 'page') return each(data as Asset[], (asset) => assetAt(asset, tickers));
  if (kind === 'asset') return assetAt(data as Asset, tickers);
  if (kind === 'movers') {
    const movers = data as Movers;
    const assets = each(movers.assets, (asset) => assetAt(asset, tickers));
    return assets === movers.assets ? movers : { ...movers, assets };
  }
  if (kind === 'candles') {
    const price = tickers.get(String(assetId))?.mark_price;
    return price ? candleAt(data as Candle[], Number(price)) : data;
  }
  return data;
}

export function feedTickers(cache: QueryClient, tickers: Tickers): void {
  for (const query of cache.getQueryCache().findAll({ queryKey: roots.market })) {
    const { data, dataUpdatedAt } = query.state;
    if (data === undefined) continue;
    const next = marketAt(query.queryKey, data, tickers);
    // The catalogue is as old as its other members are.
    const updatedAt = query.queryKey[1] === 'assets' ? dataUpdatedAt : Date.now();
    if (next !== data) cache.setQueryData(query.queryKey, next, { updatedAt });
  }
  cache.setQueryData<Portfolio>([...roots.money, 'portfolio'], (old) => old && portfolioAt(old, tickers));
}

export function feedTrades(cache: QueryClient, trades: readonly TradeEvent[]): void {
  const newest = trades.toReversed();
  for (const query of cache.getQueryCache().findAll({ queryKey: [...roots.market, 'tape'] })) {
    const [, , assetId, limit] = query.queryKey;
    const old = query.state.data as MarketTrade[] | undefined;
    if (!old) continue;
    const known = new Set(old.map(({ trade_id }) => trade_id));
    const fresh = newest
      .filter(({ asset_id, trade_id }) => asset_id === assetId && !known.has(trade_id))
      .map(({ seq: _, asset_id: __, ...trade }) => trade);
    if (fresh.length > 0) cache.setQueryData(query.queryKey, [...fresh, ...old].slice(0, Number(limit)));
  }
}
