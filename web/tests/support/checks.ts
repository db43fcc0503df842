// What must hold of every page, whatever it shows: it fits the screen, and axe finds no fault with it.

import { expect } from "@playwright/test";
import { createRequire } from "node:module";
import type { Desk } from "./desk";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
interface Violation { id: string; help: string; nodes: { target: string[]; failureSummary: string }[] }

/** Fails with what axe-core finds against WCAG 2.2, levels A and AA. */
export async function isAccessible(desk: Desk): Promise<void> {
  // the page's policy forbids inline scripts, so axe comes in over the debugging protocol
  const present = await desk.page.evaluate(() => "axe" in window);
  if (!present) await desk.page.evaluate((await import("node:fs")).readFileSync(AXE, "utf8"));
  const violations = await desk.page.evaluate(async (values): Promise<Violation[]> => {
    const { axe } = window as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: Violation[] }> } };
    return (await axe.run(document, { runOnly: { type: "tag", values } })).violations;
  }, RULES);
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n  ${nodes.map((n) => `${n.target.join(" ")} ${n.failureSummary}`).join("\n  ")}`);
  expect(found, `${desk.page.url()} ${JSON.stringify(desk.look)}`).toEqual([]);
}

/** Fails when the page is wider than the screen. */
export async function fitsTheScreen(desk: Desk): Promise<void> {
  const beyond = await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(beyond, `${desk.page.url()} is wider than ${desk.look.width} px`).toBeLessThanOrEqual(0);
}
