// SPDX-License-Identifier: MIT
// What a person does: sign in, register, trade, move money, change details.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import Big from 'big.js';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sessionState, signedOut } from '~/api/session';
import { AccountPage } from '~/features/account/AccountPage';
import { LoginPage } from '~/features/auth/LoginPage';
import { RegisterPage } from '~/features/auth/RegisterPage';
import { Gift } from '~/features/gift/Gift';
import { OrdersPage } from '~/features/orders/OrdersPage';
import { PortfolioPage } from '~/features/portfolio/PortfolioPage';
import { ProfilePage } from '~/features/profile/ProfilePage';
import { TradePage } from '~/features/trade/TradePage';
import { setPreferences } from '~/lib/preferences';
import { trade } from '~/text/trade';
import { problem } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { bank, server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;
const user = userEvent.setup();

describe('sign in', () => {
  beforeEach(() => {
    bank.signedIn = null;
    signedOut();
  });

  async function signIn(password: string) {
    showPage(LoginPage, '/login', '/login?next=%2Forders');
    await user.type(screen.getByLabelText('User name'), 'Demo_User');
    await user.type(screen.getByLabelText('Password'), password);
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
  }

  it('goes on to where the visitor wanted to be', async () => {
    await signIn('Quiet-Harbour-41');
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent('/orders'));
    expect(sessionState()).toBe('active');
  });

  it('does not tell a wrong password from an unknown user', async () => {
    await signIn('Wrong-Harbour-41');
    expect(await screen.findByText(/do not belong together/)).toBeInTheDocument();
  });

  it('shows how long an address stays blocked', async () => {
    server.use(
      http.post(api('/auth/login'), () =>
        HttpResponse.json(
          { code: 'AUTH_004', detail: 'Too many failed logins from this address.' },
          { status: 403, headers: { 'Retry-After': '300' } },
        ),
      ),
    );
    await signIn('Wrong-Harbour-41');
    expect(await screen.findByText(/try again in (300|299) s/)).toBeInTheDocument();
  });

  it('asks for what is missing before sending anything', async () => {
    showPage(LoginPage, '/login');
    await user.click(screen.getByRole('button', { name: 'Sign in' }));
    expect(await screen.findAllByText('Please fill in this field.')).toHaveLength(2);
    expect(screen.getByLabelText('User name')).toHaveFocus();
  });
});

describe('register', () => {
  beforeEach(() => {
    bank.signedIn = null;
    signedOut();
  });

  async function fill(name: string, password = 'Louder-Lighthouse-77') {
    showPage(RegisterPage, '/register');
    await user.type(screen.getByLabelText('First name'), 'Dana');
    await user.type(screen.getByLabelText('Last name'), "O'Neill");
    await user.type(screen.getByLabelText('E-mail'), 'dana@example.com');
    await user.type(screen.getByLabelText('User name'), name);
    await user.type(screen.getByLabelText('Password'), password);
    await user.click(screen.getByRole('button', { name: 'Open account' }));
  }

  it('opens an account and signs in', async () => {
    await fill('new_trader');
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent('/dashboard'));
    expect(bank.users.get('new_trader')?.phone).toBeNull();
  });

  it('leads to the first field that is wrong', async () => {
    showPage(RegisterPage, '/register');
    await user.click(screen.getByRole('button', { name: 'Open account' }));
    await screen.findAllByText('Please fill in this field.');
    await waitFor(() => expect(screen.getByLabelText('First name')).toHaveFocus());
  });

  it('puts refused fields into words of its own and leads to the first', async () => {
    server.use(
      http.post(api('/auth/register'), () =>
        problem(422, 'validation_failed', 'One field.', {
          errors: [{ field: 'phone', message: 'must match ^[0-9]{10,15}$' }],
        }),
      ),
    );
    await fill('new_trader');
    expect(await screen.findByText('Use 10 to 15 digits.')).toBeInTheDocument();
    expect(screen.queryByText(/must match/i)).toBeNull();
    await waitFor(() => expect(screen.getByLabelText(/^Phone/)).toHaveFocus());
  });

  it('puts a taken name beside its field', async () => {
    await fill('demo_user');
    expect(await screen.findByText('This user name is taken.')).toBeInTheDocument();
    expect(screen.getByLabelText('User name')).toHaveAttribute('aria-invalid', 'true');
  });

  it('puts a common password beside its field', async () => {
    await fill('new_trader', 'aaaaaaaaaaaaa');
    expect(await screen.findByText(/list of common passwords/)).toBeInTheDocument();
  });
});

describe('trade', () => {
  async function type(text: string, at = '/trading?asset=BTC&action=buy') {
    const view = showPage(TradePage, '/trading', at);
    await user.type(await screen.findByRole('textbox', { name: 'Quantity' }), text);
    return view;
  }

  function fund(amount: number) {
    bank.move('deposit', bank.balance.plus(amount), null);
  }

  async function review() {
    const button = await screen.findByRole('button', { name: /^Review/ });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    return await screen.findByRole('dialog');
  }

  it('previews, confirms and links to the order', async () => {
    fund(1000);
    await type('0.01');
    const dialog = await review();
    expect(within(dialog).getByText('$671.23')).toBeInTheDocument();
    expect(within(dialog).getByText('$328.76')).toBeInTheDocument();
    await user.click(within(dialog).getByRole('button', { name: 'Buy now' }));
    const link = await screen.findByRole('link', { name: 'See the order' });
    expect(link).toHaveAttribute('href', `/orders/${bank.orders[0]?.order_id}`);
  });

  it('a double click makes one order', async () => {
    fund(1000);
    await type('0.01');
    const dialog = await review();
    await user.dblClick(within(dialog).getByRole('button', { name: 'Buy now' }));
    await screen.findByRole('link', { name: 'See the order' });
    expect(bank.orders).toHaveLength(1);
  });

  it('a lost answer can be asked for again and makes one order', async () => {
    fund(1000);
    let dead = true;
    const keys = new Set<string | null>();
    server.use(
      http.post(api('/orders'), ({ request }) => {
        keys.add(request.headers.get('Idempotency-Key'));
        return dead ? HttpResponse.error() : undefined;
      }),
    );
    await type('0.01');
    const dialog = await review();
    await user.click(within(dialog).getByRole('button', { name: 'Buy now' }));
    const again = await screen.findByRole('button', { name: 'Ask again' }, { timeout: 30_000 });
    dead = false;
    await user.click(again);
    await screen.findByRole('link', { name: 'See the order' });
    expect(keys.size).toBe(1);
    expect(bank.orders).toHaveLength(1);
  });

  it('says what speaks against an order with readable figures', async () => {
    fund(5_000_000);
    await type('40.9');
    expect(
      await screen.findByText(/largest order is \$10,000\.00; this one is \$2,745,349\.1/),
    ).toBeInTheDocument();
    await user.clear(screen.getByRole('textbox', { name: 'Quantity' }));
    await user.type(screen.getByRole('textbox', { name: 'Quantity' }), '0.0001');
    expect(await screen.findByText('The smallest order is 0.001 BTC.')).toBeInTheDocument();
  });

  it('never leaves the keyboard nowhere', async () => {
    fund(1000);
    await type('0.001');
    const dialog = await review();
    await waitFor(() => expect(dialog).toHaveFocus());
    await user.click(within(dialog).getByRole('button', { name: 'Buy now' }));
    await waitFor(() => expect(screen.getByRole('link', { name: 'See the order' })).toHaveFocus());
    await user.click(screen.getByRole('button', { name: 'New order' }));
    await waitFor(() => expect(screen.getByRole('textbox', { name: 'Quantity' })).toHaveFocus());
  });

  it('keeps what was typed when the page is left', async () => {
    const { unmount } = await type('0.0123');
    unmount();
    showPage(TradePage, '/trading', '/trading?asset=BTC');
    expect(await screen.findByRole('textbox', { name: 'Quantity' })).toHaveValue('0.0123');
  });

  it('offers the missing deposit and the way back to the order', async () => {
    fund(100);
    await type('0.01');
    const offer = await screen.findByRole('link', { name: /Deposit the missing \$571\.24/ });
    const target = new URL(offer.getAttribute('href') ?? '', 'http://localhost');
    expect(target.searchParams.get('amount')).toBe('571.24');
    expect(target.searchParams.get('back')).toBe('/trading?asset=BTC&action=buy&quantity=0.01');
    expect(screen.getByRole('button', { name: 'Review purchase' })).toBeDisabled();
  });

  it('asks again when the price has moved since the review was opened', async () => {
    fund(1000);
    const { container } = await type('0.001');
    const dialog = await review();
    const asset = bank.asset('BTC');
    if (asset) asset.price = '70000.00';
    expect(container).toBeInTheDocument();
    window.dispatchEvent(new Event('visibilitychange'));
    const accept = await within(dialog).findByRole(
      'button',
      { name: 'Accept the new price' },
      { timeout: 30_000 },
    );
    await user.click(accept);
    await user.click(await within(dialog).findByRole('button', { name: 'Buy now' }));
    await screen.findByRole('link', { name: 'See the order' });
    expect(bank.orders[0]?.price).toBe('70000.00');
  });

  it('fills shares of cash and of the holding', async () => {
    fund(1000);
    bank.place({ order_type: 'market_buy', asset_id: 'ETH', quantity: '0.1' }, null);
    showPage(TradePage, '/trading', '/trading?asset=ETH&action=sell');
    const half = await screen.findByRole('button', { name: '50% of your holding' });
    await waitFor(() => expect(half).toBeEnabled());
    await user.click(half);
    expect(screen.getByRole('textbox', { name: 'Quantity' })).toHaveValue('0.05');
    await user.click(screen.getByRole('button', { name: 'Buy' }));
    await user.click(screen.getByRole('button', { name: '25% of your cash' }));
    expect(screen.getByRole('textbox', { name: 'Amount' })).toHaveValue('164.69');
  });

  async function sellAll() {
    showPage(TradePage, '/trading', '/trading?asset=BTC&action=sell');
    const max = await screen.findByRole('button', { name: 'Max: all of your holding' });
    await waitFor(() => expect(max).toBeEnabled());
    await user.click(max);
    const dialog = await review();
    await user.dblClick(within(dialog).getByRole('button', { name: 'Sell now' }));
    await screen.findByRole('link', { name: 'See the order' });
    expect(bank.orders).toHaveLength(1);
    expect(bank.holdings.get('BTC')?.quantity.toFixed()).toBe('0');
  }

  it.each(['0.00000001', '0.00069118', '0.5'])('Max sells all of %s', async (held) => {
    bank.holdings.set('BTC', { quantity: new Big(held), cost: new Big('1') });
    await sellAll();
  });

  it('says the least value of an order', async () => {
    fund(100);
    await type('0.00001');
    expect(await screen.findByText('The smallest order is worth $1.00.')).toBeInTheDocument();
  });

  it('sends the worst price that an order accepts, and shows it', async () => {
    fund(1000);
    const sent: unknown[] = [];
    server.use(
      http.post(api('/orders'), async ({ request }) => void sent.push(await request.clone().json())),
    );
    await type('0.01');
    await user.type(screen.getByLabelText(/^Worst acceptable price/), '$99,000.50');
    expect(await screen.findByText('$99,000.50')).toBeInTheDocument();
    expect(screen.getByText('At most')).toBeInTheDocument();
    const button = screen.getByRole('button', { name: 'Review purchase' });
    await waitFor(() => expect(button).toBeEnabled());
    await user.click(button);
    expect(within(await screen.findByRole('dialog')).getByText('$99,000.50')).toBeInTheDocument();
    await user.click(await screen.findByRole('button', { name: 'Buy now' }));
    await screen.findByRole('link', { name: 'See the order' });
    expect(sent).toEqual([
      { order_type: 'market_buy', asset_id: 'BTC', quantity: '0.01', price: '99000.50' },
    ]);
  });

  it('refuses a worst price that the market is beyond, and one that is no price', async () => {
    fund(1000);
    await type('0.01');
    const limit = screen.getByLabelText(/^Worst acceptable price/);
    await user.type(limit, '1.5');
    expect(await screen.findByText(/^The price has moved\. It is beyond/)).toBeInTheDocument();
    await user.type(limit, 'x');
    expect(await screen.findByText(trade.invalid.number('0.25'))).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Review purchase' })).toBeDisabled();
  });

  it('keeps a worst price to the side and asset it was typed for', async () => {
    fund(1000);
    await type('0.01');
    await user.type(screen.getByLabelText(/^Worst acceptable price/), '99000');
    await user.click(screen.getByRole('button', { name: 'Sell' }));
    expect(screen.getByLabelText(/^Worst acceptable price/)).toHaveValue('');
    await user.click(screen.getByRole('button', { name: 'Buy' }));
    expect(screen.getByLabelText(/^Worst acceptable price/)).toHaveValue('99000');
  });

  it('does not trade what is halted', async () => {
    showPage(TradePage, '/trading', '/trading?asset=T053&action=buy');
    expect(await screen.findByText(/halted at the moment/)).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Review purchase' })).toBeDisabled();
  });

  it('arms nothing for an asset that does not exist', async () => {
    const asked: string[] = [];
    server.use(
      http.get(api('/inventory/assets/:id/candles'), ({ params }) => void asked.push(String(params.id))),
    );
    showPage(TradePage, '/trading', '/trading?asset=NOPE&action=buy&quantity=1');
    expect(await screen.findByRole('alert')).toHaveTextContent('There is no asset NOPE here.');
    expect(screen.queryByRole('button', { name: /^Review/ })).toBeNull();
    expect(screen.queryByText(/Bitcoin/)).toBeNull();
    expect(asked).toEqual([]);
    await user.type(screen.getByRole('combobox'), 'ethere');
    await user.click(await screen.findByRole('option', { name: /Ethereum/ }));
    expect(await screen.findByRole('button', { name: 'Review purchase' })).toBeInTheDocument();
  });

  it('asks only for the asset of the address', async () => {
    const asked = new Set<string>();
    server.use(
      http.get(api('/inventory/assets/:id/candles'), ({ params }) => void asked.add(String(params.id))),
      http.get(api('/assets/:id/transactions'), ({ params }) => void asked.add(String(params.id))),
    );
    showPage(TradePage, '/trading', '/trading?asset=ETH');
    await screen.findByRole('textbox', { name: 'Quantity' });
    await waitFor(() => expect([...asked]).toEqual(['ETH']));
  });

  it('finds an asset by name', async () => {
    showPage(TradePage, '/trading', '/trading?asset=BTC&action=buy');
    const search = await screen.findByRole('combobox');
    await user.clear(search);
    await user.type(search, 'dogec');
    await user.click(await screen.findByRole('option', { name: /Dogecoin/ }));
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent('asset=DOGE'));
  });

  it('shows a refusal in words for people', async () => {
    fund(1000);
    server.use(http.post(api('/orders'), () => problem(422, 'market_halted', 'BTC market state 2.')));
    await type('0.01');
    const dialog = await review();
    await user.click(within(dialog).getByRole('button', { name: 'Buy now' }));
    expect(await within(dialog).findByText('Trading is halted')).toBeInTheDocument();
    expect(within(dialog).queryByText(/market state/)).toBeNull();
    await user.click(within(dialog).getByRole('button', { name: 'Change the order' }));
    expect(screen.getByRole('textbox', { name: 'Quantity' })).toHaveValue('0.01');
  });
});

describe('account', () => {
  it('deposits and offers the way back to the order', async () => {
    showPage(AccountPage, '/account', '/account?action=deposit&amount=250.00&back=%2Ftrading%3Fasset%3DBTC');
    expect(await screen.findByLabelText('Amount in USD')).toHaveValue('250.00');
    await user.click(screen.getAllByRole('button', { name: 'Deposit' }).at(-1) as HTMLElement);
    const [back] = await screen.findAllByRole('link', { name: 'Continue your order' });
    expect(back).toHaveAttribute('href', '/trading?asset=BTC');
    expect(bank.balance.toFixed(2)).toBe('250.00');
  });

  it('does not send what the limit forbids', async () => {
    showPage(AccountPage, '/account');
    await screen.findByText('Debits equal credits');
    await user.type(screen.getByLabelText('Amount in USD'), '10000.01');
    expect(await screen.findByText(/leaves \$10,000\.00 for today/)).toBeInTheDocument();
  });

  it('hides amounts on request', async () => {
    bank.move('deposit', bank.balance.plus(1234), null);
    setPreferences({ hideAmounts: true });
    showPage(AccountPage, '/account');
    expect((await screen.findAllByText('Amount hidden')).length).toBeGreaterThan(0);
    expect(screen.queryByText(/1,234/)).toBeNull();
    setPreferences({ hideAmounts: false });
  });
});

describe('profile', () => {
  it('saves only what changed', async () => {
    let sent: unknown;
    server.use(
      http.put(api('/auth/profile'), async ({ request }) => {
        sent = await request.clone().json();
      }),
    );
    showPage(ProfilePage, '/profile');
    const name = await screen.findByLabelText('Last name');
    await user.clear(name);
    await user.type(name, 'Hall');
    await user.click(screen.getByRole('button', { name: 'Save changes' }));
    expect((await screen.findAllByText('Profile saved')).length).toBeGreaterThan(0);
    expect(sent).toEqual({ last_name: 'Hall' });
  });

  it('changes the password and asks to sign in again', async () => {
    showPage(ProfilePage, '/profile', '/profile?tab=security');
    await user.type(await screen.findByLabelText('Current password'), 'Quiet-Harbour-41');
    await user.type(screen.getByLabelText('New password'), 'Louder-Lighthouse-77');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent('/login'));
    expect(sessionState()).toBe('anonymous');
  });

  it('puts a wrong current password beside its field', async () => {
    showPage(ProfilePage, '/profile', '/profile?tab=security');
    await user.type(await screen.findByLabelText('Current password'), 'Wrong-Harbour-41');
    await user.type(screen.getByLabelText('New password'), 'Louder-Lighthouse-77');
    await user.click(screen.getByRole('button', { name: 'Change password' }));
    expect(await screen.findByText('This is not your current password.')).toBeInTheDocument();
  });

  it('ends another session', async () => {
    showPage(ProfilePage, '/profile', '/profile?tab=security');
    await user.click(await screen.findByRole('button', { name: /End session curl/ }));
    expect((await screen.findAllByText('Session ended')).length).toBeGreaterThan(0);
    expect(screen.getByRole('list', { name: 'Sessions' })).toHaveFocus();
  });
});

describe('gift', () => {
  it('shows the gift', async () => {
    showPage(Gift, '/dashboard');
    await user.click(screen.getByRole('button', { name: 'Open the daily gift' }));
    await user.type(await screen.findByLabelText('Phrase'), 'good fortune');
    await user.click(screen.getByRole('button', { name: 'Open' }));
    expect(await screen.findByText(/\$8\.88 for trying/)).toBeInTheDocument();
  });
});

describe('closed positions', () => {
  it('show their realised profit on request', async () => {
    bank.holdings.set('BTC', { quantity: new Big('0.01'), cost: new Big('600') });
    bank.place({ order_type: 'market_sell', asset_id: 'BTC', quantity: '0.01' }, null);
    showPage(PortfolioPage, '/portfolio');
    const section = await screen.findByRole('region', { name: 'Closed positions' });
    expect(within(section).queryByText(/71\.23/)).toBeNull();
    await user.click(within(section).getByRole('button', { name: 'Show' }));
    expect(await within(section).findByText(/71\.23/)).toBeInTheDocument();
    expect(await within(section).findByText('Bitcoin')).toBeInTheDocument();
  });
});

describe('a list longer than a page', () => {
  it('keeps the focus when the last page has come', async () => {
    const order = { order_type: 'market_buy', asset_id: 'BTC', quantity: '0.001' } as const;
    bank.move('deposit', bank.balance.plus(9000), null);
    for (let count = 0; count < 26; count += 1) bank.place(order, `k${count}`);
    showPage(OrdersPage, '/orders');
    const more = await screen.findByRole('button', { name: 'Load more' });
    more.focus();
    await user.keyboard('{Enter}');
    const end = await screen.findByText('That is all.');
    expect(end).toHaveFocus();
    await waitFor(() => expect(screen.getAllByRole('link', { name: /open order/ })).toHaveLength(26));
    expect(end).toHaveFocus();
  });
});

describe('export', () => {
  afterEach(() => vi.unstubAllEnvs());

  const addressOf = (name: string) =>
    new URL(screen.getByRole('link', { name }).getAttribute('href') ?? '', 'http://localhost');

  it('asks for whole days by the clock of the person, also where clocks change', async () => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    showPage(AccountPage, '/account');
    await user.click(await screen.findByRole('button', { name: 'Export' }));
    fireEvent.change(await screen.findByLabelText('First day'), { target: { value: '2026-10-25' } });
    fireEvent.change(screen.getByLabelText('Last day'), { target: { value: '2026-10-25' } });
    const csv = addressOf('Download CSV');
    expect(csv.pathname).toBe('/api/v1/balance/statement');
    expect(Object.fromEntries(csv.searchParams)).toEqual({
      format: 'csv',
      from: '2026-10-24T22:00:00.000Z',
      to: '2026-10-25T23:00:00.000Z',
    });
    await user.click(screen.getByRole('button', { name: 'UTC' }));
    await user.click(screen.getByRole('button', { name: 'Trades and gains' }));
    const rows = addressOf('Download JSON Lines');
    expect(rows.pathname).toBe('/api/v1/trades/export');
    expect(rows.searchParams.get('from')).toBe('2026-10-25T00:00:00.000Z');
    expect(rows.searchParams.get('to')).toBe('2026-10-26T00:00:00.000Z');
    fireEvent.change(screen.getByLabelText('Last day'), { target: { value: '2026-10-24' } });
    expect(screen.getByText('The last day is before the first.')).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Download CSV' })).toBeNull();
  });

  it('leaves out what the list leaves out', async () => {
    showPage(OrdersPage, '/orders', '/orders?asset=ETH&type=market_sell');
    await user.click(await screen.findByRole('button', { name: 'Export' }));
    await screen.findByRole('dialog');
    expect(addressOf('Download CSV').search).toBe('?format=csv&asset_id=ETH&order_type=market_sell');
    expect(screen.getByText(/The filters of the list apply/)).toBeInTheDocument();
  });
});
