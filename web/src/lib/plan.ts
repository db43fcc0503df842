// What a node shows of its plan and its shop floor, as `crates/node` serialises it. Durations are whole seconds.

import type { AgentId, Decimal, Money, ProcessState, RecordId, SpecId, Text, Timestamp } from "./types";

export interface Stretch { start: Timestamp; end: Timestamp }
export interface PlanCenter {
  id: string; name?: Text | null; units: number; closed: Stretch[]; down: (Stretch & { reason: string })[];
  load: (Stretch & { units: number })[]; days: { start: Timestamp; open_s: number; used_s: number }[];
}
export const STAGES = ["hold", "signing", "firm"] as const;
export type Stage = (typeof STAGES)[number];
/** One run of a recipe step: it is named by its plan and its place in it. */
export interface StepRef { plan: RecordId; index: number }
export interface PlanProcess extends StepRef {
  order: RecordId; spec: SpecId; name: Text; step: string; quantity: Decimal; work_center: string;
  start: Timestamp; work_end: Timestamp; end: Timestamp; state: ProcessState; stage: Stage; hold_until?: Timestamp | null;
  source: "deal" | "pool" | "own"; with?: AgentId | null; with_name?: string | null; due?: Timestamp | null; promise: Timestamp;
  late_s: number; movable: boolean; after: number[]; crew?: Crew | null; tool?: string | null;
}
export interface Crew { skill: string; people: number }
export interface Shortage {
  spec: SpecId; name: Text; quantity: Decimal; needed_at: Timestamp; order: RecordId; arrives?: Timestamp | null; deal?: RecordId | null;
}
export interface Plan {
  now: Timestamp; from: Timestamp; to: Timestamp; work_centers: PlanCenter[]; processes: PlanProcess[];
  shortages: Shortage[]; truncated: boolean;
}

export interface Moved extends StepRef { work_center: string; start: Timestamp; work_end: Timestamp; end: Timestamp }
export interface PromiseMoved {
  order: RecordId; with?: AgentId | null; with_name?: string | null; from: Timestamp; to: Timestamp; late_s: number;
}
export interface Preview { possible: boolean; why?: Text | null; moves: Moved[]; promises: PromiseMoved[] }

export interface Asked {
  deal: RecordId; with: AgentId; with_name: string; stage: string; promise?: Timestamp | null; hold_until?: Timestamp | null;
  unit_price?: Money | null; chosen: boolean;
}
export interface TreeNode {
  kind: "demand" | "make" | "stock" | "purchase"; spec: SpecId; name: Text; quantity: Decimal; at?: Timestamp | null; late_s?: number | null;
  weakest: boolean;
  steps?: { index: number; step: string; work_center: string; start: Timestamp; end: Timestamp; state: ProcessState }[];
  lots?: { lot: RecordId; quantity: Decimal }[];
  deal?: RecordId | null; with?: AgentId | null; with_name?: string | null; promise?: Timestamp | null;
  hold_until?: Timestamp | null; stage?: string | null; asked?: Asked[]; children?: TreeNode[];
}
export interface Why {
  on_time: boolean; late_s: number; earliest: Timestamp | null;
  chain: {
    kind: "work" | "capacity" | "material" | "lead_time" | "calendar" | "release"; what: Text; from: Timestamp; to: Timestamp;
    spec: SpecId; work_center?: string;
  }[];
  relief: {
    kind: "overtime" | "alternative" | "split" | "earlier_purchase" | "resequence"; what: Text; gain_s: number; cost_s: number;
  }[];
}

export interface WhatIf {
  demands: { spec: SpecId; quantity: Decimal; due?: Timestamp }[];
  overtime: { work_center: string; from: Timestamp; to: Timestamp }[];
  down: { work_center: string; from: Timestamp; to: Timestamp }[];
}
export interface WhatIfAnswer {
  promises: { spec: SpecId; quantity: Decimal; due?: Timestamp | null; promise: Timestamp | null; late_s: number }[];
  moved: { order: RecordId; from: Timestamp | null; to: Timestamp | null }[];
}
export interface Capable { spec: SpecId; steps: { quantity: Decimal; promise: Timestamp }[] }

/** Why work stopped or output was spoilt: the short codes that records carry. */
export const CAUSES = ["material", "machine", "tool", "people", "quality", "break", "other"] as const;
export type Cause = (typeof CAUSES)[number];
export interface FloorLot { lot: RecordId; quantity: Decimal; expires: Timestamp | null; expired: boolean; chosen: Decimal }
export interface FloorInput { spec: SpecId; name: Text; quantity: Decimal; lots: FloorLot[] }
export interface FloorEntry extends StepRef {
  order: RecordId; spec: SpecId; name: Text; step: number; work: string; work_center: string; quantity: Decimal;
  start: Timestamp; work_end: Timestamp; state: ProcessState; paused: { reason: Cause; note: string; at: Timestamp } | null;
  ready: boolean; waits_for: Text | null; good: Decimal; scrap: Decimal; started_at: Timestamp | null; worked_s: number;
  inputs: FloorInput[]; due: Timestamp; late_s: number; crew: Crew | null; tool: string | null;
}
export interface FloorList { now: Timestamp; entries: FloorEntry[]; truncated: boolean }
/** What a recipe says of a step, and what was seen; shares of scrap from 0 to 1. */
export interface Estimate {
  spec: SpecId; name: Text; step: number; work: string; work_center: string; samples: number; setup_s: number; run_s: number;
  actual_run_s: number | null; recipe_scrap: Decimal; scrap: Decimal; suggested_run_s: number | null; suggested_scrap: Decimal | null;
}
