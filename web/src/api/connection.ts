import { createStore } from "../lib/store.ts";

/** `offline`: the browser or the server cannot be reached. What is on the screen stays; writes are refused. */
export const connection = createStore<"online" | "offline">(
  typeof navigator !== "undefined" && !navigator.onLine ? "offline" : "online",
);

/** Whether the browser itself says that there is no network: a write would be lost. */
export function isOffline(): boolean {
  return typeof navigator !== "undefined" && !navigator.onLine;
}

/** Every answer of the server says that it is there; a request without one says that it is not. */
export function noteAnswer(came: boolean): void {
  connection.set(came ? "online" : "offline");
}

/** Follows what the browser says. Returns what stops it. */
export function followConnection(): () => void {
  const online = (): void => connection.set("online");
  const offline = (): void => connection.set("offline");
  addEventListener("online", online);
  addEventListener("offline", offline);
  return () => {
    removeEventListener("online", online);
    removeEventListener("offline", offline);
  };
}
