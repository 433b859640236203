// SPDX-License-Identifier: MIT
// The order book and the latest trades on the trade page.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import type { Book, Order } from '~/api/types';
import { digitsIn, ownPrices, rowsOf, spreadOf } from '~/features/trade/book';
import Depth from '~/features/trade/Depth';
import { TradePage } from '~/features/trade/TradePage';
import { setChartView } from '~/lib/chart-view';
import { depth } from '~/text/depth';
import { limits } from '~/text/limits';
import { market } from '~/text/market';
import { showPage } from './render.tsx';
import { bank, server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;
const user = userEvent.setup();

const level = (price: string, quantity: string | null, orders = 1) => ({
  price,
  quantity,
  orders,
  house: quantity === null,
});

const book: Book = {
  asset_id: 'ETH',
  state: 'open',
  mark_price: '2000.00',
  bids: [level('1999.50', '1'), level('1999.00', null), level('1990.00', '3', 2)],
  asks: [level('2001.25', null), level('2010.125', '0.5')],
};

function serve(data: Partial<Book>, trades: unknown[] = []) {
  server.use(
    http.get(api('/markets/:asset/book'), () => HttpResponse.json({ data: { ...book, ...data } })),
    http.get(api('/markets/:asset/trades'), () => HttpResponse.json({ data: trades })),
  );
}

describe('what a book says', () => {
  it('adds up from the best price on, and marks the own ones', () => {
    const order = { order_type: 'limit_buy', asset_id: 'ETH', price: '1990' } as Order;
    const own = ownPrices([order, { ...order, asset_id: 'BTC', price: '1999.50' }], 'ETH');
    expect(rowsOf(book, 'bids', own).map((row) => [row.share, row.own])).toEqual([
      [25, false],
      [25, false],
      [100, true],
    ]);
    expect(rowsOf(book, 'asks', own).map(({ share }) => share)).toEqual([0, 13]);
    expect(rowsOf({ ...book, bids: [], asks: [level('2001', null)] }, 'asks', own)[0]?.share).toBe(0);
  });

  it('shows every digit, and the spread', () => {
    expect(digitsIn(book)).toBe(3);
    expect(spreadOf(book)).toBe('1.75');
    expect(spreadOf({ ...book, asks: [] })).toBeNull();
  });
});

describe('on the page', () => {
  it('fills the limit by a click, and changes to a limit order', async () => {
    serve({});
    showPage(TradePage, '/trading', '/trading?asset=ETH&action=buy');
    await user.click(await screen.findByRole('button', { name: depth.use('$1,999.500') }, { timeout: 5000 }));
    expect(await screen.findByLabelText(new RegExp(`^${limits.price}`), {}, { timeout: 5000 })).toHaveValue(
      '1999.50',
    );
    expect(screen.getByTestId('where')).toHaveTextContent('type=limit');
    // Finer than a limit can be.
    expect(screen.queryByRole('button', { name: depth.use('$2,010.125') })).toBeNull();
  });

  it('marks own orders', async () => {
    bank.move('deposit', bank.balance.plus(10000), null);
    const placed = bank.place(
      { order_type: 'limit_buy', asset_id: 'ETH', quantity: '3', price: '1990' },
      null,
    );
    expect(placed).not.toHaveProperty('code');
    serve({});
    showPage(() => <Depth assetId="ETH" onPrice={() => undefined} />, '/');
    const mark = await screen.findByText(depth.own);
    expect(within(mark.closest('tr') as HTMLElement).getByText('$1,990.000')).toBeVisible();
  });

  it('says when there is nothing, and when it cannot be had', async () => {
    serve({ bids: [], asks: [] });
    const { unmount } = showPage(() => <Depth assetId="ETH" onPrice={() => undefined} />, '/');
    expect(await screen.findByText(depth.empty)).toBeVisible();
    expect(await screen.findByText(depth.tape.empty)).toBeVisible();
    unmount();
    server.use(
      http.get(api('/markets/:asset/book'), () => HttpResponse.json({ code: 'SVC_003' }, { status: 503 })),
      http.get(api('/markets/:asset/trades'), () => HttpResponse.json({ code: 'SVC_003' }, { status: 503 })),
    );
    showPage(() => <Depth assetId="BTC" onPrice={() => undefined} />, '/');
    await waitFor(() => expect(screen.getAllByRole('alert')).toHaveLength(2));
  });

  it('shows who took, in words too', async () => {
    const trade = {
      trade_id: 't0000000001',
      price: '2000.00',
      quantity: '0.25',
      time: '2026-11-22T09:30:15Z',
    };
    serve({}, [
      { ...trade, taker_side: 'buy' },
      { ...trade, trade_id: 't0000000002', taker_side: 'sell' },
    ]);
    showPage(() => <Depth assetId="ETH" onPrice={() => undefined} />, '/');
    const tape = await screen.findByRole('table', { name: depth.tape.title });
    expect(within(tape).getByText(depth.tape.sides.sell)).toBeInTheDocument();
    expect(within(tape).getAllByRole('row')).toHaveLength(3);
  });
});

describe('the chart', () => {
  it('keeps its interval and what is drawn in it, and tells the price in the title', async () => {
    document.title = 'Trade';
    const { unmount } = showPage(TradePage, '/trading', '/trading?asset=ETH');
    await waitFor(() => expect(document.title).toBe('$3,412.08 ETH · Trade'));
    await user.click(screen.getByRole('button', { name: '4h' }));
    await user.click(screen.getByRole('button', { name: market.chart.overlays.vwap }));
    expect(await screen.findByRole('figure', { name: /4h each/ })).toHaveAttribute(
      'data-overlays',
      'volume vwap',
    );
    unmount();
    expect(document.title).toBe('Trade');
    expect(JSON.parse(localStorage.getItem('cnop.chart') ?? '')).toEqual({
      interval: '4h',
      overlays: ['volume', 'vwap'],
    });
    setChartView({ interval: '15m', overlays: ['volume'] });
  });
});
