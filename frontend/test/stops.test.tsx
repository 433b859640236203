// SPDX-License-Identifier: MIT
// Orders that wait for a price: what is typed, which way it waits, and what the page says of it.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { OrderPage } from '~/features/orders/OrderPage';
import { readLimitPrice } from '~/features/trade/limit';
import { isMet, readStopOrder, rises } from '~/features/trade/stop';
import { TradePage } from '~/features/trade/TradePage';
import { limits } from '~/text/limits';
import { orders } from '~/text/orders';
import { stops } from '~/text/stops';
import { showPage } from './render.tsx';
import { bank } from './setup.tsx';

const user = userEvent.setup();

describe('what was typed', () => {
  const typed = { assetId: 'ETH', side: 'sell', mode: 'quantity', text: '0.5' } as const;
  const terms = { timeInForce: 'GTC', expiresAt: null, postOnly: false, selfTrade: 'cancel_newest' } as const;
  const none = readLimitPrice('');

  it('makes a protected order without a limit of its own, and one with it', () => {
    const stop = readLimitPrice('3000', 'en-US');
    const order = { asset_id: 'ETH', quantity: '0.5', stop_price: '3000', time_in_force: 'GTC' };
    expect(readStopOrder(typed, 'stop', { stop, limit: none }, terms).draft).toEqual({
      ...order,
      order_type: 'stop_sell',
    });
    const limit = readLimitPrice('2950', 'en-US');
    expect(readStopOrder({ ...typed, side: 'buy' }, 'take_profit', { stop, limit }, terms).draft).toEqual({
      ...order,
      order_type: 'take_profit_limit_buy',
      price: '2950',
    });
  });

  it('makes none without a price to wait for, with a limit that cannot be read, or without an end', () => {
    const stop = readLimitPrice('3000', 'en-US');
    expect(readStopOrder(typed, 'stop', { stop: none, limit: none }, terms).draft).toBeNull();
    const limit = readLimitPrice('2950.001', 'en-US');
    expect(readStopOrder(typed, 'stop', { stop, limit }, terms).draft).toBeNull();
    const endless = { ...terms, timeInForce: 'GTD' } as const;
    expect(readStopOrder(typed, 'stop', { stop, limit: none }, endless).draft).toBeNull();
  });

  it('knows which way each waits, and when the price has been there', () => {
    expect(rises('stop', 'buy')).toBe(true);
    expect(rises('stop', 'sell')).toBe(false);
    expect(rises('take_profit', 'buy')).toBe(false);
    expect(rises('take_profit', 'sell')).toBe(true);
    expect(isMet('stop', 'sell', '3000', '3000')).toBe(true);
    expect(isMet('stop', 'sell', '3000', '3000.01')).toBe(false);
    expect(isMet('take_profit', 'sell', '3000', '3000')).toBe(true);
    expect(isMet('take_profit', 'sell', '3000', '2999.99')).toBe(false);
  });
});

describe('the stop ticket', () => {
  async function type(price: string, quantity: string, at: string) {
    showPage(TradePage, '/trading', at);
    await user.type(await screen.findByRole('textbox', { name: stops.price }), price);
    await user.type(screen.getByRole('textbox', { name: 'Quantity' }), quantity);
  }

  async function place(act: string) {
    const button = screen.getByRole('button', { name: /^Review/ });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    const dialog = await screen.findByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: act }));
    return dialog;
  }

  it('is chosen above the form and stands in the address', async () => {
    showPage(TradePage, '/trading', '/trading?asset=ETH&action=sell');
    await user.click(await screen.findByRole('button', { name: 'Stop' }));
    await screen.findByRole('textbox', { name: stops.price });
    expect(screen.getByTestId('where')).toHaveTextContent('/trading?asset=ETH&action=sell&type=stop');
    expect(screen.queryByRole('checkbox', { name: limits.postOnly })).toBeNull();
  });

  it('places an order that waits for the price, and shows it among the open ones', async () => {
    bank.move('deposit', bank.balance.plus(9000), null);
    await type('3500', '0.5', '/trading?asset=ETH&action=buy&type=stop');
    const dialog = await place(limits.place.buy);
    expect(await within(dialog).findByText('0.5 ETH waits until the price is $3,500.00')).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: 'New order' }));
    const open = await screen.findByRole('table', { name: orders.waiting });
    expect(within(open).getByText('Stop buy')).toBeInTheDocument();
    expect(within(open).getByText('$3,500.00')).toBeInTheDocument();
    expect(screen.getByRole('textbox', { name: stops.price })).toHaveValue('');
  });

  it('says that the price has been there, which way it waits, and takes the other kind', async () => {
    bank.move('deposit', bank.balance.plus(9000), null);
    await type('3000', '0.5', '/trading?asset=ETH&action=buy&type=stop');
    const price = screen.getByRole('textbox', { name: stops.price });
    expect(price).toHaveAccessibleDescription(new RegExp(stops.met.above));
    expect(price).toBeInvalid();
    await user.click(screen.getByRole('button', { name: stops.kinds.take_profit }));
    expect(price).toBeValid();
    expect(price).toHaveAccessibleDescription(new RegExp(stops.hint.take_profit.buy));
    await place(limits.place.buy);
    expect(await screen.findByText('0.5 ETH waits until the price is $3,000.00')).toBeInTheDocument();
  });

  it('is told on its page what it waits for', async () => {
    bank.move('deposit', bank.balance.plus(9000), null);
    const wish = {
      order_type: 'stop_limit_buy',
      asset_id: 'ETH',
      quantity: '0.5',
      stop_price: '3500',
      price: '3510',
    } as const;
    const order = bank.place(wish, null);
    if ('code' in order) throw new Error(order.message);
    showPage(() => <OrderPage orderId={order.order_id} />, '/orders/:id', `/orders/${order.order_id}`);
    expect(await screen.findByText(orders.detail.waitsFor)).toBeInTheDocument();
    expect(screen.getByText('$3,500.00')).toBeInTheDocument();
    expect(screen.getByText('$3,510.00')).toBeInTheDocument();
  });
});
