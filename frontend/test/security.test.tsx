// SPDX-License-Identifier: MIT
// The login guard: who is blocked, and nothing is changed without a reason.
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { http } from 'msw';
import { describe, expect, it } from 'vitest';
import { SecurityPage } from '~/features/ops/SecurityPage';
import { answer, problem } from './mock/openapi.ts';
import { showPage } from './render.tsx';
import { server } from './setup.tsx';

const api = (path: string) => `http://localhost:3000/api/v1${path}`;

function watched(): unknown[] {
  const told: unknown[] = [];
  server.use(
    http.post(api('/ops/guard'), async ({ request }) => {
      told.push(await request.json());
      return undefined;
    }),
  );
  return told;
}

const show = () => showPage(SecurityPage, '/ops/security');

describe('guard', () => {
  it('lists who is blocked, and leads to the logs of an address', async () => {
    show();
    const row = (await screen.findByText('192.0.2.7')).closest('tr') as HTMLElement;
    expect(within(row).getByRole('button', { name: 'Lift the block of 192.0.2.7' })).toBeInTheDocument();
    expect(screen.getByText('1 address is blocked.')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Logs of 198.51.100.20' })).toHaveAttribute(
      'href',
      expect.stringContaining(encodeURIComponent('198.51.100.20')),
    );
  });

  it('lifts a block for a reason only', async () => {
    const told = watched();
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Lift the block of 192.0.2.7' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.click(dialog.getByRole('button', { name: 'Lift the block' }));
    expect(dialog.getByText('A reason is needed.')).toBeInTheDocument();
    expect(told).toHaveLength(0);
    await userEvent.type(dialog.getByLabelText('Reason'), 'A customer');
    await userEvent.click(dialog.getByRole('button', { name: 'Lift the block' }));
    await waitFor(() => expect(screen.queryByLabelText('Reason')).toBeNull());
    expect(told).toEqual([{ address: '192.0.2.7', blocked: false, reason: 'A customer', seconds: 3600 }]);
  });

  it('blocks an address that was typed, for as long as was chosen', async () => {
    const told = watched();
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Block an address' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByLabelText('Address'), ' 203.0.113.9 ');
    await userEvent.selectOptions(dialog.getByLabelText('For'), '7 days');
    await userEvent.type(dialog.getByLabelText('Reason'), 'Guesses passwords{Enter}');
    await waitFor(() => expect(screen.queryByLabelText('Reason')).toBeNull());
    expect(told).toEqual([
      { address: '203.0.113.9', blocked: true, reason: 'Guesses passwords', seconds: 604_800 },
    ]);
    expect(await screen.findByText('192.0.2.7 is blocked')).toBeInTheDocument();
  });

  it('says which text is no address', async () => {
    server.use(
      http.post(api('/ops/guard'), () =>
        problem(422, 'validation_failed', '', {
          errors: [{ field: 'address', message: 'x', type: 'value_error' }],
        }),
      ),
    );
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Block an address' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.type(dialog.getByLabelText('Address'), 'localhost');
    await userEvent.type(dialog.getByLabelText('Reason'), 'x{Enter}');
    expect(await dialog.findByText('This is not an address.')).toBeInTheDocument();
  });

  it('says when nobody has failed', async () => {
    server.use(http.get(api('/ops/guard'), () => answer('listGuard', { data: [], blocked: 0 })));
    show();
    expect(await screen.findByText(/none is blocked\.$/)).toBeInTheDocument();
  });
});
