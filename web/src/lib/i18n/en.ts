// English: the table of record, page by page. `{name}` is filled in where the words are used.

import { deals } from "./en/deals";
import { floor } from "./en/floor";
import { make } from "./en/make";
import { market } from "./en/market";
import { peers } from "./en/peers";
import { plan } from "./en/plan";
import { shell } from "./en/shell";

export const en = { ...shell, ...market, ...deals, ...plan, ...floor, ...make, ...peers };
