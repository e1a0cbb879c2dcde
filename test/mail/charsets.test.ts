import { describe, expect, test } from "vitest";
import { parseFixture } from "./fixture.ts";

describe("text in any charset is read", () => {
  test("Latin-1 means windows-1252, as every mail program has it", async () => {
    const parsed = await parseFixture("charset-latin1.eml");
    expect(parsed.subject).toBe("Grüße");
    expect(parsed.text).toBe("Schöne Grüße, 5 €");
  });

  test("Shift_JIS under its Microsoft name", async () => {
    const parsed = await parseFixture("charset-shift-jis.eml");
    expect(parsed.subject).toBe("注文");
    expect(parsed.text).toBe("返品したい");
  });

  test("ISO-2022-JP in neighbouring encoded words, and in a body that declares nothing", async () => {
    const parsed = await parseFixture("charset-iso-2022-jp.eml");
    expect(parsed.subject).toBe("注文番号");
    expect(parsed.text).toBe("返品したい");
  });

  test("Korean under its old name", async () => {
    expect((await parseFixture("charset-korean.eml")).text).toBe("안녕하세요");
  });

  test("UTF-7", async () => {
    expect((await parseFixture("charset-utf7.eml")).text).toBe("Hi Mom ☺!");
  });

  test("an unknown charset is read as Western, with a note", async () => {
    const parsed = await parseFixture("charset-unknown.eml");
    expect(parsed.text).toBe("café crème");
    expect(parsed.problems).toContain("unknown charset x-made-up; read as windows-1252");
  });

  test("UTF-8 that is declared as something smaller is read as UTF-8", async () => {
    expect((await parseFixture("charset-mislabelled-utf8.eml")).text).toBe("Übergröße – 5 €");
  });

  test("Big5 that was encoded a second time is undone", async () => {
    const parsed = await parseFixture("charset-double-encoded.eml");
    expect(parsed.subject).toBe("退貨申請");
    expect(parsed.text).toBe("我要退貨，謝謝。訂單");
    expect(parsed.problems.join()).toContain("encoded twice");
  });
});
