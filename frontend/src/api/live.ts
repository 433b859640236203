// SPDX-License-Identifier: MIT
// How prices and balances stay current: polling while the page is visible. The query cache pauses it in hidden tabs.
// A stream can replace the interval here without a change to any page.

export const LIVE_MS = 5_000;

/** A book moves with every order; a look at it costs the server next to nothing. */
export const BOOK_MS = 2_000;

export const live = { refetchInterval: LIVE_MS } as const;
