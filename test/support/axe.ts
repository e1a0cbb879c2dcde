import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

declare function run(context: object, how: object): Promise<AxeResults>;

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Fails with every violation that axe finds on what is shown, and where. `within` is a selector: the whole page if absent.
 * It comes in by the debugger, past the security policy, which holds for what the page itself loads.
 */
export async function expectAccessible(page: Page, within?: string): Promise<void> {
  await page.evaluate(`typeof axe === "undefined" && void (() => {${source}})()`);
  const { violations } = await page.evaluate(
    async ([selector, rules]) => {
      const { axe, document } = globalThis as unknown as { axe: { run: typeof run }; document: object };
      const how = { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"], iframes: false };
      // What catches the focus at the edges of a menu sends it on at once: nobody stays on it.
      return await axe.run({ include: selector ?? document, exclude: ["[data-base-ui-focus-guard]"] }, how);
    },
    [within, RULES] as const,
  );
  const words = violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = "" }) => `${id}: ${help}\n  ${html.slice(0, 300)}\n  ${failureSummary}`),
  );
  expect(words, "what axe found").toEqual([]);
}
