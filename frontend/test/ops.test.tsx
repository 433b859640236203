// SPDX-License-Identifier: MIT
// Operations: who may see the pages, charts by keyboard, what stands there without monitoring; and the arithmetic.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { AlertsPage } from '~/features/ops/AlertsPage';
import { AuditPage } from '~/features/ops/AuditPage';
import { linesOf } from '~/features/ops/compare';
import { highestFirst, indexAt, marksOf, pathOf, ticksOf, xOf, yOf } from '~/features/ops/geometry';
import { HealthPage } from '~/features/ops/HealthPage';
import { MetricsPage } from '~/features/ops/MetricsPage';
import { OpsFrame } from '~/features/ops/OpsFrame';
import { inUnit } from '~/features/ops/units';
import { answer, example, first, refused } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;

function actAs(role: 'customer' | 'admin') {
  server.use(http.get(api('/auth/me'), () => answer('getMe', { role })));
}

const Inside = () => (
  <OpsFrame>
    <h1>Inside</h1>
  </OpsFrame>
);

describe('frame', () => {
  it('lets operators in and shows the way', async () => {
    actAs('admin');
    showPage(Inside, '/ops/metrics');
    expect(await screen.findByRole('heading', { name: 'Inside' })).toBeInTheDocument();
    const links = within(screen.getByRole('navigation', { name: 'Pages of operations' })).getAllByRole(
      'link',
    );
    expect(links.map((link) => link.getAttribute('href'))).toEqual([
      '/ops',
      '/ops/metrics',
      '/ops/alerts',
      '/ops/audit',
      '/ops/logs',
      '/ops/security',
      '/ops/ledger',
      '/ops/system',
    ]);
    expect(screen.getByRole('link', { current: 'page' })).toHaveTextContent('Metrics');
  });

  it('tells everybody else', async () => {
    actAs('customer');
    showPage(Inside, '/ops');
    expect(await screen.findByText(/for operators/)).toBeInTheDocument();
    expect(screen.queryByRole('heading', { name: 'Inside' })).toBeNull();
  });
});

describe('without monitoring', () => {
  it.each([
    ['health', HealthPage, '/ops'],
    ['metrics', MetricsPage, '/ops/metrics'],
    ['alerts', AlertsPage, '/ops/alerts'],
  ] as const)('%s says once how to deploy it, and looks again', async (_, Page, path) => {
    let absent = true;
    const gate = () => (absent ? refused('monitoring_absent') : undefined);
    server.use(...['/ops/health', '/ops/alerts', '/ops/panels/:id'].map((rest) => http.get(api(rest), gate)));
    showPage(Page, path);
    expect(await screen.findByText('./deploy.sh monitoring deploy')).toBeInTheDocument();
    expect(screen.getAllByText('Monitoring is not deployed')).toHaveLength(1);
    expect(screen.queryByRole('alert')).toBeNull();
    absent = false;
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    await waitFor(() => expect(screen.queryByText('Monitoring is not deployed')).toBeNull());
  });
});

describe('health', () => {
  it('puts what is wrong first', async () => {
    showPage(HealthPage, '/ops');
    const list = (await screen.findByText('insights does not run')).closest('ul') as HTMLElement;
    await within(list).findByText(/ServiceDown/); // the alerts are another answer
    const lines = within(list).getAllByRole('listitem');
    expect(lines[0]).toHaveTextContent('insights does not run');
    expect(lines[1]).toHaveTextContent('ServiceDown');
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.map((row) => within(row).getAllByRole('cell')[1]?.textContent)).toEqual([
      'Does not run',
      'Up',
    ]);
  });

  it('says that nothing is wrong', async () => {
    const { data } = example('getOperationsHealth');
    const processes = data.processes.map((process) => ({ ...process, state: 'up' as const }));
    const silenced = { ...first(example('listAlerts').data), silenced: true };
    server.use(
      http.get(api('/ops/health'), () => answer('getOperationsHealth', { data: { ...data, processes } })),
      http.get(api('/ops/alerts'), () => answer('listAlerts', { data: [silenced] })),
    );
    showPage(HealthPage, '/ops');
    expect(await screen.findByText(/Nothing is wrong/)).toBeInTheDocument();
  });

  it('does not pass off an old answer as a new one', async () => {
    let gone = false;
    const { data } = example('getOperationsHealth');
    const processes = data.processes.map((process) => ({ ...process, state: 'up' as const }));
    server.use(
      http.get(api('/ops/health'), () =>
        gone ? refused('monitoring_failed') : answer('getOperationsHealth', { data: { ...data, processes } }),
      ),
      http.get(api('/ops/alerts'), () => answer('listAlerts', { data: [] })),
    );
    showPage(HealthPage, '/ops');
    expect(await screen.findByText(/Nothing is wrong/)).toBeInTheDocument();
    gone = true;
    await userEvent.click(screen.getByRole('button', { name: 'Refresh' }));
    expect(await screen.findByText(/what was seen before/)).toBeInTheDocument();
    expect(screen.getByText('The monitoring does not answer')).toBeInTheDocument();
    expect(screen.queryByText(/Nothing is wrong/)).toBeNull();
  });

  it('does not say so when the alerts are unknown', async () => {
    const { data } = example('getOperationsHealth');
    const processes = data.processes.map((process) => ({ ...process, state: 'up' as const }));
    server.use(
      http.get(api('/ops/health'), () => answer('getOperationsHealth', { data: { ...data, processes } })),
      http.get(api('/ops/alerts'), () => refused('monitoring_failed')),
    );
    showPage(HealthPage, '/ops');
    expect(await screen.findByText(/The alerts cannot be read/)).toBeInTheDocument();
    expect(screen.queryByText(/Nothing is wrong/)).toBeNull();
  });
});

describe('metrics', () => {
  it('moves the cursor by keyboard and tells the values there', async () => {
    server.use(
      http.get(api('/ops/panels/:id'), () => answer('getPanel')),
      http.get(api('/ops/panels'), () => answer('listPanels')),
    );
    showPage(MetricsPage, '/ops/metrics');
    const slider = await screen.findByRole('slider');
    const legend = screen.getByRole('region', { name: /series and their values/ });
    expect(slider).toHaveValue('4');
    expect(within(legend).getByText('5.5 ms')).toBeInTheDocument();
    fireEvent.change(slider, { target: { value: '2' } });
    expect(within(legend).getAllByText('–')).toHaveLength(2);
    fireEvent.change(slider, { target: { value: '0' } });
    expect(within(legend).getByText('1.2 ms')).toBeInTheDocument();
    expect(slider).toHaveAttribute('aria-valuetext', expect.stringMatching(/\d\d:\d\d/));
    const { data } = example('getPanel');
    expect(screen.getByRole('link', { name: `Logs of this moment: ${data.title}` })).toHaveAttribute(
      'href',
      `/ops/logs?from=${data.from - 60}&to=${data.from + 60}`,
    );
  });

  it('asks for the span that was chosen and keeps it in the address', async () => {
    const asked: number[] = [];
    server.use(
      http.get(api('/ops/panels/:id'), ({ request }) => {
        asked.push(Date.now() / 1000 - Number(new URL(request.url).searchParams.get('from')));
        return answer('getPanel');
      }),
    );
    showPage(MetricsPage, '/ops/metrics', '/ops/metrics?span=6h');
    await screen.findByRole('slider');
    expect(Math.round((asked[0] ?? 0) / 3600)).toBe(6);
    await userEvent.click(screen.getByRole('button', { name: '24 h' }));
    await waitFor(() => expect(Math.round((asked.at(-1) ?? 0) / 3600)).toBe(24));
    expect(screen.getByTestId('where')).toHaveTextContent('span=24h');
  });

  it('lays the day before under the moments of today', () => {
    const { data } = example('getPanel');
    const chart = { ...data, from: 1_000_000, step: 60, points: 4 };
    const today = { ...chart, series: [{ legend: 'all', values: [1, 2, 3, 4] }] };
    const yesterday = {
      ...chart,
      from: 1_000_000 - 86_400 - 60,
      points: 5,
      series: [
        { legend: 'all', values: [9, 5, 6, null, 8] },
        { legend: 'gone', values: [9, 7, 7, 7, 7] },
      ],
    };
    expect(linesOf(today)).toHaveLength(1);
    expect(linesOf(today, yesterday).map(({ legend, values, look }) => [legend, values, look])).toEqual([
      ['all', [1, 2, 3, 4], 0],
      ['all, a day before', [5, 6, null, 8], 0],
      ['gone, a day before', [7, 7, 7, 7], 1],
    ]);
    expect(linesOf(today, { ...yesterday, step: 300 })).toHaveLength(1);
  });

  it('asks for the day before when it is to be compared, and keeps that in the address', async () => {
    const asked: (string | null)[] = [];
    const { data } = example('getPanel');
    server.use(
      http.get(api('/ops/panels/:id'), ({ request }) => {
        const to = new URL(request.url).searchParams.get('to');
        asked.push(to);
        return answer('getPanel', { data: { ...data, from: data.from - (to ? 86_400 : 0) } });
      }),
    );
    showPage(MetricsPage, '/ops/metrics');
    await screen.findAllByRole('slider');
    expect(asked.every((to) => to === null)).toBe(true);
    await userEvent.click(screen.getByRole('checkbox', { name: 'Compare with yesterday' }));
    expect((await screen.findAllByText(/, a day before$/)).length).toBeGreaterThan(0);
    const ago = Date.now() / 1000 - Number(asked.find((to) => to !== null));
    expect(Math.round(ago / 3600)).toBe(24);
    expect(screen.getByTestId('where')).toHaveTextContent('compare=yesterday');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Compare with yesterday' }));
    await waitFor(() => expect(screen.queryByText(/, a day before$/)).toBeNull());
  });

  it('says once, not in every chart, that the monitoring does not answer', async () => {
    const boards = example('listPanels');
    const board = first(boards.data);
    const panels = ['one', 'two', 'three'].map((panel_id) => ({ ...first(board.panels), panel_id }));
    let gone = true;
    server.use(
      http.get(api('/ops/panels/:id'), () => (gone ? refused('monitoring_failed') : answer('getPanel'))),
      http.get(api('/ops/panels'), () => answer('listPanels', { data: [{ ...board, panels }] })),
    );
    showPage(MetricsPage, '/ops/metrics');
    expect(await screen.findAllByText('The monitoring does not answer')).toHaveLength(1);
    gone = false;
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    await waitFor(() => expect(screen.getAllByRole('slider')).toHaveLength(3));
    expect(screen.queryByText('The monitoring does not answer')).toBeNull();
  });

  it('begins the list of series with what stands out', () => {
    expect(
      highestFirst([
        [1, null],
        [null, null],
        [0, 7],
        [1, 1],
      ]),
    ).toEqual([2, 0, 3, 1]);
  });

  it('says when a chart has no values', async () => {
    const { data } = example('getPanel');
    server.use(http.get(api('/ops/panels/:id'), () => answer('getPanel', { data: { ...data, series: [] } })));
    showPage(MetricsPage, '/ops/metrics');
    expect(await screen.findByText('No values in this span.')).toBeInTheDocument();
  });
});

describe('alerts', () => {
  it('says when none fires', async () => {
    server.use(http.get(api('/ops/alerts'), () => answer('listAlerts', { data: [] })));
    showPage(AlertsPage, '/ops/alerts');
    expect(await screen.findByText('No alert fires.')).toBeInTheDocument();
  });
});

describe('audit', () => {
  it('follows a value to everything that has it, by one filter, and back', async () => {
    const asked: string[] = [];
    server.use(
      http.get(api('/ops/audit'), ({ request }) => {
        asked.push(new URL(request.url).search);
        return undefined;
      }),
    );
    showPage(AuditPage, '/ops/audit');
    await userEvent.click(await screen.findByRole('button', { name: 'jane_trader' }));
    await waitFor(() => expect(asked.at(-1)).toBe('?actor=jane_trader&limit=50'));
    expect(screen.getByLabelText('Filter by')).toHaveValue('actor');
    await userEvent.selectOptions(screen.getByLabelText('Filter by'), 'Object');
    await userEvent.clear(screen.getByLabelText('Value'));
    await userEvent.type(screen.getByLabelText('Value'), ' session:1 {Enter}');
    await waitFor(() => expect(asked.at(-1)).toBe('?object=session%3A1&limit=50'));
    await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent(/^\/ops\/audit$/));
  });

  it('keeps the span of days beside the filter', async () => {
    const asked: string[] = [];
    server.use(
      http.get(api('/ops/audit'), ({ request }) => {
        asked.push(new URL(request.url).search);
        return undefined;
      }),
    );
    showPage(AuditPage, '/ops/audit', '/ops/audit?from=2026-11-01&to=nonsense');
    await userEvent.click(await screen.findByRole('button', { name: 'jane_trader' }));
    await waitFor(() => expect(asked.at(-1)).toBe('?actor=jane_trader&from=2026-11-01&limit=50'));
    fireEvent.change(screen.getByLabelText('To (UTC)'), { target: { value: '2026-11-30' } });
    await userEvent.click(screen.getByRole('button', { name: 'Find' }));
    await waitFor(() =>
      expect(asked.at(-1)).toBe('?actor=jane_trader&from=2026-11-01&to=2026-11-30&limit=50'),
    );
    await userEvent.click(screen.getByRole('button', { name: 'Show all' }));
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent(/^\/ops\/audit$/));
  });

  it('reads on below the smallest number', async () => {
    const line = first(example('listAudit').data);
    server.use(
      http.get(api('/ops/audit'), ({ request }) => {
        const older = new URL(request.url).searchParams.get('before');
        return older === null
          ? answer('listAudit', { data: [line], has_more: true })
          : answer('listAudit', { data: [{ ...line, number: Number(older) - 1, actor: 'somebody_else' }] });
      }),
    );
    showPage(AuditPage, '/ops/audit');
    await userEvent.click(await screen.findByRole('button', { name: 'Load more' }));
    expect(await screen.findByRole('button', { name: 'somebody_else' })).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'jane_trader' })).toBeInTheDocument();
  });

  it('says when there is no such line', async () => {
    server.use(http.get(api('/ops/audit'), () => answer('listAudit', { data: [] })));
    showPage(AuditPage, '/ops/audit', '/ops/audit?actor=nobody');
    expect(await screen.findByText('The trail has no such line.')).toBeInTheDocument();
  });
});

describe('arithmetic of charts', () => {
  it('draws round lines around all values', () => {
    expect(ticksOf([[0, 3, null]])).toEqual([0, 1, 2, 3]);
    expect(ticksOf([[7, 98]])).toEqual([0, 25, 50, 75, 100]);
    expect(ticksOf([[-1, 1]])).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(ticksOf([[null], []])).toEqual([0, 1]);
    expect(ticksOf([[0, 0]])).toEqual([0, 1]);
  });

  it('puts the lowest line at the bottom', () => {
    expect(yOf(0, [0, 50, 100])).toBe(1000);
    expect(yOf(100, [0, 50, 100])).toBe(0);
    expect(xOf(0, 5)).toBe(0);
    expect(xOf(4, 5)).toBe(1000);
    expect(xOf(0, 1)).toBe(0);
  });

  it('leaves gaps open', () => {
    expect(pathOf([0, 1, null, 1, 0], [0, 1])).toBe('M0.0 1000.0L250.0 0.0M750.0 0.0L1000.0 1000.0');
    expect(pathOf([null, 1, null], [0, 1])).toBe('M500.0 0.0h2');
    expect(pathOf([null, null], [0, 1])).toBe('');
  });

  it('finds the nearest point, also from outside', () => {
    expect([-1, 0, 0.24, 0.26, 1, 7].map((share) => indexAt(share, 3))).toEqual([0, 0, 0, 1, 2, 2]);
    expect(marksOf(241)).toEqual([0, 60, 120, 180, 240]);
    expect(marksOf(2)).toEqual([0]);
  });

  it('writes units as people read them', () => {
    expect(inUnit(0.0123, 's')).toBe('12.3 ms');
    expect(inUnit(0, 's')).toBe('0 s');
    expect(inUnit(90_000, 's')).toBe('1.04 d');
    expect(inUnit(1536, 'bytes')).toBe('1.5 KiB');
    expect(inUnit(3 * 2 ** 20, 'Bps')).toBe('3 MiB/s');
    expect(inUnit(0.005, 'percentunit')).toBe('0.5 %');
    expect(inUnit(1234, 'reqps')).toBe('1,230 /s');
    expect(inUnit(12_300, 'none')).toBe('12.3 k');
    expect(inUnit(-2, 'none')).toBe('\u22122');
  });
});
