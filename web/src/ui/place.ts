export interface Placement {
  side: "below" | "above";
  align: "start" | "middle" | "end";
  gap: number;
}

const MARGIN = 8;

/** Puts a floating element beside its anchor: on the other side when there is no room, and never over the window's edge. */
export function placeBeside(anchor: Element, floating: HTMLElement, { side, align, gap }: Placement): void {
  const around = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = floating;
  const rtl = getComputedStyle(anchor).direction === "rtl";
  const below = around.bottom + gap;
  const above = around.top - gap - height;
  const fitsBelow = below + height + MARGIN <= innerHeight;
  const top = (side === "below" && fitsBelow) || above < MARGIN ? below : above;
  const edge =
    align === "middle"
      ? (around.left + around.right - width) / 2
      : (align === "start") === rtl
        ? around.right - width
        : around.left;
  floating.style.inset = "auto";
  floating.style.left = `${Math.max(MARGIN, Math.min(edge, innerWidth - width - MARGIN))}px`;
  floating.style.top = `${top}px`;
}
