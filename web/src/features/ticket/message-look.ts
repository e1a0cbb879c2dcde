import type { Message } from "../../api/types.ts";

/** Whose it is decides its ground: the customer's on the page's own, ours tinted, notes warm. */
export function groundOf(message: Message): string {
  if (message.type === "note") return "bg-ground-note";
  return message.direction === "out" ? "bg-ground-ours" : "";
}

export const GAPS = "px-6 max-medium:px-4";
