// SPDX-License-Identifier: MIT
// The audit trail as a file: everything that the filter finds, and nothing that a spreadsheet would carry out.
import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AuditPage } from '~/features/ops/AuditPage';
import { csvOf } from '~/features/ops/audit-file';
import { answer, example, first, refused } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;
const line = first(example('listAudit').data);
const saved: Blob[] = [];

beforeEach(() => {
  saved.length = 0;
  URL.createObjectURL = (blob: Blob) => {
    saved.push(blob);
    return 'blob:test';
  };
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {});
});

afterEach(() => vi.restoreAllMocks());

/** A trail with so many lines, and what is asked of it. */
function trail(length: number): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(api('/ops/audit'), ({ request }) => {
      const query = new URL(request.url).searchParams;
      asked.push(query);
      const newest = Number(query.get('before') ?? length + 1) - 1;
      const count = Math.min(newest, Number(query.get('limit')));
      const data = Array.from({ length: count }, (_, index) => ({ ...line, number: newest - index }));
      return answer('listAudit', { data, has_more: newest > count });
    }),
  );
  return asked;
}

async function download(where = '/ops/audit'): Promise<string[]> {
  showPage(AuditPage, '/ops/audit', where);
  await userEvent.click(await screen.findByRole('button', { name: 'Download CSV' }));
  await waitFor(() => expect(saved).toHaveLength(1));
  return (await saved[0]?.text())?.split('\r\n').slice(1, -1) ?? [];
}

describe('file', () => {
  it('has every page of what the filter finds', async () => {
    const asked = trail(450);
    const rows = await download('/ops/audit?actor=jane&from=2026-11-01');
    expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(
      Array.from({ length: 450 }, (_, index) => 450 - index),
    );
    const pages = asked.filter((query) => query.get('limit') === '200');
    expect(pages.map((query) => query.get('before'))).toEqual([null, '251', '51']);
    expect(pages.every((query) => query.get('actor') === 'jane' && query.get('from') === '2026-11-01')).toBe(
      true,
    );
    expect(screen.getByText('The lines are saved')).toBeInTheDocument();
  });

  it('ends at ten thousand lines and says so', async () => {
    trail(10_001);
    expect(await download()).toHaveLength(10_000);
    expect(screen.getByText('The newest 10000 lines are saved')).toBeInTheDocument();
  });

  it('is not saved in part when a page fails', async () => {
    server.use(http.get(api('/ops/audit'), () => refused('forbidden')));
    showPage(AuditPage, '/ops/audit');
    await userEvent.click(await screen.findByRole('button', { name: 'Download CSV' }));
    expect(await screen.findAllByText('Nothing was saved')).not.toHaveLength(0); // shown and announced
    expect(saved).toHaveLength(0);
  });

  it('holds no formula and no broken line', () => {
    const bad = { ...line, number: 7, actor: '=HYPERLINK("http://x")', object: '@SUM(A1)', ip: null };
    const worse = { ...bad, action: '-1+1', actor: '+1', object: '\tx', reason: 'a "b", c\r\nd' };
    const [, one, two] = csvOf([bad, worse]).split(/\r\n(?=7,|$)/);
    expect(one).toContain(`,"'=HYPERLINK(""http://x"")",'@SUM(A1),`);
    expect(two).toContain(",'-1+1,'+1,'\tx,");
    expect(two).toContain(',"a ""b"", c\r\nd",');
  });
});
