import type { RefObject } from "react";

/** The button toggles by itself: a press on it is no press outside, which would close and open again. */
export function ignoresItsTrigger(anchor: RefObject<HTMLElement | null>, onOpenChange: (open: boolean) => void) {
  return (open: boolean, { event }: { event: Event }): void => {
    if (!open && event.type !== "keydown" && event.target instanceof Node && anchor.current?.contains(event.target)) {
      return;
    }
    onOpenChange(open);
  };
}
