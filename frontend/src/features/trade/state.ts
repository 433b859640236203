// SPDX-License-Identifier: MIT
// The order being typed. Asset, side and typed value can come from the address, so that links and "back" restore them.
import { useState } from 'react';
import type { OrderDraft } from '~/api/commands';
import type { Mode, Side, TypedOrder } from '~/features/trade/input';
import { useHydrated } from '~/lib/hydrated';
import { useSearch } from '~/lib/search';
import { asTyped } from '~/lib/typed-number';

const DEFAULT_ASSET = 'BTC';

export function useTypedOrder() {
  const [params, setParams] = useSearch();
  const known = useHydrated();
  // Nothing is armed before the address can be read.
  const assetId = known ? params.get('asset')?.toUpperCase() || DEFAULT_ASSET : '';
  const side: Side = params.get('action') === 'sell' ? 'sell' : 'buy';
  // Until something is typed the address speaks; it is known only once the page runs.
  const [own, setOwn] = useState<Pick<TypedOrder, 'mode' | 'text'> | null>(null);
  const mode: Mode = own?.mode ?? (params.has('amount') ? 'amount' : 'quantity');
  const text = own?.text ?? asTyped(params.get('amount') ?? params.get('quantity') ?? '');
  const typed: TypedOrder = { assetId, side, mode, text };

  function go(next: { asset?: string; action?: Side }): void {
    // The new address no longer carries what was typed.
    setOwn((now) => now ?? { mode, text });
    setParams(
      { asset: next.asset ?? assetId, action: next.action ?? side },
      { replace: true, preventScrollReset: true },
    );
  }

  return {
    typed,
    setText: (next: string) => setOwn({ mode, text: next }),
    setMode: (next: Mode) => setOwn({ mode: next, text: '' }),
    fill: ({ mode, text }: Pick<TypedOrder, 'mode' | 'text'>) => setOwn({ mode, text: asTyped(text) }),
    /** Empties the form once its order is placed, unless something else was typed meanwhile. */
    clear: (sent: TypedOrder) =>
      setOwn((now) => ((now?.text ?? sent.text) === sent.text ? { mode: sent.mode, text: '' } : now)),
    setAsset: (asset: string) => {
      if (asset === assetId) return;
      setOwn({ mode, text: '' });
      go({ asset });
    },
    setSide: (action: Side) => go({ action }),
  };
}

export type TypedOrderState = ReturnType<typeof useTypedOrder>;

/** Address of this page with the order as typed, to come back to from elsewhere; addresses carry plain decimals. */
export function addressOf({ assetId, side, mode }: TypedOrder, draft: OrderDraft | null): string {
  const params = new URLSearchParams({ asset: assetId, action: side });
  const value = draft?.[mode];
  if (value) params.set(mode, value);
  return `/trading?${params}`;
}
