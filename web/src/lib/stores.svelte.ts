// The lists this app shows, and what they say together: names of specifications, agents and work centres.

import type { AuctionView, StandingOrderView } from "./bidding";
import { words } from "./format.svelte";
import type { CallView } from "./joint";
import { List, Resource } from "./live.svelte";
import type {
  AgentId, DealView, DropListView, FeedbackView, Goods, HandoverView, Interest, Model, NeedView, OfferView, OrderView, PeerView, PoolView,
  RecordId, RoundView, SpecId, SpecView, StandingView, Status, StockView, Text, Unit, Who,
} from "./types";

export const status = new Resource<Status>("status", ["market", "deals", "peers", "problems"]);
export const offers = new List<OfferView>("offers", ["market"]);
export const needs = new List<NeedView>("needs", ["market"]);
export const pools = new List<PoolView>("pools", ["market"]);
export const rounds = new List<RoundView>("rounds", ["market"]);
export const dropLists = new List<DropListView>("drop-offs", ["market", "stock"]);
export const standings = new List<StandingView>("standing", ["peers", "market"]);
export const interests = new Resource<{ wants: Interest[] }>("interests", ["market", "peers"]);
export const auctions = new List<AuctionView>("auctions", ["market", "deals"]);
export const calls = new List<CallView>("calls", ["market", "deals"]);
export const standingOrders = new List<StandingOrderView>("standing-orders", ["market", "deals"]);
export const deals = new List<DealView>("deals", ["deals", "stock"]);
export const orders = new List<OrderView>("orders", ["deals", "workshop", "stock"]);
export const stock = new List<StockView>("stock", ["stock", "workshop"]);
export const handovers = new List<HandoverView>("handovers", ["stock"]);
export const specifications = new List<SpecView>("specifications", ["market", "feedback"]);
export const feedback = new List<FeedbackView>("feedback", ["feedback"]);
export const peers = new List<PeerView>("peers", ["peers"]);
export const model = new Resource<Model>("model", ["workshop"]);

class Names {
  /** The latest revision of each specification known; one's own before others'. */
  #latest = $derived.by(() => {
    const found = new Map<SpecId, SpecView>();
    for (const view of specifications.items) {
      const { id, revision } = view.specification;
      const held = found.get(id);
      const better = !held || (view.mine && !held.mine) || (view.mine === held.mine && revision > held.specification.revision);
      if (better) found.set(id, view);
    }
    return found;
  });

  /** Call while a component initialises, before asking for names. */
  watch(): this {
    specifications.watch();
    return this;
  }
  latest(spec: SpecId): SpecView | undefined {
    return this.#latest.get(spec);
  }
  all(): SpecView[] {
    return [...this.#latest.values()];
  }
  of(spec: SpecId): string {
    return words(this.#latest.get(spec)?.specification.name) || spec;
  }
  /** What a lot's passport calls it, whatever its specification is called by now. */
  lot(goods: Goods, said: Record<RecordId, Text>): string {
    return words(said[goods.lot]) || this.of(goods.spec);
  }
  unit(spec: SpecId): Unit | undefined {
    return this.#latest.get(spec)?.specification.unit;
  }
}
export const names = new Names();

class People {
  #told = $state.raw<Record<AgentId, string>>({});
  #known = $derived.by(() => {
    const listings = [...offers.items, ...needs.items, ...pools.items].map((view) => view.by);
    const all = [...listings, ...deals.items.map((deal) => deal.with), ...peers.items.map((peer) => peer.who)];
    return new Map(all.filter((who) => who.name).map((who) => [who.agent, who]));
  });

  /** Call while a component initialises, before asking who somebody is. */
  watch(): this {
    for (const list of [offers, deals, peers]) list.watch();
    return this;
  }
  /** Names that came along with an answer of the node. */
  learn(names: Record<AgentId, string>): void {
    this.#told = { ...this.#told, ...names };
  }
  who(agent: AgentId): Who {
    return this.#known.get(agent) ?? { agent, name: this.#told[agent] ?? "" };
  }
}
export const people = new People();

/** A deal by its id, from the list. */
export const dealById = (id: RecordId): DealView | undefined => deals.items.find((deal) => deal.id === id);
