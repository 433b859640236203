// SPDX-License-Identifier: MIT
// The frame of the pages: what the palette finds, and how much is asked for while a page is open.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import type { ReactNode } from 'react';
import { describe, expect, it } from 'vitest';
import Palette from '~/app/Palette';
import { AccountPage } from '~/features/account/AccountPage';
import { FirstSteps } from '~/features/dashboard/FirstSteps';
import { MarketPage } from '~/features/market/MarketPage';
import { TradePage } from '~/features/trade/TradePage';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const user = userEvent.setup();

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
    ['btc', true, 'Bitcoin', '/market/BTC'],
    ['eth', true, 'Ethereum', '/market/ETH'],
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
  /** What a page asks for until it has asked for something so often. */
  async function asked(Page: () => ReactNode, path: string, at: string, until: Record<string, number>) {
    const counts = { catalogue: 0, page: 0, candles: 0, newest: 0, asset: 0 };
    const byLimit: Record<string, keyof typeof counts> = {
      250: 'catalogue',
      25: 'page',
      200: 'candles',
      3: 'newest',
    };
    server.use(
      http.get('*/api/v1/inventory/*', ({ request }) => {
        const { pathname, searchParams } = new URL(request.url);
        const kind = byLimit[searchParams.get('limit') ?? ''];
        if (kind) counts[kind] += 1;
        else if (pathname.endsWith('/assets/BTC')) counts.asset += 1;
      }),
    );
    showPage(Page, path, at);
    await waitFor(
      () => {
        for (const [kind, least] of Object.entries(until)) {
          expect(counts[kind as keyof typeof counts]).toBeGreaterThanOrEqual(least);
        }
      },
      { timeout: 60_000 },
    );
    return counts;
  }

  it('of the market is for the rows on the page', async () => {
    const { catalogue } = await asked(MarketPage, '/market', '/market', { page: 3 });
    expect(catalogue).toBe(1);
  });

  it('of the trade page is for its asset and its newest candles', async () => {
    const until = { asset: 3, newest: 2 };
    const { catalogue, candles } = await asked(TradePage, '/trading', '/trading?asset=BTC', until);
    expect({ catalogue, candles }).toEqual({ catalogue: 1, candles: 1 });
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
