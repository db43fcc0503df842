// What waits for the owner, most pressing first. Pure: lists in, list out.

import type { StandingOrderView } from "../../lib/bidding";
import { compare } from "../../lib/decimal";
import type { AgentId, DealView, HandoverView, OrderView, PoolView, Text, Timestamp, Who } from "../../lib/types";

export type TodoKind =
  | "receive" | "pass_on" | "accept" | "plan" | "answer" | "date" | "finish" | "start" | "ship" | "settle" | "pledge" | "propose";
const ORDER: TodoKind[] = ["accept", "propose", "plan", "date", "answer", "receive", "pass_on", "finish", "start", "ship", "settle", "pledge"];

export interface Todo {
  key: string; kind: TodoKind; page: "deals" | "workshop" | "stock" | "market"; arg?: string; name: Text;
  who?: Who; until?: Timestamp | null;
}
interface Lists {
  me: AgentId; deals: DealView[]; orders: OrderView[]; handovers: HandoverView[]; pools: PoolView[];
  standing: StandingOrderView[];
}

export function todos({ me, deals, orders, handovers, pools, standing }: Lists): Todo[] {
  const found = [
    ...deals.flatMap((deal) => ofDeal(deal, me, orders.find((order) => order.id === deal.order))),
    ...orders.flatMap(ofOrder),
    ...handovers.flatMap((handover) => ofHandover(handover, me, deals)),
    ...pools.filter((pool) => pool.by.agent !== me).flatMap(ofPool),
    ...standing.flatMap(ofStanding),
  ];
  return found.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

function ofDeal(deal: DealView, me: AgentId, order: OrderView | undefined): Todo[] {
  const base = { page: "deals", arg: deal.id, name: deal.name, who: deal.with } as const;
  const todo = (kind: TodoKind, until?: Timestamp | null): Todo => ({ ...base, kind, key: `${kind} ${deal.id}`, until });
  const found: Todo[] = [];
  // a purchase for an order of one's own is accepted with that order
  if (deal.role === "buyer" && deal.state === "quoted" && !deal.order) found.push(todo("accept", deal.hold_until));
  if (deal.delay?.to_answer) found.push(todo("date", deal.delay.answer_by));
  if (deal.cancellation && deal.cancellation.by.agent !== me) found.push(todo("answer"));
  const moving = deal.state === "bound" || deal.state === "shipped";
  if (deal.role === "supplier" && moving && order?.state === "made" && compare(deal.shipped, deal.quantity) < 0) found.push(todo("ship", deal.promise));
  if (deal.role === "supplier" && deal.owed && (!deal.paid || compare(deal.paid.amount, deal.owed.amount) < 0)) found.push(todo("settle"));
  return found;
}

function ofOrder(order: OrderView): Todo[] {
  const base = { page: "workshop", name: order.name } as const;
  if (order.source === "own" && order.state === "held") return [{ ...base, kind: "plan", key: `plan ${order.id}` }];
  return order.processes.flatMap((process): Todo[] => {
    const key = `${process.plan} ${process.index}`;
    const name = process.name;
    if (process.state === "started") return [{ ...base, name, kind: "finish", key: `finish ${key}`, until: process.end }];
    if (process.state === "paused" || (process.state === "planned" && process.firm && process.ready)) return [{ ...base, name, kind: "start", key: `start ${key}` }];
    return [];
  });
}

function ofHandover(handover: HandoverView, me: AgentId, deals: DealView[]): Todo[] {
  const name = deals.find((deal) => deal.id === handover.deal)?.name ?? handover.goods[0]?.spec ?? "";
  const base = { page: "stock", name, who: handover.from } as const;
  if (handover.to_pass_on) return [{ ...base, kind: "pass_on", key: `pass_on ${handover.id}` }];
  if (handover.state === "waiting" && handover.to.agent === me) return [{ ...base, kind: "receive", key: `receive ${handover.id}` }];
  return [];
}

function ofPool(pool: PoolView): Todo[] {
  if (pool.state !== "open" || pool.mine) return [];
  return [{ kind: "pledge", page: "market", key: `pledge ${pool.id}`, name: pool.terms.name, who: pool.by, until: pool.terms.closes }];
}

function ofStanding({ proposal }: StandingOrderView): Todo[] {
  if (!proposal) return [];
  const { id, name, by, proposal: { until } } = proposal;
  return [{ kind: "propose", page: "market", key: `propose ${id}`, name, who: by, until }];
}
