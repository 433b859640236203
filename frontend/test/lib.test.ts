// SPDX-License-Identifier: MIT
import { describe, expect, it, vi } from 'vitest';
import { assetPrice } from '~/api/tick';
import { safeNext } from '~/app/paths';
import * as decimal from '~/lib/decimal';
import * as format from '~/lib/format';
import { matchScore } from '~/lib/match';

describe('decimal', () => {
  it('keeps every digit', () => {
    expect(decimal.add('0.1', '0.2')).toBe('0.3');
    expect(decimal.multiply('67123.45', '0.00372448')).toBe('249.999947056');
    expect(decimal.subtract('99999999999.00000001', '0.00000001')).toBe('99999999999');
  });

  it('cuts quotients and never rounds them up', () => {
    expect(decimal.divideDown('2', '3', 8)).toBe('0.66666666');
    expect(decimal.roundDown('0.999', 2)).toBe('0.99');
    expect(decimal.roundUp('0.001', 2)).toBe('0.01');
  });

  it('has shares of zero', () => {
    expect(decimal.percentOf('1', '0')).toBe('0');
    expect(decimal.percentOf('1', '3')).toBe('33.33');
  });
});

describe('format', () => {
  it('shows amounts exactly, beyond what a float can hold', () => {
    expect(format.money('12345678901234.56')).toBe('$12,345,678,901,234.56');
    expect(format.quantity('99999999999.12345678')).toBe('99,999,999,999.12345678');
  });

  it('never shows more money than there is', () => {
    expect(format.money('9.999')).toBe('$9.99');
  });

  it.each([
    ['67123.45', '$67,123.45'],
    ['1.4474', '$1.4474'],
    ['1.44', '$1.4400'],
    ['0.9998', '$0.9998'],
    ['148.2', '$148.2000'],
    ['0.128431', '$0.128431'],
    ['0.000914', '$0.00091400'],
    [7.42e-6, '$0.0000074200'],
  ])('gives the price %s the digits of its step', (value, text) => {
    expect(format.price(value)).toBe(text);
  });

  it('follows a published step', () => {
    expect(assetPrice({ price_usd: 1.4474, price_tick: '0.001' })).toBe('$1.447');
    expect(assetPrice({ price_usd: 998.5, price_tick: '0.01' })).toBe('$998.50');
    expect(assetPrice({ price_usd: 3, price_tick: '1' })).toBe('$3.00');
  });

  it('turns catalogue numbers into plain decimals', () => {
    expect(format.plain(2.451e-5)).toBe('0.00002451');
  });
});

describe('dates and figures in the language of the browser', () => {
  it.each([
    ['de-DE', '1.234,50 $', '0,5', '+1,42 %'],
    ['fr-FR', '1 234,50 $US', '0,5', '+1,42 %'],
    ['de-CH', "$ 1'234.50", '0.5', '+1.42%'],
    ['en-IN', '$1,234.50', '0.5', '+1.42%'],
    ['ar-EG', null, '0.5', null],
  ])('%s', (language, money, quantity, percent) => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue([language]);
    // Which blank and which apostrophe is used differs between versions of the language data.
    const common = (text: string) => text.replaceAll(/\s/g, ' ').replaceAll('’', "'");
    if (money) expect(common(format.money('1234.5'))).toBe(money);
    expect(format.quantity('0.5')).toBe(quantity);
    if (percent) expect(common(format.signedPercent('1.42'))).toBe(percent);
    expect(format.money('1234.5')).toMatch(/1.?234/);
  });

  it('uses the first language that is known and survives nonsense', () => {
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue(['x_y', 'de-DE']);
    expect(format.money('1.5')).toMatch(/^1,50\s\$$/);
    vi.spyOn(navigator, 'languages', 'get').mockReturnValue([]);
    expect(format.money('1.5')).toBe('$1.50');
  });
});

describe('safeNext', () => {
  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', null, ''])(
    'does not follow %s',
    (next) => {
      expect(safeNext(next)).toBe('/dashboard');
    },
  );

  it('follows addresses of this site', () => {
    expect(safeNext('/trading?asset=BTC&action=buy')).toBe('/trading?asset=BTC&action=buy');
  });
});

describe('a typed text', () => {
  it.each([
    ['BTC Bitcoin', 'btc', [], 0.95],
    ['Account', 'btc', ['cash', 'balance', 'statement', 'csv'], 0],
    ['Profile', 'eth', ['settings', 'details', 'name', 'e-mail', 'phone'], 0],
    ['Account', 'account', [], 1],
    ['Wrapped Bitcoin', 'bit', [], 0.8],
    ['CBBTC Coinbase Wrapped BTC', 'btc', [], 0.8],
    ['Account', 'statement', ['cash', 'statement'], 0.7],
    ['Deposit cash', 'cash dep', [], 0.5],
    ['Light theme', '', [], 1],
  ] as const)('%s by "%s"', (label, typed, others, score) => {
    expect(matchScore(label, typed, others)).toBe(score);
  });
});
