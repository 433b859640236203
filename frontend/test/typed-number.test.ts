// SPDX-License-Identifier: MIT
// Numbers as people of several languages type them.
import { describe, expect, it, vi } from 'vitest';
import { readAmount } from '~/features/account/amount';
import { readOrder } from '~/features/trade/input';
import { reading } from '~/lib/format';
import { asTyped, readTyped } from '~/lib/typed-number';

const value = (text: string, locale: string, units: string[] = []) => readTyped(text, units, locale).value;
const fault = (text: string, locale: string) => readTyped(text, [], locale).fault;

describe.each(['en-US', 'en-GB', 'de-DE', 'fr-FR', 'de-CH', 'pt-BR', 'en-IN', 'sv-SE'])('in %s', (locale) => {
  it.each([
    ['0,500', '0.500'],
    ['0.125', '0.125'],
    ['0,125', '0.125'],
    [',5', '0.5'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['12', '12'],
    [' 12 ', '12'],
    ['1.234,5', '1234.5'],
    ['1,234.5', '1234.5'],
    ['1,234,567', '1234567'],
    ['1.234.567', '1234567'],
    ['12,34', '12.34'],
    ['1 000', '1000'],
    ['1\u00a0234\u202f567', '1234567'],
    ["12'345.6", '12345.6'],
    ['1,00,000', '100000'],
    ['0', '0'],
  ])('%s is %s', (text, wanted) => {
    expect(value(text, locale)).toBe(wanted);
  });

  it.each([
    '1e3',
    '-1',
    'NaN',
    '0x10',
    '1.2.3',
    '∞',
    '１２',
    '1 00',
    '0,500,000',
    '1,2,3',
    '.',
    '1.234,5.6',
    '1,23,45',
  ])('refuses %s', (text) => {
    expect(fault(text, locale)).toBe('number');
  });

  it('is silent about nothing', () => {
    expect(fault('  ', locale)).toBe('empty');
  });

  it('reads back what it writes', () => {
    expect(value(asTyped('1234.5', locale), locale)).toBe('1234.5');
    expect(value(asTyped('1.234', locale), locale)).toBe('1.234');
  });
});

describe('three digits after one sign', () => {
  it.each([
    ['1,234', 'en-US', '1234'],
    ['1.234', 'en-US', '1.234'],
    ['1,234', 'de-DE', '1.234'],
    ['1.234', 'de-DE', '1234'],
    ['1,234', 'fr-FR', '1.234'],
    ['1.234', 'de-CH', '1.234'],
  ])('%s in %s is %s', (text, locale, wanted) => {
    expect(value(text, locale)).toBe(wanted);
  });

  it.each([
    ['1.234', 'fr-FR'],
    ['1,234', 'de-CH'],
  ])('%s in %s could be two numbers', (text, locale) => {
    expect(fault(text, locale)).toBe('ambiguous');
  });
});

describe('units', () => {
  it.each([
    ['$ 0,500', '0.500'],
    ['250 USD', '250'],
    ['usd\u00a0250', '250'],
    ['250,00\u00a0$', '250.00'],
    ['US$250', '250'],
  ])('%s is %s', (text, wanted) => {
    expect(value(text, 'en-US', ['US$', '$', 'USD'])).toBe(wanted);
  });

  it('the symbol of the asset may stand beside its quantity', () => {
    expect(value('0.125 xrp', 'en-US', ['XRP'])).toBe('0.125');
    expect(fault('0.125 BTC', 'en-US')).toBe('number');
  });
});

describe('forms', () => {
  const typed = { assetId: 'XRP', side: 'buy', mode: 'quantity' } as const;

  it('0,125 XRP is an eighth and reads so', () => {
    const { draft } = readOrder({ ...typed, text: '0,125' });
    expect(draft?.quantity).toBe('0.125');
    expect(reading(draft?.quantity ?? '', 'XRP')).toBe('0.125 XRP');
  });

  it('0,500 dollars are fifty cents, with too many digits to be taken', () => {
    const bounds = { limits: undefined, balance: undefined };
    expect(readAmount('0,500', 'deposit', bounds).value).toBeNull();
    expect(readAmount('0,50', 'deposit', bounds).value).toBe('0.50');
  });

  it('a reading has no grouping signs', () => {
    expect(reading('1234.5', 'USD')).toBe('$1234.50');
    expect(reading('1234', 'XRP')).toBe('1234 XRP');
  });

  it('speaks of what is ambiguous', () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['fr-FR']);
    expect(readOrder({ ...typed, text: '1.234' }).fault).toMatch(/two different numbers.*0,25/);
  });
});
