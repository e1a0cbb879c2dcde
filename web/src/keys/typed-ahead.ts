/**
 * Letters that are typed after a key that leads to a field, before the field is there: its code may be on its way, or the
 * server asked. They are kept, and written into it once it has the focus; none is lost, or taken for a command.
 */

import { t } from "../i18n/t.ts";
import { toastFailed } from "../lib/toasts.ts";

/** So long, in milliseconds, after the last of them: then nothing came that takes them, and that is said. */
const PATIENCE = 3000;

let kept: string | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** A key was pressed that leads to a field. */
export function awaitField(): void {
  if (takesText(document.activeElement)) return;
  kept = "";
  wait();
  document.addEventListener("focusin", onFocus);
  document.addEventListener("pointerdown", giveUp);
}

/** Whether the press was kept for the field to come. */
export function keepForField(event: KeyboardEvent): boolean {
  if (kept === null) return false;
  if (takesText(event.target)) {
    giveUp();
    return false;
  }
  const { key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey) return false;
  if (key === "Backspace") kept = kept.slice(0, -1);
  else if (key.length === 1) kept += key;
  else {
    if (key === "Escape" || key === "Tab" || key === "Enter") giveUp();
    return false;
  }
  event.preventDefault();
  wait();
  return true;
}

function wait(): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const text = kept;
    giveUp();
    if (text) toastFailed(t("keys.notTaken", { text }));
  }, PATIENCE);
}

function onFocus({ target }: FocusEvent): void {
  if (!takesText(target)) return;
  // After whoever gave it the focus has chosen what of it is selected; before the next key.
  queueMicrotask(() => {
    const text = kept;
    if (document.activeElement !== target) return;
    giveUp();
    // The one way that every field, and the editor, takes for typing; it keeps what is typed undoable too.
    if (text) document.execCommand("insertText", false, text);
  });
}

function giveUp(): void {
  kept = null;
  clearTimeout(timer);
  document.removeEventListener("focusin", onFocus);
  document.removeEventListener("pointerdown", giveUp);
}

const WITHOUT_TEXT = ["checkbox", "radio", "button", "submit", "file", "range", "color"];

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !WITHOUT_TEXT.includes(target.type) && !target.readOnly;
  return target.isContentEditable || (target instanceof HTMLTextAreaElement && !target.readOnly);
}
