// What the planning screens work out by themselves: which bars are drawn and where, steps in time, and lots by tap.

import { expect, test } from "@playwright/test";
import type { FloorInput, Plan, PlanCenter, PlanProcess } from "../src/lib/plan";
import { lacking, picked, tapped } from "../src/pages/floor/pick";
import { laneAt, lanesOf, visible } from "../src/pages/plan/lanes";
import { nearest, SCALES, snap, stepHours, ticks } from "../src/pages/plan/timeline";

const HOUR_MS = 3_600_000, BEGIN = new Date(2026, 10, 23).getTime();
const at = (hours: number): string => new Date(BEGIN + hours * HOUR_MS).toISOString();
const center = (id: string, units = 1): PlanCenter => ({ id, units, closed: [], down: [], load: [], days: [] });
const process = (index: number, work_center: string, from: number, hours: number): PlanProcess => ({
  plan: "p", index, order: "o", spec: "chair", name: "Chair", step: "cut", quantity: "1", work_center, start: at(from),
  work_end: at(from + hours), end: at(from + hours), state: "planned", stage: "firm", source: "own", promise: at(900), late_s: 0,
  movable: true, after: [],
});
const planOf = (work_centers: PlanCenter[], processes: PlanProcess[]): Plan => ({
  now: at(0), from: at(0), to: at(2_000), work_centers, processes, shortages: [], truncated: false,
});

test("of two thousand bars only those that touch what is seen are drawn", () => {
  const many = Array.from({ length: 2_000 }, (_, i) => process(i, "saw", i, 1));
  const [lane] = lanesOf(planOf([center("saw")], many));
  const seen = visible(lane!, BEGIN + 1_000 * HOUR_MS + 1, BEGIN + 1_010 * HOUR_MS - 1);
  expect(seen.map((bar) => bar.process.index)).toEqual([1_000, 1_001, 1_002, 1_003, 1_004, 1_005, 1_006, 1_007, 1_008, 1_009]);
});

test("a long bar that began before what is seen is drawn", () => {
  const [lane] = lanesOf(planOf([center("saw")], [process(0, "saw", 0, 500), process(1, "saw", 600, 1)]));
  expect(visible(lane!, BEGIN + 400 * HOUR_MS, BEGIN + 401 * HOUR_MS)).toHaveLength(1);
});

test("what runs at the same time stands in rows of its own, and lanes follow each other", () => {
  const lanes = lanesOf(planOf([center("saw", 2), center("bench")], [process(0, "saw", 0, 4), process(1, "saw", 1, 4), process(2, "saw", 4, 2)]));
  expect(lanes[0]!.bars.map((bar) => bar.row)).toEqual([0, 1, 0]);
  expect(lanes[1]!.top).toBe(lanes[0]!.height);
  expect(laneAt(lanes, lanes[1]!.top + 1)!.center.id).toBe("bench");
  expect(laneAt(lanes, 10_000)!.center.id).toBe("bench");
});

test("steps and marks are round times of the reader's day at every scale", () => {
  for (const [name, scale] of Object.entries(SCALES)) {
    expect(nearest(scale)).toBe(name);
    const step = stepHours(scale) * HOUR_MS;
    expect((snap(BEGIN + 12_345_678, scale) - BEGIN) % step).toBe(0);
    const marks = ticks(BEGIN, BEGIN + 28 * 24 * HOUR_MS, scale);
    expect(marks.length).toBeGreaterThan(1);
    for (const mark of marks) expect(new Date(mark.at).getMinutes()).toBe(0);
  }
});

test("lots that a tap leaves or prefers are replaced by the next that expire, never by more than is needed", () => {
  const lot = (name: string, quantity: string, chosen: string) => ({ lot: name, quantity, expires: null, expired: false, chosen });
  const input: FloorInput = { spec: "oak", name: "Oak", quantity: "10", lots: [lot("old", "8", "8"), lot("mid", "5", "2"), lot("new", "20", "0")] };
  expect(picked(input, undefined)).toEqual([{ lot: "old", quantity: "8" }, { lot: "mid", quantity: "2" }]);
  const without = tapped(input, undefined, "old");
  expect(picked(input, without)).toEqual([{ lot: "mid", quantity: "5" }, { lot: "new", quantity: "5" }]);
  const newest = tapped(input, undefined, "new");
  expect(picked(input, newest)).toEqual([{ lot: "new", quantity: "10" }]);
  expect(lacking(input, newest)).toBeUndefined();
  const none = ["old", "mid", "new"].reduce((wish, name) => tapped(input, wish, name), undefined as ReturnType<typeof tapped> | undefined);
  expect(lacking(input, none)).toBeDefined();
});
