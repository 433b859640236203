// SPDX-License-Identifier: MIT
// Work in small pieces: each caller waits for a task of its own, so that the page can react in between.

let last: Promise<unknown> = Promise.resolve();

/** Resolves in a new task, after everybody who asked before. */
export function turn(): Promise<void> {
  const mine = last.then(() => new Promise<void>((resolve) => setTimeout(resolve)));
  last = mine;
  return mine;
}
