// SPDX-License-Identifier: MIT
// The order being typed. Asset, side and typed value can come from the address, so that links and "back" restore them.
import { useState } from 'react';
import type { OrderDraft } from '~/api/trading';
import type { Mode, Side, TypedOrder } from '~/features/trade/input';
import { keepDraft, readDraft } from '~/lib/draft';
import { useHydrated } from '~/lib/hydrated';
import { useSearch } from '~/lib/search';
import { asTyped } from '~/lib/typed-number';

const DEFAULT_ASSET = 'BTC';

type Typed = Pick<TypedOrder, 'mode' | 'text'>;

const formOf = (assetId: string, mode: Mode) => `order.${assetId}.${mode}`;

/** A limit belongs to one side of one asset: on the other it would mean something else. */
const limitForm = (assetId: string, side: Side) => `order.${assetId}.${side}.limit`;

function fromAddress(params: URLSearchParams): Typed | null {
  const mode = (['amount', 'quantity'] as const).find((name) => params.has(name));
  return mode ? { mode, text: asTyped(params.get(mode) ?? '') } : null;
}

function leftBehind(assetId: string): Typed {
  const amount = readDraft(formOf(assetId, 'amount'));
  if (amount !== '') return { mode: 'amount', text: amount };
  return { mode: 'quantity', text: readDraft(formOf(assetId, 'quantity')) };
}

export function useTypedOrder() {
  const [params, setParams] = useSearch();
  const known = useHydrated();
  // Nothing is armed before the address can be read.
  const assetId = known ? params.get('asset')?.toUpperCase() || DEFAULT_ASSET : '';
  const side: Side = params.get('action') === 'sell' ? 'sell' : 'buy';
  // What is typed here comes first, then what the address says, then what was left behind in this form.
  const [own, setOwn] = useState<Typed | null>(null);
  const { mode, text } = own ?? fromAddress(params) ?? leftBehind(assetId);
  const typed: TypedOrder = { assetId, side, mode, text };
  const form = limitForm(assetId, side);
  const [ownLimit, setOwnLimit] = useState<{ form: string; text: string } | null>(null);
  const limit =
    ownLimit?.form === form ? ownLimit.text : asTyped(params.get('price') ?? '') || readDraft(form);

  function putLimit(next: string): void {
    setOwnLimit({ form, text: next });
    keepDraft(form, next);
  }

  function put(next: Typed): void {
    setOwn(next);
    keepDraft(formOf(assetId, next.mode), next.text);
  }

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
    /** The worst acceptable price as typed. */
    limit,
    setLimit: putLimit,
    setText: (next: string) => put({ mode, text: next }),
    setMode: (next: Mode) => {
      keepDraft(formOf(assetId, mode), '');
      put({ mode: next, text: '' });
    },
    fill: (next: Typed) => put({ mode: next.mode, text: asTyped(next.text) }),
    /** Empties the form once its order is placed, unless something else was typed meanwhile. */
    clear: (sent: TypedOrder) => {
      keepDraft(formOf(sent.assetId, sent.mode), '');
      putLimit('');
      setOwn((now) => ((now?.text ?? sent.text) === sent.text ? { mode: sent.mode, text: '' } : now));
    },
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
  if (draft?.price) params.set('price', draft.price);
  return `/trading?${params}`;
}
