// SPDX-License-Identifier: MIT
// What was asked for is asked for once and its outcome is always told, whatever is closed or left meanwhile.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { AccountPage } from '~/features/account/AccountPage';
import { TradePage } from '~/features/trade/TradePage';
import { showPage } from './render.tsx';
import { bank, server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;
const user = userEvent.setup();

async function review(quantity = '0.01') {
  const view = showPage(TradePage, '/trading', '/trading?asset=BTC&action=buy');
  const field = await screen.findByRole('textbox', { name: 'Quantity' });
  await user.clear(field);
  await user.type(field, quantity);
  await openReview();
  return view;
}

async function openReview() {
  const button = await screen.findByRole('button', { name: /^Review/ });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  return await screen.findByRole('dialog');
}

/** Every POST of an order waits until it is let through. */
function holdOrders() {
  const keys: (string | null)[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.use(
    http.post(api('/orders'), async ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      await gate;
      return undefined;
    }),
  );
  return { keys, release };
}

describe('an order whose dialog is closed', () => {
  it('goes on as a chip and tells its outcome with a link', async () => {
    bank.move('deposit', bank.balance.plus(3000), null);
    const { release } = holdOrders();
    await review();
    await user.click(screen.getByRole('button', { name: 'Buy now' }));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByRole('button', { name: /Placing: buy 0\.01 BTC/ })).toBeInTheDocument();
    release();
    const link = await screen.findByRole('link', { name: 'See the order' });
    expect(link).toHaveAttribute('href', `/orders/${bank.orders[0]?.order_id}`);
    expect(screen.getByRole('textbox', { name: 'Quantity' })).toHaveValue('');
    expect(screen.queryByRole('button', { name: /Placing/ })).toBeNull();
  });

  it('tells its outcome on another page, too', async () => {
    bank.move('deposit', bank.balance.plus(3000), null);
    const { release } = holdOrders();
    const { unmount } = await review();
    await user.click(screen.getByRole('button', { name: 'Buy now' }));
    unmount();
    showPage(AccountPage, '/account');
    expect(await screen.findByRole('button', { name: /Placing: buy 0\.01 BTC/ })).toBeInTheDocument();
    release();
    expect(await screen.findByRole('link', { name: 'See the order' })).toBeInTheDocument();
  });

  it('is joined, not repeated, by the same order placed again meanwhile', async () => {
    bank.move('deposit', bank.balance.plus(3000), null);
    const { keys, release } = holdOrders();
    await review();
    await user.click(screen.getByRole('button', { name: 'Buy now' }));
    await user.keyboard('{Escape}');
    const dialog = await openReview();
    expect(within(dialog).getByText(/server has not answered yet/)).toBeInTheDocument();
    release();
    await screen.findByRole('link', { name: 'See the order' });
    expect(keys).toHaveLength(1);
    expect(bank.orders).toHaveLength(1);
  });

  it('says why it was refused', async () => {
    bank.move('deposit', bank.balance.plus(3000), null);
    const { release } = holdOrders();
    await review();
    bank.balance = bank.balance.minus(bank.balance);
    await user.click(screen.getByRole('button', { name: 'Buy now' }));
    await user.keyboard('{Escape}');
    release();
    expect((await screen.findAllByText('Refused: buy 0.01 BTC')).length).toBeGreaterThan(0);
  });
});

it('an unanswered order keeps its key through a closed dialog', async () => {
  bank.move('deposit', bank.balance.plus(3000), null);
  const keys = new Set<string | null>();
  let dead = true;
  server.use(
    http.post(api('/orders'), ({ request }) => {
      keys.add(request.headers.get('Idempotency-Key'));
      return dead ? HttpResponse.error() : undefined;
    }),
  );
  await review();
  await user.click(screen.getByRole('button', { name: 'Buy now' }));
  await screen.findByRole('button', { name: 'Ask again' }, { timeout: 30_000 });
  await user.keyboard('{Escape}');
  dead = false;
  await user.click(await screen.findByRole('button', { name: /No answer yet: buy 0\.01 BTC/ }));
  await user.click(await screen.findByRole('button', { name: 'Ask again' }));
  await screen.findByRole('link', { name: 'See the order' });
  expect(keys.size).toBe(1);
  expect(bank.orders).toHaveLength(1);
});

it('the same order within a minute asks once', async () => {
  bank.move('deposit', bank.balance.plus(3000), null);
  await review();
  await user.click(screen.getByRole('button', { name: 'Buy now' }));
  await user.click(await screen.findByRole('button', { name: 'New order' }));
  await user.type(screen.getByRole('textbox', { name: 'Quantity' }), '0.01');
  const dialog = await openReview();
  expect(within(dialog).getByText(/bought exactly this \d+ seconds ago/)).toBeInTheDocument();
  await user.click(within(dialog).getByRole('button', { name: 'Buy the same again' }));
  expect(bank.orders).toHaveLength(1);
  await user.click(await screen.findByRole('button', { name: 'Buy now' }));
  await screen.findByRole('link', { name: 'See the order' });
  expect(bank.orders).toHaveLength(2);
});

it('a deposit that was left goes on and is not sent twice', async () => {
  let sent = 0;
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  server.use(
    http.post(api('/balance/deposit'), async () => {
      sent += 1;
      await gate;
      return undefined;
    }),
  );
  const press = async () => {
    const view = showPage(AccountPage, '/account', '/account?action=deposit&amount=250');
    await user.click((await screen.findAllByRole('button', { name: 'Deposit' })).at(-1) as HTMLElement);
    return view;
  };
  (await press()).unmount();
  await press();
  release();
  expect((await screen.findAllByText('$250.00 deposited')).length).toBeGreaterThan(0);
  expect(sent).toBe(1);
  expect(bank.movements).toHaveLength(1);
});

it('a reload keeps what has no answer', async () => {
  vi.resetModules();
  sessionStorage.setItem(
    'cnop.unanswered',
    JSON.stringify([
      {
        key: 'k1',
        kind: 'order',
        content: { order_type: 'market_buy', asset_id: 'BTC', quantity: '0.01' },
        atMs: Date.now(),
      },
      { key: 'k2', kind: 'order', content: { asset_id: 'ETH' }, atMs: Date.now() - 13 * 3600 * 1000 },
    ]),
  );
  const fresh = await import('~/api/intention');
  const draft = { order_type: 'market_buy', asset_id: 'BTC', quantity: '0.01' } as const;
  expect(fresh.findOpen('order', draft)).toBe('k1');
  expect(fresh.findOpen('order', { asset_id: 'ETH' })).toBeNull();
});

it('a reload does not forget what was done within the minute', async () => {
  bank.move('deposit', bank.balance.plus(3000), null);
  await review('0.03');
  await user.click(screen.getByRole('button', { name: 'Buy now' }));
  await screen.findByRole('link', { name: 'See the order' });
  vi.resetModules();
  const fresh = await import('~/api/intention');
  const draft = { order_type: 'market_buy', asset_id: 'BTC', quantity: '0.03' } as const;
  expect(fresh.doneBefore('order', draft)).not.toBeNull();
  expect(fresh.findOpen('order', draft)).toBeNull();
  expect(fresh.doneBefore('order', { ...draft, quantity: '0.04' })).toBeNull();
});

it('what a reload cut off from its answer is asked for under its key when it is fresh', async () => {
  const keys: (string | null)[] = [];
  server.use(
    http.post(api('/orders'), ({ request }) => {
      keys.push(request.headers.get('Idempotency-Key'));
      return undefined;
    }),
  );
  bank.move('deposit', bank.balance.plus(3000), null);
  const content = { order_type: 'market_buy', asset_id: 'BTC', quantity: '0.01' };
  sessionStorage.setItem(
    'cnop.unanswered',
    JSON.stringify([
      { key: 'new', kind: 'order', content, atMs: Date.now() - 2000 },
      { key: 'old', kind: 'order', content: { ...content, quantity: '0.02' }, atMs: Date.now() - 70_000 },
    ]),
  );
  vi.resetModules();
  const fresh = await import('~/api/intention');
  fresh.resumeIntentions();
  await waitFor(() => expect(bank.orders).toHaveLength(1));
  expect(keys).toEqual(['new']);
  expect(fresh.findOpen('order', { ...content, quantity: '0.02' })).toBe('old');
});
