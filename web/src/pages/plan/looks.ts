// How a process looks and what it is called: a class and a sign for each state, so that nothing is told by colour alone.

import { moment, quantity, span, words } from "../../lib/format.svelte";
import { known, t } from "../../lib/i18n/index.svelte";
import type { PlanCenter, PlanProcess } from "../../lib/plan";
import { names } from "../../lib/stores.svelte";
import type { IconName } from "../../ui/Icon.svelte";

export type Look = "hold" | "signing" | "firm" | "started" | "paused" | "done";
export const LOOKS: Look[] = ["hold", "signing", "firm", "started", "paused", "done"];
export const SIGNS: Partial<Record<Look, IconName>> = { hold: "clock", signing: "clock", started: "play", paused: "pause", done: "check" };

export const lookOf = (process: PlanProcess): Look => (process.state === "planned" ? process.stage : process.state);
export const lookText = (look: Look): string => t(`plan.look.${look}`);
export const centerName = (center: PlanCenter | undefined, id: string): string => words(center?.name) || id;
export const causeText = (cause: string): string => known(`cause.${cause}`, cause);

/** All that a bar says, in one line. */
export function barText(process: PlanProcess, center: string): string {
  const said = [
    `${process.step}: ${words(process.name)}`, quantity(process.quantity, names.unit(process.spec)), center,
    `${moment(process.start)} – ${moment(process.end)}`, lookText(lookOf(process)),
    process.late_s > 0 && t("plan.late", { time: span(process.late_s) }),
  ];
  return said.filter(Boolean).join(" · ");
}
