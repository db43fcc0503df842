// Joint plans, as `crates/node` serialises them. Nothing here computes.

import type { Decimal, Money, Place, RecordId, SpecId, Text, Timestamp, Unit, Who } from "./types";

/** Somebody will plan who makes what for whom. */
export interface PlanCall {
  name: Text; category?: SpecId; currency: string; unit: Unit; takes_until: Timestamp; closes: Timestamp;
}
/** One thing that a supplier would make: its price without set-up, the capacity of one, and what it costs to begin. */
export interface PlanProduct { spec: SpecId; name: Text; unit: Unit; unit_price: Decimal; load: Decimal; setup?: Decimal }
export interface PlanSupply { call: RecordId; quantity: Decimal; lead_time_s: number; place?: Place; products: PlanProduct[] }
export interface PlanDemand {
  call: RecordId; spec: SpecId; quantity: Decimal; at_most: Money; per_km?: Decimal; max_distance_km?: number; place?: Place;
}
export type SupplyState = "said" | "refused" | "planned" | "lapsed";
export type DemandState = "said" | "unserved" | "refused" | "awarded" | "lapsed";
export type Replay = "not" | "missing" | "same" | "different";
export interface CallView {
  id: RecordId; by: Who; mine: boolean; call: PlanCall; open: boolean; rounds: number;
  supplies_taken: number; demands_taken: number;
  supplies: { id: RecordId; supply: PlanSupply; state: SupplyState; round: number | null; price: number }[];
  demands: {
    id: RecordId; demand: PlanDemand; state: DemandState; named: Who | null; unit_price: Decimal | null; setup_share: Decimal | null;
  }[];
  awards: { demand: RecordId; supply: RecordId; unit_price: Decimal; setup_share: Decimal }[];
  result: RecordId | null; replay: Replay; missing: RecordId[];
}
