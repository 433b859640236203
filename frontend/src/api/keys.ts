// SPDX-License-Identifier: MIT
// Roots of the cache keys. Each file of requests makes its own keys below them; a change outdates a root.

export const roots = {
  market: ['market'],
  /** Everything that an order, a deposit or a withdrawal can change. */
  money: ['money'],
  person: ['person'],
} as const;
