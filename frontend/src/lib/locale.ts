// SPDX-License-Identifier: MIT
// How this person writes numbers. The words of the pages are English; figures follow the browser's language.
import { isRunning } from '~/lib/hydrated';

/** What the prerendered files were made with; the first render has to repeat them. */
const PRERENDERED = 'en-US';

function supported(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

export function userLocale(): string {
  if (!isRunning()) return PRERENDERED;
  return navigator.languages?.find(supported) ?? PRERENDERED;
}

export interface Separators {
  decimal: string;
  group: string;
}

const known = new Map<string, Separators>();

export function separatorsOf(locale: string): Separators {
  const made = known.get(locale);
  if (made) return made;
  const parts = new Intl.NumberFormat(locale, { numberingSystem: 'latn' }).formatToParts(1_234_567.5);
  const part = (type: string, otherwise: string) =>
    parts.find((one) => one.type === type)?.value ?? otherwise;
  const found = { decimal: part('decimal', '.'), group: part('group', ',') };
  known.set(locale, found);
  return found;
}
