// SPDX-License-Identifier: MIT
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { GET, unwrap } from '~/api/client';
import { isProblem } from '~/api/problem';
import { sessionStarted, sessionState } from '~/api/session';
import { placeOrder } from '~/api/trading';
import type { OrderWish } from './mock/bank.ts';
import { problem } from './mock/openapi.ts';
import { bank, server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;

async function failure(work: Promise<unknown>) {
  const error = await work.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!isProblem(error)) throw new Error('expected a problem');
  return error;
}

describe('session renewal', () => {
  it('renews once for many refused requests and repeats each of them', async () => {
    let renewals = 0;
    let fresh = false;
    server.use(
      http.get(api('/balance'), () => (fresh ? undefined : problem(401, 'AUTH_002', 'Token expired.'))),
      http.post(api('/auth/refresh'), () => {
        renewals += 1;
        fresh = true;
        return undefined;
      }),
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => unwrap(GET('/api/v1/balance'))));
    expect(answers.map(({ current_balance }) => current_balance)).toEqual(Array(5).fill('0.00'));
    expect(renewals).toBe(1);
  });

  it('renews before the access cookie expires', async () => {
    const seen: string[] = [];
    server.use(
      http.all(api('/*'), ({ request }) => {
        seen.push(new URL(request.url).pathname);
      }),
    );
    sessionStarted(10);
    await unwrap(GET('/api/v1/balance'));
    expect(seen).toEqual(['/api/v1/auth/refresh', '/api/v1/balance']);
  });

  it('tells the page when the session is over', async () => {
    bank.signedIn = null;
    expect((await failure(unwrap(GET('/api/v1/balance')))).status).toBe(401);
    expect(sessionState()).toBe('ended');
  });

  it('keeps no token in web storage', () => {
    const stored = JSON.stringify({ ...localStorage, ...sessionStorage });
    expect(stored).not.toMatch(/eyJ|rt_|token/i);
  });
});

describe('problems', () => {
  it('carry the request id, the fields and the pause', async () => {
    server.use(
      http.get(api('/balance'), () =>
        HttpResponse.json(
          {
            status: 429,
            code: 'RATE_001',
            detail: 'Slow down.',
            errors: [{ field: 'limit', message: 'too large' }],
          },
          { status: 429, headers: { 'X-Request-ID': 'abc-1', 'Retry-After': '7' } },
        ),
      ),
    );
    const error = await failure(unwrap(GET('/api/v1/balance')));
    expect(error).toMatchObject({ status: 429, code: 'RATE_001', requestId: 'abc-1', retryAfterSeconds: 7 });
    expect(error.faults).toEqual([{ field: 'limit', message: 'too large' }]);
  });

  it('survive answers that are no problem bodies', async () => {
    server.use(http.get(api('/balance'), () => new HttpResponse('<h1>Bad gateway</h1>', { status: 502 })));
    expect(await failure(unwrap(GET('/api/v1/balance')))).toMatchObject({ status: 502, transient: true });
  });

  it('say when there was no answer', async () => {
    server.use(http.get(api('/balance'), () => HttpResponse.error()));
    expect(await failure(unwrap(GET('/api/v1/balance')))).toMatchObject({ status: 0, code: 'NETWORK' });
  });
});

describe('orders', () => {
  it('a lost answer is asked for again with the same key and makes one order', async () => {
    bank.move('deposit', bank.balance.plus(1000), null);
    const keys: (string | null)[] = [];
    let losses = 1;
    server.use(
      http.post(api('/orders'), async ({ request }) => {
        keys.push(request.headers.get('Idempotency-Key'));
        if (losses-- > 0) {
          const wish = (await request.clone().json()) as OrderWish;
          const order = bank.place(wish, keys[0] ?? null);
          bank.answers.set(String(keys[0]), {
            content: JSON.stringify(wish),
            answer: HttpResponse.json({ data: order }, { status: 201 }),
          });
          return HttpResponse.error();
        }
        return undefined;
      }),
    );
    const order = await placeOrder({ order_type: 'market_buy', asset_id: 'BTC', amount: '100' }, 'one-key');
    expect(keys).toEqual(['one-key', 'one-key']);
    expect(bank.orders.map(({ order_id }) => order_id)).toEqual([order.order_id]);
  });
});
