import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PENDING, RULES } from "./rules.ts";

const root = join(import.meta.dirname, "../..");
const CONTRACT = join(root, "../shared/CONTRACT.md");

/** A name of a test or a group that begins with rules: `test("K5: …`, `describe.skipIf(…)("T1, T14: …`. */
const CITATION = /(?:\b(?:test|it|describe)\b[^"'`\n]*?|\))\(\s*["'`]([A-Z]\d+(?:, ?[A-Z]\d+)*): /g;

interface Citation {
  file: string;
  rule: string;
}

/** Read as text: a citation is what a person who looks for the rule finds. */
function citations(): Citation[] {
  const files = globSync("test/**/*.test.ts", { cwd: root });
  return files.flatMap((file) => {
    const matches = readFileSync(join(root, file), "utf8").matchAll(CITATION);
    return [...matches].flatMap(([, rules = ""]) => rules.split(/, ?/).map((rule) => ({ file, rule })));
  });
}

describe("the rules of the contract", () => {
  test("every rule is cited by a test, or pending", () => {
    const cited = new Set(citations().map(({ rule }) => rule));
    const uncited = Object.keys(RULES).filter((rule) => !cited.has(rule) && !(rule in PENDING));
    expect(uncited).toEqual([]);
  });

  test("every citation is of a rule that exists", () => {
    const unknown = citations().filter(({ rule }) => !(rule in RULES));
    expect(unknown).toEqual([]);
  });

  test("what is pending is a rule, and says why", () => {
    for (const [rule, why] of Object.entries(PENDING)) {
      expect(RULES).toHaveProperty(rule);
      expect(why).not.toBe("");
    }
  });

  test("our rules are those of the contract", (context) => {
    if (!existsSync(CONTRACT)) context.skip("the contract's own text is not beside this checkout");
    const numbers = [...readFileSync(CONTRACT, "utf8").matchAll(/^- \*\*([A-Z]\d+)\*\* /gm)].map(([, rule]) => rule);
    expect(numbers.length).toBeGreaterThan(50);
    expect(Object.keys(RULES)).toEqual(numbers);
  });
});
