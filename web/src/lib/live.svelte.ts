// What the node knows, kept fresh. A `Resource` is one address whose answer components watch; the node's
// server-sent events name the topics that changed, and the resources concerned are fetched again if watched.

import { ApiError, EVENTS, get } from "./api";
import { session } from "./session.svelte";
import type { Topic } from "./types";

const GATHER_MS = 120;
const all = new Set<Resource<unknown>>();

export class Resource<T> {
  value = $state.raw<T | undefined>();
  error = $state.raw<ApiError | undefined>();
  #watchers = 0;
  #fresh = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(public path: string, readonly topics: readonly Topic[]) {}

  /** Asks another address from now on; what the last one answered stays until the next answer. */
  move(path: string): void {
    if (path === this.path) return;
    this.path = path;
    this.touch();
  }

  /** Call while a component initialises: fetches, and keeps fresh for as long as the component lives. */
  watch(): this {
    $effect(() => {
      this.#watchers += 1;
      all.add(this as Resource<unknown>);
      if (!this.#fresh) this.#schedule(0);
      return () => {
        this.#watchers -= 1;
        if (this.#watchers === 0) this.#fresh = false;
      };
    });
    return this;
  }
  /** It may have changed. Many calls in a short while make one fetch. */
  touch(): void {
    this.#fresh = false;
    if (this.#watchers > 0) this.#schedule(GATHER_MS);
  }
  #schedule(delay: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#load();
    }, delay);
  }
  async #load(): Promise<void> {
    this.#fresh = true;
    const { path } = this;
    try {
      const answer = await get(path);
      if (path !== this.path) return;
      this.value = this.read(answer);
      this.error = undefined;
    } catch (error) {
      this.#fresh = false;
      if (!(error instanceof ApiError)) throw error;
      this.error = error;
      if (error.status === 401) session.end();
    }
  }
  protected read(answer: unknown): T {
    return answer as T;
  }
}

/** A list: `items` is empty until the first answer, `loaded` tells the difference. */
export class List<T> extends Resource<T[]> {
  truncated = $state(false);
  items = $derived(this.value ?? []);
  loaded = $derived(this.value !== undefined);

  protected override read(answer: unknown): T[] {
    const { items, truncated } = answer as { items: T[]; truncated?: boolean };
    this.truncated = truncated ?? false;
    return items;
  }
}

const TOPICS: Topic[] = ["market", "deals", "workshop", "stock", "peers", "feedback", "problems"];
const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

class Connection {
  state = $state<"starting" | "online" | "offline">("starting");
  #source: EventSource | undefined;
  #tries = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  open(): void {
    this.close();
    const source = new EventSource(EVENTS);
    this.#source = source;
    source.onopen = () => {
      this.#tries = 0;
      this.state = "online";
      touchAll();
    };
    source.onerror = () => this.#lost();
    for (const topic of TOPICS) source.addEventListener(topic, () => touchTopic(topic));
    // the node's word that events were missed
    source.addEventListener("resync", touchAll);
  }
  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }
  /** Tries again at once, without waiting for the next attempt. */
  retry(): void {
    this.#tries = 0;
    void this.#again();
  }
  #lost(): void {
    this.close();
    this.state = "offline";
    const delay = RETRY_MS[Math.min(this.#tries, RETRY_MS.length - 1)];
    this.#tries += 1;
    this.#timer = setTimeout(() => void this.#again(), delay);
  }
  async #again(): Promise<void> {
    // an event stream does not say why it failed; asking who we are tells a lost session from a lost node
    try {
      await session.look();
    } catch {
      return this.#lost();
    }
    if (session.state === "in") this.open();
  }
}
export const connection = new Connection();

function touchTopic(topic: Topic): void {
  for (const resource of all) if (resource.topics.includes(topic)) resource.touch();
}
/** After a gap, or after a command of one's own: anything may have changed. */
export function touchAll(): void {
  for (const resource of all) resource.touch();
}
