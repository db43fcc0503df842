// Which lots go into a process: those a person tapped first, then those that expire first, never more than is needed.

import { compare, isPositive, min, subtract } from "../../lib/decimal";
import type { FloorInput } from "../../lib/plan";
import type { Decimal, RecordId } from "../../lib/types";

/** What a person tapped: lots to take first, and lots to leave. */
export interface Wish { first: RecordId[]; not: RecordId[] }

/** What is taken of each lot; the node's own choice while nobody has tapped. */
export function picked(input: FloorInput, wish: Wish | undefined): { lot: RecordId; quantity: Decimal }[] {
  if (!wish) return input.lots.filter((lot) => isPositive(lot.chosen)).map(({ lot, chosen }) => ({ lot, quantity: chosen }));
  const rank = (lot: RecordId): number => (wish.first.includes(lot) ? wish.first.indexOf(lot) : wish.first.length);
  const order = input.lots.filter(({ lot }) => !wish.not.includes(lot)).toSorted((a, b) => rank(a.lot) - rank(b.lot));
  const found: { lot: RecordId; quantity: Decimal }[] = [];
  let left = input.quantity;
  for (const { lot, quantity } of order) {
    const taken = min(left, quantity);
    if (!isPositive(taken)) continue;
    found.push({ lot, quantity: taken });
    left = subtract(left, taken);
  }
  return found;
}

/** The wish after one more tap on a lot: one that is taken is left, one that is not comes first. */
export function tapped(input: FloorInput, wish: Wish | undefined, lot: RecordId): Wish {
  const { first, not } = wish ?? { first: [], not: [] };
  const taken = picked(input, wish).some((one) => one.lot === lot);
  return taken
    ? { first: first.filter((id) => id !== lot), not: [...not, lot] }
    : { first: [lot, ...first.filter((id) => id !== lot)], not: not.filter((id) => id !== lot) };
}

/** What is still lacking when all that is picked has been taken. */
export function lacking(input: FloorInput, wish: Wish | undefined): Decimal | undefined {
  const rest = picked(input, wish).reduce((left, { quantity }) => subtract(left, quantity), input.quantity);
  return compare(rest, "0") > 0 ? rest : undefined;
}
