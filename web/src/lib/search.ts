// Searches among peers, as `crates/node` serialises them. Nothing here computes.

import type { AgentId, Decimal, Need, Offer, Place, PoolTerms, RecordId, SpecId, Timestamp, Who } from "./types";

export interface Query {
  kind: "offers" | "needs" | "pools"; category?: SpecId; spec?: SpecId; text?: string; place?: Place; quantity?: Decimal;
  limit?: number;
}
export type Listed = { offer: Offer } | { need: Need } | { pool: { terms: PoolTerms; offer: Offer | null } };
export interface FoundView {
  id: RecordId; by: Who; mine: boolean; at: Timestamp; age_s: number; distance_km: number | null; kept: boolean;
  shown_by: AgentId[]; listing: Listed;
}
export type SearchOutcome = "asked" | "answered" | "refused" | "silent";
/** One of those asked: what it gave, and what it left out that others showed. */
export interface AnswererView {
  who: Who; outcome: SearchOutcome; gave: number; unfit: number; forged: number; expired: number; more: boolean;
  left_out: RecordId[];
}
export interface SearchView { found: FoundView[]; answerers: AnswererView[] }
