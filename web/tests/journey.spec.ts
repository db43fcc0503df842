// One order's life, in three browsers on three nodes: a sawmill, a workshop that needs its boards, and a household.
// What one publishes or signs is seen by the others live, without reloading.

import { expect, test } from "@playwright/test";
import { fitsTheScreen, isAccessible } from "./support/checks";
import { Desk } from "./support/desk";
import { HeadwaterNode } from "./support/nodes";

const PAGES = ["", "market", "deals", "workshop", "stock", "trace", "make", "peers"];
let nodes: HeadwaterNode[] = [];
let sawmill: Desk, workshop: Desk, household: Desk;

test.describe.configure({ mode: "serial" });

test.beforeAll(async ({ browser }) => {
  const mill = await HeadwaterNode.start("Sawmill");
  nodes = [mill];
  const shop = await HeadwaterNode.start("Workshop", [mill]);
  nodes.push(shop);
  const home = await HeadwaterNode.start("Household", [shop]);
  nodes.push(home);
  sawmill = await Desk.at(browser, mill, { language: "en", theme: "dark", width: 390 });
  workshop = await Desk.at(browser, shop, { language: "en", theme: "light", width: 1440 });
  household = await Desk.at(browser, home, { language: "zh", theme: "dark", width: 390 });
});
test.afterAll(async () => {
  for (const desk of [sawmill, workshop, household]) await desk?.context.close();
  for (const node of nodes) await node.stop();
});

test("a new node says how to begin", async () => {
  await expect(sawmill.page.getByText(sawmill.say("first.title"))).toBeVisible();
  await expect(household.page.getByText(household.say("first.describe"))).toBeVisible();
  for (const desk of [sawmill, workshop, household]) await desk.picture("first-steps");
  await isAccessible(household);
});

test("the sawmill describes its boards, books them in and offers them", async () => {
  const { page } = sawmill;
  await sawmill.press("spec.describe");
  await sawmill.fill("spec.id", "oak-board");
  await sawmill.fill("spec.name_en", "Oak board");
  await sawmill.fill("spec.name_zh", "橡木板");
  await sawmill.field("spec.unit").selectOption("m2");
  await sawmill.picture("describe");
  await sawmill.send("publish");
  await sawmill.press("raise.title");
  await sawmill.fill("spec.id", "oak-board");
  await sawmill.fill("quantity.label", "100");
  await sawmill.send("raise.action");
  await sawmill.press("offer.publish");
  await sawmill.fill("spec.id", "oak-board");
  await sawmill.fill("tier.price", "30.5");
  await sawmill.fill("offer.step", "0.5");
  await sawmill.picture("offer");
  await isAccessible(sawmill);
  await sawmill.send("publish");
  await sawmill.go("stock");
  await expect(page.getByText("100 m²").first()).toBeVisible();
  await sawmill.picture("stock");
});

test("the workshop hears of the boards, and writes down how it makes chairs", async () => {
  await workshop.go("market");
  await expect(workshop.card("Oak board")).toBeVisible();
  await workshop.go("make");
  await workshop.press("center.add");
  await workshop.fill("center.name", "bench");
  await workshop.send("save");
  await workshop.press("spec.describe");
  await workshop.fill("spec.id", "chair");
  await workshop.fill("spec.name_en", "Chair");
  await workshop.fill("spec.name_zh", "椅子");
  await workshop.dialog.getByLabel(workshop.say("spec.serialised")).check();
  await workshop.send("publish");
  await workshop.press("recipe.add");
  await workshop.fill("recipe.output", "chair");
  await workshop.press("recipe.add_input", workshop.dialog);
  await workshop.fill("recipe.input", "oak-board");
  await workshop.field("quantity.label").first().fill("0.5");
  await workshop.fill("step.name", "assemble");
  await workshop.field("step.work_center").selectOption("bench");
  await workshop.field("step.run_s").first().fill("20");
  await isAccessible(workshop);
  await workshop.picture("recipe");
  await workshop.send("save");
  await expect(workshop.page.getByText("bought in or from stock")).toBeVisible();
  await workshop.picture("make");
});

test("an offer published in one browser appears in another without reloading", async () => {
  await household.go("market");
  await workshop.go("market");
  await workshop.press("offer.publish");
  await workshop.fill("spec.id", "chair");
  await workshop.fill("tier.price", "120");
  await workshop.press("tier.add", workshop.dialog);
  await workshop.field("tier.from").nth(1).fill("5");
  await workshop.field("tier.price").nth(1).fill("96");
  await workshop.dialog.getByLabel(workshop.say("offer.pooling")).check();
  await workshop.fill("offer.cap", "40");
  await workshop.fill("offer.payment", "On delivery");
  await workshop.send("publish");
  await expect(household.card("椅子")).toBeVisible();
  await household.picture("market");
  await isAccessible(household);
});

test("an enquiry is quoted through the workshop's own supplier, and accepted", async () => {
  await household.press("enquire.action", household.card("椅子"));
  await household.fill("quantity.label", "4");
  await expect(household.dialog.getByText("480")).toBeVisible();
  await household.picture("enquire");
  await household.send("enquire.action");
  await expect(household.button("deal.accept")).toBeVisible();
  await household.picture("quoted");
  await household.press("deal.accept");
  await expect(household.page.locator("[aria-current=step]")).toContainText(household.say("deal.state.bound"));
  await household.picture("bound");
});

test("the sawmill ships the boards and the workshop takes them over", async () => {
  await sawmill.go("deals");
  await sawmill.page.getByRole("link", { name: /Oak board/ }).first().click();
  await expect(sawmill.button("ship.action")).toBeVisible();
  await sawmill.press("ship.action");
  await sawmill.send("ship.action");
  await workshop.go("stock");
  await workshop.press("receive.action");
  await workshop.picture("receive");
  await workshop.send("receive.all");
  await expect(workshop.page.getByText("2 m²").first()).toBeVisible();
});

test("the work is started and finished at the bench", async () => {
  await workshop.go("workshop");
  await expect(workshop.button("process.start")).toBeEnabled();
  await workshop.picture("workshop");
  await isAccessible(workshop);
  await workshop.press("process.start");
  await workshop.press("process.finish");
  await workshop.picture("finish");
  await workshop.send("process.finish");
  await workshop.go("stock");
  await expect(workshop.card("Chair")).toContainText("4 pcs");
  await workshop.picture("stock");
});

test("chairs are shipped, one is refused, the rest is taken over and paid", async () => {
  await workshop.go("deals");
  await workshop.page.getByRole("link", { name: /Chair/ }).first().click();
  await workshop.press("ship.action");
  await workshop.send("ship.action");
  await household.press("receive.action");
  await household.dialog.getByLabel(household.say("receive.refuse_some")).check();
  await household.dialog.getByRole("checkbox").first().check();
  await household.fill("reason.label", "腿裂了");
  await household.picture("refuse");
  await household.send("receive.partly");
  await expect(workshop.page.getByText("腿裂了")).toBeVisible();
  await workshop.picture("deal-partly");
  await workshop.press("ship.replace");
  await workshop.send("ship.action");
  await household.press("receive.action");
  await household.send("receive.all");
  await expect(workshop.page.locator("dl > div").filter({ hasText: workshop.say("deal.owed") })).toContainText("480");
  await workshop.press("settle.action");
  await expect(workshop.field("settle.amount")).toHaveValue("480");
  await workshop.send("settle.confirm");
  await expect(household.page.locator("[aria-current=step]")).toContainText(household.say("deal.state.settled"));
  await household.picture("settled");
  await isAccessible(household);
  await isAccessible(workshop);
});

test("the household sees where its chair came from, each step verified, with a code to scan", async () => {
  await household.page.getByRole("link", { name: household.say("trace.action"), exact: true }).first().click();
  await expect(household.page.getByText(household.say("verdict.verified"))).toBeVisible();
  await expect(household.page.getByText("Sawmill").first()).toBeVisible();
  await expect(household.page.getByRole("img", { name: household.say("qr.label") })).toBeVisible();
  await household.picture("trace");
  await isAccessible(household);
});

test("the sawmill finds out where its boards went, and a lot that nobody knows is said to be a gap", async () => {
  await sawmill.go("stock");
  await sawmill.page.getByRole("link", { name: sawmill.say("trace.action"), exact: true }).first().click();
  await sawmill.press("recall.action");
  const went = sawmill.page.getByRole("region", { name: sawmill.say("recall.title") });
  await expect(went).toContainText("Workshop");
  await expect(went).toContainText("Household");
  await sawmill.picture("recall");
  await isAccessible(sawmill);
  await sawmill.go("trace", "0".repeat(64));
  await expect(sawmill.page.getByRole("alert").or(sawmill.page.getByText(sawmill.say("verdict.gap")))).toBeVisible();
  await sawmill.picture("unknown-lot");
});

test("an own order is planned, looked at and dropped", async () => {
  await workshop.go("workshop");
  await workshop.press("plan.title");
  await workshop.fill("spec.id", "chair");
  await workshop.fill("quantity.label", "2");
  await workshop.send("plan.action");
  await expect(workshop.button("plan.accept")).toBeVisible();
  await workshop.picture("own-order");
  await workshop.press("plan.decline");
  await expect(workshop.button("plan.accept")).toHaveCount(0);
});

test("a bound deal is undone when both sides agree", async () => {
  await household.go("market");
  await household.press("enquire.action", household.card("椅子"));
  await household.send("enquire.action");
  await household.press("deal.accept");
  await household.press("cancel.action");
  await household.fill("reason.label", "搬家");
  await household.send("cancel.action");
  await workshop.go("");
  await workshop.page.getByRole("link", { name: workshop.say("todo.answer", { name: "Chair" }) }).click();
  await expect(workshop.page.getByText("搬家")).toBeVisible();
  await workshop.picture("cancellation");
  await workshop.press("cancel.agree");
  await expect(household.page.getByText(household.say("deal.state.cancelled")).first()).toBeVisible();
  await household.picture("cancelled");
});

test("what the household learnt becomes a revision that cites it", async () => {
  await household.go("deals");
  await household.press("deals.show.over");
  await household.page.getByRole("link", { name: /椅子/ }).filter({ hasText: household.say("deal.state.settled") }).click();
  await household.press("feedback.action");
  await household.dialog.getByRole("radio", { name: /4/ }).check();
  await household.fill("feedback.text", "座面太低");
  await household.press("pairs.add", household.dialog);
  await household.fill("pairs.name", "seat_height");
  await household.fill("pairs.value", "48 cm");
  await household.picture("feedback");
  await household.send("feedback.send");
  await workshop.go("make");
  await expect(workshop.card("座面太低")).toBeVisible();
  await workshop.press("feedback.draft");
  await expect(workshop.dialog.getByLabel(workshop.say("pairs.value")).first()).toHaveValue("48 cm");
  await workshop.picture("revision");
  await workshop.send("publish");
  await expect(workshop.card("座面太低")).toContainText(workshop.say("feedback.led_to"));
  await workshop.picture("feedback");
});

test("a pool opened by the household takes its pledge, and everyone sees it rise", async () => {
  await household.go("market");
  await household.press("pool.open_action", household.card("椅子"));
  await household.fill("pool.threshold_label", "5");
  await household.picture("open-pool");
  await household.send("pool.open_action");
  const pool = household.page.getByRole("article").filter({ has: household.page.getByRole("progressbar") });
  await household.press("pledge.action", pool);
  await household.fill("pledge.least", "2");
  await household.fill("pledge.most", "6");
  await household.fill("pledge.ceiling", "100");
  await household.picture("pledge");
  await household.send("pledge.action");
  await expect(pool).toContainText(household.say("pledge.receipted"));
  await workshop.go("market");
  const seen = workshop.page.getByRole("progressbar");
  await expect(seen).toHaveAttribute("aria-valuetext", /^6 pledged/);
  await household.picture("pool");
  await workshop.picture("pool");
});

test("every page fits the screen and is accessible, in both languages, sizes and lights", async ({ browser }) => {
  for (const language of ["en", "zh"] as const) {
    for (const width of [390, 1440] as const) {
      for (const theme of ["light", "dark"] as const) {
        const desk = await Desk.open(browser, await nodes[1]!.newLink(), { language, theme, width });
        for (const page of PAGES) {
          await desk.go(page);
          await desk.page.waitForLoadState("networkidle");
          await fitsTheScreen(desk);
          await isAccessible(desk);
          await desk.picture(`page-${page || "home"}`);
        }
        await desk.context.close();
      }
    }
  }
});
