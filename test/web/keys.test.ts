import { describe, expect, test } from "vitest";
import { BINDINGS, COMMAND_IDS, bindingOf } from "../../web/src/keys/bindings.ts";
import { pressOf } from "../../web/src/keys/presses.ts";

const up = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe("a press of a key", () => {
  test("is the character that is typed, on whatever keyboard", () => {
    expect(pressOf({ ...up, key: "j" })).toBe("j");
    expect(pressOf({ ...up, key: "?", shiftKey: true })).toBe("?");
    expect(pressOf({ ...up, key: "#" })).toBe("#");
    expect(pressOf({ ...up, key: "#", ctrlKey: true, altKey: true })).toBe("#"); // AltGr
    expect(pressOf({ ...up, key: "J", shiftKey: true })).toBe("Shift+j");
    expect(pressOf({ ...up, key: "Enter" })).toBe("Enter");
  });

  test("names its modifiers, and leaves the system's own alone", () => {
    expect(pressOf({ ...up, key: "k", ctrlKey: true })).toBe("Mod+k");
    expect(pressOf({ ...up, key: "Enter", ctrlKey: true, shiftKey: true })).toBe("Mod+Shift+Enter");
    expect(pressOf({ ...up, key: "r", metaKey: true })).toBeNull();
    expect(pressOf({ ...up, key: "f", altKey: true })).toBeNull();
    expect(pressOf({ ...up, key: "Shift", shiftKey: true })).toBeNull();
  });
});

describe("the bindings", () => {
  test("give each key to one command", () => {
    const all = COMMAND_IDS.flatMap((id) => [...BINDINGS[id].keys] as string[]);
    expect(all.filter((keys, index) => all.indexOf(keys) !== index)).toEqual([]);
  });

  test("take nothing without a modifier while a text is written", () => {
    const taken = COMMAND_IDS.filter((id) => bindingOf(id).whileTyping === true);
    expect(taken.flatMap((id) => bindingOf(id).keys).filter((keys) => !keys.startsWith("Mod+"))).toEqual([]);
  });
});
