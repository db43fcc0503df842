// Signing out, from wherever it is asked for.

import { explain, notes } from "./act.svelte";
import { session } from "./session.svelte";

export async function leave(): Promise<void> {
  try {
    await session.leave();
  } catch (error) {
    notes.say("failed", explain(error).text);
  }
}
