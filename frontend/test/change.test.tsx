// SPDX-License-Identifier: MIT
import { render } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Amount } from '~/ui/Amount';
import { Change } from '~/ui/Change';

test.each([
  ['0.01', 'up +$0.01'],
  ['0.005', 'up +$0.01'],
  ['-0.0049', 'unchanged $0.00'],
  ['0.0000001', 'unchanged $0.00'],
  ['0', 'unchanged $0.00'],
  ['-12.5', 'down −$12.50'],
])('a change of %s reads "%s"', (value, text) => {
  const { container } = render(
    <Change value={value}>
      <Amount value={value} as="signed" />
    </Change>,
  );
  expect(container.textContent).toBe(text);
  expect(container.querySelectorAll('svg')).toHaveLength(text.startsWith('unchanged') ? 0 : 1);
});
