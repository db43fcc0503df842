// What is drawn where: a lane for each work centre, in it as many rows as it works on at once, in them the bars.
// Pure: a plan in, lanes out; `visible` is what keeps thousands of bars fluid.

import type { Plan, PlanCenter, PlanProcess, StepRef } from "../../lib/plan";

export const ROW_PX = 32;
const LANE_PAD_PX = 12;

export interface Bar { key: string; process: PlanProcess; from: number; worked: number; to: number; row: number }
export interface Lane { center: PlanCenter; top: number; height: number; rows: number; bars: Bar[]; longest: number }

export const keyOf = ({ plan, index }: StepRef): string => `${plan} ${index}`;

/** Lanes in the order of the plan's work centres, bars in the order of their start. */
export function lanesOf(plan: Plan): Lane[] {
  const byCenter = new Map<string, PlanProcess[]>(plan.work_centers.map((center) => [center.id, []]));
  for (const process of plan.processes) byCenter.get(process.work_center)?.push(process);
  let top = 0;
  return plan.work_centers.map((center) => {
    const bars = rowsOf(byCenter.get(center.id) ?? []);
    const rows = Math.max(1, ...bars.map((bar) => bar.row + 1));
    const height = rows * ROW_PX + LANE_PAD_PX;
    const lane = { center, top, height, rows, bars, longest: Math.max(0, ...bars.map((bar) => bar.to - bar.from)) };
    top += height;
    return lane;
  });
}

/** Each bar in the first row that is free when it starts. */
function rowsOf(processes: PlanProcess[]): Bar[] {
  const free: number[] = [];
  const bars = processes.map((process) => ({
    key: keyOf(process), process, from: Date.parse(process.start), worked: Date.parse(process.work_end), to: Date.parse(process.end), row: 0,
  }));
  for (const bar of bars.sort((a, b) => a.from - b.from || a.to - b.to)) {
    const found = free.findIndex((until) => until <= bar.from);
    bar.row = found < 0 ? free.length : found;
    free[bar.row] = bar.worked;
  }
  return bars;
}

/** The bars of a lane that touch a stretch of time, by a search for the first that can. */
export function visible(lane: Lane, from: number, to: number): Bar[] {
  let low = 0, high = lane.bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lane.bars[middle]!.from < from - lane.longest) low = middle + 1;
    else high = middle;
  }
  const found: Bar[] = [];
  for (let i = low; i < lane.bars.length && lane.bars[i]!.from <= to; i += 1) if (lane.bars[i]!.to >= from) found.push(lane.bars[i]!);
  return found;
}

/** The lane at a height of the chart. */
export const laneAt = (lanes: Lane[], y: number): Lane | undefined => lanes.find((lane) => y < lane.top + lane.height) ?? lanes.at(-1);
