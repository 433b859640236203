// SPDX-License-Identifier: MIT
// What the ledger page reads and does. Whatever is done here is audited by the service that does it.
import { queryOptions } from '@tanstack/react-query';
import { GET, POST, PUT, unwrap } from '~/api/client';
import { wholeList } from '~/api/market';
import type { AuditLine, Market } from '~/api/types';

const LIVE_MS = 15_000;
const TRAIL_ROWS = 200;
const MARKET_MAX_PAGES = 5;

export const ledgerKey = ['ops', 'ledger'] as const;

export const marketsQuery = () =>
  queryOptions({
    queryKey: [...ledgerKey, 'markets'],
    queryFn: ({ signal }) =>
      wholeList<Market>(MARKET_MAX_PAGES, (query) =>
        unwrap(GET('/api/v1/markets', { params: { query }, signal })),
      ),
    refetchInterval: LIVE_MS,
  });

export interface Frozen {
  account: string;
  reason: string | null;
  since: string | null;
  actor: string | null;
}

interface TrailPart {
  data: readonly AuditLine[];
  has_more: boolean;
}

/**
 * Accounts whose newest line is their freezing. Where older releases were not read, freezings as old as those are left
 * out: who was released since cannot be told.
 */
export function frozenOf(freezes: TrailPart, releases: TrailPart): { rows: Frozen[]; older: boolean } {
  const released = new Map<string, number>();
  for (const { object, number } of releases.data) {
    if (object) released.set(object, Math.max(number, released.get(object) ?? 0));
  }
  const known = releases.has_more ? Math.min(...releases.data.map(({ number }) => number)) : 0;
  const newest = new Map<string, AuditLine>();
  for (const line of freezes.data) {
    const { object, number } = line;
    if (object && number > (newest.get(object)?.number ?? 0)) newest.set(object, line);
  }
  const rows = [...newest.values()]
    .filter(({ object, number }) => number > known && number > (released.get(object ?? '') ?? 0))
    .map(({ object, reason, happened, actor }) => ({
      account: (object ?? '').replace(/^account:/, ''),
      reason,
      since: happened,
      actor,
    }));
  return { rows, older: freezes.has_more || releases.has_more };
}

export const frozenQuery = () =>
  queryOptions({
    queryKey: [...ledgerKey, 'frozen'],
    queryFn: async ({ signal }) => {
      const lines = (action: string) =>
        unwrap(GET('/api/v1/ops/audit', { params: { query: { action, limit: TRAIL_ROWS } }, signal }));
      const [freezes, releases] = await Promise.all([lines('account_freeze'), lines('account_unfreeze')]);
      return frozenOf(freezes, releases);
    },
    refetchInterval: LIVE_MS,
  });

export type LedgerAct = 'freeze' | 'unfreeze' | 'halt' | 'resume' | 'price_set';

export interface LedgerOrder {
  act: LedgerAct;
  /** The account or the asset. */
  object: string;
  reason: string;
  /** Of a price that is set. */
  price: string;
}

export async function carryOut({ act, object, reason, price }: LedgerOrder): Promise<void> {
  const account = { path: { user_id: object } };
  const asset = { path: { asset_id: object } };
  if (act === 'freeze') {
    await unwrap(POST('/api/v1/accounts/{user_id}/freeze', { params: account, body: { reason } }));
  } else if (act === 'unfreeze') {
    await unwrap(POST('/api/v1/accounts/{user_id}/unfreeze', { params: account, body: { reason } }));
  } else if (act === 'price_set') {
    const body = { price, reason };
    await unwrap(PUT('/api/v1/inventory/assets/{asset_id}/price', { params: asset, body }));
  } else {
    const body = { halted: act === 'halt', reason };
    await unwrap(POST('/api/v1/inventory/assets/{asset_id}/halt', { params: asset, body }));
  }
}
