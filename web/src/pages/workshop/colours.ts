// Which colour of chip and of bar stands for which state of work.

import type { OrderState, ProcessState } from "../../lib/types";

export const ORDER_COLOUR: Record<OrderState, string> = {
  asking: "silt", held: "silt", signing: "silt", firm: "water", made: "moss", dropped: "clay",
};
export const PROCESS_COLOUR: Record<ProcessState, string> = { planned: "", started: "water", paused: "silt", done: "moss" };
