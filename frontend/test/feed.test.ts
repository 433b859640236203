// SPDX-License-Identifier: MIT
// Events into the cache: what is patched to the last digit, what is asked for again, and who reads the stream.
import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import { QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { balanceQuery } from '~/api/cash';
import { live, setLiveState } from '~/api/live';
import { tapeQuery } from '~/api/market';
import { createQueryClient } from '~/api/query-client';
import { signedOut } from '~/api/session';
import type { StreamEvent } from '~/api/stream/events';
import { createFeed, type Feed } from '~/api/stream/feed';
import { portfolioAt } from '~/api/stream/prices';
import { startStream } from '~/api/stream/start';
import { joinTabs } from '~/api/stream/tabs';
import { orderQuery, ordersQuery } from '~/api/trading';
import type { FillEvent, Order, OrderEvent, Portfolio, Ticker } from '~/api/types';
import { newsOf } from '~/app/news';
import { setPreferences } from '~/lib/preferences';
import { example } from './mock/openapi.ts';

const order = {
  ...example('getOrder').data,
  order_id: 'o_1',
  asset_id: 'BTC',
  order_type: 'limit_buy',
  status: 'queued',
  updated_at: '2026-11-27T10:00:00.000000Z',
} as Order;

const changed = (change: Partial<OrderEvent>): StreamEvent => ({
  type: 'order',
  data: {
    seq: 9,
    order_id: 'o_1',
    order_type: 'limit_buy',
    asset_id: 'BTC',
    quantity: order.quantity,
    price: order.price,
    status: 'partial',
    total_amount: order.total_amount,
    fee: order.fee,
    filled_quantity: '0.001',
    remaining_quantity: order.remaining_quantity ?? order.quantity,
    average_price: order.average_price ?? null,
    held: order.held ?? { asset_id: 'USD', amount: '0.00' },
    reason: null,
    created_at: order.created_at,
    updated_at: '2026-11-27T10:00:01.000000Z',
    ...change,
  },
});

const portfolio = {
  assets: [
    { asset_id: 'BTC', quantity: '0.5', current_price: '100.00', market_value: '50.00', cost_basis: '40.00' },
    { asset_id: 'ETH', quantity: '3', current_price: '20.00', market_value: '60.00', cost_basis: '90.00' },
  ],
  cash: '90.00',
  held_cash: '0.00',
  total_value: '200.00',
  unrealised_pnl: '-20.00',
} as unknown as Portfolio;

describe('feed', () => {
  let cache: QueryClient;
  let feed: Feed;
  let outdated: string[];

  beforeEach(() => {
    vi.useFakeTimers();
    cache = createQueryClient();
    feed = createFeed(cache);
    outdated = [];
    vi.spyOn(cache, 'invalidateQueries').mockImplementation(async ({ queryKey } = {}) => {
      outdated.push((queryKey ?? []).slice(1).join(' '));
    });
  });

  afterEach(() => {
    feed.stop();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const tell = (...events: StreamEvent[]) => {
    feed.add(events);
    vi.advanceTimersByTime(50);
  };

  const list = (status: 'open' | 'completed') => {
    const { queryKey } = ordersQuery({ status }, 20);
    return () => cache.getQueryData<InfiniteData<{ data: Order[] }>>(queryKey)?.pages[0]?.data;
  };

  const have = (status: 'open' | 'completed', data: Order[]) =>
    cache.setQueryData(ordersQuery({ status }, 20).queryKey, {
      pages: [{ ...example('listOrders'), data }],
      pageParams: [undefined],
    });

  it('shows a changed order on its page and in the lists where it stays', () => {
    cache.setQueryData(orderQuery('o_1').queryKey, order);
    have('open', [order]);
    tell(changed({}));
    const now = { status: 'partial', filled_quantity: '0.001', client_order_id: order.client_order_id };
    expect(cache.getQueryData(orderQuery('o_1').queryKey)).toMatchObject(now);
    expect(list('open')()?.[0]).toMatchObject(now);
    expect(outdated).toEqual([]);
  });

  it('gives a market order no members about waiting', () => {
    const { held: _, filled_quantity: __, remaining_quantity: ___, ...market } = { ...order };
    cache.setQueryData(orderQuery('o_1').queryKey, { ...market, order_type: 'market_buy' } as Order);
    tell(changed({ status: 'completed', order_type: 'market_buy' }));
    const now = cache.getQueryData(orderQuery('o_1').queryKey);
    expect(now).toMatchObject({ status: 'completed' });
    expect(now).not.toHaveProperty('filled_quantity');
  });

  it('does not go back to what an answer has overtaken', () => {
    const newer = { ...order, status: 'completed', updated_at: '2026-11-27T10:00:02.000000Z' } as Order;
    cache.setQueryData(orderQuery('o_1').queryKey, newer);
    tell(changed({}));
    expect(cache.getQueryData(orderQuery('o_1').queryKey)).toBe(newer);
  });

  it('asks for the lists that an order leaves and enters', () => {
    have('open', [order]);
    have('completed', []);
    tell(changed({ status: 'completed' }));
    expect(outdated).toHaveLength(2);
  });

  it('asks at most once a second for the same', () => {
    have('completed', []);
    for (let at = 0; at < 10; at += 1) tell(changed({ status: 'completed' }));
    expect(outdated).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(outdated).toHaveLength(2);
    vi.advanceTimersByTime(5_000);
    expect(outdated).toHaveLength(2);
  });

  it('shows the cash of the last commit', () => {
    cache.setQueryData(balanceQuery().queryKey, example('getBalance'));
    const data = {
      seq: 3,
      asset_id: 'USD',
      total: '9.00',
      available: '7.00',
      held: '2.00',
      updated_at: 'now',
    };
    tell({ type: 'balance', data });
    expect(cache.getQueryData(balanceQuery().queryKey)).toMatchObject({
      current_balance: '7.00',
      held_balance: '2.00',
    });
    expect(outdated).toContain('portfolio');
  });

  it('puts trades on top of the tape of their asset, each once', () => {
    const first = { trade_id: 't_1', price: '1.00', quantity: '1', taker_side: 'buy', time: 'then' } as const;
    cache.setQueryData(tapeQuery('BTC', 2).queryKey, [first]);
    const trade = (seq: number, trade_id: string, asset_id = 'BTC'): StreamEvent => ({
      type: 'trade',
      data: { ...first, seq, trade_id, asset_id },
    });
    tell(trade(1, 't_1'), trade(2, 't_2'), trade(3, 't_3'), trade(4, 't_4', 'ETH'));
    expect(cache.getQueryData(tapeQuery('BTC', 2).queryKey)?.map(({ trade_id }) => trade_id)).toEqual([
      't_3',
      't_2',
    ]);
    expect(outdated).toContain('book BTC');
  });
});

it('values a portfolio as the server does, to the last digit', () => {
  const ticker = { ...example('getTicker').data, asset_id: 'BTC', mark_price: '300.123456789' } as Ticker;
  const next = portfolioAt(portfolio, new Map([['BTC', ticker]]));
  expect(next.assets.map(({ asset_id }) => asset_id)).toEqual(['BTC', 'ETH']);
  expect(next.assets[0]).toMatchObject({ market_value: '150.06172839', unrealised_pnl: '110.06172839' });
  expect(next).toMatchObject({ total_value: '300.06172839', unrealised_pnl: '80.06172839', cash: '90.00' });
  expect(portfolioAt(portfolio, new Map([['XRP', { ...ticker, asset_id: 'XRP' }]]))).toBe(portfolio);
});

it('nothing on the screen polls while the stream lives', () => {
  const cache = createQueryClient();
  const read = vi.fn(async () => 1);
  vi.useFakeTimers();
  const observer = new QueryObserver(cache, { queryKey: ['market', 'x'], queryFn: read, ...live });
  const stop = observer.subscribe(() => {});
  const calls = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    return read.mock.calls.length;
  };
  return (async () => {
    expect(await calls(10_100)).toBe(3);
    setLiveState(cache, 'live');
    expect(await calls(60_000)).toBe(3);
    setLiveState(cache, 'saver');
    expect(await calls(30_100)).toBe(4);
    setLiveState(cache, 'polling');
    expect(await calls(5_100)).toBe(5);
  })().finally(() => {
    stop();
    vi.useRealTimers();
  });
});

describe('news', () => {
  const fill = (trade_id: string, change: Partial<FillEvent> = {}): StreamEvent => ({
    type: 'fill',
    data: {
      seq: 1,
      trade_id,
      order_id: 'o_1',
      asset_id: 'ETH',
      side: 'sell',
      liquidity: 'maker',
      price: '2000.00',
      quantity: '0.25',
      value: '500.00',
      fee: '0.00',
      fee_asset_id: 'USD',
      realised_pnl: null,
      time: 'now',
      ...change,
    },
  });

  const tell = (events: StreamEvent[]) => newsOf(events, new Set(), false);

  it('tells the fills of an order together, and not those of an order that was just placed', () => {
    const told = tell([fill('a'), fill('b'), fill('c', { liquidity: 'taker', order_id: 'o_2' })]);
    expect(told).toEqual([{ orderId: 'o_1', title: 'Sold 0.5 ETH', text: 'For $1,000.00.', bad: false }]);
    expect(newsOf([fill('a')], new Set(), true)[0]?.title).toBe('An order was filled.');
  });

  const stop: Partial<OrderEvent> = { order_type: 'stop_limit_sell', asset_id: 'ETH', stop_price: '1990.00' };

  it('tells what a waiting order has taken, and not what one took that was just placed', () => {
    const taken = fill('a', { liquidity: 'taker' });
    expect(tell([changed({}), taken]).map(({ title }) => title)).toEqual(['Sold 0.25 ETH']);
    const atOnce = fill('b', { liquidity: 'taker', time: order.created_at });
    expect(tell([changed({}), atOnce])).toEqual([]);
  });

  it('tells that a price was reached, once, with the fills if there are any', () => {
    const reached = changed({ ...stop, status: 'queued' });
    const triggered = new Set<string>();
    const told = { orderId: 'o_1', text: 'It waits on the book at its limit.', bad: false };
    expect(newsOf([changed({ ...stop, status: 'pending' })], triggered, false)).toEqual([]);
    expect(newsOf([reached], triggered, false)).toEqual([
      { ...told, title: 'Stop-limit sell ETH: its price was reached' },
    ]);
    expect(newsOf([reached], triggered, false)).toEqual([]);
    const filled = changed({ ...stop, status: 'completed' });
    expect(tell([filled, fill('a', { liquidity: 'taker' })])).toEqual([
      { ...told, title: 'Sold 0.25 ETH', text: 'For $500.00. The price it waited for was reached.' },
    ]);
    expect(tell([filled, fill('a')])[0]?.text).toBe('For $500.00.');
    expect(tell([changed({ status: 'queued' })])).toEqual([]);
  });

  it.each([
    ['expired', 'time', 'Limit buy BTC has expired'],
    ['cancelled', 'account_frozen', 'Limit buy BTC was cancelled'],
    ['cancelled', 'user', undefined],
    ['completed', null, undefined],
  ] as const)('of an order that is %s by %s', (status, reason, title) => {
    expect(tell([changed({ status, reason })])[0]?.title).toBe(title);
  });
});

describe('tabs', () => {
  /** Locks as browsers give them: one holder, the others wait in line. */
  function locks() {
    const line: (() => Promise<unknown>)[] = [];
    let busy = false;
    const serve = () => {
      if (busy) return;
      const work = line.shift();
      if (!work) return;
      busy = true;
      void work().finally(() => {
        busy = false;
        serve();
      });
    };
    return {
      request: async (_: string, __: unknown, work: () => Promise<unknown>) => {
        line.push(work);
        serve();
      },
    };
  }

  afterEach(() => vi.unstubAllGlobals());

  it('one leads; when it leaves, another one does', async () => {
    vi.stubGlobal('navigator', { locks: locks() });
    const leading: string[] = [];
    const heard: string[] = [];
    const tab = (name: string) =>
      joinTabs<string>(
        'test',
        (message) => heard.push(`${name} ${message}`),
        () => leading.push(name),
      );
    const [a, b] = [tab('a'), tab('b')];
    expect(leading).toEqual(['a']);
    a.send('hello');
    await vi.waitFor(() => expect(heard).toEqual(['b hello']));
    a.stop();
    await vi.waitFor(() => expect(leading).toEqual(['a', 'b']));
    b.stop();
  });

  it('without locks each is on its own', () => {
    vi.stubGlobal('navigator', {});
    let leading = 0;
    for (let at = 0; at < 2; at += 1)
      joinTabs(
        'test',
        () => {},
        () => {
          leading += 1;
        },
      );
    expect(leading).toBe(2);
  });
});

describe('stream of a tab', () => {
  const open = vi.fn(async (_: string, __: { signal: AbortSignal }) => new Response(null, { status: 404 }));
  let stop: () => void;

  beforeEach(() => {
    vi.stubGlobal('navigator', {});
    vi.stubGlobal('fetch', open);
    open.mockClear();
    stop = startStream(createQueryClient(), () => {});
  });

  afterEach(() => {
    stop();
    setPreferences({ saveData: false });
    vi.unstubAllGlobals();
  });

  it('is not asked for by those who save data', async () => {
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(1));
    setPreferences({ saveData: true });
    expect(open.mock.calls[0]?.[1].signal.aborted).toBe(true);
    setPreferences({ saveData: false });
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(2));
  });

  it('begins anew when somebody signs out', async () => {
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(1));
    signedOut();
    await vi.waitFor(() => expect(open).toHaveBeenCalledTimes(2));
    expect(open.mock.calls[1]?.[0]).toBe('/api/v1/stream');
  });
});
