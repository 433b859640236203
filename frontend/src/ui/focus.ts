// SPDX-License-Identifier: MIT
// Where the keyboard goes when what had the focus disappears. As the `ref` of what takes its place.

export function focusOnce(node: HTMLElement | null): void {
  node?.focus();
}
