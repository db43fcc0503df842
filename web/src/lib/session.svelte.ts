// Whether this browser may speak to the node, and who the node is.
// A one-time code from the link that `headwater up` prints becomes a cookie the browser keeps.

import { ApiError, get, post, remove } from "./api";
import type { Me } from "./types";

class Session {
  state = $state<"unknown" | "out" | "in">("unknown");
  me = $state.raw<Me | undefined>();

  async look(): Promise<void> {
    try {
      this.me = await get<Me>("me");
      this.state = "in";
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.end();
      else throw error;
    }
  }
  async join(code: string): Promise<void> {
    await post("session", { code });
    await this.look();
  }
  async leave(): Promise<void> {
    await remove("session");
    this.end();
  }
  end(): void {
    this.state = "out";
    this.me = undefined;
  }
}
export const session = new Session();
