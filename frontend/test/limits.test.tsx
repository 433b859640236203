// SPDX-License-Identifier: MIT
// Limit orders: what is typed, what waits, what it holds, and how it is taken back.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { AccountPage } from '~/features/account/AccountPage';
import { OrderPage } from '~/features/orders/OrderPage';
import { OrdersPage } from '~/features/orders/OrdersPage';
import { PortfolioPage } from '~/features/portfolio/PortfolioPage';
import { isOnGrid, reaches, readLimitOrder, readLimitPrice } from '~/features/trade/limit';
import { TradePage } from '~/features/trade/TradePage';
import { amend } from '~/text/amend';
import { limits } from '~/text/limits';
import { orders } from '~/text/orders';
import { showPage } from './render.tsx';
import { bank, server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;
const user = userEvent.setup();

function fund(amount: number) {
  bank.move('deposit', bank.balance.plus(amount), null);
}

function rest(order_type: 'limit_buy' | 'limit_sell', quantity: string, price: string, asset_id = 'ETH') {
  const order = bank.place({ order_type, asset_id, quantity, price }, null);
  if ('code' in order) throw new Error(order.message);
  return order;
}

/** As a field for date and time holds it, by the clock of this machine. */
function localField(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

describe('what was typed', () => {
  const typed = { assetId: 'ETH', side: 'buy', mode: 'quantity', text: '0.5' } as const;
  const usual = { expiresAt: null, selfTrade: 'cancel_newest' } as const;
  const waits = { ...usual, timeInForce: 'GTC', postOnly: true } as const;

  it('knows the grid of prices', () => {
    for (const price of ['1000', '64250.12', '999.999', '0.000123456', '123.400', '0012.5'])
      expect(isOnGrid(price), price).toBe(true);
    for (const price of ['1000.001', '999.9999', '0.1234567', '64250.125'])
      expect(isOnGrid(price), price).toBe(false);
  });

  it('makes an order of price and quantity, and none without either', () => {
    const order = { asset_id: 'ETH', quantity: '0.5', order_type: 'limit_buy', price: '1999.99' };
    const price = readLimitPrice('1,999.99', 'en-US');
    expect(readLimitOrder(typed, price, waits).draft).toEqual({
      ...order,
      ...{ time_in_force: 'GTC', post_only: true },
    });
    const now = { ...usual, timeInForce: 'IOC', postOnly: true } as const;
    expect(readLimitOrder(typed, price, now).draft).toEqual({ ...order, time_in_force: 'IOC' });
    const till = { ...waits, timeInForce: 'GTD', selfTrade: 'cancel_both' } as const;
    expect(readLimitOrder(typed, price, till)).toEqual({ draft: null, fault: null });
    expect(readLimitOrder(typed, price, { ...till, expiresAt: '2026-12-24T18:00:00.000Z' }).draft).toEqual({
      ...order,
      ...{ time_in_force: 'GTD', expires_at: '2026-12-24T18:00:00.000Z', post_only: true },
      self_trade_prevention: 'cancel_both',
    });
    expect(readLimitOrder(typed, readLimitPrice(''), waits)).toEqual({ draft: null, fault: null });
    expect(readLimitPrice('1999.999', 'en-US')).toEqual({ price: null, fault: limits.digits });
  });

  it('knows when a limit trades at once', () => {
    expect(reaches('buy', '2000', '2000')).toBe(true);
    expect(reaches('buy', '1999.99', '2000')).toBe(false);
    expect(reaches('sell', '2000', '2000')).toBe(true);
    expect(reaches('sell', '2000.01', '2000')).toBe(false);
  });
});

describe('the limit ticket', () => {
  async function type(price: string, quantity: string, at = '/trading?asset=ETH&action=buy&type=limit') {
    showPage(TradePage, '/trading', at);
    await user.type(await screen.findByRole('textbox', { name: limits.price }), price);
    await user.type(screen.getByRole('textbox', { name: 'Quantity' }), quantity);
  }

  async function review() {
    const button = screen.getByRole('button', { name: /^Review/ });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    return await screen.findByRole('dialog');
  }

  it('is chosen above the form and stands in the address', async () => {
    showPage(TradePage, '/trading', '/trading?asset=ETH&action=sell');
    await user.click(await screen.findByRole('button', { name: 'Limit' }));
    await screen.findByRole('textbox', { name: limits.price });
    expect(screen.getByTestId('where')).toHaveTextContent('/trading?asset=ETH&action=sell&type=limit');
    await user.click(screen.getByRole('button', { name: 'Market' }));
    expect(screen.queryByRole('textbox', { name: limits.price })).toBeNull();
  });

  it('places an order that waits, and holds what it can cost', async () => {
    fund(5000);
    await type('3000', '0.5');
    const dialog = await review();
    expect(within(dialog).getByText('$1,500.00')).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: limits.place.buy }));
    expect(await within(dialog).findByText('0.5 ETH waits at $3,000.00')).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: 'New order' }));
    const open = await screen.findByRole('table', { name: orders.waiting });
    expect(within(open).getByText('0 of 0.5')).toBeInTheDocument();
    expect(within(open).getByText('$1,500.00')).toBeInTheDocument();
    expect(await screen.findByText('Held for orders to buy')).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: limits.price })).toHaveValue('');
  });

  it('fills at once what reaches the price', async () => {
    fund(5000);
    await type('3500', '0.5');
    expect(await screen.findByText(new RegExp(limits.atOnce))).toBeInTheDocument();
    const dialog = await review();
    await user.click(within(dialog).getByRole('button', { name: limits.place.buy }));
    expect(await screen.findByRole('heading', { name: 'Bought' })).toBeInTheDocument();
  });

  it('puts what is wrong beside its field', async () => {
    fund(5000);
    await type('9000', '0.1');
    const price = screen.getByRole('textbox', { name: limits.price });
    await waitFor(() => expect(price).toHaveAccessibleDescription(/far from the price/));
    await user.clear(price);
    await user.type(price, '3000.001');
    expect(price).toHaveAccessibleDescription(new RegExp(limits.digits));
    expect(price).toBeInvalid();
    await user.clear(price);
    await user.type(price, '3000');
    const quantity = screen.getByRole('textbox', { name: 'Quantity' });
    await user.clear(quantity);
    await user.type(quantity, '0.0001');
    await waitFor(() => expect(quantity).toHaveAccessibleDescription(/smallest order/));
    expect(screen.getByRole('button', { name: /^Review/ })).toBeDisabled();
  });

  it('refuses to trade at once what may only wait', async () => {
    fund(5000);
    await type('3500', '0.1');
    await user.click(screen.getByRole('checkbox', { name: limits.postOnly }));
    const price = screen.getByRole('textbox', { name: limits.price });
    await waitFor(() => expect(price).toHaveAccessibleDescription(/trade at once/));
    await user.selectOptions(screen.getByRole('combobox', { name: limits.term }), 'IOC');
    expect(screen.queryByRole('checkbox')).toBeNull();
    await waitFor(() => expect(screen.getByRole('button', { name: /^Review/ })).toBeEnabled());
  });

  it('waits till a time, which is checked by the server, and says so before it is sent', async () => {
    fund(5000);
    await type('3000', '0.5');
    await user.selectOptions(screen.getByRole('combobox', { name: limits.term }), 'GTD');
    expect(screen.getByRole('button', { name: /^Review/ })).toBeDisabled();
    const until = screen.getByLabelText(limits.expires);
    fireEvent.change(until, { target: { value: '2020-01-01T10:00' } });
    await waitFor(() => expect(until).toHaveAccessibleDescription(/cannot wait until then/));
    expect(until).toBeInvalid();
    const wanted = new Date(Date.now() + 3 * 86_400_000);
    wanted.setUTCSeconds(0, 0);
    fireEvent.change(until, { target: { value: localField(wanted) } });
    const dialog = await review();
    expect(within(dialog).getByText(/waits until/)).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: limits.place.buy }));
    await within(dialog).findByText('0.5 ETH waits at $3,000.00');
    expect(bank.orders[0]).toMatchObject({ time_in_force: 'GTD', expires_at: wanted.toISOString() });
  });

  it('says which of two own orders gives way', async () => {
    fund(5000);
    const sent: unknown[] = [];
    server.events.on('request:start', async ({ request }) => {
      if (request.url.endsWith('/orders/preview')) sent.push(await request.clone().json());
    });
    await type('3000', '0.5');
    await user.click(screen.getByText(limits.advanced));
    await user.selectOptions(screen.getByRole('combobox', { name: limits.selfTrade }), 'cancel_oldest');
    await waitFor(() => expect(sent.at(-1)).toMatchObject({ self_trade_prevention: 'cancel_oldest' }));
    await user.selectOptions(screen.getByRole('combobox', { name: limits.term }), 'DAY');
    await waitFor(() => expect(sent.at(-1)).toMatchObject({ time_in_force: 'DAY' }));
    server.events.removeAllListeners();
  });

  it('offers only what no other order holds', async () => {
    fund(5000);
    bank.place({ order_type: 'market_buy', asset_id: 'ETH', quantity: '1' }, null);
    rest('limit_sell', '0.4', '4000');
    await type('4000', '0.7', '/trading?asset=ETH&action=sell&type=limit');
    const quantity = screen.getByRole('textbox', { name: 'Quantity' });
    await waitFor(() => expect(quantity).toHaveAccessibleDescription(/You can sell 0\.6 ETH/));
    expect(quantity).toHaveAccessibleDescription(/Available: 0\.6/);
  });
});

describe('open orders', () => {
  const cancelButton = () => screen.findByRole('button', { name: /^Cancel: Limit buy 0\.5 ETH/ });

  async function confirm() {
    await user.click(await cancelButton());
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: limits.cancel.act }));
    return dialog;
  }

  it('cancels all of them at once, after asking', async () => {
    fund(5000);
    for (const price of ['1500', '1400']) rest('limit_buy', '0.5', price);
    showPage(OrdersPage, '/orders');
    await user.click(await screen.findByRole('button', { name: limits.cancelAll.ask }));
    await user.click(await screen.findByRole('button', { name: limits.cancelAll.keep }));
    expect(bank.orders.map(({ status }) => status)).toEqual(['queued', 'queued']);
    await user.click(await screen.findByRole('button', { name: limits.cancelAll.ask }));
    await user.click(await screen.findByRole('button', { name: limits.cancelAll.act }));
    expect(await screen.findByText(limits.cancelAll.done(2))).toBeInTheDocument();
    expect(bank.orders.map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    await waitFor(() => expect(screen.queryByRole('button', { name: limits.cancelAll.ask })).toBeNull());
  });

  it('says that none waits, and cancels one that does', async () => {
    fund(5000);
    rest('limit_buy', '0.5', '3000');
    showPage(TradePage, '/trading', '/trading?asset=ETH');
    await confirm();
    expect(await screen.findByText(limits.cancel.done)).toBeInTheDocument();
    expect(await screen.findByText(limits.open.emptyOf('ETH'))).toBeInTheDocument();
    expect(bank.orders[0]?.status).toBe('cancelled');
  });

  it('shows those of the market at hand, all others on request, and cancels as far as it shows', async () => {
    fund(5000);
    rest('limit_buy', '0.5', '3000');
    rest('limit_buy', '2', '100', 'SOL');
    showPage(TradePage, '/trading', '/trading?asset=SOL');
    const table = () => screen.findByRole('table', { name: orders.waiting });
    expect(within(await table()).getAllByRole('row')).toHaveLength(2);
    const panel = screen.getByRole('group', { name: limits.open.markets });
    await user.click(within(panel).getByRole('button', { name: limits.open.everywhere }));
    await waitFor(async () => expect(within(await table()).getAllByRole('row')).toHaveLength(3));
    await user.click(within(panel).getByRole('button', { name: 'SOL' }));
    await waitFor(async () => expect(within(await table()).getAllByRole('row')).toHaveLength(2));
    await user.click(screen.getByRole('button', { name: limits.cancelAll.ask }));
    await screen.findByRole('heading', { name: limits.cancelAll.one('SOL').title });
    await user.click(screen.getByRole('button', { name: limits.cancelAll.act }));
    await screen.findByText(limits.open.emptyOf('SOL'));
    expect(bank.orders.map(({ asset_id, status }) => [asset_id, status])).toEqual([
      ['SOL', 'cancelled'],
      ['ETH', 'queued'],
    ]);
  });

  it('changes one where it is listed, and draws it where it waits', async () => {
    fund(5000);
    const order = rest('limit_buy', '0.5', '3000');
    showPage(TradePage, '/trading', '/trading?asset=ETH');
    const chart = await screen.findByRole('figure', { name: /Candles of Ethereum/ });
    await waitFor(() => expect(chart).toHaveAttribute('data-lines', 'buy 0.5 at 3000'));
    await user.click(await screen.findByRole('button', { name: /^Change: Limit buy 0\.5 ETH/ }));
    const dialog = within(await screen.findByRole('dialog'));
    fireEvent.change(dialog.getByRole('textbox', { name: limits.price }), { target: { value: '2900' } });
    await user.click(dialog.getByRole('button', { name: amend.act }));
    await screen.findByText(amend.done);
    expect(order.price).toBe('2900');
    await waitFor(() => expect(chart).toHaveAttribute('data-lines', 'buy 0.5 at 2900'));
  });

  it('keeps it when the person has thought again', async () => {
    fund(5000);
    rest('limit_buy', '0.5', '3000');
    showPage(OrdersPage, '/orders');
    await user.click(await cancelButton());
    await user.click(await screen.findByRole('button', { name: limits.cancel.keep }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bank.orders[0]?.status).toBe('queued');
  });

  it('tells of one that was filled first', async () => {
    fund(5000);
    const order = rest('limit_buy', '0.5', '3000');
    showPage(OrdersPage, '/orders');
    await cancelButton();
    Object.assign(order, { status: 'completed', filled_quantity: '0.5', average_price: '2999.99' });
    await confirm();
    expect(await screen.findAllByText(limits.cancel.tooLate)).not.toHaveLength(0);
    expect(screen.getAllByText(/0\.5 ETH at \$2,999\.99/)).not.toHaveLength(0);
  });

  it('stays open with the reason when it could not be cancelled', async () => {
    fund(5000);
    rest('limit_buy', '0.5', '3000');
    server.use(http.delete(api('/orders/:id'), () => HttpResponse.json({ code: 'busy' }, { status: 500 })));
    showPage(OrdersPage, '/orders');
    const dialog = await confirm();
    expect(await within(dialog).findByRole('alert')).toBeInTheDocument();
    expect(within(dialog).getByRole('button', { name: limits.cancel.act })).toBeEnabled();
  });

  it('changes quantity and limit, and says beforehand what that does to its place', async () => {
    fund(5000);
    const order = rest('limit_buy', '0.5', '3000');
    showPage(() => <OrderPage orderId={order.order_id} />, '/');
    await user.click(await screen.findByRole('button', { name: orders.detail.amend }));
    const dialog = within(await screen.findByRole('dialog'));
    const act = dialog.getByRole('button', { name: amend.act });
    const quantity = dialog.getByRole('textbox', { name: amend.quantity });
    const price = dialog.getByRole('textbox', { name: limits.price });
    expect(act).toBeDisabled();
    await user.clear(quantity);
    expect(quantity).toHaveAccessibleDescription(/more than zero/);
    await user.type(quantity, '0.4');
    expect(dialog.getByText(amend.keeps)).toBeInTheDocument();
    await user.clear(price);
    await user.type(price, '2900.5');
    expect(dialog.getByText(amend.loses)).toBeInTheDocument();
    await user.click(act);
    expect(await screen.findByText(amend.done)).toBeInTheDocument();
    expect(order).toMatchObject({ quantity: '0.4', price: '2900.5', status: 'queued' });
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('stays open with the reason when it could not be changed', async () => {
    fund(5000);
    const order = rest('limit_buy', '0.5', '3000');
    showPage(() => <OrderPage orderId={order.order_id} />, '/');
    await user.click(await screen.findByRole('button', { name: orders.detail.amend }));
    const dialog = await screen.findByRole('dialog');
    order.status = 'completed';
    await user.type(within(dialog).getByRole('textbox', { name: limits.price }), '1');
    await user.click(within(dialog).getByRole('button', { name: amend.act }));
    expect(await within(dialog).findByRole('alert')).toBeInTheDocument();
  });

  it('shows an order with what it holds and why it ended', async () => {
    fund(5000);
    const order = rest('limit_buy', '0.5', '3000');
    showPage(() => <OrderPage orderId={order.order_id} />, '/orders/x');
    expect(await screen.findByText('Held for it')).toBeInTheDocument();
    expect(screen.getByText('0.5 ETH on the book')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: limits.cancel.act }));
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: limits.cancel.act }));
    expect(await screen.findByText('You cancelled it.')).toBeInTheDocument();
    expect(screen.getByText('Cancelled: 0.5 ETH not filled')).toBeInTheDocument();
  });

  it('counts what orders hold among the shares of the portfolio', async () => {
    fund(5000);
    rest('limit_buy', '0.5', '3000');
    showPage(PortfolioPage, '/portfolio');
    expect(await screen.findByText('100%')).toBeInTheDocument();
  });

  it('shows beside the cash what orders hold of it', async () => {
    fund(5000);
    rest('limit_buy', '0.5', '3000');
    showPage(AccountPage, '/account');
    expect(await screen.findByText('$3,500.00')).toBeInTheDocument();
    expect(screen.getByText(/Held for open orders/)).toHaveTextContent('$1,500.00');
  });
});
