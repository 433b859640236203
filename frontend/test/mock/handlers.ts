// SPDX-License-Identifier: MIT
// The API's operations on the mock bank, as request handlers for tests.
import Big from 'big.js';
import { HttpResponse, http } from 'msw';
import type { Bank, MockAsset, OrderWish } from './bank.ts';

let requests = 0;

function finding(rule: string, severity: string, value: string) {
  return { rule, severity, text: 'Raw sentence.', value, asset_id: null, is_group: false, count: null };
}

export function problem(status: number, code: string, detail: string, extra: Record<string, unknown> = {}) {
  requests += 1;
  const id = `test-request-${requests}`;
  return HttpResponse.json(
    {
      type: `/docs/errors#${code}`,
      title: code,
      status,
      detail,
      instance: '/',
      trace_id: id,
      timestamp: new Date().toISOString(),
      message: detail,
      error: code,
      code,
      ...extra,
    },
    { status, headers: { 'Content-Type': 'application/problem+json', 'X-Request-ID': id } },
  );
}

function listed(asset: MockAsset, rank: number) {
  const cap = Number(asset.price) * 19_000_000;
  return {
    asset_id: asset.asset_id,
    name: asset.name,
    description: `About ${asset.name}.`,
    category: asset.category,
    price_usd: Number(asset.price),
    is_active: asset.is_active,
    halted: asset.halted,
    symbol: asset.asset_id,
    image: null,
    market_cap_rank: rank + 1,
    price_change_percentage_24h: asset.change,
    market_cap: cap,
    total_volume_24h: cap / 40,
  };
}

function detailed(asset: MockAsset, rank: number) {
  const price = Number(asset.price);
  return {
    ...listed(asset, rank),
    availability_status: asset.is_active && !asset.halted ? 'available' : 'unavailable',
    price_change_24h: price / 100,
    price_change_percentage_7d: -2.1,
    price_change_percentage_30d: 5.8,
    high_24h: price * 1.02,
    low_24h: price * 0.97,
    circulating_supply: 19_000_000,
    total_supply: 21_000_000,
    max_supply: null,
    ath: price * 1.5,
    ath_change_percentage: -33.3,
    ath_date: '2026-03-14T00:00:00.000000Z',
    atl: price / 100,
    atl_change_percentage: 9900,
    atl_date: '2013-07-06T00:00:00.000000Z',
    last_updated: new Date().toISOString(),
    min_quantity: '0.001',
    min_order_value: '1.00',
    max_order_value: '10000.00',
    quantity_step: '0.00000001',
  };
}

const seconds: Record<string, number> = {
  '1m': 60,
  '5m': 300,
  '15m': 900,
  '1h': 3600,
  '4h': 14_400,
  '1d': 86_400,
};

function candles(asset: MockAsset, interval: string) {
  const step = seconds[interval] ?? 3600;
  const newest = Math.floor(Date.now() / 1000 / step) * step;
  const last = Number(asset.price);
  return Array.from({ length: 120 }, (_, index) => {
    const level = (i: number) => last * (1 + 0.03 * Math.sin(i / 9) + 0.01 * Math.sin(i / 2.3));
    const [open, close] = [level(index - 1), index === 119 ? last : level(index)];
    return {
      time: new Date((newest - (119 - index) * step) * 1000).toISOString(),
      open,
      close,
      high: Math.max(open, close) * 1.004,
      low: Math.min(open, close) * 0.996,
      volume: 1.5,
    };
  });
}

function page<T>(request: Request, rows: T[]): { rows: T[]; has_more: boolean; next_cursor: string | null } {
  const query = new URL(request.url).searchParams;
  const from = Number(query.get('cursor') ?? query.get('offset') ?? 0);
  const limit = Number(query.get('limit') ?? 50);
  const has_more = rows.length > from + limit;
  return {
    rows: rows.slice(from, from + limit),
    has_more,
    next_cursor: has_more ? String(from + limit) : null,
  };
}

/** A repeated key gives the first answer again. */
function once(bank: Bank, request: Request, content: unknown, work: () => Response): Response {
  const key = request.headers.get('Idempotency-Key');
  const known = key ? bank.answers.get(key) : undefined;
  if (known) {
    if (known.content !== JSON.stringify(content))
      return problem(422, 'idempotency_mismatch', 'Another body.');
    return (known.answer as Response).clone() as Response;
  }
  const answer = work();
  if (key) bank.answers.set(key, { content: JSON.stringify(content), answer: answer.clone() });
  return answer;
}

type Handler = Parameters<typeof http.get>[1];

/** Answers 401 while nobody is signed in. */
function guarded(bank: Bank, handler: Handler): Handler {
  return (info) => (bank.user() ? handler(info) : problem(401, 'AUTH_001', 'Authentication required.'));
}

function session(bank: Bank, username: string) {
  return { expires_in: 3600, user: { user_id: '1', username, role: 'customer' }, signed: bank.signedIn };
}

function authHandlers(bank: Bank, api: (path: string) => string) {
  return [
    http.post(api('/auth/register'), async ({ request }) => {
      const body = (await request.json()) as Record<string, string>;
      const username = String(body.username).toLowerCase();
      if (bank.users.has(username)) return problem(409, 'username_taken', 'The user name is taken.');
      if (/^(.)\1+$/.test(String(body.password))) {
        return problem(422, 'password_common', 'This password is in a list of common passwords.');
      }
      bank.users.set(username, {
        username,
        password: String(body.password),
        email: String(body.email),
        first_name: String(body.first_name),
        last_name: String(body.last_name),
        phone: body.phone ?? null,
        date_of_birth: body.date_of_birth ?? null,
        marketing_emails_consent: false,
        created_at: bank.now(),
      });
      return HttpResponse.json({ message: 'User registered successfully', user_id: '2' }, { status: 201 });
    }),
    http.post(api('/auth/login'), async ({ request }) => {
      const body = (await request.json()) as { username: string; password: string };
      const user = bank.users.get(body.username.toLowerCase());
      if (user?.password !== body.password)
        return problem(401, 'bad_credentials', 'Wrong user name or password.');
      bank.signedIn = user.username;
      return HttpResponse.json(session(bank, user.username));
    }),
    http.post(api('/auth/refresh'), () =>
      bank.user()
        ? HttpResponse.json(session(bank, bank.signedIn ?? ''))
        : problem(401, 'refresh_invalid', 'The refresh token is not valid.'),
    ),
    http.post(
      api('/auth/logout'),
      guarded(bank, () => {
        bank.signedIn = null;
        return HttpResponse.json({ message: 'Logged out successfully' });
      }),
    ),
    http.post(
      api('/auth/password'),
      guarded(bank, async ({ request }) => {
        const body = (await request.json()) as { current_password: string; new_password: string };
        const user = bank.user();
        if (!user || user.password !== body.current_password) {
          return problem(422, 'password_wrong', 'The current password is wrong.');
        }
        user.password = body.new_password;
        bank.signedIn = null;
        return HttpResponse.json({ message: 'Password changed; log in again' });
      }),
    ),
    http.get(
      api('/auth/me'),
      guarded(bank, () =>
        HttpResponse.json({
          user_id: '1',
          username: bank.signedIn,
          role: 'customer',
          session_id: 's_1',
          expires_at: bank.now(),
        }),
      ),
    ),
    http.get(
      api('/auth/sessions'),
      guarded(bank, () =>
        HttpResponse.json({
          data: [
            ['s_current_1', 'Mozilla/5.0 (X11) Chrome/140.0', true],
            ['s_other_02', 'curl/7.88.1', false],
          ].map(([session_id, user_agent, current]) => ({
            session_id,
            user_agent,
            current,
            ip: '192.0.2.7',
            created_at: bank.now(),
            last_used_at: bank.now(),
            expires_at: bank.now(),
          })),
        }),
      ),
    ),
    http.delete(
      api('/auth/sessions/:id'),
      guarded(bank, () => HttpResponse.json({ message: 'Session ended' })),
    ),
    http.get(
      api('/auth/profile'),
      guarded(bank, () => {
        const { password: _, ...profile } = bank.user() ?? { password: '' };
        return HttpResponse.json({ ...profile, updated_at: bank.now() });
      }),
    ),
    http.put(
      api('/auth/profile'),
      guarded(bank, async ({ request }) => {
        const user = Object.assign(bank.user() ?? {}, await request.json()) as Record<string, unknown>;
        const { password: _, ...profile } = user;
        return HttpResponse.json({
          success: true,
          message: 'Profile updated successfully',
          user: { ...profile, updated_at: bank.now() },
        });
      }),
    ),
  ];
}

const sortable: Record<string, (asset: MockAsset) => string | number> = {
  name: ({ name }) => name,
  price: ({ price }) => Number(price),
  change_24h: ({ change }) => change ?? 0,
  market_cap: ({ price }) => Number(price),
  volume: ({ price }) => Number(price),
};

/** The catalogue as the list operation filters and sorts it. */
function matching(bank: Bank, query: URLSearchParams): MockAsset[] {
  const [search, category] = [query.get('search')?.toLowerCase() ?? '', query.get('category')];
  const found = bank.assets
    .filter(({ is_active }) => is_active || query.get('active_only') === 'false')
    .filter(({ asset_id, name }) => `${asset_id} ${name}`.toLowerCase().includes(search))
    .filter((asset) => !category || asset.category === category);
  const by = sortable[query.get('sort') ?? 'rank'];
  if (by) found.sort((a, b) => (by(a) < by(b) ? -1 : 1));
  return by && query.get('order') === 'desc' ? found.reverse() : found;
}

function marketHandlers(bank: Bank, api: (path: string) => string) {
  return [
    http.get(api('/inventory/assets'), ({ request }) => {
      const matched = matching(bank, new URL(request.url).searchParams);
      const { rows, has_more } = page(request, matched);
      return HttpResponse.json({
        data: rows.map((asset) => listed(asset, bank.assets.indexOf(asset))),
        total_count: bank.assets.length,
        active_count: rows.filter(({ is_active }) => is_active).length,
        matched_count: matched.length,
        has_more,
      });
    }),
    http.get(api('/inventory/assets/:id'), ({ params }) => {
      if (!/^[A-Za-z0-9]{1,10}$/.test(String(params.id))) {
        return problem(422, 'validation_failed', 'The asset id is malformed.');
      }
      const asset = bank.asset(String(params.id));
      if (!asset) return problem(404, 'not_found', 'There is no such asset.');
      return HttpResponse.json({ data: detailed(asset, bank.assets.indexOf(asset)) });
    }),
    http.get(api('/inventory/assets/:id/candles'), ({ params, request }) => {
      const asset = bank.asset(String(params.id));
      const interval = new URL(request.url).searchParams.get('interval') ?? '1h';
      if (!asset) return problem(404, 'not_found', 'There is no such asset.');
      return HttpResponse.json({ asset_id: asset.asset_id, interval, data: candles(asset, interval) });
    }),
  ];
}

function moneyHandlers(bank: Bank, api: (path: string) => string) {
  const move = (kind: 'deposit' | 'withdraw') =>
    guarded(bank, async ({ request }) => {
      const body = (await request.json()) as { amount: string };
      return once(bank, request, body, () => {
        const amount = new Big(body.amount);
        if (bank.used[kind].plus(amount).gt(bank.limits()[kind].limit)) {
          return problem(422, 'daily_limit_exceeded', 'The amount would pass the limit of the day.');
        }
        if (kind === 'withdraw' && amount.gt(bank.balance)) {
          return problem(422, 'insufficient_funds', 'The balance is too small.');
        }
        bank.used[kind] = bank.used[kind].plus(amount);
        const { transaction_id, created_at } = bank.move(
          kind,
          kind === 'deposit' ? amount : amount.neg(),
          null,
        );
        return HttpResponse.json(
          { success: true, message: 'Done', transaction_id, timestamp: created_at },
          { status: 201 },
        );
      });
    });
  return [
    http.get(
      api('/balance'),
      guarded(bank, () =>
        HttpResponse.json({ current_balance: bank.balance.toFixed(2), updated_at: bank.now() }),
      ),
    ),
    http.get(
      api('/balance/limits'),
      guarded(bank, () => HttpResponse.json(bank.limits())),
    ),
    http.get(
      api('/balance/transactions'),
      guarded(bank, ({ request }) => {
        const { rows, ...more } = page(request, bank.movements);
        return HttpResponse.json({ transactions: rows, total_count: bank.movements.length, ...more });
      }),
    ),
    http.post(api('/balance/deposit'), move('deposit')),
    http.post(api('/balance/withdraw'), move('withdraw')),
    http.get(
      api('/portfolio'),
      guarded(bank, ({ request }) => {
        const closed = new URL(request.url).searchParams.get('status') === 'closed';
        return HttpResponse.json(closed ? bank.closed() : bank.portfolio());
      }),
    ),
    http.get(
      api('/ledger/proof'),
      guarded(bank, () =>
        HttpResponse.json({
          data: {
            balanced: true,
            assets: [{ asset_id: 'USD', sum: '0', accounts: 3 }],
            journal: { seq: 4711, epoch: 1, hash: '0'.repeat(64) },
            verification: {
              began_at: bank.now(),
              ended_at: bank.now(),
              accounts: 2,
              journal_seq: 4711,
              findings: 0,
            },
            generated_at: bank.now(),
          },
        }),
      ),
    ),
    http.get(
      api('/insights/portfolio'),
      guarded(bank, () =>
        HttpResponse.json({
          data: {
            summary: 'Raw summary.',
            generated_at: bank.now(),
            model: 'cnop-rules-1',
            total_value: '2745201.91',
            cash_percent: '0.12',
            asset_count: 2,
            findings: [
              finding('cash_drag', 'notice', '91.49'),
              { ...finding('concentration', 'warning', '99.99'), asset_id: 'BTC', is_group: true },
              finding('volatility', 'info', '1.26'),
              { ...finding('churn', 'notice', '1234.00'), count: 1200 },
            ],
          },
        }),
      ),
    ),
    http.post(
      api('/cny/claim'),
      guarded(bank, () =>
        HttpResponse.json(
          {
            success: true,
            message: 'Good luck',
            amount: '8.88',
            got_red_pocket: false,
            timestamp: bank.now(),
          },
          { status: 201 },
        ),
      ),
    ),
  ];
}

function orderHandlers(bank: Bank, api: (path: string) => string) {
  return [
    http.post(
      api('/orders/preview'),
      guarded(bank, async ({ request }) => {
        const preview = bank.preview((await request.json()) as OrderWish);
        return preview
          ? HttpResponse.json({ data: preview })
          : problem(422, 'asset_unknown', 'There is no such asset.');
      }),
    ),
    http.post(
      api('/orders'),
      guarded(bank, async ({ request }) => {
        const wish = (await request.json()) as OrderWish;
        return once(bank, request, wish, () => {
          const result = bank.place(wish, request.headers.get('Idempotency-Key'));
          return 'code' in result
            ? problem(422, result.code, result.message)
            : HttpResponse.json({ data: result }, { status: 201 });
        });
      }),
    ),
    http.post(
      api('/positions/:id/close/preview'),
      guarded(bank, ({ params }) =>
        HttpResponse.json({ data: bank.preview(bank.closing(String(params.id))) }),
      ),
    ),
    http.post(
      api('/positions/:id/close'),
      guarded(bank, ({ params, request }) =>
        once(bank, request, params.id, () => {
          const key = request.headers.get('Idempotency-Key');
          const result = bank.place(bank.closing(String(params.id)), key);
          return 'code' in result
            ? problem(422, result.code, result.message)
            : HttpResponse.json({ data: result }, { status: 201 });
        }),
      ),
    ),
    http.get(
      api('/orders'),
      guarded(bank, ({ request }) => {
        const query = new URL(request.url).searchParams;
        const wanted = (name: 'asset_id' | 'order_type' | 'status', value: string) =>
          !query.get(name) || query.get(name) === value;
        const rows = bank.orders.filter(
          (order) =>
            wanted('asset_id', order.asset_id) &&
            wanted('order_type', order.order_type) &&
            wanted('status', order.status),
        );
        const { rows: data, ...more } = page(request, rows);
        return HttpResponse.json({ data, ...more });
      }),
    ),
    http.get(
      api('/orders/:id'),
      guarded(bank, ({ params }) => {
        const order = bank.orders.find(({ order_id }) => order_id === params.id);
        return order
          ? HttpResponse.json({ data: order })
          : problem(404, 'not_found', 'There is no such order.');
      }),
    ),
    http.get(
      api('/assets/:id/transactions'),
      guarded(bank, ({ params, request }) => {
        const trades = bank.orders
          .filter(({ asset_id }) => asset_id === params.id)
          .map((order) => ({
            asset_id: order.asset_id,
            transaction_type: order.order_type === 'market_buy' ? 'BUY' : 'SELL',
            quantity: order.quantity,
            price: order.price,
            status: 'COMPLETED',
            order_id: order.order_id,
            timestamp: order.created_at,
          }));
        const { rows: data, ...more } = page(request, trades);
        return HttpResponse.json({ data, ...more });
      }),
    ),
  ];
}

export function handlersFor(bank: Bank, origin: string) {
  const api = (path: string) => `${origin}/api/v1${path}`;
  return [
    http.get(`${origin}/version`, () =>
      HttpResponse.json({ name: 'cnop', version: '0.0.0-test', commit: 'unknown', api: 'v1' }),
    ),
    ...authHandlers(bank, api),
    ...marketHandlers(bank, api),
    ...moneyHandlers(bank, api),
    ...orderHandlers(bank, api),
  ];
}
