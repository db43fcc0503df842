// Price schedules as `crates/vocab` reckons them: the deepest tier reached prices every unit.

import { compare, multiply } from "./decimal";
import type { Decimal, Money, PriceSchedule, Tier } from "./types";

/** The tier that prices an order of `quantity`; undefined below the first. */
export function tierAt(prices: PriceSchedule, quantity: Decimal): Tier | undefined {
  return prices.tiers.findLast((tier) => compare(tier.from, quantity) <= 0);
}

/** The next tier above `quantity`. */
export function nextTier(prices: PriceSchedule, quantity: Decimal): Tier | undefined {
  return prices.tiers.find((tier) => compare(tier.from, quantity) > 0);
}

/** Decimal places of a currency's smallest coin (ISO 4217, by way of the browser's tables). */
export function coinPlaces(currency: string): number {
  try {
    return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

/** What `quantity` costs by the schedule; undefined below the first tier. */
export function totalAt(prices: PriceSchedule, quantity: Decimal): Money | undefined {
  const tier = tierAt(prices, quantity);
  if (!tier) return undefined;
  const { currency } = prices;
  return { amount: multiply(tier.unit_price, quantity, coinPlaces(currency)), currency };
}
