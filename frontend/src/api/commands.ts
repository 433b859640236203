// SPDX-License-Identifier: MIT
// Everything the pages change. Commands that move money carry a key, so that sending them twice does them once.
import { DELETE, POST, PUT, unwrap } from '~/api/client';
import { isProblem } from '~/api/problem';
import { sessionStarted } from '~/api/session';
import type { Order, OrderType, Preview, ProfileChange, Registration } from '~/api/types';

const MAX_RESENDS = 2;
const RESEND_PAUSE_MS = 700;

export interface Credentials {
  username: string;
  password: string;
}

export interface OrderDraft {
  order_type: OrderType;
  asset_id: string;
  quantity?: string;
  amount?: string;
}

/** A fresh key for one intention of the person; keep it for every try of that intention. */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Sends again after a lost or undecided answer. Only for commands whose key makes that harmless. */
async function untilAnswered<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries >= MAX_RESENDS || !isProblem(error) || !error.transient) throw error;
      await new Promise((resolve) => setTimeout(resolve, RESEND_PAUSE_MS * (tries + 1)));
    }
  }
}

export async function login(credentials: Credentials): Promise<void> {
  const reply = await unwrap(
    POST('/api/v1/auth/login', {
      params: { header: { 'X-Session-Mode': 'cookie' } },
      body: credentials,
    }),
  );
  sessionStarted(reply.expires_in);
}

export async function register(registration: Registration): Promise<void> {
  await unwrap(POST('/api/v1/auth/register', { body: registration }));
}

export async function logout(): Promise<void> {
  // Reaches the server even when the page is closed at once.
  await unwrap(POST('/api/v1/auth/logout', { body: {}, keepalive: true }));
}

export async function changePassword(current: string, next: string): Promise<void> {
  await unwrap(POST('/api/v1/auth/password', { body: { current_password: current, new_password: next } }));
}

export async function endSession(sessionId: string): Promise<void> {
  await unwrap(
    DELETE('/api/v1/auth/sessions/{session_id}', {
      params: { path: { session_id: sessionId } },
      // The gateway takes changes with a cookie only as JSON requests of our own pages.
      headers: { 'Content-Type': 'application/json' },
    }),
  );
}

export async function updateProfile(change: ProfileChange) {
  return (await unwrap(PUT('/api/v1/auth/profile', { body: change }))).user;
}

export type MoneyDirection = 'deposit' | 'withdraw';

export async function moveMoney(direction: MoneyDirection, amount: string, key: string) {
  const options = { params: { header: { 'Idempotency-Key': key } }, body: { amount } };
  return await untilAnswered(() =>
    unwrap(
      direction === 'deposit'
        ? POST('/api/v1/balance/deposit', options)
        : POST('/api/v1/balance/withdraw', options),
    ),
  );
}

function orderBody(draft: OrderDraft) {
  const { order_type, asset_id } = draft;
  return draft.amount === undefined
    ? { order_type, asset_id, quantity: draft.quantity ?? '' }
    : { order_type, asset_id, amount: draft.amount };
}

export async function previewOrder(draft: OrderDraft, signal?: AbortSignal): Promise<Preview> {
  const reply = await unwrap(POST('/api/v1/orders/preview', { body: orderBody(draft), signal }));
  return reply.data;
}

export async function placeOrder(draft: OrderDraft, key: string): Promise<Order> {
  const options = { params: { header: { 'Idempotency-Key': key } }, body: orderBody(draft) };
  return (await untilAnswered(() => unwrap(POST('/api/v1/orders', options)))).data;
}

export async function claimGift(phrase: string, key: string) {
  const options = { params: { header: { 'Idempotency-Key': key } }, body: { phrase } };
  return await untilAnswered(() => unwrap(POST('/api/v1/cny/claim', options)));
}
