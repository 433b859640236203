// SPDX-License-Identifier: MIT
// How many digits prices of an asset have.
import { price, priceDigits } from '~/lib/format';

interface Priced {
  price_usd: number;
  /** The step in which its price moves, where the server publishes it. */
  price_tick?: string | null;
}

export function digitsOf({ price_usd, price_tick }: Priced): number {
  return priceDigits(price_usd, price_tick);
}

/** The asset's own price. */
export function assetPrice(asset: Priced): string {
  return price(asset.price_usd, digitsOf(asset));
}
