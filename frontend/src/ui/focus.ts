// SPDX-License-Identifier: MIT
// Where the keyboard goes when what had the focus disappears. As the `ref` of what takes its place.

export function focusOnce(node: HTMLElement | null): void {
  node?.focus();
}

/** Leaves the focus alone when the person has moved it on meanwhile. */
export function focusIfLost(node: HTMLElement | null): void {
  if (document.activeElement === document.body) node?.focus();
}
