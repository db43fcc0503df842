// What an order is called here: what it makes, and the start of its id, which tells two of one name apart.

import { short, words } from "../../lib/format.svelte";
import { orders } from "../../lib/stores.svelte";
import type { RecordId } from "../../lib/types";

export function orderName(id: RecordId): string {
  const order = orders.items.find((order) => order.id === id);
  return [words(order?.name), short(id)].filter(Boolean).join(" ");
}
