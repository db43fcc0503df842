// 简体中文: every key of the English table, said the way people here would say it.

import type { en } from "./en";
import { deals } from "./zh/deals";
import { floor } from "./zh/floor";
import { make } from "./zh/make";
import { market } from "./zh/market";
import { peers } from "./zh/peers";
import { plan } from "./zh/plan";
import { shell } from "./zh/shell";

export const zh: Record<keyof typeof en, string> = { ...shell, ...market, ...deals, ...plan, ...floor, ...make, ...peers };
