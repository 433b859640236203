// SPDX-License-Identifier: MIT
import { describe, expect, it } from 'vitest';
import type { Asset } from '~/api/types';
import { mostToWithdraw, readAmount } from '~/features/account/amount';
import { type MarketView, select } from '~/features/market/view';
import { changeOf, type DetailInput } from '~/features/profile/rules';
import { missingCash, movedTooFar, readLimit, readOrder, shareOf, withLimit } from '~/features/trade/input';
import { trade } from '~/text/trade';

describe('readOrder', () => {
  const typed = { assetId: 'BTC', side: 'buy', mode: 'quantity' } as const;
  const step = '0.00000001';

  it('makes a draft of a valid quantity', () => {
    expect(readOrder({ ...typed, text: '0.01' }, step).draft).toEqual({
      order_type: 'market_buy',
      asset_id: 'BTC',
      quantity: '0.01',
    });
  });

  it('makes a draft of a valid amount', () => {
    expect(readOrder({ ...typed, side: 'sell', mode: 'amount', text: '250' }, step).draft).toEqual({
      order_type: 'market_sell',
      asset_id: 'BTC',
      amount: '250',
    });
  });

  it.each([
    ['abc', trade.invalid.number('0.25')],
    ['0', trade.invalid.zero],
    ['0.123456789', trade.invalid.digits(8)],
    ['100000000000', trade.invalid.tooLarge],
  ])('refuses %s', (text, fault) => {
    expect(readOrder({ ...typed, text }, step)).toEqual({ draft: null, fault });
  });

  it('takes the digits of a quantity from the step of the asset', () => {
    expect(readOrder({ ...typed, text: '0.15' }, '0.1')).toEqual({
      draft: null,
      fault: trade.invalid.digits(1),
    });
    expect(readOrder({ ...typed, text: '1.5' }, '1').fault).toBe(trade.invalid.digits(0));
    expect(readOrder({ ...typed, text: '20' }, '10').fault).toBeNull();
  });

  it('says nothing about an empty field', () => {
    expect(readOrder({ ...typed, text: ' ' }, step)).toEqual({ draft: null, fault: null });
  });
});

describe('readLimit', () => {
  it.each([
    ['67000', '67000', null],
    ['$0.0000123456', '0.0000123456', null],
    [' ', null, null],
    ['0', null, trade.invalid.zero],
    ['0.00000000001', null, trade.invalid.digits(10)],
    ['1000000.01', null, trade.invalid.tooLarge],
    ['cheap', null, trade.invalid.number('0.25')],
  ])('reads %s', (text, price, fault) => {
    expect(readLimit(text)).toEqual({ price, fault });
  });

  it('goes with the order, which waits for a limit that can be read', () => {
    const draft = { order_type: 'market_buy', asset_id: 'BTC', quantity: '1' } as const;
    expect(withLimit(draft, readLimit('5'))).toEqual({ ...draft, price: '5' });
    expect(withLimit(draft, readLimit(''))).toEqual(draft);
    expect(withLimit(draft, readLimit('x'))).toBeNull();
  });
});

describe('shareOf', () => {
  const means = { cash: '1000.99', held: '0.5', price: '30000', maxOrderValue: '10000.00' };

  it('uses dollars for buying, cut to cents', () => {
    expect(shareOf(25, 'buy', means)).toEqual({ mode: 'amount', text: '250.24' });
    expect(shareOf(100, 'buy', { ...means, cash: '25000' })).toEqual({ mode: 'amount', text: '10000' });
  });

  it('uses units for selling, within the order limit', () => {
    expect(shareOf(50, 'sell', means)).toEqual({ mode: 'quantity', text: '0.25' });
    expect(shareOf(75, 'sell', means)).toEqual({ mode: 'quantity', text: '0.33333333' });
    expect(shareOf(100, 'sell', means)).toEqual({ mode: 'quantity', text: '0.5' });
  });
});

describe('review', () => {
  it('asks again when the price has moved by more than half a percent', () => {
    expect(movedTooFar('100', '100.5')).toBe(false);
    expect(movedTooFar('100', '100.51')).toBe(true);
    expect(movedTooFar('100', '99.4')).toBe(true);
  });

  it('rounds the missing cash up to a cent', () => {
    expect(missingCash('100.00', '87.659')).toBe('12.35');
    expect(missingCash('100.00', '100.00')).toBeNull();
  });
});

describe('readAmount', () => {
  const use = (remaining: string) => ({ limit: '5000.00', used: '0.00', remaining });
  const limits = { deposit: use('500.00'), withdraw: use('100.00'), max_order_value: '1', resets_at: '' };

  it('knows the limit and the balance', () => {
    expect(readAmount('500', 'deposit', { limits, balance: '0' }).value).toBe('500');
    expect(readAmount('500.01', 'deposit', { limits, balance: '0' }).fault).toContain('$500.00');
    expect(readAmount('50', 'withdraw', { limits, balance: '49.99' }).fault).toContain('$49.99');
    expect(mostToWithdraw({ limits, balance: '49.999' })).toBe('49.99');
    expect(mostToWithdraw({ limits, balance: '900' })).toBe('100');
  });
});

describe('select', () => {
  const asset = (asset_id: string, price_usd: number, market_cap: number | null) =>
    ({ asset_id, name: `Name ${asset_id}`, category: 'major', price_usd, market_cap }) as Asset;
  const assets = [asset('AAA', 3, null), asset('BBB', 1, 10), asset('CCC', 2, 20)];
  const view: MarketView = {
    search: '',
    category: '',
    starred: false,
    sort: 'cap',
    descending: true,
    pageSize: 25,
    page: 1,
  };
  const ids = (change: Partial<MarketView>, starred: string[] = []) =>
    select(assets, { ...view, ...change }, starred).map(({ asset_id }) => asset_id);

  it('puts unknown figures last in both directions', () => {
    expect(ids({})).toEqual(['CCC', 'BBB', 'AAA']);
    expect(ids({ descending: false })).toEqual(['BBB', 'CCC', 'AAA']);
  });

  it('filters by text, category and star', () => {
    expect(ids({ search: 'name b' })).toEqual(['BBB']);
    expect(ids({ category: 'meme' })).toEqual([]);
    expect(ids({ starred: true }, ['AAA'])).toEqual(['AAA']);
  });
});

describe('changeOf', () => {
  const before: DetailInput = {
    first_name: 'Dana',
    last_name: 'Moore',
    email: 'dana@example.com',
    phone: '4155550123',
    date_of_birth: '',
    marketing_emails_consent: false,
  };

  it('sends only what differs', () => {
    expect(changeOf(before, before)).toBeNull();
    expect(changeOf(before, { ...before, phone: '', last_name: 'Hall' })).toEqual({
      last_name: 'Hall',
      phone: null,
    });
  });
});
