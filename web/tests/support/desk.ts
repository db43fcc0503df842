// Somebody at a screen: a browser of a certain size, language and light, signed in to a node, doing things by the words
// on the buttons.

import { type Browser, type BrowserContext, expect, type Locator, type Page, test } from "@playwright/test";
import { en } from "../../src/lib/i18n/en";
import { zh } from "../../src/lib/i18n/zh";
import type { Command } from "../../src/lib/commands";
import type { HeadwaterNode } from "./nodes";

export type Key = keyof typeof en;
export interface Look { language: "en" | "zh"; theme: "light" | "dark"; width: 390 | 1440 }
const TABLES = { en, zh };
const LOCALES = { en: "en-GB", zh: "zh-CN" };

export class Desk {
  private constructor(readonly page: Page, readonly look: Look, readonly context: BrowserContext) {}

  static async open(browser: Browser, link: string, look: Look): Promise<Desk> {
    const { language, theme, width } = look;
    const viewport = { width, height: width === 390 ? 844 : 900 };
    const context = await browser.newContext({ viewport, colorScheme: theme, locale: LOCALES[language] });
    const page = await context.newPage();
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.goto(link);
    const desk = new Desk(page, look, context);
    await expect(page.getByRole("heading", { level: 1 })).toContainText(language === "en" ? "Today" : "今日");
    return desk;
  }
  static at(browser: Browser, node: HeadwaterNode, look: Look): Promise<Desk> {
    return Desk.open(browser, node.link, look);
  }

  /** The words under a key, in this desk's language. */
  say(key: Key, values: Record<string, string | number> = {}): string {
    return TABLES[this.look.language][key].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
  }
  async go(page: string, arg = ""): Promise<void> {
    await this.page.goto(`${new URL(this.page.url()).origin}/#/${page}${arg && `/${arg}`}`);
    await expect(this.page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  get dialog(): Locator {
    return this.page.getByRole("dialog");
  }
  button(key: Key, within: Locator | Page = this.page): Locator {
    return within.getByRole("button", { name: this.say(key), exact: true });
  }
  async press(key: Key, within: Locator | Page = this.page): Promise<void> {
    await this.button(key, within).first().click();
  }
  field(key: Key, within: Locator = this.dialog): Locator {
    return within.getByLabel(this.say(key), { exact: true });
  }
  async fill(key: Key, text: string): Promise<void> {
    await this.field(key).first().fill(text);
  }
  /** Sends the dialog and waits until the node has taken it. */
  async send(key: Key): Promise<void> {
    await this.press(key, this.dialog);
    await expect(this.dialog).toHaveCount(0);
  }
  /** Gives the node an order directly, where the screen that does so is another test's. */
  async tell<T = { recorded: string }>(order: Command): Promise<T> {
    const { origin } = new URL(this.page.url());
    const answer = await this.page.request.post(`${origin}/api/v1/commands`, { data: order, headers: { origin } });
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  }
  /** What the node answers under an address. */
  async ask<T>(path: string): Promise<T> {
    const answer = await this.page.request.get(`${new URL(this.page.url()).origin}/api/v1/${path}`);
    expect(answer.ok(), await answer.text()).toBe(true);
    return answer.json();
  }
  card(text: string): Locator {
    return this.page.getByRole("article").filter({ hasText: text });
  }
  /** Keeps a picture of the whole page beside the results. */
  async picture(name: string): Promise<void> {
    const { language, theme, width } = this.look;
    const file = test.info().outputPath(`${name}-${language}-${theme}-${width}.png`);
    await this.page.screenshot({ path: file, fullPage: (await this.dialog.count()) === 0 });
  }
}
