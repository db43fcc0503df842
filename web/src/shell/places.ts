// Where the navigation leads, in the order of the rail; and what of it fits the bar of a phone.

export const PLACES = ["home", "market", "deals", "plan", "workshop", "floor", "stock", "trace", "make", "peers"] as const;
export const BAR = ["home", "market", "deals", "workshop"] as const;
export const REST = ["plan", "floor", "stock", "trace", "make", "peers"] as const;
