// SPDX-License-Identifier: MIT
// The ledger page: what the proof says, who is frozen, and that nothing is done without a second look and a reason.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import type { AuditLine } from '~/api/types';
import { LedgerPage } from '~/features/ops/LedgerPage';
import { frozenOf } from '~/features/ops/ledger-requests';
import { answer, example, first, problem } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;

const line = (number: number, action: string, account: string): AuditLine => ({
  ...first(example('listAudit').data),
  ...{ number, action, object: `account:${account}`, actor: '7', reason: 'Reported as stolen' },
});

function withTrail(lines: AuditLine[]): void {
  server.use(
    http.get(api('/ops/audit'), ({ request }) => {
      const wanted = new URL(request.url).searchParams.get('action');
      const data = lines.filter(({ action }) => action === wanted);
      return answer('listAudit', { data, has_more: false });
    }),
  );
}

function withMarkets(count: number, halted: string[] = []): void {
  const sample = first(example('listMarkets').data);
  const ids = ['BTC', 'ETH', ...Array.from({ length: count - 2 }, (_, index) => `T${index}`)];
  const state = (id: string) => (halted.includes(id) ? ('halted' as const) : ('open' as const));
  const data = ids.map((asset_id) => ({ ...sample, asset_id, state: state(asset_id) }));
  server.use(
    http.get(api('/markets'), () =>
      answer('listMarkets', { data, total_count: data.length, has_more: false }),
    ),
  );
}

function watched(method: 'post' | 'put', path: string): unknown[] {
  const told: unknown[] = [];
  server.use(
    http[method](api(path), async ({ request }) => {
      told.push([new URL(request.url).pathname.replace('/api/v1', ''), await request.json()]);
      return undefined;
    }),
  );
  return told;
}

async function opened(button: string) {
  await userEvent.click(await screen.findByRole('button', { name: button }));
  return within(await screen.findByRole('dialog'));
}

const closed = () => waitFor(() => expect(screen.queryByLabelText('Reason')).toBeNull());

const show = () => showPage(LedgerPage, '/ops/ledger');

describe('proof', () => {
  it('shows every figure', async () => {
    show();
    expect(await screen.findByText('Debits equal credits')).toBeInTheDocument();
    expect(screen.getByText('4,711')).toBeInTheDocument();
    expect(screen.getByText('4,702')).toBeInTheDocument();
    expect(screen.getByText('2 of 2')).toBeInTheDocument();
  });

  it('says which asset does not sum to zero, and counts findings', async () => {
    const { data } = example('getLedgerProof');
    const assets = data.assets.map((row) => (row.asset_id === 'BTC' ? { ...row, sum: '-0.01' } : row));
    const verification = { ...data.verification, ended_at: null, findings: 3 };
    server.use(
      http.get(api('/ledger/proof'), () =>
        answer('getLedgerProof', { data: { ...data, assets, verification, balanced: false } }),
      ),
    );
    show();
    expect(await screen.findByText('The ledger is not proven')).toBeInTheDocument();
    expect(screen.getByText('Do not sum to zero: BTC')).toBeInTheDocument();
    expect(screen.getByText('1 of 2')).toBeInTheDocument();
    expect(screen.getByText('Not yet')).toBeInTheDocument();
    expect(screen.getByText('3')).toHaveClass('text-down');
  });
});

describe('frozen accounts', () => {
  it('are those whose newest line is a freezing', () => {
    const freezes = [line(9, 'account_freeze', '1'), line(4, 'account_freeze', '2')];
    const releases = [line(6, 'account_unfreeze', '2'), line(3, 'account_unfreeze', '1')];
    const { rows, older } = frozenOf({ data: freezes, has_more: false }, { data: releases, has_more: false });
    expect(rows.map(({ account }) => account)).toEqual(['1']);
    expect(older).toBe(false);
  });

  it('leave out what was perhaps released before the lines that were read', () => {
    const freezes = [line(9, 'account_freeze', '1'), line(4, 'account_freeze', '3')];
    const releases = [line(6, 'account_unfreeze', '2')];
    const { rows, older } = frozenOf({ data: freezes, has_more: false }, { data: releases, has_more: true });
    expect(rows.map(({ account }) => account)).toEqual(['1']);
    expect(older).toBe(true);
  });

  it('stand with their reason and are released for a reason only', async () => {
    withTrail([line(9, 'account_freeze', '1042')]);
    const told = watched('post', '/accounts/:id/unfreeze');
    show();
    const dialog = await opened('Unfreeze account 1042');
    expect(screen.getByText('Reported as stolen')).toBeInTheDocument();
    await userEvent.click(dialog.getByRole('button', { name: 'Unfreeze' }));
    expect(dialog.getByText('A reason is needed.')).toBeInTheDocument();
    expect(told).toHaveLength(0);
    await userEvent.type(dialog.getByLabelText('Reason'), 'Cleared{Enter}');
    await closed();
    expect(told).toEqual([['/accounts/1042/unfreeze', { reason: 'Cleared' }]]);
    expect(await screen.findByText('Account 1042 is active again')).toBeInTheDocument();
  });

  it('are frozen by their number, which has to be one', async () => {
    withTrail([]);
    const told = watched('post', '/accounts/:id/freeze');
    show();
    expect(await screen.findByText(/^No operator has an account frozen/)).toBeInTheDocument();
    const dialog = await opened('Freeze an account');
    await userEvent.type(dialog.getByLabelText('Account number'), '0x12');
    await userEvent.type(dialog.getByLabelText('Reason'), 'Stolen{Enter}');
    expect(dialog.getByText('This is not the number of an account.')).toBeInTheDocument();
    expect(told).toHaveLength(0);
    await userEvent.clear(dialog.getByLabelText('Account number'));
    await userEvent.type(dialog.getByLabelText('Account number'), ' 1042 {Enter}');
    await closed();
    expect(told).toEqual([['/accounts/1042/freeze', { reason: 'Stolen' }]]);
  });

  it('says when there is no such account', async () => {
    server.use(http.post(api('/accounts/:id/freeze'), () => problem(404, 'not_found', '')));
    show();
    const dialog = await opened('Freeze an account');
    await userEvent.type(dialog.getByLabelText('Account number'), '99');
    await userEvent.type(dialog.getByLabelText('Reason'), 'Stolen{Enter}');
    expect(await dialog.findByRole('alert')).toBeInTheDocument();
  });
});

describe('markets', () => {
  it('are halted and resumed with a reason, halted ones first', async () => {
    withMarkets(28, ['T25']);
    const told = watched('post', '/inventory/assets/:id/halt');
    show();
    const table = within(await screen.findByRole('table', { name: 'Markets' }));
    expect(within(table.getAllByRole('row')[1] as HTMLElement).getByText('T25')).toBeInTheDocument();
    expect(screen.getByText('1 market is halted.')).toBeInTheDocument();
    expect(screen.getByText(/^3 more markets/)).toBeInTheDocument();
    const halting = await opened('Halt BTC');
    await userEvent.type(halting.getByLabelText('Reason'), 'Feed{Enter}');
    await closed();
    const resuming = await opened('Resume T25');
    await userEvent.type(resuming.getByLabelText('Reason'), 'Right again{Enter}');
    await closed();
    expect(told).toEqual([
      ['/inventory/assets/BTC/halt', { halted: true, reason: 'Feed' }],
      ['/inventory/assets/T25/halt', { halted: false, reason: 'Right again' }],
    ]);
  });

  it('are found by name', async () => {
    withMarkets(40);
    show();
    await userEvent.type(await screen.findByLabelText('Asset'), 't33');
    await screen.findByRole('button', { name: 'Halt T33' });
    expect(screen.queryByRole('button', { name: 'Halt BTC' })).toBeNull();
    await userEvent.type(screen.getByLabelText('Asset'), 'zz');
    expect(screen.getByText('No market matches.')).toBeInTheDocument();
  });

  it('say what a price does before it is set', async () => {
    withMarkets(2);
    const told = watched('put', '/inventory/assets/:id/price');
    show();
    const dialog = await opened('Set price of BTC');
    await userEvent.type(dialog.getByLabelText('Price in USD'), '0');
    await userEvent.type(dialog.getByLabelText('Reason'), 'Feed error{Enter}');
    expect(dialog.getByText(/^A price is a number greater than 0/)).toBeInTheDocument();
    expect(told).toHaveLength(0);
    await userEvent.clear(dialog.getByLabelText('Price in USD'));
    await userEvent.type(dialog.getByLabelText('Price in USD'), '60411.105');
    expect(dialog.getByText('Now $67,123.45. The typed price moves it by −10.00%.')).toBeInTheDocument();
    expect(dialog.getByText(/60\D?411\.105/)).toBeInTheDocument();
    await userEvent.click(dialog.getByRole('button', { name: 'Set price' }));
    await closed();
    expect(told).toEqual([['/inventory/assets/BTC/price', { price: '60411.105', reason: 'Feed error' }]]);
  });
});
