// SPDX-License-Identifier: MIT
// The order being typed. Asset, side and typed value can come from the address, so that links and "back" restore them.
import { useState } from 'react';
import type { OrderDraft } from '~/api/trading';
import { isLimit, type Kind, type Mode, type Side, type TypedOrder } from '~/features/trade/input';
import { keepDraft, readDraft } from '~/lib/draft';
import { useHydrated } from '~/lib/hydrated';
import { useSearch } from '~/lib/search';
import { asTyped } from '~/lib/typed-number';

const DEFAULT_ASSET = 'BTC';

type Typed = Pick<TypedOrder, 'mode' | 'text'>;

const formOf = (assetId: string, mode: Mode) => `order.${assetId}.${mode}`;

/** A limit belongs to one side of one asset and one kind: elsewhere it would mean something else. */
const limitForm = (assetId: string, side: Side, kind: Kind) =>
  `order.${assetId}.${side}.${{ market: 'limit', limit: 'price', stop: 'beyond' }[kind]}`;

const kindOf = (type: string | null): Kind => (type === 'limit' || type === 'stop' ? type : 'market');

/** A price as typed: of this form, else what the address says, else what was left behind in this form. */
function useKeptPrice(form: string, given: string | null) {
  const [own, setOwn] = useState<{ form: string; text: string } | null>(null);
  const text = own?.form === form ? own.text : asTyped(given ?? '') || readDraft(form);
  function put(next: string, at = form): void {
    setOwn({ form: at, text: next });
    keepDraft(at, next);
  }
  return [text, put] as const;
}

function fromAddress(params: URLSearchParams): Typed | null {
  const mode = (['amount', 'quantity'] as const).find((name) => params.has(name));
  return mode ? { mode, text: asTyped(params.get(mode) ?? '') } : null;
}

/** Limit orders are sized by quantity alone. */
function sized(typed: Typed, assetId: string, kind: Kind): Typed {
  if (kind === 'market' || typed.mode === 'quantity') return typed;
  return { mode: 'quantity', text: readDraft(formOf(assetId, 'quantity')) };
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
  const kind = kindOf(params.get('type'));
  // What is typed here comes first, then what the address says, then what was left behind in this form.
  const [own, setOwn] = useState<Typed | null>(null);
  const { mode, text } = sized(own ?? fromAddress(params) ?? leftBehind(assetId), assetId, kind);
  const typed: TypedOrder = { assetId, side, mode, text };
  const [limit, putLimit] = useKeptPrice(limitForm(assetId, side, kind), params.get('price'));
  const [stop, putStop] = useKeptPrice(`order.${assetId}.${side}.stop`, params.get('stop'));

  function put(next: Typed): void {
    setOwn(next);
    keepDraft(formOf(assetId, next.mode), next.text);
  }

  /** A price that was pointed at becomes the limit of this side, whatever kind the form was for. */
  function takeLimit(price: string): void {
    putLimit(asTyped(price), limitForm(assetId, side, 'limit'));
    if (kind !== 'limit') go({ type: 'limit' });
  }

  function go(next: { asset?: string; action?: Side; type?: Kind }): void {
    // The new address no longer carries what was typed.
    setOwn((now) => now ?? { mode, text });
    const type = next.type ?? kind;
    setParams(
      {
        asset: next.asset ?? assetId,
        action: next.action ?? side,
        ...(type === 'market' ? {} : { type }),
      },
      { replace: true, preventScrollReset: true },
    );
  }

  return {
    typed,
    kind,
    /** The limit, or the worst acceptable price, as typed. */
    limit,
    setLimit: (next: string) => putLimit(next),
    /** The price that the order waits for, as typed. */
    stop,
    setStop: (next: string) => putStop(next),
    takeLimit,
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
      putStop('');
      setOwn((now) => ((now?.text ?? sent.text) === sent.text ? { mode: sent.mode, text: '' } : now));
    },
    setAsset: (asset: string) => {
      if (asset === assetId) return;
      setOwn({ mode, text: '' });
      go({ asset });
    },
    setSide: (action: Side) => go({ action }),
    setKind: (type: Kind) => go({ type }),
  };
}

export type TypedOrderState = ReturnType<typeof useTypedOrder>;

/** Address of this page with the order as typed, to come back to from elsewhere; addresses carry plain decimals. */
export function addressOf({ assetId, side, mode }: TypedOrder, draft: OrderDraft | null): string {
  const params = new URLSearchParams({ asset: assetId, action: side });
  const value = draft?.[mode];
  if (value) params.set(mode, value);
  if (draft?.price) params.set('price', draft.price);
  if (draft?.stop_price) params.set('stop', draft.stop_price);
  if (draft && isLimit(draft)) params.set('type', draft.stop_price ? 'stop' : 'limit');
  return `/trading?${params}`;
}
