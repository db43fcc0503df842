// Both languages say everything, and fill in the same values.

import { expect, test } from "@playwright/test";
import { en } from "../src/lib/i18n/en";
import { zh } from "../src/lib/i18n/zh";

const blanks = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([blank]) => blank).sort();

test("every word stands in both languages, with the same values to fill in", () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) {
    expect(zh[key as keyof typeof en], key).not.toBe("");
    expect(blanks(zh[key as keyof typeof en]), key).toEqual(blanks(text));
  }
});
