// The app's words: one typed table per language, the choice among them, and `t` to read it.
// English is the table of record; the other must have its keys, no more and no fewer (the compiler sees to it).

import { en } from "./en";
import { zh } from "./zh";

export type Key = keyof typeof en;
export type Code = "en" | "zh";
const TABLES: Record<Code, Record<Key, string>> = { en, zh };
const TAGS: Record<Code, string> = { en: "en-GB", zh: "zh-CN" };
const STORED = "headwater.language";

function preferred(): Code {
  const stored = localStorage.getItem(STORED);
  if (stored === "en" || stored === "zh") return stored;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

class Language {
  code = $state<Code>(preferred());
  tag = $derived(TAGS[this.code]);

  choose(code: Code): void {
    this.code = code;
    localStorage.setItem(STORED, code);
    this.apply();
  }
  apply(): void {
    document.documentElement.lang = this.tag;
  }
}
export const language = new Language();

/** The words under `key`, with `{name}` replaced by `values.name`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return TABLES[language.code][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}

/** The words under a key that a node named, or `otherwise` where this app does not know it. */
export function known(key: string, otherwise: string): string {
  return key in en ? t(key as Key) : otherwise;
}
