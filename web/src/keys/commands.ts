import { useEffect, useEffectEvent } from "react";
import { createStore } from "../lib/store.ts";
import type { CommandId } from "./bindings.ts";

/** May answer false: it led nowhere from here, and nothing that is typed now is meant for where it leads. */
// oxlint-disable-next-line typescript/no-invalid-void-type -- most handlers have nothing to say
export type CommandHandler = () => void | false;

/** The handlers of the screens that are shown, the one that wins last: the newest, unless one is `first`. */
export const commands = createStore<ReadonlyMap<CommandId, readonly CommandHandler[]>>(new Map());

const firsts = new WeakSet<CommandHandler>();

/**
 * While the component is shown (and `enabled`), the command runs `handler`: by its keys and from the palette. The handler
 * may be a new function on every render. `first`: goes before the handlers of other screens, whichever came last, as what
 * is done to selected tickets goes before the ticket that is open.
 */
export function useCommand(
  id: CommandId,
  handler: CommandHandler,
  { enabled = true, first = false }: { enabled?: boolean; first?: boolean } = {},
): void {
  const current = useEffectEvent(handler);
  useEffect(() => (enabled ? register(id, () => current(), first) : undefined), [id, enabled, first]);
}

/** Runs a command as its key would; false when no screen takes it now, or it led nowhere. */
export function runCommand(id: CommandId): boolean {
  const handler = commands.get().get(id)?.at(-1);
  return handler !== undefined && handler() !== false;
}

/** Registers a handler; returns what takes it away. */
export function register(id: CommandId, handler: CommandHandler, first = false): () => void {
  if (first) firsts.add(handler);
  commands.set((current) => {
    const all = [...(current.get(id) ?? []), handler];
    return new Map(current).set(id, [
      ...all.filter((each) => !firsts.has(each)),
      ...all.filter((each) => firsts.has(each)),
    ]);
  });
  return () =>
    commands.set((current) => {
      const left = (current.get(id) ?? []).filter((each) => each !== handler);
      const next = new Map(current);
      if (left.length === 0) next.delete(id);
      else next.set(id, left);
      return next;
    });
}
