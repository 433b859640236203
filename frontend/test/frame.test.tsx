// SPDX-License-Identifier: MIT
// The frame of the pages: what the palette finds, and how much is asked for while a page is open.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import Palette from '~/app/Palette';
import { AccountPage } from '~/features/account/AccountPage';
import { FirstSteps } from '~/features/dashboard/FirstSteps';
import { MarketPage } from '~/features/market/MarketPage';
import { TradePage } from '~/features/trade/TradePage';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const user = userEvent.setup();
const POLLED_MS = 6_500;

describe('palette', () => {
  it.each([
    ['deposit', true, 'Deposit cash', '/account?action=deposit'],
    ['withdraw', true, 'Withdraw cash', '/account?action=withdraw'],
    ['profile', true, 'Profile', '/profile'],
    ['password', true, 'Password and sessions', '/profile?tab=security'],
    ['statement', true, 'Account', '/account'],
    ['positions', true, 'Portfolio', '/portfolio'],
    ['account', true, 'Account', '/account'],
    ['trade', true, 'Trade', '/trading'],
    ['log in', false, 'Sign in', '/login'],
    ['sign up', false, 'Open an account', '/register'],
  ])('%s', async (typed, signedIn, label, to) => {
    showPage(() => <Palette open signedIn={signedIn} onClose={() => {}} />, '/here');
    await user.type(await screen.findByPlaceholderText(/Type a page/), typed);
    const list = within(screen.getByRole('listbox'));
    await waitFor(() => expect(list.getAllByRole('option')[0]).toHaveTextContent(label));
    await user.keyboard('{Enter}');
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent(to));
  });
});

describe('polling', () => {
  async function asked(Page: () => React.ReactNode, path: string, at: string) {
    const urls: URL[] = [];
    server.use(http.get('*/api/v1/inventory/*', ({ request }) => void urls.push(new URL(request.url))));
    showPage(Page, path, at);
    await new Promise((resolve) => setTimeout(resolve, POLLED_MS));
    const count = (wanted: (url: URL) => boolean) => urls.filter(wanted).length;
    return {
      catalogue: count(({ searchParams }) => searchParams.get('limit') === '250'),
      page: count(({ searchParams }) => searchParams.get('limit') === '25'),
      candles: count(({ searchParams }) => searchParams.get('limit') === '200'),
      newest: count(({ searchParams }) => searchParams.get('limit') === '3'),
      asset: count(({ pathname }) => pathname.endsWith('/assets/BTC')),
    };
  }

  it('of the market is for the rows on the page', async () => {
    const { catalogue, page } = await asked(MarketPage, '/market', '/market');
    expect(catalogue).toBe(1);
    expect(page).toBe(2);
  });

  it('of the trade page is for its asset and its newest candles', async () => {
    const { catalogue, candles, newest, asset } = await asked(TradePage, '/trading', '/trading?asset=BTC');
    expect({ catalogue, candles }).toEqual({ catalogue: 1, candles: 1 });
    expect(newest).toBe(1);
    expect(asset).toBe(2);
  });
});

it('a failed balance is not told in the size of a headline', async () => {
  server.use(http.get('*/api/v1/balance', () => new HttpResponse(null, { status: 503 })));
  showPage(AccountPage, '/account');
  const [title] = await screen.findAllByText('Closed for a moment');
  expect(title?.closest('.text-3xl')).toBeNull();
});

it('names of links begin with the words they show', async () => {
  showPage(() => <FirstSteps>{null}</FirstSteps>, '/dashboard');
  expect(await screen.findByRole('link', { name: 'Deposit: Deposit cash' })).toBeInTheDocument();
  expect(screen.getByRole('link', { name: 'Trade: Place your first order' })).toBeInTheDocument();
});
