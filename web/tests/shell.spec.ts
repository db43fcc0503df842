// Coming in, getting around by keyboard alone, choosing language and light, and a node that goes away.

import { expect, test } from "@playwright/test";
import { isAccessible } from "./support/checks";
import { Desk } from "./support/desk";
import { HeadwaterNode } from "./support/nodes";

let node: HeadwaterNode;
test.beforeAll(async () => {
  node = await HeadwaterNode.start("Orchard");
});
test.afterAll(async () => {
  await node?.stop();
});

test("without a session there is a door, and a used link does not open it", async ({ browser }) => {
  const link = await node.newLink();
  const desk = await Desk.open(browser, link, { language: "en", theme: "light", width: 1440 });
  const other = await browser.newPage({ locale: "en-GB" });
  await other.goto(link);
  await expect(other.getByRole("heading", { level: 1 })).toHaveText(desk.say("welcome.title"));
  await expect(other.getByLabel(desk.say("welcome.code"))).toBeVisible();
  await other.getByLabel(desk.say("welcome.code")).fill(await node.newLink());
  await other.getByRole("button", { name: desk.say("welcome.enter") }).click();
  await expect(other.getByRole("heading", { level: 1 })).toContainText("Orchard");
  await other.close();
  await desk.context.close();
});

test("a need is published with the keyboard alone", async ({ browser }) => {
  const desk = await Desk.open(browser, await node.newLink(), { language: "en", theme: "dark", width: 1440 });
  const { page } = desk;
  const { keyboard } = page;
  const focused = page.locator(":focus");
  const tabTo = async (name: string): Promise<void> => {
    for (let i = 0; i < 60; i += 1) {
      await keyboard.press("Tab");
      const text = await focused.evaluate((el) => (el.getAttribute("aria-label") ?? el.textContent ?? "").trim());
      if (text === name) return;
    }
    throw new Error(`Tab never came to ${name}`);
  };
  await page.reload();
  await expect(page.getByRole("main")).toBeVisible();
  await keyboard.press("Tab");
  await expect(focused).toHaveText(desk.say("skip"));
  await tabTo(desk.say("nav.market"));
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await tabTo(desk.say("need.publish"));
  await keyboard.press("Enter");
  await expect(desk.dialog).toBeVisible();

  // Esc closes, and focus is back where it was
  await keyboard.press("Escape");
  await expect(desk.dialog).toHaveCount(0);
  await expect(focused).toHaveText(desk.say("need.publish"));
  await keyboard.press("Enter");

  // focus stays inside however often Tab is pressed
  for (let i = 0; i < 20; i += 1) {
    await keyboard.press("Tab");
    // past its last control a modal dialog lets focus go to the browser's own, but never to the page behind it
    expect(await page.evaluate(() => [document.body, null].includes(document.activeElement as HTMLElement | null) || !!document.activeElement?.closest("dialog"))).toBe(true);
  }
  await desk.field("spec.id").focus();
  await keyboard.type("pear");
  await keyboard.press("Tab");
  await keyboard.press("Control+A");
  await keyboard.type("12,5");
  await desk.picture("keyboard");
  await keyboard.press("Enter");
  const refused = desk.dialog.getByRole("alert");
  await expect(refused.or(desk.card("pear"))).toBeVisible();
  if (await refused.isVisible()) {
    // nobody has described pears: the node says so, and the dialog keeps what was typed
    await expect(desk.field("spec.id")).toHaveValue("pear");
    await keyboard.press("Escape");
    await desk.go("make");
    await desk.button("spec.describe").focus();
    await keyboard.press("Enter");
    await desk.field("spec.id").focus();
    await keyboard.type("pear");
    await keyboard.press("Tab");
    await keyboard.type("Pears");
    await desk.field("spec.unit").focus();
    await keyboard.type("kg");
    await keyboard.press("Enter");
    await desk.button("publish", desk.dialog).focus();
    await keyboard.press("Enter");
    await expect(desk.dialog).toHaveCount(0);
    await desk.go("market");
    await desk.button("need.publish").focus();
    await keyboard.press("Enter");
    await desk.field("spec.id").focus();
    await keyboard.type("pear");
    await keyboard.press("Tab");
    await keyboard.press("Control+A");
    await keyboard.type("12,5");
    await keyboard.press("Enter");
  }
  await expect(desk.card("pear")).toContainText("12.5");
  await desk.context.close();
});

test("language and light are chosen by hand and remembered", async ({ browser }) => {
  const desk = await Desk.open(browser, await node.newLink(), { language: "en", theme: "light", width: 1440 });
  const { page } = desk;
  const ground = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole("button", { name: desk.say("settings.theme.dark") }).click();
  expect(await ground()).not.toBe(light);
  await page.getByRole("button", { name: "中文" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("今日");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("今日");
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("zh-CN");
  expect(await ground()).not.toBe(light);
  await desk.context.close();
});

test("a node that goes away is missed at once, and what was on the screen stays", async ({ browser }) => {
  const away = await HeadwaterNode.start("Ferry");
  const desk = await Desk.at(browser, away, { language: "zh", theme: "light", width: 390 });
  await away.stop();
  await expect(desk.page.getByText(desk.say("offline.text"))).toBeVisible();
  await expect(desk.page.getByRole("heading", { level: 1 })).toContainText("Ferry");
  await desk.picture("offline");
  await isAccessible(desk);
  await desk.context.close();
});
