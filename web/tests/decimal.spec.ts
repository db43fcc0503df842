// Exact decimals: what the app reckons must be what the node reckons, to the last digit.

import { expect, test } from "@playwright/test";
import { add, compare, isMultiple, multiply, readDecimal, share, subtract } from "../src/lib/decimal";

test("sums and differences keep every digit", () => {
  expect(add("0.1", "0.2")).toBe("0.3");
  expect(add("999999999999.999999", "0.000001")).toBe("1000000000000");
  expect(subtract("1", "1.000001")).toBe("-0.000001");
});

test("amounts round half to even at the currency's smallest coin", () => {
  expect(multiply("0.125", "1", 2)).toBe("0.12");
  expect(multiply("0.135", "1", 2)).toBe("0.14");
  expect(multiply("10.5", "3", 0)).toBe("32");
  expect(multiply("38.5", "12.5", 2)).toBe("481.25");
});

test("comparison and multiples are of values, not of texts", () => {
  expect(compare("9", "10")).toBe(-1);
  expect(compare("1.50", "1.5")).toBe(0);
  expect(isMultiple("2.5", "0.5")).toBe(true);
  expect(isMultiple("2.6", "0.5")).toBe(false);
});

test("what people type is read, and nonsense is not", () => {
  for (const [typed, read] of [["12,5", "12.5"], [" 1 000 ", "1000"], ["１２．５", "12.5"], ["007", "7"]] as const) {
    expect(readDecimal(typed), typed).toBe(read);
  }
  for (const typed of ["", "abc", "1e5", "0x10", "1.2345678", "1.2.3", "--1", "1,2,3"]) expect(readDecimal(typed), typed).toBeUndefined();
});

test("a share is a length between nothing and all", () => {
  expect(share("31", "60")).toBeCloseTo(0.5166, 4);
  expect(share("5", "0")).toBe(0);
  expect(share("90", "60")).toBe(1);
});
