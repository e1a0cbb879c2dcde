import type { CommandId } from "../keys/bindings.ts";
import { BINDINGS } from "../keys/bindings.ts";
import { ariaKeys } from "../keys/presses.ts";

export interface TipProps {
  /** Shown while the pointer or the focus rests on it. It never holds what is said nowhere else. */
  tip?: string;
  /** Its key is shown in the tooltip. */
  command?: CommandId;
}

/** Attributes that `TooltipLayer` reads: one tooltip serves all, and a row of a list costs nothing. */
export function tipProps({ tip, command }: TipProps): Record<string, string | undefined> {
  if (tip === undefined && command === undefined) return {};
  const keys = command === undefined ? undefined : BINDINGS[command].keys[0];
  return { "data-tip": tip ?? "", "data-tip-keys": keys, "aria-keyshortcuts": keys && ariaKeys(keys) };
}
