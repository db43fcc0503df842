// Which dialog stands open: pages name a component and its properties, the shell shows it.

import type { Component } from "svelte";

class Dialogs {
  current = $state.raw<{ key: number; component: Component<any>; props: object } | undefined>();
  #next = 1;

  open<P extends { onclose: () => void }>(component: Component<P>, props: Omit<P, "onclose">): void {
    this.current = { key: this.#next++, component, props };
  }
  close(): void {
    this.current = undefined;
  }
}
export const dialogs = new Dialogs();
