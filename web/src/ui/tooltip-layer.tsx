import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { exactTime } from "../i18n/format.ts";
import { Kbd } from "./kbd.tsx";
import { placeBeside } from "./place.ts";

interface Shown {
  anchor: HTMLElement;
  text: string;
  keys: string | undefined;
}

const DELAY = 500;
/** Moving on from one tooltip shows the next at once. */
const WARM = 300;

/** Shows the tooltip of whatever has `data-tip` (`tipProps`): by pointer, by focus; Escape hides it (WCAG 1.4.13). */
export function TooltipLayer() {
  const [shown, setShown] = useState<Shown | null>(null);
  const layer = useRef<HTMLDivElement>(null);
  useEffect(() => followPointerAndFocus(setShown), []);
  useLayoutEffect(() => {
    const element = layer.current;
    if (element === null || shown === null) return undefined;
    element.showPopover();
    placeBeside(shown.anchor, element, { side: "below", align: "middle", gap: 6 });
    return () => element.hidePopover();
  }, [shown]);
  return (
    <div
      ref={layer}
      popover="manual"
      role="presentation"
      aria-hidden
      className="pointer-events-none m-0 max-w-72 rounded bg-text px-2 py-1 text-xs text-ground shadow-float"
    >
      {shown !== null && (
        <span className="flex items-center gap-2">
          {shown.text}
          {shown.keys !== undefined && <Kbd keys={shown.keys} onDark />}
        </span>
      )}
    </div>
  );
}

/** A time is written out when somebody wants to know: a list has dozens, and each would cost more than its row. */
function tipOf(element: HTMLElement): string {
  const { tip = "" } = element.dataset;
  return tip === "" && element instanceof HTMLTimeElement ? exactTime(element.dateTime) : tip;
}

function followPointerAndFocus(show: (shown: Shown | null) => void): () => void {
  const gone = new AbortController();
  const { signal } = gone;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hiddenAt = 0;
  let anchor: HTMLElement | null = null;
  const hide = (): void => {
    clearTimeout(timer);
    if (anchor !== null) hiddenAt = Date.now();
    anchor = null;
    show(null);
  };
  const aim = (event: Event): void => {
    const found = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;
    if (found === anchor) return;
    hide();
    if (found === null || found.getAttribute("aria-expanded") === "true") return;
    if (event.type === "focusin" && !found.matches(":focus-visible")) return;
    if (event instanceof PointerEvent && event.pointerType === "touch") return;
    const { tipKeys } = found.dataset;
    const tip = tipOf(found);
    if (tip === "" && tipKeys === undefined) return;
    timer = setTimeout(
      () => {
        if (!found.isConnected) return;
        anchor = found;
        show({ anchor: found, text: tip, keys: tipKeys });
      },
      Date.now() - hiddenAt < WARM ? 0 : DELAY,
    );
  };
  document.addEventListener("pointerover", aim, { signal });
  document.addEventListener("focusin", aim, { signal });
  document.addEventListener("focusout", hide, { signal });
  document.addEventListener("pointerdown", hide, { signal, capture: true });
  document.addEventListener("scroll", hide, { signal, capture: true, passive: true });
  document.addEventListener("keydown", hide, { signal, capture: true });
  return () => {
    clearTimeout(timer);
    gone.abort();
  };
}
