// The course of a deal, from spring to mouth: which stage a state stands for, and how far one that ended had come.

import type { DealState, DealView } from "../../lib/types";

export const STAGES = ["enquired", "quoted", "accepted", "bound", "shipped", "delivered", "settled"] as const;
export type Stage = (typeof STAGES)[number];
export type Ending = "refused" | "lapsed" | "cancelled";

const ENDINGS: readonly DealState[] = ["refused", "lapsed", "cancelled"];
/** The record by which each stage was reached, for deals that ended early. */
const SIGNS: [string, Stage][] = [
  ["handover", "shipped"], ["cancellation", "bound"], ["binding", "bound"], ["pool_close", "bound"], ["acceptance", "accepted"],
  ["pledge_receipt", "accepted"], ["quote", "quoted"],
];

export const isOver = (state: DealState): boolean => state === "settled" || ENDINGS.includes(state);

export function ending(state: DealState): Ending | undefined {
  return ENDINGS.includes(state) ? (state as Ending) : undefined;
}

/** The last stage reached, as an index into `STAGES`. */
export function reached(deal: DealView): number {
  if (deal.state === "confirmed") return STAGES.indexOf("accepted");
  const index = STAGES.findIndex((stage) => stage === deal.state);
  if (index >= 0) return index;
  const sign = SIGNS.find(([kind]) => deal.history.some((line) => line.kind === kind));
  return sign ? STAGES.indexOf(sign[1]) : 0;
}

/** How a state looks as a chip. */
export function colour(state: DealState): "" | "water" | "moss" | "silt" | "clay" {
  if (state === "settled" || state === "delivered") return "moss";
  if (state === "quoted" || state === "enquired") return "silt";
  if (state === "refused") return "clay";
  return ending(state) ? "" : "water";
}
