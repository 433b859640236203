// SPDX-License-Identifier: MIT
// A small stand-in for the server, in memory, for tests only. Amounts are exact; the rules are the server's own.
import Big from 'big.js';
import { type Answer, example, first, now } from './openapi.ts';

export interface MockAsset {
  asset_id: string;
  name: string;
  category: string;
  price: string;
  change: number | null;
  is_active: boolean;
  halted: boolean;
}

export type MockOrder = Answer<'getOrder'>['data'];
export type MockMovement = Answer<'listTransactions'>['transactions'][number];

export type MockUser = Answer<'getProfile'> & { password: string };

export const isOpen = ({ status }: MockOrder) => status === 'queued' || status === 'pending';

const tooLate = ({ status, quantity }: MockOrder): MockViolation => ({
  code: 'order_final',
  message: `The order is ${status}; nothing of ${quantity} was filled.`,
});

export interface OrderWish {
  order_type: MockOrder['order_type'];
  asset_id: string;
  quantity?: string;
  amount?: string;
  price?: string;
  stop_price?: string;
  close?: true;
  time_in_force?: NonNullable<MockOrder['time_in_force']>;
  expires_at?: string;
  post_only?: boolean;
  self_trade_prevention?: string;
}

export interface MockAmendment {
  quantity?: string;
  price?: string;
}
export type MockViolation = Answer<'previewOrder'>['data']['violations'][number];

const MAX_ORDER = '10000.00';
const LIMITS = { deposit: '10000.00', withdraw: '5000.00' } as const;

const named: [string, string, string, string, number][] = [
  ['BTC', 'Bitcoin', 'major', '67123.45', 1.42],
  ['ETH', 'Ethereum', 'major', '3412.08', -2.13],
  ['SOL', 'Solana', 'major', '148.22', 4.87],
  ['DOGE', 'Dogecoin', 'meme', '0.1234', 0],
  ['SHIB', 'Shiba Inu', 'meme', '0.00002451', -6.2],
];

function catalogue(): MockAsset[] {
  const rest = Array.from({ length: 55 }, (_, index): [string, string, string, string, number] => [
    `T${String(index).padStart(3, '0')}`,
    `Test asset ${index}`,
    index % 2 ? 'defi' : 'infrastructure',
    new Big(100).div(index + 1).toFixed(4),
    ((index * 37) % 120) / 10 - 6,
  ]);
  return [...named, ...rest].map(([asset_id, name, category, price, change]) => ({
    asset_id,
    name,
    category,
    price,
    change,
    is_active: asset_id !== 'T054',
    halted: asset_id === 'T053',
  }));
}

export const cash = (value: Big) => value.toFixed(2, Big.roundDown);

/** Up to eight digits as the ledger has them, at least two. */
function exact(value: Big): string {
  const short = value.round(8, Big.roundDown);
  return short.round(2, Big.roundDown).eq(short) ? short.toFixed(2) : short.toFixed();
}

export class Bank {
  assets = catalogue();
  users = new Map<string, MockUser>();
  balance = new Big(0);
  holdings = new Map<string, { quantity: Big; cost: Big }>();
  orders: MockOrder[] = [];
  movements: MockMovement[] = [];
  used = { deposit: new Big(0), withdraw: new Big(0) };
  realised = new Big(0);
  realisedOf = new Map<string, Big>();
  answers = new Map<string, { content: string; answer: unknown }>();
  signedIn: string | null = null;
  watchlists = new Map<string, string[]>();
  private sequence = 0;

  constructor() {
    this.users.set('demo_user', {
      ...example('getProfile'),
      username: 'demo_user',
      password: 'Quiet-Harbour-41',
    });
  }

  id(prefix: string): string {
    this.sequence += 1;
    return `${prefix}_${String(this.sequence).padStart(16, '0')}`;
  }

  user(): MockUser | undefined {
    return this.signedIn ? this.users.get(this.signedIn) : undefined;
  }

  asset(assetId: string): MockAsset | undefined {
    return this.assets.find((asset) => asset.asset_id === assetId.trim().toUpperCase());
  }

  move(type: MockMovement['transaction_type'], amount: Big, reference: string | null): MockMovement {
    this.balance = this.balance.plus(amount);
    const movement: MockMovement = {
      transaction_id: this.id('txn'),
      transaction_type: type,
      amount: exact(amount),
      status: 'completed',
      reference_id: reference,
      created_at: now(),
    };
    this.movements.unshift(movement);
    return movement;
  }

  /** What waiting orders hold of it. */
  held(assetId: string): Big {
    return this.orders
      .filter(({ held }) => held?.asset_id === assetId)
      .reduce((sum, { held }) => sum.plus(held?.amount ?? 0), new Big(0));
  }

  preview(wish: OrderWish) {
    const asset = this.asset(wish.asset_id);
    if (!asset) return null;
    const buy = wish.order_type.endsWith('_buy');
    const limit = !wish.order_type.startsWith('market');
    const price = limit
      ? (wish.price ?? exact(new Big(wish.stop_price ?? 0).times(buy ? 1.05 : 0.95)))
      : asset.price;
    const quantity = wish.quantity
      ? new Big(wish.quantity)
      : new Big(wish.amount ?? 0).div(asset.price).round(8, Big.roundDown);
    const total = quantity.times(price).round(8, buy ? Big.roundUp : Big.roundDown);
    const owned = this.holdings.get(asset.asset_id)?.quantity ?? new Big(0);
    const held = owned.minus(this.held(asset.asset_id));
    const free = this.balance.minus(this.held('USD'));
    const balanceAfter = buy ? free.minus(total) : free.plus(total);
    const quantityAfter = buy ? held.plus(quantity) : held.minus(quantity);
    const violations: MockViolation[] = [];
    const whole = !buy && quantity.gt(0) && quantity.eq(held);
    if (!whole && (total.lt('1.00') || (!wish.amount && quantity.lt('0.001'))))
      violations.push({ code: 'order_too_small', message: 'Orders start at 0.001 units.' });
    if (!wish.close && total.gt(MAX_ORDER))
      violations.push({ code: 'order_too_large', message: 'Orders end at $10000.00.' });
    if (balanceAfter.lt(0)) {
      violations.push({
        code: 'insufficient_funds',
        message: `Balance $${cash(this.balance)}, required $${cash(total)}.`,
      });
    }
    if (limit && new Big(price).gt(new Big(asset.price).times(2)))
      violations.push({ code: 'price_out_of_band', message: `The limit is $${price}.` });
    if (wish.stop_price && this.isMet(wish, asset))
      violations.push({ code: 'trigger_already_met', message: `The price is $${asset.price}.` });
    if (wish.time_in_force === 'GTD' && !(new Date(wish.expires_at ?? 0) > new Date()))
      violations.push({ code: 'expiry_invalid', message: 'An order expires later than now.' });
    if (wish.post_only && this.reaches(wish, asset))
      violations.push({ code: 'post_only_would_take', message: 'The order is post-only.' });
    if (
      !limit &&
      wish.price &&
      (buy ? new Big(asset.price).gt(wish.price) : new Big(asset.price).lt(wish.price))
    )
      violations.push({ code: 'price_limit_exceeded', message: `The price is $${asset.price}.` });
    if (quantityAfter.lt(0)) {
      violations.push({
        code: 'insufficient_holdings',
        message: `Holding ${held.toFixed()} ${asset.asset_id}.`,
      });
    }
    return {
      order_type: wish.order_type,
      asset_id: asset.asset_id,
      quantity: quantity.toFixed(),
      price,
      ...(wish.stop_price ? { stop_price: wish.stop_price } : {}),
      price_limit: limit ? null : (wish.price ?? null),
      total_amount: exact(total),
      fee: '0.00',
      balance_after: exact(balanceAfter),
      quantity_after: quantityAfter.toFixed(),
      accepted: violations.length === 0,
      violations,
    };
  }

  /** Whether a limit order meets the house, which buys and sells at the price itself. */
  private reaches({ order_type, price = '0' }: OrderWish, asset: MockAsset): boolean {
    return order_type === 'limit_buy' ? new Big(price).gte(asset.price) : new Big(price).lte(asset.price);
  }

  /** Whether the price has been where the order waits for it. */
  private isMet({ order_type, stop_price = '0' }: OrderWish, asset: MockAsset): boolean {
    const rises = order_type.startsWith('stop') === order_type.endsWith('_buy');
    return rises ? new Big(asset.price).gte(stop_price) : new Big(asset.price).lte(stop_price);
  }

  /** A limit order that nobody fills at once. */
  private wait(order: MockOrder, wish: OrderWish): MockOrder {
    const { time_in_force = 'GTC', expires_at, stop_price, post_only = false } = wish;
    const waits = time_in_force !== 'IOC' && time_in_force !== 'FOK';
    const buy = order.order_type.endsWith('_buy');
    const held = buy
      ? { asset_id: 'USD', amount: order.total_amount }
      : { asset_id: order.asset_id, amount: order.quantity };
    const resting: MockOrder = {
      ...example('cancelOrder').data,
      ...order,
      status: stop_price ? 'pending' : waits ? 'queued' : 'expired',
      ...(stop_price ? { stop_price } : {}),
      total_amount: '0.00',
      time_in_force,
      ...(expires_at ? { expires_at } : {}),
      post_only,
      remaining_quantity: order.quantity,
      held: waits ? held : { ...held, amount: '0' },
      reason: waits ? null : 'ioc_remainder',
      updated_at: order.created_at,
    };
    this.orders.unshift(resting);
    return resting;
  }

  /** Null: there is no such order; a violation: it has ended. */
  cancel(orderId: string): MockOrder | MockViolation | null {
    const order = this.orders.find(({ order_id }) => order_id === orderId);
    if (!order) return null;
    if (!isOpen(order)) return tooLate(order);
    const held = { asset_id: 'USD', ...order.held, amount: '0' };
    return Object.assign(order, { status: 'cancelled', reason: 'user', held });
  }

  amend(orderId: string, { quantity, price }: MockAmendment): MockOrder | MockViolation | null {
    const order = this.orders.find(({ order_id }) => order_id === orderId);
    if (!order) return null;
    if (!isOpen(order)) return tooLate(order);
    return Object.assign(order, {
      quantity: quantity ?? order.quantity,
      price: price ?? order.price,
      remaining_quantity: quantity ?? order.quantity,
    });
  }

  place(wish: OrderWish, key: string | null): MockOrder | MockViolation {
    const preview = this.preview(wish);
    if (!preview) return { code: 'asset_unknown', message: 'There is no such asset.' };
    const [violation] = preview.violations;
    if (violation) return violation;
    const order: MockOrder = {
      order_id: this.id('ord'),
      order_type: wish.order_type,
      asset_id: preview.asset_id,
      quantity: preview.quantity,
      price: preview.price,
      status: 'completed',
      total_amount: preview.total_amount,
      fee: '0.00',
      client_order_id: key,
      created_at: now(),
    };
    const asset = this.asset(wish.asset_id);
    if (asset && !wish.order_type.startsWith('market') && (wish.stop_price || !this.reaches(wish, asset)))
      return this.wait(order, wish);
    const held = this.holdings.get(order.asset_id) ?? { quantity: new Big(0), cost: new Big(0) };
    const quantity = new Big(order.quantity);
    const total = new Big(order.total_amount);
    if (order.order_type.endsWith('_buy')) {
      this.holdings.set(order.asset_id, {
        quantity: held.quantity.plus(quantity),
        cost: held.cost.plus(total),
      });
      this.move('order_payment', total.neg(), order.order_id);
    } else {
      const cost = held.cost.times(quantity).div(held.quantity);
      const gain = total.minus(cost);
      this.realised = this.realised.plus(gain);
      this.realisedOf.set(order.asset_id, gain.plus(this.realisedOf.get(order.asset_id) ?? 0));
      this.holdings.set(order.asset_id, {
        quantity: held.quantity.minus(quantity),
        cost: held.cost.minus(cost),
      });
      this.move('order_sale', total, order.order_id);
    }
    this.orders.unshift(order);
    return order;
  }

  /** The order that sells all of an asset. */
  closing(assetId: string): OrderWish {
    const quantity = this.holdings.get(assetId)?.quantity.toFixed() ?? '0';
    return { order_type: 'market_sell', asset_id: assetId, quantity, close: true };
  }

  closed() {
    const sold = [...this.holdings].filter(([, { quantity }]) => quantity.eq(0));
    return {
      ...this.portfolio(),
      assets: sold.map(([asset_id]) => ({
        ...first(example('getPortfolio').assets),
        asset_id,
        quantity: '0',
        status: 'closed' as const,
        realised_pnl: cash(this.realisedOf.get(asset_id) ?? new Big(0)),
      })),
    };
  }

  portfolio() {
    const held = [...this.holdings].filter(([, { quantity }]) => quantity.gt(0));
    const valued = held.map(([asset_id, { quantity, cost }]) => {
      const price = this.asset(asset_id)?.price ?? '0';
      return { asset_id, quantity, cost, price, value: quantity.times(price) };
    });
    const total = valued.reduce((sum, { value }) => sum.plus(value), this.balance);
    const cost = valued.reduce((sum, holding) => sum.plus(holding.cost), new Big(0));
    const value = valued.reduce((sum, holding) => sum.plus(holding.value), new Big(0));
    return {
      assets: valued
        .sort((a, b) => b.value.cmp(a.value))
        .map((holding) => ({
          asset_id: holding.asset_id,
          quantity: holding.quantity.toFixed(),
          held_quantity: this.held(holding.asset_id).toFixed(),
          current_price: holding.price,
          market_value: cash(holding.value),
          percentage: total.eq(0) ? '0' : holding.value.times(100).div(total).toFixed(2),
          average_cost: holding.cost.div(holding.quantity).toFixed(2),
          cost_basis: cash(holding.cost),
          unrealised_pnl: cash(holding.value.minus(holding.cost)),
          realised_pnl: '0.00',
        })),
      cash: cash(this.balance.minus(this.held('USD'))),
      held_cash: cash(this.held('USD')),
      total_value: cash(total),
      cost_basis: cash(cost),
      unrealised_pnl: cash(value.minus(cost)),
      realised_pnl: cash(this.realised),
    };
  }

  limits() {
    const use = (kind: 'deposit' | 'withdraw') => ({
      limit: LIMITS[kind],
      used: cash(this.used[kind]),
      remaining: cash(new Big(LIMITS[kind]).minus(this.used[kind])),
    });
    const midnight = new Date();
    midnight.setUTCHours(24, 0, 0, 0);
    return {
      deposit: use('deposit'),
      withdraw: use('withdraw'),
      max_order_value: MAX_ORDER,
      resets_at: midnight.toISOString(),
    };
  }
}
