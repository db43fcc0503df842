// Where the reader is: `#/page/argument`, from the address bar.

export const PAGES = [
  "home", "market", "deals", "plan", "workshop", "floor", "orders", "estimates", "stock", "trace", "make", "peers", "record",
  "join",
] as const;
export type Page = (typeof PAGES)[number];

function read(): { page: Page; arg: string } {
  const [first = "", arg = ""] = location.hash.replace(/^#\/?/, "").split("/");
  const page = PAGES.find((name) => name === first) ?? "home";
  return { page, arg: decodeURIComponent(arg) };
}

class Route {
  at = $state.raw(read());
  page = $derived(this.at.page);
  arg = $derived(this.at.arg);

  constructor() {
    addEventListener("hashchange", () => (this.at = read()));
  }
}
export const route = new Route();

export const link = (page: Page, arg = ""): string =>
  `#/${page === "home" ? "" : page}${arg && `/${encodeURIComponent(arg)}`}`;

export function go(page: Page, arg = ""): void {
  location.hash = link(page, arg);
}
