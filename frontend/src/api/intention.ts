// SPDX-License-Identifier: MIT
// What a person has asked for and may not ask for twice by accident. An intention lives here, not in the dialog or page
// it came from: whatever is closed or left meanwhile, its answer is awaited and reported, and as long as there is none
// the same content goes out under the same key.
import { type MoneyDirection, moveMoney, takeGift } from '~/api/cash';
import { isProblem } from '~/api/problem';
import { newIdempotencyKey } from '~/api/send-again';
import { type OrderDraft, placeOrder } from '~/api/trading';
import { readOfTab, writeOfTab } from '~/lib/storage';
import { createStore, useStore } from '~/lib/store';

interface Contents {
  order: OrderDraft;
  move: { direction: MoneyDirection; amount: string };
  gift: { phrase: string };
}

const perform = {
  order: placeOrder,
  move: ({ direction, amount }: Contents['move'], key: string) => moveMoney(direction, amount, key),
  gift: ({ phrase }: Contents['gift'], key: string) => takeGift(phrase, key),
} as const;

export type Kind = keyof Contents;
type Answers = { [K in Kind]: Awaited<ReturnType<(typeof perform)[K]>> };

/** `unknown`: the server may have done the work although no answer arrived. */
export type IntentionState = 'sending' | 'unknown' | 'done' | 'refused';

interface Common<K extends Kind> {
  key: string;
  kind: K;
  content: Contents[K];
  state: IntentionState;
  /** When it was sent or, once there is an answer, when that came. */
  atMs: number;
  answer?: Answers[K];
  error?: unknown;
  /** How many pieces on the screen show it; with none, a chip in the frame of the page does. */
  watchers: number;
  /** Where the person wants to go on afterwards. */
  back?: string | undefined;
}

export type IntentionOf<K extends Kind> = Common<K>;
export type Intention = { [K in Kind]: Common<K> }[Kind];

const KEY = 'cnop.unanswered';
/** Shorter than the server remembers a key, so that an old page can never do the work again. */
const REMEMBERED_MS = 12 * 3600 * 1000;
const KEPT = 20;
export const REPEAT_MS = 60_000;

/** True when the server may have done the work although we have no answer. */
export function outcomeUnknown(error: unknown): boolean {
  return isProblem(error) && error.transient;
}

export function isOpen({ state }: Intention): boolean {
  return state === 'sending' || state === 'unknown';
}

function isRecent({ state, atMs }: Intention): boolean {
  return state === 'done' && Date.now() - atMs < REPEAT_MS;
}

/** What a reload of this tab left without an answer, and what was done just before it. */
function restored(): readonly Intention[] {
  try {
    const kept = JSON.parse(readOfTab(KEY) ?? '[]') as Intention[];
    return kept
      .filter(({ atMs, kind }) => kind in perform && Date.now() - atMs < REMEMBERED_MS)
      .map((one) => ({ ...one, state: one.state === 'done' ? 'done' : 'unknown', watchers: 0 }));
  } catch {
    return [];
  }
}

const none: readonly Intention[] = [];
const store = createStore<readonly Intention[]>(restored());
const listeners = new Set<(intention: Intention) => void>();
const afterwards = new Map<string, () => void>();

function change(list: readonly Intention[]): void {
  store.set(list.slice(-KEPT));
  const kept = list
    .filter((one) => isOpen(one) || isRecent(one))
    .map(({ key, kind, content, state, atMs, back }) => ({ key, kind, content, state, atMs, back }));
  writeOfTab(KEY, kept.length > 0 ? JSON.stringify(kept) : null);
}

function update(key: string, next: Partial<Common<Kind>>): Intention | undefined {
  change(store.get().map((one) => (one.key === key ? ({ ...one, ...next } as Intention) : one)));
  return store.get().find((one) => one.key === key);
}

async function run(intention: Intention): Promise<void> {
  const { key, kind, content } = intention;
  const work = perform[kind] as (content: unknown, key: string) => Promise<Answers[Kind]>;
  let settled: Intention | undefined;
  try {
    const answer = await work(content, key);
    settled = update(key, { state: 'done', answer, atMs: Date.now() });
    afterwards.get(key)?.();
  } catch (error) {
    settled = update(key, { state: outcomeUnknown(error) ? 'unknown' : 'refused', error, atMs: Date.now() });
  }
  if (settled) for (const listener of listeners) listener(settled);
}

function same(kind: Kind, content: unknown) {
  const wanted = JSON.stringify(content);
  return (one: Intention) => one.kind === kind && JSON.stringify(one.content) === wanted;
}

/** The intention of this content that has no answer yet. */
export function findOpen(kind: Kind, content: unknown): string | null {
  return store.get().find((one) => same(kind, content)(one) && isOpen(one))?.key ?? null;
}

/** When the same was done within the last minute, or null. */
export function doneBefore(kind: Kind, content: unknown): number | null {
  return store.get().findLast((one) => same(kind, content)(one) && isRecent(one))?.atMs ?? null;
}

/** Sends once more what has no answer, under its own key. */
export function askAgain(key: string): void {
  if (store.get().find((one) => one.key === key)?.state !== 'unknown') return;
  const intention = update(key, { state: 'sending' });
  if (intention) void run(intention);
}

/** Asks for what a reload has just cut off from its answer; what is older waits until the person asks. */
export function resumeIntentions(): void {
  for (const { key, state, atMs } of store.get())
    if (state === 'unknown' && Date.now() - atMs < REPEAT_MS) askAgain(key);
}

interface Extras {
  back?: string | undefined;
  /** Called when it is done, for the form it came from. */
  onDone?: () => void;
}

/** Carries the wish out, or joins the one of the same content that is still without an answer. Gives its key. */
export function begin<K extends Kind>(kind: K, content: Contents[K], { back, onDone }: Extras = {}): string {
  const open = findOpen(kind, content);
  if (onDone && open !== null) afterwards.set(open, onDone);
  if (open !== null) {
    askAgain(open);
    return open;
  }
  const key = newIdempotencyKey();
  const fresh = { state: 'sending', atMs: Date.now(), watchers: 0 } as const;
  const intention = { key, kind, content, back, ...fresh } as Intention;
  if (onDone) afterwards.set(key, onDone);
  change([...store.get(), intention]);
  void run(intention);
  return key;
}

/** Called with every answer and with every loss of one. Gives the way to stop. */
export function onSettled(listener: (intention: Intention) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Nothing of the person who was signed in may be shown to, or sent for, the next one. */
export function forgetIntentions(): void {
  change([]);
}

export function useIntentions(): readonly Intention[] {
  return useStore(store, none);
}

export function useIntention<K extends Kind>(kind: K, key: string | null): IntentionOf<K> | undefined {
  const found = useIntentions().find((one) => one.key === key);
  return found?.kind === kind ? (found as unknown as IntentionOf<K>) : undefined;
}

const watches = new Map<string, (node: Element | null) => () => void>();

/** As the `ref` of an element: while that stands on the page, it shows the intention. */
export function watching(key: string): (node: Element | null) => () => void {
  const count = (step: number) => {
    const one = store.get().find((known) => known.key === key);
    if (one) update(key, { watchers: one.watchers + step });
  };
  const ref =
    watches.get(key) ??
    (() => {
      count(1);
      return () => count(-1);
    });
  watches.set(key, ref);
  return ref;
}
