// SPDX-License-Identifier: MIT
// Every test gets an own mock bank, a signed-in browser and a fake network. Nothing leaves the process.
import '@testing-library/jest-dom/vitest';
import { cleanup, configure } from '@testing-library/react';
import { setupServer } from 'msw/node';
import type { ComponentProps } from 'react';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { forgetIntentions } from '~/api/intention';
import { sessionStarted, signedOut } from '~/api/session';
import { pageRuns } from '~/lib/hydrated';
import type CandleChart from '~/ui/CandleChart';
import { Bank } from './mock/bank.ts';
import { handlersFor } from './mock/handlers.ts';

export const server = setupServer();
export let bank = new Bank();

// jsdom does not paint: what drawing and layout code asks for is answered with "nothing".
vi.mock('~/ui/CandleChart', () => ({
  default: ({ label, lines = [], overlays = [] }: ComponentProps<typeof CandleChart>) => (
    <figure
      aria-label={label}
      data-lines={lines.map(({ side, quantity, price }) => `${side} ${quantity} at ${price}`).join(', ')}
      data-overlays={overlays.join(' ')}
    />
  ),
}));
vi.stubGlobal(
  'ResizeObserver',
  class {
    observe() {}
    unobserve() {}
    disconnect() {}
  },
);
vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
Element.prototype.scrollIntoView = () => {};
Element.prototype.getAnimations = () => [];

// There is no prerendered page to agree with.
pageRuns();

// A failed search names what it looked for; the whole page as text helps nobody.
configure({
  // A busy machine is slow, not wrong.
  asyncUtilTimeout: 20_000,
  getElementError: (message) => new Error(message?.split('Here are the')[0] ?? ''),
});

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));

beforeEach(() => {
  bank = new Bank();
  bank.signedIn = 'demo_user';
  sessionStarted(3600);
  server.resetHandlers(...handlersFor(bank, 'http://localhost:3000'));
});

afterEach(() => {
  cleanup();
  forgetIntentions();
  signedOut();
  localStorage.clear();
  sessionStorage.clear();
});

afterAll(() => server.close());
