// Time as a length: how far apart moments are drawn, where the marks stand, and by how much a bar moves in one step.

export const HOUR_MS = 3_600_000;
const DAY_H = 24;
/** Pixels for an hour: as far out and as close as the chart goes, and its three named scales. */
export const SCALE_MIN = 0.5, SCALE_MAX = 360;
export const SCALES = { hours: 56, days: 5.5, weeks: 1.1 } as const;
export type Scale = keyof typeof SCALES;
const STEPS_H = [5 / 60, 0.25, 0.5, 1, 2, 6, 12, 24];
const STEP_PX = 7;
const TICKS_H = [0.25, 1, 2, 3, 6, 12, 24, 48, 168, 336, 672];
const TICK_PX = 44, TICK_DAY_PX = 58;
const DATED_FROM_H = 24;

export interface Tick { at: number; hours: number; major: boolean }

export const clampScale = (scale: number): number => Math.min(SCALE_MAX, Math.max(SCALE_MIN, scale));

/** How far one key press, or the grid under a dragged bar, moves: about seven pixels or more. */
export const stepHours = (scale: number): number => STEPS_H.find((hours) => hours * scale >= STEP_PX) ?? DAY_H;

/** The named scale nearest to a factor. */
export function nearest(scale: number): Scale {
  if (scale >= 18) return "hours";
  return scale >= 2.6 ? "days" : "weeks";
}

/** The marks between two moments, at full hours or days of the reader's own time zone. */
export function ticks(from: number, to: number, scale: number): Tick[] {
  const step = TICKS_H.find((hours) => hours * scale >= (hours >= DATED_FROM_H ? TICK_DAY_PX : TICK_PX)) ?? TICKS_H.at(-1)!;
  const found: Tick[] = [];
  const at = new Date(from);
  if (step >= DAY_H) {
    at.setHours(0, 0, 0, 0);
    // weeks begin on Mondays
    if (step >= 168) at.setDate(at.getDate() - ((at.getDay() + 6) % 7));
    for (; at.getTime() <= to; at.setDate(at.getDate() + step / DAY_H)) {
      found.push({ at: at.getTime(), hours: step, major: at.getDay() === 1 });
    }
  } else {
    at.setHours(0, 0, 0, 0);
    for (let ms = at.getTime(); ms <= to; ms += step * HOUR_MS) found.push({ at: ms, hours: step, major: new Date(ms).getHours() === 0 && ms % HOUR_MS === 0 });
  }
  return found.filter((tick) => tick.at >= from - step * HOUR_MS);
}

/** `at`, moved to the nearest whole step of the reader's day. */
export function snap(at: number, scale: number): number {
  const step = stepHours(scale) * HOUR_MS;
  const midnight = new Date(at).setHours(0, 0, 0, 0);
  return midnight + Math.round((at - midnight) / step) * step;
}
