import { describe, expect, test } from "vitest";
import { unreadableDate } from "../../web/src/features/tickets/unreadable-date.ts";
import { IS_WORDS, type Values, partAt, spell, suggest } from "../../web/src/features/tickets/search-suggestions.ts";

const NONE: Values = {
  from: [],
  to: [],
  subject: [],
  label: [{ value: "urgent" }, { value: "needs reply" }, { value: "Köln" }],
  inbox: [{ value: "Sales" }],
  assignee: [{ value: "me" }, { value: "Ada Byron" }],
  is: [{ value: "open" }, { value: "unread" }],
  has: [{ value: "attachment" }],
  before: [],
  after: [],
};

const labels = (text: string, caret = text.length): string[] =>
  suggest(text, caret, NONE, ["order 42"]).map(({ label }) => label);

describe("a date in a search", () => {
  test.each([
    "before:2026-03-01",
    "after:7d refund",
    "-before:today",
    'after:"2026-03-01 10:00"',
    "beforehand:x",
    "plain",
  ])("is read in %s, or there is none", (q) => expect(unreadableDate(q)).toBeNull());

  test.each([
    ["refund before:yesterdayish", "before:yesterdayish"],
    ["after:2026-02-30", "after:2026-02-30"],
    ["before:", "before:"],
  ])("is none in %s, which is said", (q, part) => expect(unreadableDate(q)).toBe(part));
});

describe("suggestions while one types a search", () => {
  test("begin with what was searched for last, then the operators", () => {
    expect(labels("").slice(0, 3)).toEqual(["order 42", "from:", "to:"]);
  });

  test("name the operators that begin so", () => {
    expect(labels("refund as")).toEqual(["assignee:"]);
    expect(labels("order -la")[0]).toBe("-label:");
  });

  test("name what an operator takes here, whatever its case and accents", () => {
    expect(labels("label:")).toEqual(["urgent", "needs reply", "Köln"]);
    expect(labels("label:KOL")).toEqual(["Köln"]);
    expect(labels("label:rep")).toEqual(["needs reply"]);
    expect(labels('assignee:"ada b')).toEqual(["Ada Byron"]);
  });

  test("name all that is: takes", () => {
    const is = IS_WORDS.map((value) => ({ value }));
    expect(suggest("is:", 3, { ...NONE, is }, []).map(({ label }) => label)).toEqual([...IS_WORDS]);
  });

  test("name labels and people without their operator, too", () => {
    expect(suggest("urg", 3, NONE, []).map(({ text }) => text)).toEqual(["label:urgent "]);
  });

  test("say nothing more once a value is whole", () => {
    expect(labels("label:urgent")).toEqual([]);
    expect(labels("label:urgent ")).toEqual([]);
  });

  test("put a value with blanks in quotes, in the place of the part that the caret is in", () => {
    const text = "-label:needs order";
    const [first] = suggest(text, "-label:needs".length, NONE, []);
    expect(first).toMatchObject({ text: '-label:"needs reply" order', caret: '-label:"needs reply" '.length });
    expect(spell("label", "vip")).toBe("label:vip");
  });
});

describe("the part of a search that the caret is in", () => {
  test("holds blanks inside quotes only", () => {
    expect(partAt('a label:"needs re', 17)).toMatchObject({ from: 2, operator: "label", words: "needs re" });
    expect(partAt("a b", 3)).toMatchObject({ from: 2, to: 3, operator: null, words: "b" });
    expect(partAt("robot:7", 7)).toMatchObject({ operator: null, words: "robot:7" });
  });
});
