// SPDX-License-Identifier: MIT
// How every long list is read on: each page names the cursor of the next.

interface Page {
  has_more: boolean;
  next_cursor: string | null;
}

export const byCursor = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (last: Page) => (last.has_more ? (last.next_cursor ?? undefined) : undefined),
};
