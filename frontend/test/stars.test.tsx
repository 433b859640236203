// SPDX-License-Identifier: MIT
// Starred assets: on the server for people, in the browser for visitors, and taken along when one becomes the other.
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { expect, it } from 'vitest';
import { signedOut } from '~/api/session';
import { StarredAssets } from '~/features/dashboard/StarredAssets';
import { AssetPage } from '~/features/market/AssetPage';
import { MarketPage } from '~/features/market/MarketPage';
import { readFavourites, toggleFavourite } from '~/lib/favourites';
import { problem } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { bank, server } from './setup.tsx';

const user = userEvent.setup();
const star = (name: string) => screen.findByRole('button', { name: `Star ${name}` });
const kept = () => bank.watchlists.get('Starred') ?? [];

it('stars are kept by the server, in the order they were given', async () => {
  showPage(MarketPage, '/market');
  await user.click(await star('Ethereum'));
  await user.click(await star('Bitcoin'));
  await user.click(await star('Solana'));
  expect(await star('Solana')).toHaveAttribute('aria-pressed', 'true');
  await waitFor(() => expect(kept()).toEqual(['ETH', 'BTC', 'SOL']));
  await user.click(await star('Bitcoin'));
  await waitFor(() => expect(kept()).toEqual(['ETH', 'SOL']));
  expect(await star('Bitcoin')).toHaveAttribute('aria-pressed', 'false');
  expect(readFavourites()).toEqual([]);
});

it('a star by keyboard shows at once and is taken back when the server refuses', async () => {
  let refuse = () => {};
  const answered = new Promise<void>((done) => {
    refuse = done;
  });
  server.use(
    http.put('*/api/v1/watchlists/*', async () => {
      await answered;
      return problem(500, 'SVC_001', 'Hidden detail.');
    }),
  );
  showPage(() => <AssetPage assetId="BTC" />, '/market/BTC');
  (await star('Bitcoin')).focus();
  await user.keyboard('{Enter}');
  await waitFor(async () => expect(await star('Bitcoin')).toHaveAttribute('aria-pressed', 'true'));
  refuse();
  // Shown, and read out.
  expect(await screen.findAllByText('The star of Bitcoin was not changed')).not.toHaveLength(0);
  expect(await star('Bitcoin')).toHaveAttribute('aria-pressed', 'false');
});

it('stars of another browser stay when one is added here', async () => {
  bank.watchlists.set('Starred', ['ETH']);
  showPage(MarketPage, '/market');
  await waitFor(async () => expect(await star('Ethereum')).toHaveAttribute('aria-pressed', 'true'));
  bank.watchlists.set('Starred', ['ETH', 'DOGE']);
  await user.click(await star('Solana'));
  await waitFor(() => expect(kept()).toEqual(['ETH', 'DOGE', 'SOL']));
});

it('a visitor keeps stars in the browser', async () => {
  signedOut();
  bank.signedIn = null;
  showPage(MarketPage, '/market');
  await user.click(await star('Ethereum'));
  expect(await star('Ethereum')).toHaveAttribute('aria-pressed', 'true');
  expect([readFavourites(), kept()]).toEqual([['ETH'], []]);
  toggleFavourite('ETH');
});

it('and takes them along when signing in', async () => {
  bank.watchlists.set('Starred', ['SOL', 'ETH']);
  toggleFavourite('ETH');
  toggleFavourite('BTC');
  showPage(() => <StarredAssets rows={2} />, '/dashboard');
  const rows = await screen.findAllByRole('listitem');
  expect(rows.map((row) => row.textContent?.includes('Solana'))).toEqual([true, false]);
  expect(kept()).toEqual(['SOL', 'ETH', 'BTC']);
  expect(readFavourites()).toEqual([]);
});
