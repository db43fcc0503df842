// Auctions of capacity, and what the node looks for by itself, as `crates/node` serialises them. Nothing here computes.

import type { Decimal, Money, Place, RecordId, Role, SpecId, Text, Timestamp, Unit, Who } from "./types";

/** So much of something scarce, sold to those who order goods that need it. */
export interface Capacity {
  name: Text; quantity: Decimal; unit: Unit; opens?: Timestamp; closes: Timestamp; step: Money; reserve?: Decimal;
}
/** What one unit of an offer's goods takes of an auctioned capacity. */
export interface Draw { auction: RecordId; load: Decimal }
export interface AuctionView {
  id: RecordId; by: Who; mine: boolean; capacity: Capacity; open: boolean; price: Money; taken: Decimal | null;
  bids: BidView[];
}
export type BidState = "sent" | "in" | "out" | "refused" | "awarded" | "lapsed";
export interface BidView {
  id: RecordId; auction: RecordId; role: Role; with: Who; spec: SpecId; name: Text; unit: Unit;
  bid: { offer: RecordId; quantity: Decimal; at_most: Money; answer_by: Timestamp }; state: BidState;
  price: Decimal | null;
}

/** What counts besides the price, in money for one unit of goods. */
export interface Preferences {
  per_km?: Decimal; per_day?: Decimal; properties?: Record<string, Decimal>; stranger?: Decimal; failed?: Decimal;
}
/** Something wanted, within limits, for which the node looks by itself. */
export interface StandingOrder {
  spec: SpecId; quantity: Decimal; at_most: Money; place?: Place; by?: Timestamp; max_distance_km?: number;
  accept?: "ask" | "auto"; pool?: boolean; joint?: boolean; preferences?: Preferences; keep_until: Timestamp;
}
/** How a standing order could be covered: by a bid, alone, in this pool, or in a pool asked for. */
export type Way = "bid" | "enquire" | { pool: RecordId } | { open_pool: { threshold: Decimal; closes: Timestamp } };
/** What the node proposes to do for a standing order. */
export interface ProposalView {
  id: RecordId; by: Who; spec: SpecId; name: Text;
  proposal: {
    order: RecordId; offer: RecordId; way: Way; quantity: Decimal; unit_price: Money; besides?: Decimal;
    expected: Timestamp; distance_km?: number; until: Timestamp;
  };
}
export type StandingState = "looking" | "bidding" | "proposed" | "bought" | "over";
export interface StandingOrderView {
  id: RecordId; order: StandingOrder; state: StandingState; bid: RecordId | null; said: RecordId[];
  proposal: ProposalView | null;
}
