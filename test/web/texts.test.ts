import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { addMessages, setLanguage, t } from "../../web/src/i18n/t.ts";
import type { Message, Messages } from "../../web/src/i18n/plural.ts";

const source = join(import.meta.dirname, "../../web/src");
const areas = readdirSync(join(source, "i18n/en")).toSorted();

async function catalogue(language: string, area: string): Promise<Messages> {
  const exported = (await import(pathToFileURL(join(source, "i18n", language, area)).href)) as Record<string, Messages>;
  return Object.assign({}, ...Object.values(exported)) as Messages;
}

const forms = (message: Message): string[] => (typeof message === "string" ? [message] : Object.values(message));
const parameters = (message: Message): string[] =>
  [...new Set(forms(message).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].toSorted();

describe("the texts of the web client", () => {
  test("are there in every language, area by area", async () => {
    expect(areas.length).toBeGreaterThan(5);
    expect(readdirSync(join(source, "i18n/de")).toSorted()).toEqual(areas);
    for (const area of areas) {
      const [english, german] = [await catalogue("en", area), await catalogue("de", area)];
      expect([area, Object.keys(german).toSorted()]).toEqual([area, Object.keys(english).toSorted()]);
    }
  });

  test("take the same parameters in every language, and none is empty", async () => {
    for (const area of areas) {
      const [english, german] = [await catalogue("en", area), await catalogue("de", area)];
      for (const [key, message] of Object.entries(english)) {
        const other = german[key] ?? "";
        expect([key, parameters(other)]).toEqual([key, parameters(message)]);
        expect([key, [...forms(message), ...forms(other)].filter((text) => text.trim() === "")]).toEqual([key, []]);
      }
    }
  });

  test("have one key each in all areas together", async () => {
    const keys = (await Promise.all(areas.map(async (area) => Object.keys(await catalogue("en", area))))).flat();
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  // Words between tags are found by the linter; these are the attributes that people read or hear.
  test("are not written into the screens", () => {
    const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".tsx"));
    const written =
      /\b(aria-label|title|placeholder|alt|label|text|hint|tip|description|heading)=(?:"|\{")[^"]*\p{L}{2}[^"]*"/u;
    const found = files.flatMap((file) => {
      const match = written.exec(readFileSync(join(source, file), "utf8"));
      return match === null ? [] : [`${file}: ${match[0]}`];
    });
    expect(files.length).toBeGreaterThan(30);
    expect(found).toEqual([]);
  });
});

describe("a text", () => {
  beforeAll(async () => {
    setLanguage("en");
    addMessages(await catalogue("en", "frame.ts"));
  });

  test("is chosen by the number in it, and its numbers are written as people write them", () => {
    expect(t("palette.count", { count: 1 })).toBe("1 result");
    expect(t("palette.count", { count: 0 })).toBe("0 results");
    expect(t("palette.count", { count: 12_345 })).toBe("12,345 results");
  });

  test("takes what a person typed as it is", () => {
    expect(t("picker.create", { words: "{count} $& <b>" })).toBe("Create “{count} $& <b>”");
  });
});
