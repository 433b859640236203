// SPDX-License-Identifier: MIT
// Silences of alerts: what is quiet until when, and nothing is changed without a reason.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { AlertsPage } from '~/features/ops/AlertsPage';
import { answer, example, first, refused } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;
const silence = first(example('listSilences').data);

function watched(): unknown[] {
  const told: unknown[] = [];
  const keep = async ({ request }: { request: Request }) => {
    told.push([new URL(request.url).pathname.replace('/api/v1/ops', ''), await request.json()]);
    return undefined;
  };
  server.use(http.post(api('/ops/silences'), keep), http.post(api('/ops/silences/:id/end'), keep));
  return told;
}

const show = () => showPage(AlertsPage, '/ops/alerts');

describe('silences', () => {
  it('says what is silenced, why and until when', async () => {
    show();
    const table = within(await screen.findByRole('table', { name: 'Silences' }));
    expect(table.getByText('DiskLow')).toBeInTheDocument();
    expect(table.getByText('alertname="DiskLow", severity="warning"')).toBeInTheDocument();
    expect(table.getByText(silence.reason)).toBeInTheDocument();
    expect(table.queryByText('begins later')).toBeNull();
  });

  it('silences an alert for a reason only, for as long as was chosen', async () => {
    const told = watched();
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Silence ServiceDown' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: 'Silence' }));
    expect(dialog.getByText('A reason is needed.')).toBeInTheDocument();
    expect(told).toHaveLength(0);
    await userEvent.selectOptions(dialog.getByLabelText('For'), '4 hours');
    await userEvent.type(dialog.getByLabelText('Reason'), ' Being repaired {Enter}');
    await waitFor(() => expect(screen.queryByLabelText('Reason')).toBeNull());
    const { fingerprint } = first(example('listAlerts').data);
    expect(told).toEqual([['/silences', { fingerprint, reason: 'Being repaired', seconds: 14_400 }]]);
    expect(await screen.findByText('ServiceDown is silenced')).toBeInTheDocument();
  });

  it('ends a silence for a reason', async () => {
    const told = watched();
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'End the silence of DiskLow' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByLabelText('Reason'), 'The disk has come{Enter}');
    await waitFor(() => expect(screen.queryByLabelText('Reason')).toBeNull());
    expect(told).toEqual([[`/silences/${silence.silence_id}/end`, { reason: 'The disk has come' }]]);
    expect(await screen.findByText('The silence of DiskLow is over')).toBeInTheDocument();
  });

  it('keeps the dialog and says so when nobody confirms it', async () => {
    server.use(http.post(api('/ops/silences'), () => refused('monitoring_failed', 'Not confirmed.')));
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Silence ServiceDown' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByLabelText('Reason'), 'x{Enter}');
    expect(await dialog.findByRole('alert')).toBeInTheDocument();
    expect(dialog.getByLabelText('Reason')).toHaveValue('x');
  });

  it('does not offer to silence what is silent already', async () => {
    const alert = { ...first(example('listAlerts').data), silenced: true };
    server.use(http.get(api('/ops/alerts'), () => answer('listAlerts', { data: [alert] })));
    show();
    await screen.findByText('Silenced');
    expect(screen.queryByRole('button', { name: 'Silence ServiceDown' })).toBeNull();
  });

  it('names silences that no page made by what they compare, and those that are to begin', async () => {
    const matchers = [{ name: 'service', comparison: '=~' as const, value: 'a|b' }];
    const row = { ...silence, matchers, active: false, reason: '', created_by: '' };
    server.use(http.get(api('/ops/silences'), () => answer('listSilences', { data: [row], omitted: 3 })));
    show();
    expect(await screen.findByRole('button', { name: 'End the silence of service=~"a|b"' })).toBeVisible();
    expect(screen.getByText('begins later')).toBeInTheDocument();
    expect(screen.getByText('3 silences that end later are not shown.')).toBeInTheDocument();
  });

  it('says when there is none', async () => {
    server.use(http.get(api('/ops/silences'), () => answer('listSilences', { data: [] })));
    show();
    expect(await screen.findByText('No alert is silenced.')).toBeInTheDocument();
  });
});
