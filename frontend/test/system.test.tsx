// SPDX-License-Identifier: MIT
// The system page: versions that differ are told, ages are those of the newest moment, what ended is told.
import { screen, within } from '@testing-library/react';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { SystemPage } from '~/features/ops/SystemPage';
import { answer, example, first, refused } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;

const show = () => showPage(SystemPage, '/ops/system');

function withProcesses(rows: [name: string, state: 'up' | 'down', version: string | null][]): void {
  const { data } = example('getOperationsHealth');
  const sample = first(data.processes);
  const processes = rows.map(([name, state, version]) => ({ ...sample, name, state, version }));
  server.use(
    http.get(api('/ops/health'), () => answer('getOperationsHealth', { data: { ...data, processes } })),
  );
}

function withPanel(id: string, series: { legend: string; values: (number | null)[] }[]): void {
  const { data } = example('getPanel');
  server.use(
    http.get(api(`/ops/panels/${id}`), () => answer('getPanel', { data: { ...data, unit: 's', series } })),
  );
}

describe('versions', () => {
  it('are told apart when more than one runs', async () => {
    withProcesses([
      ['auth', 'up', '1.0.0'],
      ['order', 'up', '1.1.0'],
      ['user', 'up', '1.1.0'],
      ['audit', 'down', '0.9.0'],
    ]);
    show();
    expect(await screen.findByText('More than one version runs.')).toBeInTheDocument();
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map((row) => row.textContent)).toEqual(['1.1.0order, user', '1.0.0auth']);
  });

  it('are one when all run the same, whatever a process without one says', async () => {
    withProcesses([
      ['auth', 'up', '1.0.0'],
      ['nginx', 'up', null],
    ]);
    show();
    expect(await screen.findByText('1.0.0')).toBeInTheDocument();
    expect(screen.queryByText('More than one version runs.')).toBeNull();
    expect(screen.getByText('Unknown')).toBeInTheDocument();
  });
});

describe('ages', () => {
  it('are the newest values, and an end that has passed is told', async () => {
    withPanel('security-key-age', [{ legend: 'keyring', values: [86_400, 172_800, null] }]);
    withPanel('security-certificate-left', [{ legend: 'certificate', values: [20, 5, -10] }]);
    withPanel('machine-backup-age', [{ legend: 'whole', values: [60, null, null, null] }]);
    show();
    const card = async (name: string) => within(await screen.findByRole('region', { name }));
    expect(await (await card('Age of signing keys')).findByText('2 d')).toBeInTheDocument();
    expect(await (await card('Certificate ends in')).findByText('Ended')).toBeInTheDocument();
    expect(await (await card('Age of backups')).findByText(/^No backup was made/)).toBeInTheDocument();
  });

  it('say how to get the monitoring without it', async () => {
    server.use(http.get(api('/ops/*'), () => refused('monitoring_absent')));
    show();
    expect(await screen.findByText('./deploy.sh monitoring deploy')).toBeInTheDocument();
    expect(screen.getAllByText('Monitoring is not deployed')).toHaveLength(1);
  });
});
