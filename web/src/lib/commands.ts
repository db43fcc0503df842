// What the owner can tell a node to do: the body of `POST /api/v1/commands`, as `crates/node` reads it.
// An optional field that is left out takes the node's default.

import type { Capacity, Draw, StandingOrder } from "./bidding";
import type { PlanCall, PlanDemand, PlanSupply } from "./joint";
import type { Cause } from "./plan";
import type {
  AgentId, Decimal, DropOff, Goods, Interest, Money, Place, PoolOptions, PriceSchedule, Recipe, RecordId, SpecId, Specification,
  Text, Timestamp, Unit, WorkCenter,
} from "./types";

export interface OfferDraft {
  spec: SpecId; name?: Text; unit?: Unit; prices: PriceSchedule; minimum?: Decimal; step?: Decimal; maximum?: Decimal;
  lead_time_days?: number; place?: Place; expires_days?: number;
  category?: SpecId; capacity?: Draw;
  pooling?: PoolOptions & { cap: Decimal; lead_time_days: number; payment: Text; stock?: Decimal; extension_days?: number };
}

export interface LotUse { lot: RecordId; quantity: Decimal }

export type Command =
  | { do: "describe"; specification: Specification }
  | { do: "model"; recipes?: Recipe[]; work_centers?: Record<string, WorkCenter> }
  | { do: "raise"; spec: SpecId; quantity: Decimal; serials?: string[]; properties?: Record<string, string> }
  | { do: "lower"; lot: RecordId; quantity: Decimal; serials?: string[]; note: string }
  | ({ do: "offer" } & OfferDraft)
  | {
      do: "need"; spec: SpecId; name?: Text; quantity: Decimal; ceiling?: Money; due?: Timestamp; place?: Place;
      expires_days?: number;
    }
  | { do: "withdraw"; listing: RecordId }
  | { do: "enquire"; offer: RecordId; quantity: Decimal; due?: Timestamp }
  | { do: "plan"; spec: SpecId; quantity: Decimal }
  | { do: "accept" | "decline"; deal: RecordId }
  | {
      do: "open_pool"; offer: RecordId; threshold: Decimal; closes: Timestamp; extended?: Timestamp; drop_offs?: DropOff[];
      round?: RecordId;
    }
  | {
      do: "pledge"; pool: RecordId; at_least: Decimal; at_most: Decimal; ceiling: Decimal; extend?: boolean;
      drop_off?: number;
    }
  | {
      do: "open_round"; name: Text; closes: Timestamp; drop_offs?: DropOff[];
      products: { offer: RecordId; threshold: Decimal; extended?: Timestamp }[];
    }
  | { do: "ship_drop_off"; pool: RecordId; drop_off: number }
  | { do: "account_pool"; pool: RecordId }
  | { do: "set_interests"; wants: Interest[] }
  | { do: "vouch"; agent: AgentId; because?: RecordId; deposit?: Money; until?: Timestamp }
  | ({ do: "capacity" } & Capacity)
  | { do: "bid"; offer: RecordId; quantity: Decimal; at_most: Money }
  | ({ do: "plan_call" } & PlanCall)
  | ({ do: "plan_supply" } & PlanSupply)
  | ({ do: "plan_demand" } & PlanDemand)
  | { do: "replay_plan"; call: RecordId }
  | ({ do: "standing_order" } & StandingOrder)
  | { do: "cancel_standing"; order: RecordId }
  | { do: "cancel"; deal: RecordId; reason: string }
  | { do: "answer_cancel"; deal: RecordId; answer: "agree" | "refuse" }
  | { do: "start"; plan: RecordId; index: number; lots?: LotUse[] }
  | { do: "pause"; plan: RecordId; index: number; reason: Cause }
  | { do: "report"; plan: RecordId; index: number; good: Decimal; scrap: Decimal; reason?: Cause }
  | {
      do: "finish"; plan: RecordId; index: number; quantity?: Decimal; scrap?: Decimal; reason?: Cause; lots?: LotUse[];
    }
  | { do: "move_process"; plan: RecordId; index: number; start: Timestamp; work_center?: string }
  | { do: "down"; work_center: string; from?: Timestamp; until: Timestamp; reason: string }
  | { do: "up"; work_center: string }
  | { do: "take_estimate"; spec: SpecId; step: number; work_center?: string }
  | { do: "answer_delay"; deal: RecordId; answer: "accept" | "refuse" | "cancel" | "pass_on" }
  | { do: "ask_date"; deal: RecordId; promise: Timestamp; reason: string }
  | { do: "ship"; deal: RecordId; via?: AgentId; quantity?: Decimal }
  | { do: "receive"; handover: RecordId; rejected?: Goods[]; reason?: string }
  | { do: "pass_on"; handover: RecordId }
  | { do: "settle"; deal: RecordId; amount?: Decimal; note?: string }
  | {
      do: "feedback"; deal: RecordId; serial?: string; rating: number; text?: string; wishes?: Record<string, string>;
    }
  | { do: "trace"; lot: RecordId }
  | { do: "recall"; lot: RecordId };
