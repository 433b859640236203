// SPDX-License-Identifier: MIT
// Every page in every state it can be in: loading, filled, refused, overloaded, unreachable.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HttpResponse, http } from 'msw';
import type { ComponentType } from 'react';
import { describe, expect, it } from 'vitest';
import { AccountPage } from '~/features/account/AccountPage';
import { DashboardPage } from '~/features/dashboard/DashboardPage';
import { InsightsPage } from '~/features/insights/InsightsPage';
import { LandingPage } from '~/features/landing/LandingPage';
import { AssetPage } from '~/features/market/AssetPage';
import { MarketPage } from '~/features/market/MarketPage';
import { AlertsPage } from '~/features/ops/AlertsPage';
import { AuditPage } from '~/features/ops/AuditPage';
import { HealthPage } from '~/features/ops/HealthPage';
import { LogsPage } from '~/features/ops/LogsPage';
import { MetricsPage } from '~/features/ops/MetricsPage';
import { SecurityPage } from '~/features/ops/SecurityPage';
import { OrderPage } from '~/features/orders/OrderPage';
import { OrdersPage } from '~/features/orders/OrdersPage';
import { HoldingPage } from '~/features/portfolio/HoldingPage';
import { PortfolioPage } from '~/features/portfolio/PortfolioPage';
import { ProfilePage } from '~/features/profile/ProfilePage';
import { TradePage } from '~/features/trade/TradePage';
import { now, problem } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { bank, server } from './setup.tsx';

const everything = 'http://localhost:3000/*';

interface Case {
  name: string;
  Page: ComponentType;
  path: string;
  at?: string;
  /** Text that only the filled page has. */
  filled: RegExp;
  /** What an account without any history sees. */
  empty?: RegExp;
}

const cases: Case[] = [
  { name: 'landing', Page: LandingPage, path: '/', filled: /59 assets with current prices/ },
  { name: 'market', Page: MarketPage, path: '/market', filled: /Bitcoin/ },
  {
    name: 'market, nothing found',
    Page: MarketPage,
    path: '/market',
    at: '/market?q=zzz',
    filled: /No asset matches/,
  },
  {
    name: 'market, starred',
    Page: MarketPage,
    path: '/market',
    at: '/market?starred=1',
    filled: /Ethereum/,
    empty: /not starred any asset/,
  },
  {
    name: 'asset',
    Page: () => <AssetPage assetId="BTC" />,
    path: '/market/BTC',
    filled: /All-time high/,
    empty: /do not hold this asset/,
  },
  {
    name: 'dashboard',
    Page: DashboardPage,
    path: '/dashboard',
    filled: /Hello, demo_user/,
    empty: /Star assets on the markets page/,
  },
  {
    name: 'trade',
    Page: TradePage,
    path: '/trading',
    at: '/trading?asset=BTC&action=buy',
    filled: /Available/,
    empty: /not placed an order yet/,
  },
  { name: 'orders', Page: OrdersPage, path: '/orders', filled: /0\.01/, empty: /not placed an order yet/ },
  {
    name: 'portfolio',
    Page: PortfolioPage,
    path: '/portfolio',
    filled: /Realised P\/L/,
    empty: /do not hold any asset yet/,
  },
  {
    name: 'holding',
    Page: () => <HoldingPage assetId="BTC" />,
    path: '/portfolio/BTC',
    filled: /Bought/,
    empty: /not traded this asset yet/,
  },
  {
    name: 'account',
    Page: AccountPage,
    path: '/account',
    filled: /Debits equal credits/,
    empty: /No cash has moved/,
  },
  { name: 'profile', Page: ProfilePage, path: '/profile', filled: /Customer since/ },
  {
    name: 'security',
    Page: ProfilePage,
    path: '/profile',
    at: '/profile?tab=security',
    filled: /This session/,
  },
  { name: 'insights', Page: InsightsPage, path: '/insights', filled: /Idle cash/ },
  { name: 'operations, health', Page: HealthPage, path: '/ops', filled: /insights does not run/ },
  { name: 'operations, metrics', Page: MetricsPage, path: '/ops/metrics', filled: /p95/ },
  { name: 'operations, alerts', Page: AlertsPage, path: '/ops/alerts', filled: /ServiceDown/ },
  { name: 'operations, logs', Page: LogsPage, path: '/ops/logs', filled: /validation_failed/ },
  { name: 'operations, security', Page: SecurityPage, path: '/ops/security', filled: /192\.0\.2\.7/ },
  { name: 'operations, audit', Page: AuditPage, path: '/ops/audit', filled: /auth_failed/ },
];

function history() {
  bank.move('deposit', bank.balance.plus(5000), null);
  bank.place({ order_type: 'market_buy', asset_id: 'BTC', quantity: '0.01' }, null);
  bank.watchlists.set('Starred', ['ETH', 'BTC']);
}

describe.each(cases)('$name', ({ Page, path, at, filled, empty }) => {
  it('shows placeholders, then the data', async () => {
    history();
    const { container } = showPage(Page, path, at);
    expect(container.querySelector('.skeleton')).not.toBeNull();
    expect((await screen.findAllByText(filled)).length).toBeGreaterThan(0);
    await waitFor(() => expect(container.querySelector('.skeleton')).toBeNull());
    expect(screen.getAllByRole('heading', { level: 1 })).toHaveLength(1);
    expect(screen.queryByRole('alert')).toBeNull();
  });

  if (empty) {
    it('tells a new account what to do', async () => {
      showPage(Page, path, at);
      expect((await screen.findAllByText(empty)).length).toBeGreaterThan(0);
    });
  }

  it('says what failed, names the request and tries again', async () => {
    let down = true;
    server.use(http.get(everything, () => (down ? problem(500, 'SVC_001', 'Hidden detail.') : undefined)));
    const { container } = showPage(Page, path, at);
    const [alert] = await screen.findAllByRole('alert');
    expect(alert).toHaveTextContent('Something went wrong');
    expect(alert).toHaveTextContent(/test-request-\d+/);
    expect(alert).not.toHaveTextContent('Hidden detail');
    // Every part of the page has asked and failed before the retry.
    await waitFor(() => expect(container.querySelector('.skeleton')).toBeNull());
    down = false;
    for (const button of screen.getAllByRole('button', { name: 'Try again' })) await userEvent.click(button);
    await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
  });

  it('counts down when there were too many requests', async () => {
    server.use(
      http.get(everything, () =>
        HttpResponse.json(
          { code: 'RATE_001', detail: '' },
          { status: 429, headers: { 'Retry-After': '30' } },
        ),
      ),
    );
    showPage(Page, path, at);
    const [alert] = await screen.findAllByRole('alert');
    expect(alert).toHaveTextContent(/try again in (30|29) s/);
    expect(within(alert as HTMLElement).getByRole('button', { name: 'Try again' })).toBeDisabled();
  });

  it('tells maintenance and a dead network apart', async () => {
    server.use(http.get(everything, () => problem(503, 'shutting_down', 'Restarting.')));
    const first = showPage(Page, path, at);
    expect((await screen.findAllByText('Closed for a moment')).length).toBeGreaterThan(0);
    first.unmount();
    server.use(http.get(everything, () => HttpResponse.error()));
    showPage(Page, path, at);
    expect((await screen.findAllByText('The server did not answer')).length).toBeGreaterThan(0);
  });
});

describe('insights', () => {
  it('words summary and findings itself', async () => {
    const { container } = showPage(InsightsPage, '/insights');
    expect(
      await screen.findByText(
        'Your portfolio is worth $2,745,201.91, spread over 2 assets, with under 1% in cash and stablecoins.',
      ),
    ).toBeInTheDocument();
    const sentences = [...container.querySelectorAll('li p')].map((line) => line.textContent);
    expect(sentences).toEqual([
      '91% sits in cash and stablecoins, which neither gain nor lose.',
      'BTC and assets pegged to it make up over 99% of your portfolio, so one price decides most of its result.',
      'It has been calm. On a typical day its value moves by about 1.3%.',
      'You placed 1,200 orders in seven days and turned over 1,234% of the portfolio\u2019s value, so check whether each trade was needed.',
    ]);
    expect(container).not.toHaveTextContent('Raw');
    expect(screen.getByText(/Fixed rules/)).toBeInTheDocument();
  });

  it('leaves the words of a language model as they are', async () => {
    server.use(
      http.get(everything, () =>
        HttpResponse.json({
          data: {
            summary: 'Half of it is cash.',
            generated_at: now(),
            model: 'wordy-1',
            total_value: '5.00',
            cash_percent: '50.00',
            asset_count: 1,
            findings: [],
          },
        }),
      ),
    );
    showPage(InsightsPage, '/insights');
    expect(await screen.findByText('Half of it is cash.')).toBeInTheDocument();
    expect(screen.getByText(/Worded by wordy-1/)).toBeInTheDocument();
  });
});

describe('order', () => {
  it('shows an order of one’s own', async () => {
    history();
    const id = bank.orders[0]?.order_id ?? '';
    showPage(() => <OrderPage orderId={id} />, '/orders/x');
    expect(await screen.findByText(/Accepted and written to the ledger/)).toBeInTheDocument();
    expect(screen.getByText('You paid')).toBeInTheDocument();
  });

  it('says when there is no such order', async () => {
    showPage(() => <OrderPage orderId="ord_9999999999" />, '/orders/x');
    expect(await screen.findByText('There is no such order in your account.')).toBeInTheDocument();
  });
});
