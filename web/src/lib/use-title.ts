import { useEffect } from "react";

const NAME = "Cantrip";
let parts: readonly string[] = [];
let before = "";

let waits = false;

/** Once for all that changes together: a browser tells its window, its tab and its history of every title. */
function write(): void {
  if (waits) return;
  waits = true;
  queueMicrotask(() => {
    waits = false;
    const screen = parts.at(-1);
    const title = before + (screen === undefined ? NAME : `${screen} · ${NAME}`);
    if (title !== document.title) document.title = title;
  });
}

/** Names the screen in the window's title while the component is shown; the innermost wins (a ticket over its list). */
export function useTitle(title: string): void {
  useEffect(() => {
    const part = title;
    parts = [...parts, part];
    write();
    return () => {
      const at = parts.lastIndexOf(part);
      parts = parts.filter((_each, index) => index !== at);
      write();
    };
  }, [title]);
}

/** Stands before every title: "(3) ", for what is new while nobody looks. */
export function setTitlePrefix(prefix: string): void {
  before = prefix;
  write();
}
