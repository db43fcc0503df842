// Carries out a command and says what came of it, in a line that screen readers hear.

import { ApiError, command } from "./api";
import type { Command } from "./commands";
import { known, t } from "./i18n/index.svelte";
import { touchAll } from "./live.svelte";

export interface Note { id: number; kind: "done" | "failed"; text: string; detail?: string }

class Notes {
  list = $state<Note[]>([]);
  #next = 1;

  say(kind: Note["kind"], text: string, detail?: string): void {
    const id = this.#next++;
    this.list = [...this.list.slice(-2), { id, kind, text, detail }];
    if (kind === "done") setTimeout(() => this.drop(id), 6_000);
  }
  drop(id: number): void {
    this.list = this.list.filter((note) => note.id !== id);
  }
}
export const notes = new Notes();

/** What went wrong, for people: in a word of their language, then as the node put it, with what to do. */
export function explain(error: unknown): { text: string; detail?: string } {
  if (!(error instanceof ApiError)) return { text: String(error) };
  if (error.status === 0) return { text: t("error.unreachable") };
  const detail = [error.message, error.remedy].filter(Boolean).join(" – ");
  return { text: known(`error.code.${error.code}`, t("error.unknown", { code: error.code })), detail };
}

/** Sends a command; throws what the node answered if it refused. */
export async function send(order: Command, done: string): Promise<string> {
  const { recorded } = await command(order);
  touchAll();
  notes.say("done", done);
  return recorded;
}

/** Sends a command from a plain button: a refusal becomes a note. */
export async function act(order: Command, done: string): Promise<string | undefined> {
  try {
    return await send(order, done);
  } catch (error) {
    const { text, detail } = explain(error);
    notes.say("failed", text, detail);
    return undefined;
  }
}
