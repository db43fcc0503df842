// Exact arithmetic on decimal strings ("12.5"), the only form in which quantities and money travel.
// Works on BigInt millionths, as a node allows at most six places. `share` alone gives a float, for the length of a bar.

import type { Decimal } from "./types";

const PLACES = 6;
const ONE = 10n ** BigInt(PLACES);
const FORM = /^-?\d{1,12}(\.\d{1,6})?$/;

function micros(value: Decimal): bigint {
  const negative = value.startsWith("-");
  const [whole = "0", part = ""] = (negative ? value.slice(1) : value).split(".");
  const size = BigInt(whole) * ONE + BigInt(part.padEnd(PLACES, "0").slice(0, PLACES));
  return negative ? -size : size;
}

function text(value: bigint): Decimal {
  const size = value < 0n ? -value : value;
  const part = (size % ONE).toString().padStart(PLACES, "0").replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / ONE}${part && `.${part}`}`;
}

export const isDecimal = (value: string): boolean => FORM.test(value);
export const add = (a: Decimal, b: Decimal): Decimal => text(micros(a) + micros(b));
export const subtract = (a: Decimal, b: Decimal): Decimal => text(micros(a) - micros(b));
export const isZero = (a: Decimal): boolean => micros(a) === 0n;
export const isPositive = (a: Decimal): boolean => micros(a) > 0n;
export const max = (a: Decimal, b: Decimal): Decimal => (compare(a, b) < 0 ? b : a);
export const min = (a: Decimal, b: Decimal): Decimal => (compare(a, b) < 0 ? a : b);

/** Below, at or above zero as `a` is below, at or above `b`. */
export function compare(a: Decimal, b: Decimal): number {
  const difference = micros(a) - micros(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** `a` times `b`, rounded half to even to `places`, as the node rounds an amount to its currency's smallest coin. */
export function multiply(a: Decimal, b: Decimal, places = PLACES): Decimal {
  const product = micros(a) * micros(b);
  const unit = 10n ** BigInt(2 * PLACES - places);
  const size = product < 0n ? -product : product;
  const twice = (size % unit) * 2n;
  let quotient = size / unit;
  if (twice > unit || (twice === unit && quotient % 2n === 1n)) quotient += 1n;
  const rounded = quotient * 10n ** BigInt(PLACES - places);
  return text(product < 0n ? -rounded : rounded);
}

/** True when `value` is a whole number of `step`s. */
export function isMultiple(value: Decimal, step: Decimal): boolean {
  const unit = micros(step);
  return unit <= 0n || micros(value) % unit === 0n;
}

/** How much of `whole` is `part`, from 0 to 1: a length to draw, never a figure to show. */
export function share(part: Decimal, whole: Decimal): number {
  const total = micros(whole);
  if (total <= 0n) return 0;
  return Math.min(1, Math.max(0, Number((micros(part) * 10_000n) / total) / 10_000));
}

/** What a person typed, as a decimal string; undefined when it is none. Takes full-width digits and a decimal comma. */
export function readDecimal(typed: string): Decimal | undefined {
  const plain = typed.normalize("NFKC").trim().replace(/[\s\u00a0_']/g, "");
  const dotted = plain.includes(".") ? plain : plain.replace(/^(-?\d+),(\d{1,6})$/, "$1.$2");
  return FORM.test(dotted) ? text(micros(dotted)) : undefined;
}
