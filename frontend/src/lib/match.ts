// SPDX-License-Identifier: MIT
// How well a typed text finds an entry. Letters count where they stand together: "btc" finds Bitcoin and never
// "balance, positions, cash".

const blanks = /\s+/;

function startsWord(text: string, typed: string): boolean {
  return text.split(blanks).some((word) => word.startsWith(typed));
}

/** From 0, not at all, to 1. What the entry is called counts more than the other words that find it. */
export function matchScore(label: string, typed: string, others: readonly string[] = []): number {
  const wanted = typed.trim().toLowerCase();
  const name = label.toLowerCase();
  const more = others.map((word) => word.toLowerCase());
  const all = [name, ...more].join(' ');
  if (wanted === '' || name === wanted) return 1;
  if (name.startsWith(`${wanted} `)) return 0.95;
  if (name.startsWith(wanted)) return 0.9;
  if (startsWord(name, wanted)) return 0.8;
  if (more.includes(wanted)) return 0.7;
  if (more.some((word) => word.startsWith(wanted)) || startsWord(more.join(' '), wanted)) return 0.6;
  if (wanted.split(blanks).every((part) => startsWord(all, part))) return 0.5;
  return all.includes(wanted) ? 0.4 : 0;
}
