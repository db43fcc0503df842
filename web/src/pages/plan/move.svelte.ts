// One bar on its way to another time or work centre: asks the node what would follow, at most one question at a time and
// not more often than it can answer, and sends the move once the owner says so.

import { explain, send } from "../../lib/act.svelte";
import { post } from "../../lib/api";
import { t } from "../../lib/i18n/index.svelte";
import type { PlanProcess, Preview } from "../../lib/plan";
import { keyOf } from "./lanes";

const PAUSE_MS = 120;

export class Move {
  process = $state.raw<PlanProcess | undefined>();
  start = $state(0);
  center = $state("");
  /** the node's answer to where the bar is now; undefined while it is awaited */
  preview = $state.raw<Preview | undefined>();
  failure = $state.raw<{ text: string; detail?: string } | undefined>();
  sending = $state(false);
  #busy = false;

  /** True when the bar is somewhere else than in the plan. */
  get away(): boolean {
    return !!this.process && (this.start !== Date.parse(this.process.start) || this.center !== this.process.work_center);
  }
  begin(process: PlanProcess): void {
    const same = this.process && keyOf(this.process) === keyOf(process);
    this.process = process;
    if (same) return;
    this.start = Date.parse(process.start);
    this.center = process.work_center;
    this.preview = undefined;
    this.failure = undefined;
  }
  to(start: number, center: string): void {
    if (start === this.start && center === this.center) return;
    this.start = start;
    this.center = center;
    this.preview = undefined;
    this.failure = undefined;
    void this.#ask();
  }
  end(): void {
    this.process = undefined;
    this.preview = undefined;
  }
  async confirm(): Promise<boolean> {
    const { process, preview } = this;
    if (!process || !preview?.possible || this.sending) return false;
    this.sending = true;
    try {
      const { plan, index } = process;
      await send({ do: "move_process", plan, index, start: new Date(this.start).toISOString(), work_center: this.center }, t("move.done"));
      this.end();
      return true;
    } catch (error) {
      this.failure = explain(error);
      return false;
    } finally {
      this.sending = false;
    }
  }

  async #ask(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    // whatever moved while a question was out is asked next
    for (let asked = ""; this.process && this.away && asked !== this.#place(); ) {
      asked = this.#place();
      const { plan, index } = this.process;
      try {
        const body = { plan, index, start: new Date(this.start).toISOString(), work_center: this.center };
        const answer = await post<Preview>("plan/preview", body);
        if (asked === this.#place()) this.preview = answer;
      } catch (error) {
        if (asked === this.#place()) this.failure = explain(error);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    this.#busy = false;
  }
  #place(): string {
    return `${this.process?.plan} ${this.process?.index} ${this.start} ${this.center}`;
  }
}
