import { announce } from "./announce.ts";
import { createStore } from "./store.ts";

export interface Toast {
  id: number;
  kind: "done" | "failed" | "said";
  text: string;
  /** More, in smaller letters: what the server said. */
  detail?: string;
  undo?: () => Promise<unknown>;
}

/** How long an action can be undone, and how long a failure is shown, in milliseconds. */
const DONE_TIME = 10_000;
const FAILED_TIME = 20_000;
const MOST = 4;

export const toasts = createStore<readonly Toast[]>([]);

let last = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

/**
 * Says that something is done, and offers to undo it: for ten seconds, or as long as it can be (in milliseconds). Returns
 * its id.
 */
export function toastDone(text: string, undo?: () => Promise<unknown>, time = DONE_TIME): number {
  return add({ kind: "done", text, ...(undo !== undefined && { undo }) }, time);
}

/** Says something else in its place: a part of what was done has failed. */
export function retellToast(id: number, text: string): void {
  toasts.set((shown) => shown.map((toast) => (toast.id === id ? { ...toast, text } : toast)));
}

/** Says in plain words what did not happen, and why. */
export function toastFailed(text: string, error?: unknown): void {
  const detail = error instanceof Error ? error.message : undefined;
  add({ kind: "failed", text, ...(detail !== undefined && { detail }) }, FAILED_TIME);
}

export function toastSaid(text: string): number {
  return add({ kind: "said", text }, DONE_TIME);
}

function add(toast: Omit<Toast, "id">, time: number): number {
  last += 1;
  const id = last;
  toasts.set((shown) => [...shown, { ...toast, id }].slice(-MOST));
  timers.set(
    id,
    setTimeout(() => dismissToast(id), time),
  );
  announce(toast.detail === undefined ? toast.text : `${toast.text}. ${toast.detail}`);
  return id;
}

export function dismissToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.set((shown) => shown.filter((toast) => toast.id !== id));
}

/** While they are read (pointer or focus on them) toasts stay. */
export function holdToasts(held: boolean): void {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  if (held) return;
  for (const { id, kind } of toasts.get()) {
    timers.set(
      id,
      setTimeout(() => dismissToast(id), kind === "failed" ? FAILED_TIME : DONE_TIME),
    );
  }
}

/** Actions that the server has not answered yet, the newest last. */
const underWay: Promise<unknown>[] = [];

/** Notes that an action is on its way whose result is shown already: what takes it back waits for its answer. */
export function noteUnderWay(action: Promise<unknown>): void {
  underWay.push(action);
  const over = (): void => void underWay.splice(underWay.indexOf(action), 1);
  action.then(over, over);
}

/**
 * Takes back the newest action that can be; false when there is none. One that is on its way is waited for: if it fails, it
 * has said so, and there is nothing to take back. Throws what the undoing throws.
 */
export async function undoLast(): Promise<boolean> {
  const asked = last;
  const waited = underWay.at(-1);
  const failed =
    (await waited?.then(
      () => false,
      () => true,
    )) === true;
  if (failed) return true;
  const newest = toasts.get().findLast(({ id, undo }) => undo !== undefined && (waited === undefined || id > asked));
  if (newest?.undo === undefined) return false;
  dismissToast(newest.id);
  await newest.undo();
  return true;
}
