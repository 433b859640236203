// SPDX-License-Identifier: MIT
// Numbers as people type them, read by the rules of their language. What could mean two numbers is refused, and every
// form shows the reading, so that nobody deposits 500 who meant a half.
import { type Decimal, isDecimal } from '~/lib/decimal';
import { separatorsOf, userLocale } from '~/lib/locale';

export type TypedNumber =
  | { value: Decimal; fault: null }
  | { value: null; fault: 'empty' | 'number' | 'ambiguous' };

/** Ordinary, no-break, thin, figure and narrow blanks; they group digits as apostrophes and underscores do. */
const BLANK = /[\s\u00a0\u2007\u2009\u202f]/g;
const QUIET_GROUPS = /[\s\u00a0\u2007\u2009\u202f_'’]/;

const refused = (fault: 'empty' | 'number' | 'ambiguous'): TypedNumber => ({ value: null, fault });

/** The text without a unit at either end. */
function bare(text: string, units: readonly string[]): string {
  let rest = text.replaceAll(BLANK, ' ').trim();
  for (const unit of units.filter((one) => /[^\d\s]/.test(one))) {
    const [lower, wanted] = [rest.toLowerCase(), unit.toLowerCase()];
    if (lower.startsWith(wanted)) rest = rest.slice(unit.length).trim();
    else if (lower.endsWith(wanted)) rest = rest.slice(0, -unit.length).trim();
  }
  return rest;
}

/** "1 234" and "1,23,456" are groups (two digits in South Asia); "1 23" is not. A group never begins with zero. */
function areGroups(groups: readonly string[]): boolean {
  const [first = '', ...others] = groups;
  return (
    /^[1-9]\d{0,2}$/.test(first) &&
    others.every((group, index) => (index === others.length - 1 ? /^\d{3}$/ : /^\d{2,3}$/).test(group))
  );
}

/** Digits that may be grouped by one sign; null when the groups are not as people write them. */
function joined(whole: string, group: string | RegExp): string | null {
  const groups = whole.split(group);
  if (groups.length === 1) return whole;
  return areGroups(groups) ? groups.join('') : null;
}

function decimal(whole: string | null, fraction: string): TypedNumber {
  if (whole === null || (whole === '' && fraction === '')) return refused('number');
  const full = `${whole === '' ? '0' : whole}${fraction === '' ? '' : `.${fraction}`}`;
  return isDecimal(full) && !full.startsWith('-') ? { value: full, fault: null } : refused('number');
}

/** Where the fraction begins: the position of the decimal sign, -1 for none, or the fault of not knowing. */
function decimalAt(text: string, locale: string): number | 'number' | 'ambiguous' {
  const signs = [...text].flatMap((sign, index) => (sign === '.' || sign === ',' ? [index] : []));
  const last = signs.at(-1);
  if (last === undefined) return -1;
  const kinds = new Set(signs.map((index) => text[index]));
  // With both signs the last one is the decimal sign, in every language; one sign that repeats groups.
  if (kinds.size === 2) return text.indexOf(text[last] ?? '') === last ? last : 'number';
  if (signs.length > 1) return -1;
  const { decimal: mine, group } = separatorsOf(locale);
  const sign = text[last] ?? '';
  if (sign === mine) return last;
  const [whole = '', fraction = ''] = text.split(sign);
  const looksGrouped = areGroups([whole.replaceAll(' ', ''), fraction]);
  if (!looksGrouped) return last;
  return sign === group ? -1 : 'ambiguous';
}

/** `units` are what may stand before or after the number, such as "$" or the asset's symbol. */
export function readTyped(text: string, units: readonly string[] = [], locale = userLocale()): TypedNumber {
  const number = bare(text, units);
  if (number === '') return refused(text.trim() === '' ? 'empty' : 'number');
  if (/[^\d.,\s_'’]/.test(number)) return refused('number');
  const at = decimalAt(number, locale);
  if (typeof at === 'string') return refused(at);
  const [whole, fraction] = at < 0 ? [number, ''] : [number.slice(0, at), number.slice(at + 1)];
  const sign = whole.includes(',') ? ',' : whole.includes('.') ? '.' : null;
  const plain = joined(whole.trim(), QUIET_GROUPS);
  if (sign === null) return decimal(plain, fraction);
  return decimal(QUIET_GROUPS.test(whole) ? null : joined(whole, sign), fraction);
}

/** A decimal as this person would type it, for filling a field. */
export function asTyped(value: Decimal, locale = userLocale()): string {
  return value.replace('.', separatorsOf(locale).decimal);
}
