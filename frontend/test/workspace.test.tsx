// SPDX-License-Identifier: MIT
// What surrounds the ticket: fills of an order, positions to close, the history, the depth.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Book } from '~/api/types';
import { readFilter } from '~/features/orders/filter';
import { OrderPage } from '~/features/orders/OrderPage';
import { OrdersPage } from '~/features/orders/OrdersPage';
import { PortfolioPage } from '~/features/portfolio/PortfolioPage';
import { curveOf, outline } from '~/features/trade/curve';
import { TradePage } from '~/features/trade/TradePage';
import { orders } from '~/text/orders';
import { portfolio } from '~/text/portfolio';
import { showPage } from './render.tsx';
import { bank } from './setup.tsx';

const user = userEvent.setup();

function trade(order_type: 'market_buy' | 'market_sell', quantity: string, asset_id = 'ETH') {
  const order = bank.place({ order_type, asset_id, quantity }, null);
  if ('code' in order) throw new Error(order.message);
  return order;
}

function fund(amount: number) {
  bank.move('deposit', bank.balance.plus(amount), null);
}

describe('fills of an order', () => {
  it('stand on its page, with what a sale has realised', async () => {
    fund(5000);
    trade('market_buy', '1');
    const { order_id } = trade('market_sell', '0.4');
    showPage(() => <OrderPage orderId={order_id} />, '/');
    const table = within(await screen.findByRole('table', { name: orders.fills.title }));
    const cells = table.getAllByRole('cell').map((cell) => cell.textContent);
    expect(cells).toEqual(expect.arrayContaining(['0.4', '$3,412.08', '$1,364.83']));
    expect(table.getByRole('columnheader', { name: orders.fills.gain })).toBeInTheDocument();
  });

  it('are left out where there are none', async () => {
    fund(5000);
    const order = bank.place(
      { order_type: 'limit_buy', asset_id: 'ETH', quantity: '1', price: '3000' },
      null,
    );
    if ('code' in order) throw new Error(order.message);
    showPage(() => <OrderPage orderId={order.order_id} />, '/');
    await screen.findByText('1 ETH on the book');
    await waitFor(() => expect(screen.queryByRole('heading', { name: orders.fills.title })).toBeNull());
  });
});

describe('a position', () => {
  it('is closed by the sale of all that no order holds, after preview and confirmation', async () => {
    fund(5000);
    trade('market_buy', '1');
    bank.place({ order_type: 'limit_sell', asset_id: 'ETH', quantity: '0.25', price: '5000' }, null);
    const page = showPage(PortfolioPage, '/portfolio');
    const link = await screen.findByRole('link', { name: portfolio.closeAsset('ETH') });
    const address = link.getAttribute('href') ?? '';
    expect(address).toBe('/trading?asset=ETH&action=sell&quantity=0.75');
    page.unmount();
    showPage(TradePage, '/trading', address);
    const button = await screen.findByRole('button', { name: 'Review sale' });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    await user.click(await screen.findByRole('button', { name: 'Sell now' }));
    await screen.findByRole('heading', { name: 'Sold' });
    expect(bank.holdings.get('ETH')?.quantity.toFixed()).toBe('0.25');
  });

  it('that orders hold as a whole cannot be closed', async () => {
    fund(5000);
    trade('market_buy', '1');
    bank.place({ order_type: 'limit_sell', asset_id: 'ETH', quantity: '1', price: '5000' }, null);
    showPage(PortfolioPage, '/portfolio');
    await screen.findByRole('link', { name: portfolio.tradeAsset('ETH') });
    expect(screen.queryByRole('link', { name: portfolio.closeAsset('ETH') })).toBeNull();
  });
});

describe('the history of orders', () => {
  it('reads days and a side from the address, and leaves out what is wrong', () => {
    const read = (query: string) => readFilter(new URLSearchParams(query), 'utc');
    expect(read('from=2026-11-01&to=2026-11-02&side=sell&asset=eth')).toEqual({
      asset_id: 'ETH',
      side: 'sell',
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-03T00:00:00.000Z',
    });
    expect(read('from=2026-11-02&to=2026-11-01')).toEqual({});
    expect(read('from=yesterday&side=both')).toEqual({});
  });

  it('is limited to days and a side, and adds up what it shows', async () => {
    fund(9000);
    trade('market_buy', '1');
    trade('market_buy', '1');
    trade('market_sell', '0.5');
    const [, old] = bank.orders;
    Object.assign(old ?? {}, { created_at: '2026-01-10T12:00:00.000000Z' });
    showPage(OrdersPage, '/orders', '/orders?from=2026-02-01');
    const sums = within(await screen.findByRole('region', { name: orders.summary.label }));
    await waitFor(() => expect(sums.getByText('2')).toBeInTheDocument());
    expect(sums.getByText('$3,412.08')).toBeInTheDocument();
    expect(sums.getByText('$1,706.04')).toBeInTheDocument();
    await user.selectOptions(screen.getByRole('combobox', { name: orders.side }), 'sell');
    await waitFor(() => expect(sums.getByText('1')).toBeInTheDocument());
    expect(screen.getByTestId('where')).toHaveTextContent('/orders?from=2026-02-01&side=sell');
  });

  it('exports the days that it shows', async () => {
    showPage(OrdersPage, '/orders', '/orders?from=2026-02-01&to=2026-02-03&side=sell');
    await user.click(await screen.findByRole('button', { name: 'Export' }));
    const link = await screen.findByRole('link', { name: 'Download CSV' });
    const query = new URL(link.getAttribute('href') ?? '', 'http://x').searchParams;
    expect([query.get('side'), query.has('from'), query.has('to')]).toEqual(['sell', true, true]);
    expect(screen.getByRole('dialog')).toContainElement(screen.getAllByLabelText(orders.from)[1] ?? null);
  });
});

describe('the depth', () => {
  const level = (price: string, quantity: string | null) => ({
    price,
    quantity,
    orders: 1,
    house: quantity === null,
  });
  const book: Book = {
    asset_id: 'ETH',
    state: 'open',
    mark_price: '100',
    bids: [level('99', '1'), level('95', '3')],
    asks: [level('101', '2'), level('103', null), level('105', '2')],
  };

  it('adds up from the best price outwards', () => {
    const curve = curveOf(book);
    expect(curve.bids.map(({ sum }) => sum)).toEqual([1, 4]);
    expect(curve.asks.map(({ sum }) => sum)).toEqual([2, 2, 4]);
    expect([curve.lowest, curve.highest, curve.most, curve.house]).toEqual([95, 105, 4, [103]]);
    expect(outline(curve, 'bids')).toBe('M40 40L40 40L40 30L0 30L0 0L0 0L0 40Z');
    expect(outline(curve, 'asks')).toBe('M60 40L60 40L60 20L80 20L80 20L100 20L100 0L100 0L100 40Z');
  });

  it('of one side, of one price, and of the house alone can be drawn', () => {
    const alone = curveOf({ ...book, bids: [], asks: [level('101', null)] });
    expect(outline(alone, 'bids')).toBe('');
    expect(outline(alone, 'asks')).toBe('M50 40L50 40L50 40L100 40L100 40Z');
  });
});
