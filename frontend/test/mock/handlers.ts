// SPDX-License-Identifier: MIT
// The operations whose answers depend on what happened before, on the mock bank. All others, and the members
// that do not matter here, are those of the examples in openapi.yaml.
import Big from 'big.js';
import { http } from 'msw';
import type { Bank, MockAmendment, MockAsset, MockUser, OrderWish } from './bank.ts';
import { answer, example, exampleHandlers, first, now, refused, sessionGates } from './openapi.ts';

type Api = (path: string) => string;

/** The part of the list that was asked for. */
function page<T>(request: Request, all: T[]) {
  const query = new URL(request.url).searchParams;
  const from = Number(query.get('cursor') ?? query.get('offset') ?? 0);
  const end = from + Number(query.get('limit') ?? 50);
  const has_more = all.length > end;
  return { rows: all.slice(from, end), more: { has_more, next_cursor: has_more ? String(end) : null } };
}

/** A repeated key gives the first answer again. */
function once(bank: Bank, request: Request, content: unknown, work: () => Response): Response {
  const key = request.headers.get('Idempotency-Key');
  const known = key ? bank.answers.get(key) : undefined;
  if (known) {
    if (known.content !== JSON.stringify(content)) return refused('idempotency_mismatch');
    return (known.answer as Response).clone() as Response;
  }
  const reply = work();
  if (key) bank.answers.set(key, { content: JSON.stringify(content), answer: reply.clone() });
  return reply;
}

function authHandlers(bank: Bank, api: Api) {
  const session = () => {
    const { user } = example('login');
    return { user: { ...user, username: bank.signedIn ?? '' } };
  };
  const profile = () => {
    const { password: _, ...user } = { password: '', ...(bank.user() ?? example('getProfile')) };
    return user;
  };
  return [
    http.post(api('/auth/register'), async ({ request }) => {
      const body = (await request.json()) as Pick<MockUser, 'username' | 'password'>;
      const username = body.username.toLowerCase();
      if (bank.users.has(username)) return refused('username_taken');
      if (/^(.)\1+$/.test(body.password)) return refused('password_common');
      const nothing = { phone: null, date_of_birth: null };
      bank.users.set(username, { ...example('getProfile'), ...nothing, ...body, username });
      return answer('register');
    }),
    http.post(api('/auth/login'), async ({ request }) => {
      const body = (await request.json()) as { username: string; password: string };
      const user = bank.users.get(body.username.toLowerCase());
      if (user?.password !== body.password) return refused('bad_credentials');
      bank.signedIn = user.username;
      return answer('login', session());
    }),
    http.post(api('/auth/refresh'), () =>
      bank.user() ? answer('refreshSession', session()) : refused('refresh_invalid'),
    ),
    http.post(api('/auth/logout'), () => {
      bank.signedIn = null;
      return answer('logout');
    }),
    http.post(api('/auth/password'), async ({ request }) => {
      const body = (await request.json()) as { current_password: string; new_password: string };
      const user = bank.user();
      if (user?.password !== body.current_password) return refused('password_wrong');
      user.password = body.new_password;
      bank.signedIn = null;
      return answer('changePassword');
    }),
    http.get(api('/auth/me'), () => answer('getMe', session().user)),
    http.get(api('/auth/sessions'), () => {
      const other = first(example('listSessions').data);
      const current = { ...other, session_id: 's_current_1', user_agent: 'Mozilla/5.0 (X11) Chrome/140.0' };
      return answer('listSessions', { data: [current, { ...other, current: false }] });
    }),
    http.get(api('/auth/profile'), () => answer('getProfile', profile())),
    http.put(api('/auth/profile'), async ({ request }) => {
      Object.assign(bank.user() ?? {}, await request.json());
      return answer('updateProfile', { user: profile() });
    }),
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

function marketHandlers(bank: Bank, api: Api) {
  const shown = (asset: MockAsset) => ({
    ...{ asset_id: asset.asset_id, name: asset.name, category: asset.category, symbol: asset.asset_id },
    ...{ price_usd: Number(asset.price), price_change_percentage_24h: asset.change },
    ...{ is_active: asset.is_active, halted: asset.halted, market_cap_rank: bank.assets.indexOf(asset) + 1 },
  });
  return [
    http.get(api('/inventory/assets'), ({ request }) => {
      const matched = matching(bank, new URL(request.url).searchParams);
      const { rows, more } = page(request, matched);
      const sample = first(example('listAssets').data);
      return answer('listAssets', {
        data: rows.map((asset) => ({ ...sample, ...shown(asset) })),
        total_count: bank.assets.length,
        active_count: rows.filter(({ is_active }) => is_active).length,
        matched_count: matched.length,
        has_more: more.has_more,
      });
    }),
    http.get(api('/inventory/assets/:id'), ({ params }) => {
      if (!/^[A-Za-z0-9]{1,10}$/.test(String(params.id))) return refused('asset_id_invalid');
      const asset = bank.asset(String(params.id));
      if (!asset) return refused('not_found');
      const availability_status = asset.is_active && !asset.halted ? 'available' : 'unavailable';
      return answer('getAsset', {
        data: { ...example('getAsset').data, ...shown(asset), availability_status },
      });
    }),
    http.get(api('/inventory/assets/:id/candles'), ({ params }) =>
      bank.asset(String(params.id)) ? undefined : refused('not_found'),
    ),
  ];
}

function moneyHandlers(bank: Bank, api: Api) {
  const mover =
    (kind: 'deposit' | 'withdraw') =>
    async ({ request }: { request: Request }) => {
      const body = (await request.json()) as { amount: string };
      return once(bank, request, body, () => {
        const amount = new Big(body.amount);
        if (bank.used[kind].plus(amount).gt(bank.limits()[kind].limit))
          return refused('daily_limit_exceeded');
        if (kind === 'withdraw' && amount.gt(bank.balance)) return refused('insufficient_funds');
        bank.used[kind] = bank.used[kind].plus(amount);
        const { transaction_id } = bank.move(kind, kind === 'deposit' ? amount : amount.neg(), null);
        return answer(kind, { transaction_id });
      });
    };
  return [
    http.get(api('/balance'), () => {
      const held = bank.held('USD');
      return answer('getBalance', {
        current_balance: bank.balance.minus(held).toFixed(2),
        held_balance: held.toFixed(2),
      });
    }),
    http.get(api('/balance/limits'), () => answer('getLimits', bank.limits())),
    http.get(api('/balance/transactions'), ({ request }) => {
      const { rows, more } = page(request, bank.movements);
      return answer('listTransactions', {
        transactions: rows,
        total_count: bank.movements.length,
        ...more,
      });
    }),
    http.post(api('/balance/deposit'), mover('deposit')),
    http.post(api('/balance/withdraw'), mover('withdraw')),
    http.get(api('/portfolio'), ({ request }) => {
      const closed = new URL(request.url).searchParams.get('status') === 'closed';
      return answer('getPortfolio', closed ? bank.closed() : bank.portfolio());
    }),
  ];
}

function watchlistHandlers(bank: Bank, api: Api) {
  const shown = (name: string) => ({ name, asset_ids: bank.watchlists.get(name) ?? [], updated_at: now() });
  return [
    http.get(api('/watchlists'), () =>
      answer('listWatchlists', { data: [...bank.watchlists.keys()].map(shown) }),
    ),
    http.put(api('/watchlists/:name'), async ({ params, request }) => {
      const { asset_ids } = (await request.json()) as { asset_ids: string[] };
      bank.watchlists.set(String(params.name), asset_ids);
      return answer('putWatchlist', shown(String(params.name)));
    }),
  ];
}

/** More findings than the example has, with sentences that no page shows: it words them itself. */
function insightHandlers(api: Api) {
  const { data } = example('getInsights');
  const sample = {
    ...first(data.findings),
    text: 'Raw sentence.',
    asset_id: null,
    is_group: false,
    count: null,
  };
  return [
    http.get(api('/insights/portfolio'), () =>
      answer('getInsights', {
        data: {
          ...{ ...data, summary: 'Raw summary.' },
          ...{ total_value: '2745201.91', cash_percent: '0.12', asset_count: 2 },
          findings: [
            { ...sample, rule: 'cash_drag', severity: 'notice', value: '91.49' },
            { ...sample, rule: 'concentration', value: '99.99', asset_id: 'BTC', is_group: true },
            { ...sample, rule: 'volatility', severity: 'info', value: '1.26' },
            { ...sample, rule: 'churn', severity: 'notice', value: '1234.00', count: 1200 },
          ],
        },
      }),
    ),
  ];
}

function orderHandlers(bank: Bank, api: Api) {
  const preview = (wish: OrderWish) => {
    const data = bank.preview(wish);
    return data ? answer('previewOrder', { data }) : refused('asset_unknown');
  };
  const place = (request: Request, wish: OrderWish) =>
    once(bank, request, wish, () => {
      const order = bank.place(wish, request.headers.get('Idempotency-Key'));
      return 'code' in order ? refused(order.code, order.message) : answer('createOrder', { data: order });
    });
  return [
    http.post(api('/orders/preview'), async ({ request }) => preview((await request.json()) as OrderWish)),
    http.post(api('/orders'), async ({ request }) => place(request, (await request.json()) as OrderWish)),
    http.post(api('/positions/:id/close/preview'), ({ params }) => preview(bank.closing(String(params.id)))),
    http.post(api('/positions/:id/close'), ({ params, request }) =>
      place(request, bank.closing(String(params.id))),
    ),
    http.get(api('/orders'), ({ request }) => {
      const query = new URL(request.url).searchParams;
      const { rows, more } = page(
        request,
        bank.orders.filter((order) =>
          (['asset_id', 'order_type', 'status'] as const).every(
            (name) =>
              !query.get(name) ||
              query.get(name) === order[name] ||
              (query.get(name) === 'open' && order.status === 'queued'),
          ),
        ),
      );
      return answer('listOrders', { data: rows, ...more });
    }),
    http.get(api('/orders/:id'), ({ params }) => {
      const data = bank.orders.find(({ order_id }) => order_id === params.id);
      return data ? answer('getOrder', { data }) : refused('not_found');
    }),
    http.delete(api('/orders'), ({ request }) => {
      const only = new URL(request.url).searchParams.get('asset_id');
      const waiting = bank.orders.filter(
        ({ status, asset_id }) => status === 'queued' && (!only || asset_id === only),
      );
      for (const { order_id } of waiting) bank.cancel(order_id);
      return answer('cancelOrders', { data: { cancelled_count: waiting.length, limit: 200 } });
    }),
    http.delete(api('/orders/:id'), ({ params }) => {
      const ended = bank.cancel(String(params.id));
      if (!ended) return refused('not_found');
      return 'code' in ended ? refused(ended.code, ended.message) : answer('cancelOrder', { data: ended });
    }),
    http.patch(api('/orders/:id'), async ({ params, request }) => {
      const amended = bank.amend(String(params.id), (await request.json()) as MockAmendment);
      if (!amended) return refused('not_found');
      return 'code' in amended
        ? refused(amended.code, amended.message)
        : answer('amendOrder', { data: amended });
    }),
    http.get(api('/assets/:id/transactions'), ({ params, request }) => {
      const sample = first(example('listAssetTransactions').data);
      const trades = bank.orders
        .filter(({ asset_id, status }) => asset_id === params.id && status === 'completed')
        .map(({ asset_id, order_type, quantity, price, order_id, created_at }) => ({
          ...sample,
          ...{ asset_id, quantity, price, order_id, timestamp: created_at },
          transaction_type: order_type.endsWith('_buy') ? ('BUY' as const) : ('SELL' as const),
        }));
      const { rows, more } = page(request, trades);
      return answer('listAssetTransactions', { data: rows, ...more });
    }),
  ];
}

export function handlersFor(bank: Bank, origin: string) {
  const api = (path: string) => `${origin}/api/v1${path}`;
  return [
    ...sessionGates(origin, () => bank.user() !== undefined),
    ...authHandlers(bank, api),
    ...marketHandlers(bank, api),
    ...moneyHandlers(bank, api),
    ...insightHandlers(api),
    ...watchlistHandlers(bank, api),
    ...orderHandlers(bank, api),
    ...exampleHandlers(origin),
  ];
}
