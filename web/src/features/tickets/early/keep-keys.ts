/** More than anybody means to press blindly. */
const MOST = 40;

/**
 * Keys that are pressed while the rows can be read and nothing takes keys yet. Once the rows are gone, and the client has its
 * own in their place, they are pressed again in their order, each after what the one before it did is drawn; those that come
 * meanwhile wait behind them.
 */
export function keepKeys(rows: HTMLElement): void {
  const kept: KeyboardEventInit[] = [];
  const keep = (event: KeyboardEvent): void => {
    if (!event.isTrusted || !isKept(event)) return;
    const { key, ctrlKey, metaKey, shiftKey } = event;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (kept.length < MOST) kept.push({ key, ctrlKey, metaKey, shiftKey, bubbles: true, cancelable: true });
  };
  const pressAll = async (): Promise<void> => {
    await painted();
    for (let next = kept.shift(); next !== undefined; next = kept.shift()) {
      press(next);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await painted();
    }
    removeEventListener("keydown", keep, true);
  };
  addEventListener("keydown", keep, true);
  rows.addEventListener("drop", () => void pressAll(), { once: true });
}

/** What types, and Enter; with Ctrl only the palette, the rest is the browser's. A link that has the focus has its own Enter. */
function isKept({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if (altKey) return false;
  if (ctrlKey || metaKey) return key === "k";
  return key.length === 1 || key === "Backspace" || (key === "Enter" && target === document.body);
}

function press(how: KeyboardEventInit): void {
  const { key = "", ctrlKey = false, metaKey = false } = how;
  const target = document.activeElement ?? document.body;
  // A key before it has led to a field: no event of ours writes into it.
  const isField = !ctrlKey && !metaKey && target.matches("input, textarea, [contenteditable=true]");
  if (isField && key.length === 1) document.execCommand("insertText", false, key);
  else if (isField && key === "Backspace") document.execCommand("delete");
  else target.dispatchEvent(new KeyboardEvent("keydown", how));
}

/** Milliseconds that a frame is waited for: a browser that has no time to draw, or is not seen, takes keys all the same. */
const PATIENCE = 250;

/** After what was set in motion is drawn, and has taken its place among what takes keys. */
export async function painted(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, PATIENCE);
    requestAnimationFrame(() => setTimeout(resolve));
  });
}
