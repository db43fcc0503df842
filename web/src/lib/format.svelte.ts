// Decimals, money, quantities, moments and spans of time as people read them, in the language chosen.
// Decimal strings go to Intl as strings, so no digit is lost on the way.

import { language, t } from "./i18n/index.svelte";
import type { Decimal, Money, Text, Timestamp, Unit } from "./types";

type Numeric = Intl.StringNumericLiteral;
const cache = new Map<string, unknown>();

function kept<T>(key: string, make: () => T): T {
  const name = `${language.tag} ${key}`;
  if (!cache.has(name)) cache.set(name, make());
  return cache.get(name) as T;
}

export function number(value: Decimal | number): string {
  const form = kept("number", () => new Intl.NumberFormat(language.tag, { maximumFractionDigits: 6 }));
  return form.format(value as Numeric);
}

export const quantity = (value: Decimal, unit: Unit | null | undefined): string =>
  unit ? t("quantity", { value: number(value), unit: t(`unit.${unit}`) }) : number(value);

export function money(value: Money): string {
  const { amount, currency } = value;
  try {
    const form = kept(`money ${currency}`, () => {
      const places = { currencyDisplay: "narrowSymbol", maximumFractionDigits: 6 } as const;
      return new Intl.NumberFormat(language.tag, { style: "currency", currency, ...places });
    });
    return form.format(amount as Numeric);
  } catch {
    return `${number(amount)} ${currency}`;
  }
}

/** Words of a record in the language chosen, else in English, else in any. */
export function words(value: Text | null | undefined): string {
  if (value == null) return "";
  if (typeof value === "string") return value;
  return value[language.code] ?? value.en ?? Object.values(value)[0] ?? "";
}

export function moment(at: Timestamp): string {
  const form = kept("moment", () => {
    const options = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false } as const;
    return new Intl.DateTimeFormat(language.tag, options);
  });
  return form.format(new Date(at));
}

export function fullMoment(at: Timestamp): string {
  const form = kept("full", () => new Intl.DateTimeFormat(language.tag, { dateStyle: "full", timeStyle: "long" }));
  return form.format(new Date(at));
}

export function day(at: Timestamp | number): string {
  const form = kept("day", () => new Intl.DateTimeFormat(language.tag, { month: "short", day: "numeric" }));
  return form.format(new Date(at));
}

function dated(name: string, options: Intl.DateTimeFormatOptions, at: Timestamp | number): string {
  return kept(name, () => new Intl.DateTimeFormat(language.tag, options)).format(new Date(at));
}
export const month = (at: number): string => dated("month", { month: "long", year: "numeric" }, at);
export const weekday = (at: Timestamp | number): string => dated("weekday", { weekday: "short" }, at);
export const hour = (at: Timestamp | number): string => dated("hour", { hour: "2-digit", minute: "2-digit", hour12: false }, at);
export const wholeDay = (at: Timestamp | number): string => dated("whole day", { weekday: "short", month: "short", day: "numeric" }, at);
/** A share as a whole percentage. */
export const percent = (share: number): string => kept("percent", () => new Intl.NumberFormat(language.tag, { style: "percent" })).format(share);

const SPANS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]] as const;

/** "3 minutes ago", "in 2 days": from `now`, both in milliseconds. */
export function relative(at: Timestamp, now: number): string {
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  const form = kept("relative", () => new Intl.RelativeTimeFormat(language.tag, { numeric: "auto" }));
  const [unit, length] = SPANS.find(([, size]) => Math.abs(seconds) >= size) ?? SPANS[3];
  if (unit === "second" && Math.abs(seconds) < 10) return form.format(0, "second");
  return form.format(Math.trunc(seconds / length), unit);
}

/** A length of time in its one or two largest units: "2 d 4 h". */
export function span(seconds: number): string {
  const left = Math.max(0, Math.round(seconds));
  const parts = SPANS.map(([unit, size], i) => {
    const above = SPANS[i - 1]?.[1];
    return [unit, Math.floor((above ? left % above : left) / size)] as const;
  });
  const from = parts.findIndex(([, count]) => count > 0);
  if (from < 0) return t("span.second", { n: "0" });
  const shown = parts.slice(from, from + 2).filter(([, count]) => count > 0);
  return shown.map(([unit, count]) => t(`span.${unit}`, { n: number(count) })).join(" ");
}

export const short = (id: string): string => (id.startsWith("did:") ? id.slice(-8) : id.slice(0, 8));
