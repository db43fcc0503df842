// The shapes a node shows its owner, as `crates/node` serialises them. Decimals are strings, times are RFC 3339 in UTC.
// Nothing here computes.

import type { Draw } from "./bidding";

export type Decimal = string;
export type Timestamp = string;
export type RecordId = string;
export type AgentId = string;
export type SpecId = string;
export type Text = string | Record<string, string>;
export const UNITS = [
  "each", "set", "box", "g", "kg", "t", "mm", "m", "m2", "m3", "ml", "l", "s", "min", "h", "day", "kwh",
] as const;
export type Unit = (typeof UNITS)[number];

export interface Money { amount: Decimal; currency: string }
export interface Quantity { value: Decimal; unit: Unit }
export interface Tier { from: Decimal; unit_price: Decimal }
export interface PriceSchedule { currency: string; tiers: Tier[] }
export interface Place { name: string; latitude?: Decimal; longitude?: Decimal; radius_km?: number }
export interface Who { agent: AgentId; name: string }
export interface Me { agent: AgentId; name: string; ticket: string }

export interface Problem { at: Timestamp; peer: Who | null; what: Text }
export interface Status {
  me: Who; now: Timestamp; log_size: number; log_root: string; records: number; peers: number;
  recipes: number; listings: number; open_deals: number; problems: Problem[];
}
export type Standing = { is: "own" | "known" | "stamped" | "stranger" } | { is: "vouched"; by: AgentId; deposit?: Money };
export interface VouchView { record: RecordId; who: Who; deposit: Money | null; expires: Timestamp }
/** How far an agent is trusted here, and what speaks for it. */
export interface StandingView {
  who: Who; standing: Standing; room: number; stamp_bits: number | null; stamp_expires: Timestamp | null;
  vouched_by: VouchView[]; vouches_for: VouchView[];
}
/** A class of things of which this node is to hear, and where. */
export interface Interest { category: SpecId; place?: Place }
export interface PeerView {
  who: Who; connected: boolean; addresses: string[]; undelivered: number;
  clock_ahead_s: number | null; witnessed: number | null;
}

/** Options of pools, as the offer grants them and a pool's terms repeat them. */
export interface PoolOptions {
  case?: Decimal; counted?: "all" | "vouched"; vouchers?: AgentId[]; settles?: "pledged" | "accepted";
  tolerance_percent?: number;
}
export interface Pooling extends PoolOptions {
  cap: Decimal; lead_time_s: number; payment: Text; stock?: Decimal; extension_s?: number;
}
export interface DropOff { name: Text; place?: Place; leader: AgentId }
export interface Offer {
  spec: SpecId; name: Text; unit: Unit; prices: PriceSchedule; minimum: Decimal; step: Decimal; maximum?: Decimal;
  lead_time_s: number; place?: Place; expires: Timestamp; pooling?: Pooling; specification?: RecordId; category?: SpecId; capacity?: Draw; setup?: Money;
}
export interface OfferView { id: RecordId; by: Who; mine: boolean; at: Timestamp; heard_at?: Timestamp; offer: Offer }
export interface Need {
  spec: SpecId; name: Text; unit: Unit; quantity: Decimal; ceiling?: Money; due?: Timestamp; place?: Place;
  expires: Timestamp; category?: SpecId;
}
export interface NeedView { id: RecordId; by: Who; mine: boolean; at: Timestamp; need: Need; fits: RecordId[] }

export interface PoolTerms extends PoolOptions {
  request: RecordId; offer: RecordId; spec: SpecId; name: Text; unit: Unit; minimum: Decimal; step: Decimal;
  prices: PriceSchedule; threshold: Decimal; cap: Decimal; closes: Timestamp; allocation: string; keeper: AgentId;
  lead_time_s: number; payment: Text; extended?: Timestamp; drop_offs?: DropOff[]; round?: RecordId;
}
export type PoolState = "open" | "extended" | "closing" | "made" | "lapsed" | "disputed";
export interface MyPledge {
  id: RecordId; at_least: Decimal; at_most: Decimal; ceiling: Decimal; receipted: boolean;
  extend: boolean; drop_off: number | null; counted: boolean; edits: number;
}
export interface PoolResult { close: RecordId; unit_price: Money; total: Decimal; my_quantity: Decimal }
export interface PoolView {
  id: RecordId; by: Who; keeper: Who; terms: PoolTerms; state: PoolState; members: number; pledged: Decimal;
  price_now: Money | null; solo_price: Money | null; mine: MyPledge | null; result: PoolResult | null;
  counted: Decimal | null; compare: PoolCompare;
}
/** One quantity bought alone and together. */
export interface PoolCompare {
  quantity: Decimal; solo: Money | null; pooled: Money | null; saving: Money | null;
  next: { unit_price: Money; at: Decimal; missing: Decimal } | null;
}
export interface RoundLine {
  pool: RecordId; name: Text; quantity: Decimal; unit: Unit; unit_price: Money | null; total: Money | null;
}
export interface RoundView {
  id: RecordId; name: Text; leader: Who; mine: boolean; closes: Timestamp; drop_offs: DropOff[]; pools: RecordId[];
  lines: RoundLine[];
}
export interface DropLine { member: Who; deal: RecordId; quantity: Decimal; state: "coming" | "here" | "given" }
/** Who fetches what at a drop-off, for its leader and the producer. */
export interface DropListView {
  pool: RecordId; round: RecordId | null; spec: SpecId; name: Text; unit: Unit; index: number; drop_off: DropOff;
  leader: Who; mine: boolean; producer: Who; total: Decimal; lines: DropLine[];
}

export type Role = "buyer" | "supplier";
export type DealState =
  | "enquired" | "quoted" | "accepted" | "confirmed" | "bound" | "shipped" | "delivered" | "settled"
  | "refused" | "lapsed" | "cancelled";
export type Reason =
  | "late" | "no_listing" | "quantity" | "no_source" | "loop" | "clock" | "busy" | "not_chosen" | "upstream"
  | "declined" | "invalid";
export interface Goods { lot: RecordId; spec: SpecId; quantity: Decimal; serials?: string[] }
export interface HistoryLine { record: RecordId; kind: string; by: Who; at: Timestamp }
export interface DealView {
  id: RecordId; pool: RecordId | null; role: Role; with: Who; spec: SpecId; name: Text; unit: Unit;
  quantity: Decimal; unit_price: Money | null; total: Money | null; state: DealState;
  refused: [Reason, Text] | null; promise: Timestamp | null; start: Timestamp; answer_by: Timestamp;
  hold_until: Timestamp | null; order: RecordId | null; shipped: Decimal; accepted: Decimal; rejected: Decimal;
  owed: Money | null; paid: Money | null; cancellation: { by: Who; reason: string } | null; goods: Goods[];
  names: Record<RecordId, Text>;
  history: HistoryLine[];
  /** the price that followed from what all members of its pool took over */
  accounted: Money | null;
  /** what was taken over beyond what is tolerated, or what is lacking */
  claim: { kind: "short" | "over"; quantity: Decimal } | null;
  /** when the goods are to be expected by what is known here: where it is not the promise, they are late */
  expected: Timestamp | null; late: boolean; delay: DelayView | null;
}
/** Another date for a deal, offered by its supplier or asked for by its buyer. */
export interface DelayView {
  by: Who; promise: Timestamp; answer_by: Timestamp; reason: Text; to_answer: boolean; may_cancel: boolean;
}

export type OrderSource = "deal" | "pool" | "own";
export type OrderState = "asking" | "held" | "signing" | "firm" | "made" | "dropped";
export interface PurchaseView { spec: SpecId; quantity: Decimal; asked: RecordId[]; chosen: RecordId | null }
export interface ProcessInput { spec: SpecId; quantity: Decimal; available: Decimal }
export type ProcessState = "planned" | "started" | "paused" | "done";
export interface ProcessView {
  plan: RecordId; index: number; order: RecordId; firm: boolean; spec: SpecId; output_name: Text; quantity: Decimal;
  name: string; work_center: string; start: Timestamp; end: Timestamp; state: ProcessState; inputs: ProcessInput[];
  ready: boolean;
}
export interface OrderView {
  id: RecordId; source: OrderSource; spec: SpecId; name: Text; quantity: Decimal; state: OrderState;
  trouble: Text | null; promise: Timestamp | null; start: Timestamp; take: Record<SpecId, Decimal>;
  purchases: PurchaseView[]; processes: ProcessView[];
}

export interface LotView { lot: RecordId; name: Text; quantity: Decimal; serials: string[]; issuer: Who | null }
export interface StockView {
  spec: SpecId; name: Text; unit: Unit | null; on_hand: Decimal; reserved: Decimal; free: Decimal; lots: LotView[];
}
export type HandoverState = "waiting" | "taken" | "partly" | "refused";
export interface HandoverView {
  id: RecordId; deal: RecordId; from: Who; to: Who; consignee: Who; purpose: "delivery" | "return"; goods: Goods[];
  names: Record<RecordId, Text>;
  at: Timestamp; state: HandoverState; reason: string; to_pass_on: boolean;
}

export interface Specification {
  id: SpecId; name: Text; unit: Unit; category?: SpecId; serialised: boolean; properties?: Record<string, string>;
  revision: number; supersedes?: RecordId; cites?: RecordId[];
}
export interface SpecView { id: RecordId; by: Who; mine: boolean; specification: Specification }
export interface FeedbackView {
  id: RecordId; by: Who; at: Timestamp; mine: boolean; spec: SpecId; name: Text; passport: RecordId; serial: string | null;
  rating: number; text: string; wishes: Record<string, string>; led_to: RecordId[];
}

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];
export interface Shift { days: Weekday[]; from: string; to: string }
export interface Calendar { zone: string; shifts: Shift[]; holidays?: string[] }
export interface WorkCenter { name?: Text; units: number; calendar?: Calendar }
export interface RecipeStep {
  name: string; work_center: string; setup_s: number; run_s: number; fixed_s: number; labour_s: number;
}
export interface Recipe {
  output: SpecId; output_quantity: Decimal; inputs: { spec: SpecId; quantity: Decimal }[]; steps: RecipeStep[];
}
export interface Model { recipes: Record<SpecId, Recipe>; work_centers: Record<string, WorkCenter> }

export type Topic = "market" | "deals" | "workshop" | "stock" | "peers" | "feedback" | "problems";

export type TraceState =
  | { state: "verified" }
  | { state: "gap"; reason: string }
  | { state: "false"; reason: string };
export interface Hand { from: AgentId; to: AgentId; at: Timestamp; verified: boolean }
export interface TraceNode {
  lot: RecordId; spec: SpecId | null; name: Text | null; quantity: Quantity | null; used: Quantity | null;
  issuer: AgentId | null; made_at: Timestamp | null; processes: string[]; serials: number;
  properties: Record<string, string>; handling: Hand[]; inputs: TraceNode[]; state: TraceState;
}

export type ForwardState = "answered" | "awaited" | "no_answer" | "shown_elsewhere" | "too_far";
export interface RecallNode {
  agent: AgentId; lot: RecordId; state: ForwardState; on_hand: Decimal | null; outputs: RecallNode[];
  handed: { handover: RecordId; quantity: Decimal; serials: string[]; at: RecallNode }[];
}
/** What a trace or recall says besides its tree: what the agents in it call themselves. */
export interface Named { names: Record<AgentId, string> }
