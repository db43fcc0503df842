// The market beyond the single deal: pools with options, a buying round, an auction of capacity, what the node looks for
// by itself, a search among peers, whom to trust and what to hear of. Three real nodes, both languages, both sizes.

import { expect, test } from "@playwright/test";
import { Desk } from "./support/desk";
import { HeadwaterNode } from "./support/nodes";
import { fitsTheScreen, isAccessible } from "./support/checks";

let nodes: HeadwaterNode[] = [];
let farm: Desk, household: Desk, neighbour: Desk;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  const field = await HeadwaterNode.start("Farm");
  nodes = [field];
  const home = await HeadwaterNode.start("Household", [field]);
  nodes.push(home);
  const next = await HeadwaterNode.start("Neighbour", [field, home]);
  nodes.push(next);
  farm = await Desk.at(browser, field, { language: "en", theme: "light", width: 1440 });
  household = await Desk.at(browser, home, { language: "zh", theme: "dark", width: 390 });
  neighbour = await Desk.at(browser, next, { language: "en", theme: "dark", width: 390 });
  for (const [id, name] of [["apple", { en: "Apples", zh: "苹果" }], ["juice", { en: "Juice", zh: "果汁" }]] as const) {
    await farm.tell({ do: "describe", specification: { id, name, unit: "kg", serialised: false, revision: 1 } });
    await farm.tell({ do: "raise", spec: id, quantity: "500" });
  }
});
test.afterAll(async () => {
  for (const desk of [farm, household, neighbour]) await desk?.context.close();
  for (const node of nodes) await node.stop();
});

test("an offer says in what cases pools are made, how long they may wait, and its class", async () => {
  await farm.go("market");
  await farm.press("offer.publish");
  await farm.fill("spec.id", "apple");
  await farm.fill("tier.price", "3");
  await farm.press("tier.add", farm.dialog);
  await farm.field("tier.from").nth(1).fill("20");
  await farm.field("tier.price").nth(1).fill("2");
  await farm.fill("offer.category", "fruit");
  await farm.dialog.getByLabel(farm.say("offer.pooling")).check();
  await farm.fill("offer.cap", "100");
  await farm.fill("offer.payment", "On delivery");
  await farm.dialog.getByText(farm.say("offer.pool_options")).click();
  await farm.fill("offer.case", "10");
  await farm.fill("offer.stock", "200");
  await farm.fill("offer.extension", "5");
  await farm.picture("offer-options");
  await isAccessible(farm);
  await farm.send("publish");
  await household.go("market");
  await expect(household.card("苹果")).toBeVisible();
});

test("a pool names where goods are fetched and how long it may wait, and a pledge says what it agrees to", async () => {
  await household.press("pool.open_action", household.card("苹果"));
  await household.fill("pool.threshold_label", "20");
  await household.fill("pool.drop_offs_label", "学校\n车站");
  await household.picture("open-pool");
  await isAccessible(household);
  await household.send("pool.open_action");
  const pool = household.page.getByRole("article").filter({ hasText: household.say("pool.pledged") });
  await expect(pool).toContainText("学校");
  await household.press("pledge.action", pool);
  await household.fill("pledge.least", "10");
  await household.fill("pledge.most", "14");
  await household.fill("pledge.ceiling", "2.5");
  await household.field("pledge.drop_off").selectOption({ label: "车站" });
  await household.picture("pledge-options");
  await isAccessible(household);
  await household.send("pledge.action");
  await expect(pool).toContainText(household.say("pledge.receipted"));
  await neighbour.go("market");
  await expect(neighbour.page.getByText("made in cases of 10 kg").first()).toBeVisible();
  for (const desk of [household, neighbour]) await fitsTheScreen(desk);
  await household.picture("pool");
});

test("a buying round pools several products at once", async () => {
  await farm.tell({
    do: "offer", spec: "juice", prices: { currency: "EUR", tiers: [{ from: "0", unit_price: "4" }, { from: "10", unit_price: "3" }] },
    pooling: { cap: "50", lead_time_days: 3, payment: "On delivery" },
  });
  await neighbour.go("market");
  await expect(neighbour.card("Juice")).toBeVisible();
  await neighbour.page.getByRole("button", { name: neighbour.say("market.show.pools"), exact: true }).click();
  await neighbour.press("round.action");
  await neighbour.fill("round.name", "Orchard week");
  for (const name of ["Apples", "Juice"]) await neighbour.dialog.getByLabel(name).check();
  await neighbour.picture("open-round");
  await isAccessible(neighbour);
  await neighbour.send("round.action");
  const round = neighbour.page.getByRole("article").filter({ hasText: "Orchard week" });
  await expect(round).toContainText("Juice");
  await fitsTheScreen(neighbour);
  await neighbour.picture("round");
});

test("capacity is auctioned, a bid is in, and both sides see it", async () => {
  await farm.go("market");
  await farm.page.getByRole("button", { name: farm.say("market.show.auctions"), exact: true }).click();
  await farm.press("capacity.title");
  await farm.fill("capacity.name", "Press hours");
  await farm.fill("auction.quantity", "10");
  await farm.picture("capacity");
  await isAccessible(farm);
  await farm.send("publish");
  await expect(farm.card("Press hours")).toBeVisible();
  const [auction] = await farm.ask<{ items: { id: string }[] }>("auctions").then((list) => list.items);
  await farm.tell({
    do: "offer", spec: "juice", name: "Fresh juice", prices: { currency: "EUR", tiers: [{ from: "0", unit_price: "2" }] },
    capacity: { auction: auction!.id, load: "0.5" },
  });
  await household.go("market");
  const offer = household.card("Fresh juice");
  await household.press("bid.action", offer);
  await household.fill("quantity.label", "4");
  await household.fill("bid.at_most", "3");
  await household.picture("bid");
  await isAccessible(household);
  await household.send("bid.action");
  await expect(household.card("Press hours").first()).toContainText(household.say("bid.state.in"));
  await expect(farm.card("Press hours").first()).toContainText(farm.say("bid.state.in"));
  await fitsTheScreen(household);
  await farm.picture("auction");
});

test("who makes what for whom is planned together, each says what it could make or would take", async () => {
  await neighbour.go("market");
  await neighbour.page.getByRole("button", { name: neighbour.say("market.show.calls"), exact: true }).click();
  await neighbour.press("call.title");
  await neighbour.fill("call.name", "Winter jars");
  await neighbour.picture("call");
  await isAccessible(neighbour);
  await neighbour.send("publish");
  await farm.go("");
  await farm.go("market");
  await farm.press("call.supply", farm.card("Winter jars"));
  await farm.fill("auction.quantity", "10");
  await farm.fill("spec.id", "juice");
  await farm.fill("call.price", "2");
  await farm.fill("offer.load", "0.5");
  await farm.fill("call.setup", "4");
  await farm.picture("call-supply");
  await isAccessible(farm);
  await farm.send("call.supply_action");
  await expect(farm.card("Winter jars")).toContainText(farm.say("call.state.said"));
  await household.go("market");
  await household.press("call.demand", household.card("Winter jars"));
  await household.fill("spec.id", "juice");
  await household.fill("quantity.label", "8");
  await household.fill("bid.at_most", "3");
  await household.picture("call-demand");
  await isAccessible(household);
  await household.send("call.demand_action");
  await expect(household.card("Winter jars")).toContainText(household.say("call.state.said"));
  await fitsTheScreen(household);
});

test("a joint plan makes deals at the listed price and a share of the set-up, and whoever took part makes it again", async () => {
  const soon = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
  await neighbour.tell({ do: "plan_call", name: "Spring jars", currency: "EUR", unit: "h", takes_until: soon(15), closes: soon(45) });
  const call = async (desk: Desk): Promise<{ id: string } | undefined> =>
    (await desk.ask<{ items: { id: string; call: { name: unknown } }[] }>("calls")).items.find((c) => JSON.stringify(c.call.name).includes("Spring"));
  for (const desk of [farm, household]) await expect.poll(() => call(desk), { timeout: 10_000 }).toBeTruthy();
  const { id } = (await call(farm))!;
  await farm.tell({
    do: "plan_supply", call: id, quantity: "10", lead_time_s: 86_400,
    products: [{ spec: "juice", name: "Juice", unit: "kg", unit_price: "2", load: "0.5", setup: "4" }],
  });
  await household.tell({ do: "plan_demand", call: id, spec: "juice", quantity: "8", at_most: { amount: "3", currency: "EUR" } });
  const card = household.card("Spring jars");
  // 2 EUR each and 4 EUR of set-up for 8
  await expect(card).toContainText("2.50", { timeout: 60_000 });
  await expect(card.getByRole("link", { name: household.say("pledge.deal") })).toBeVisible();
  const planned = neighbour.card("Spring jars");
  await neighbour.press("call.replay", planned);
  await expect(planned).toContainText(neighbour.say("call.replay.same"));
  await neighbour.picture("call-planned");
  await household.picture("call-awarded");
  await fitsTheScreen(household);
});

test("the node looks for something, proposes it, and goes ahead when its owner says so", async () => {
  await neighbour.go("");
  await neighbour.go("market");
  await neighbour.press("standing.title");
  await neighbour.fill("spec.id", "apple");
  await neighbour.fill("quantity.label", "5");
  await neighbour.fill("need.ceiling", "3.5");
  await neighbour.dialog.getByLabel(neighbour.say("standing.pool")).uncheck();
  await neighbour.picture("look-for");
  await isAccessible(neighbour);
  await neighbour.send("standing.action");
  await expect(neighbour.button("standing.take")).toBeVisible();
  await neighbour.picture("proposed");
  await isAccessible(neighbour);
  await neighbour.go("");
  await expect(neighbour.page.getByText(neighbour.say("todo.propose", { name: "Apples" }))).toBeVisible();
  await neighbour.go("market");
  await neighbour.press("standing.take");
  const bought = async (): Promise<string[]> => (await neighbour.ask<{ items: { spec: string }[] }>("deals")).items.map((deal) => deal.spec);
  await expect.poll(bought).toContain("apple");
});

test("peers are asked too, and what each showed is told", async () => {
  await household.go("market");
  await household.page.getByRole("searchbox").fill("apple");
  await household.press("search.ask");
  await expect(household.page.getByRole("table")).toContainText("Farm");
  await household.picture("search");
  await isAccessible(household);
  await fitsTheScreen(household);
});

test("somebody is vouched for, and interests are set", async () => {
  await household.go("peers");
  await household.press("vouch.action", household.page.getByRole("listitem").filter({ hasText: "Neighbour" }));
  await household.fill("vouch.deposit", "50");
  await household.picture("vouch");
  await isAccessible(household);
  await household.send("vouch.action");
  const interests = household.page.getByRole("complementary");
  await household.press("edit", interests);
  await household.fill("interests.classes", "fruit");
  await household.picture("interests");
  await isAccessible(household);
  await household.send("save");
  await expect(interests).toContainText("fruit");
  await household.picture("peers");
  await fitsTheScreen(household);
});
