const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

/** What of a `KeyboardEvent` matters. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** What was pressed, spelled as in `bindings.ts`; null for a modifier on its own or a key with Alt. */
export function pressOf(event: Press): string | null {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (["Control", "Meta", "Alt", "AltGraph", "Shift", "CapsLock", "Dead", "Process", "Unidentified"].includes(key)) {
    return null;
  }
  const mod = isMac ? metaKey : ctrlKey;
  const other = isMac ? ctrlKey : metaKey;
  if (other) return null;
  const character = key.length === 1;
  // AltGr types characters such as # on many keyboards: then Ctrl and Alt are part of the character.
  if (altKey && !(character && /[^a-z0-9]/i.test(key))) return null;
  if (character && !mod) return shiftKey && /\p{L}/u.test(key) ? `Shift+${key.toLowerCase()}` : key;
  return `${mod && !altKey ? "Mod+" : ""}${shiftKey ? "Shift+" : ""}${character ? key.toLowerCase() : key}`;
}

const NAMES: Record<string, string> = isMac
  ? { Mod: "⌘", Shift: "⇧", Enter: "↵", Escape: "Esc" }
  : { Mod: "Ctrl", Escape: "Esc" };

/** A binding's keys as they are printed on the keyboard, press by press: `[["Ctrl", "K"]]`, `[["G"], ["U"]]`. */
export function printedKeys(keys: string): string[][] {
  return keys
    .split(" ")
    .map((press) => splitPress(press).map((part) => NAMES[part] ?? (part.length === 1 ? part.toUpperCase() : part)));
}

/** For `aria-keyshortcuts`, which knows no sequences. */
export function ariaKeys(keys: string): string | undefined {
  return keys.includes(" ") ? undefined : keys.replace("Mod", isMac ? "Meta" : "Control");
}

function splitPress(press: string): string[] {
  return press === "+" ? ["+"] : press.split("+");
}
