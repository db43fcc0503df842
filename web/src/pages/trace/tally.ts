// How many steps of a trace are verified, missing or false.

import type { TraceNode } from "../../lib/types";

export function tally(node: TraceNode): Record<"verified" | "gap" | "false", number> {
  const count = { verified: 0, gap: 0, false: 0 };
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    count[next.state.state] += 1;
    open.push(...next.inputs);
  }
  return count;
}
