// SPDX-License-Identifier: MIT
// The page that searches the logs: queries in the address, refusals in words, the way from a line to its request.
import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { LogsPage } from '~/features/ops/LogsPage';
import { logs } from '~/text/logs';
import { answer, example, first } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;

/** The queries of the list that were asked, in order. */
function watched(): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(api('/ops/logs'), ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return undefined;
    }),
  );
  return asked;
}

const show = (at = '/ops/logs') => showPage(LogsPage, '/ops/logs', at);

describe('search', () => {
  it('sends what the query means and keeps it in the address', async () => {
    const asked = watched();
    show();
    const box = await screen.findByLabelText('Query');
    await userEvent.click(box);
    await userEvent.paste('{service="inventory"} | json | status="422"');
    await userEvent.keyboard('{Enter}');
    await waitFor(() =>
      expect(JSON.parse(asked.at(-1)?.get('match') ?? '[]')).toEqual([
        { field: 'service', op: 'is', values: ['inventory'] },
        { field: 'status', op: 'is', values: ['422'] },
      ]),
    );
    expect(screen.getByTestId('where')).toHaveTextContent('q=');
    expect(await screen.findByText(/GET .* 422 validation_failed/)).toBeInTheDocument();
  });

  it('refuses in words, at the place, and asks nothing', async () => {
    const asked = watched();
    show();
    await screen.findByText(/422 validation_failed/);
    const before = asked.length;
    const box = screen.getByLabelText('Query');
    await userEvent.click(box);
    await userEvent.paste('{service="a"} | logfmt');
    await userEvent.click(screen.getByRole('button', { name: 'Search' }));
    const words = logs.faults.unsupported('logfmt');
    expect(screen.getByText(`Line 1, character 17: ${words}`)).toBeInTheDocument();
    expect(box).toBeInvalid();
    expect(asked).toHaveLength(before);
  });

  it('says so, too, when the address has a query that is none', async () => {
    const asked = watched();
    show(`/ops/logs?q=${encodeURIComponent('rate({}[5m])')}`);
    expect(await screen.findByText(/rate\(\) computes a metric/)).toBeInTheDocument();
    expect(asked).toHaveLength(0);
  });

  it('builds a query from choices', async () => {
    show();
    await userEvent.click(await screen.findByText('Build a query'));
    await userEvent.selectOptions(screen.getByLabelText('Service'), 'order');
    await userEvent.type(screen.getByLabelText('Field'), 'code');
    await userEvent.type(screen.getByLabelText('Value'), 'price_moved');
    await userEvent.click(screen.getByRole('button', { name: 'Use as query' }));
    await waitFor(() =>
      expect(screen.getByLabelText('Query')).toHaveValue('{service="order"} | json | code = "price_moved"'),
    );
  });

  it('goes on at the cursor, over the same span', async () => {
    const asked = watched();
    const line = first(example('listLogs').data);
    server.use(
      http.get(api('/ops/logs'), ({ request }) => {
        const query = new URL(request.url).searchParams;
        asked.push(query);
        return query.get('cursor')
          ? answer('listLogs', { data: [{ ...line, id: 'older' }] })
          : answer('listLogs', { data: [line], has_more: true, next_cursor: '1-2-3', exhausted: true });
      }),
    );
    show();
    expect(await screen.findByText(/A search ends when/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Load more' }));
    await waitFor(() => expect(screen.getByText('2 lines shown')).toBeInTheDocument());
    expect(asked.at(-1)?.get('cursor')).toBe('1-2-3');
    expect(asked.at(-1)?.get('from')).toBe(asked[0]?.get('from'));
  });

  it('says when nothing passes, and that files were left out', async () => {
    server.use(http.get(api('/ops/logs'), () => answer('listLogs', { data: [], unread_files: 2 })));
    show(`/ops/logs?q=${encodeURIComponent('{user="7"}')}`);
    expect(await screen.findByText('No line of this span passes.')).toBeInTheDocument();
    expect(screen.getByText(/2 packed or unreadable files/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Show all lines' }));
    await waitFor(() => expect(screen.getByTestId('where')).toHaveTextContent(/^\/ops\/logs$/));
  });
});

describe('lines', () => {
  it('open, and lead to everything of their request', async () => {
    const asked = watched();
    show();
    await userEvent.click(await screen.findByRole('button', { name: /validation_failed/, expanded: false }));
    const row = screen.getByRole('button', { name: /validation_failed/, expanded: true }).closest('li');
    const inside = within(row as HTMLElement);
    expect(inside.getByText('dur_us')).toBeInTheDocument();
    expect(inside.getByRole('link', { name: 'In the audit trail' })).toHaveAttribute(
      'href',
      expect.stringMatching(/^\/ops\/audit\?request_id=/),
    );
    await userEvent.click(inside.getByRole('link', { name: 'Everything of this request' }));
    await waitFor(() => expect(asked.at(-1)?.get('match')).toMatch(/"op":"contains","values":\["019ab3f2/));
    expect(asked.at(-1)?.get('to')).not.toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Up to now again' }));
    await waitFor(() => expect(asked.at(-1)?.get('to')).toBeNull());
  });

  it('narrow the search by a value', async () => {
    show();
    await userEvent.click(await screen.findByRole('button', { name: /validation_failed/, expanded: false }));
    await userEvent.click(screen.getByRole('button', { name: 'Only lines with this service: inventory' }));
    await waitFor(() =>
      expect(screen.getByLabelText('Query')).toHaveValue('{} | json | service="inventory"'),
    );
  });

  it('come by themselves while live', async () => {
    const line = first(example('listLogs').data);
    let count = 0;
    server.use(
      http.get(api('/ops/logs'), ({ request }) => {
        if (new URL(request.url).searchParams.get('limit') !== '200') return answer('listLogs');
        count += 1;
        const fresh = { ...line, id: `fresh-${count}`, line: { ...line.line, message: `fresh ${count}` } };
        return answer('listLogs', { data: [fresh, line] });
      }),
    );
    show();
    await userEvent.click(await screen.findByLabelText('Live'));
    // the known line once, and what has come since
    expect(await screen.findByText('3 lines shown')).toBeInTheDocument();
  });
});

describe('histogram', () => {
  it('tells each part by keys and narrows the time to it', async () => {
    const asked = watched();
    show();
    const slider = await screen.findByRole('slider');
    expect(screen.getByText('Lines: 22. Warnings among them: 3. Errors: 1.')).toBeInTheDocument();
    expect(slider).toHaveValue('4');
    fireEvent.change(slider, { target: { value: '1' } });
    const told = expect.stringMatching(/Lines: 8\. Warnings: 2\. Errors: 0\.$/);
    expect(slider).toHaveAttribute('aria-valuetext', told);
    await userEvent.click(screen.getByRole('button', { name: 'Show this part only' }));
    await waitFor(() => expect(asked.at(-1)?.get('from')).toBe('2026-11-22T09:29:30.000Z'));
    expect(asked.at(-1)?.get('to')).toBe('2026-11-22T09:29:45.000Z');
  });

  it('says from when on it counts', async () => {
    const { data } = example('getLogHistogram');
    server.use(
      http.get(api('/ops/logs/histogram'), () =>
        answer('getLogHistogram', { data: { ...data, exhausted: true } }),
      ),
    );
    show();
    expect(await screen.findByText(/are not counted/)).toBeInTheDocument();
  });
});
