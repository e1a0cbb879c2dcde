import { type KeyboardEvent, type PointerEvent, useRef } from "react";

/** The line between two panes: drawn by pointer, moved by the arrow keys, and back to the start by a double press. */
export function Resizer({
  label,
  controls,
  width,
  min,
  max,
  start,
  onWidth,
}: {
  label: string;
  /** The id of the pane before it. */
  controls: string;
  width: number;
  min: number;
  max: number;
  start: number;
  onWidth: (width: number) => void;
}) {
  const from = useRef<{ x: number; width: number } | null>(null);
  const set = (next: number): void => onWidth(Math.round(Math.max(min, Math.min(max, next))));
  const onPointerMove = (event: PointerEvent<HTMLElement>): void => {
    if (from.current === null) return;
    const way = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    set(from.current.width + way * (event.clientX - from.current.x));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const way = getComputedStyle(event.currentTarget).direction === "rtl" ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowLeft: -16 * way,
      ArrowRight: 16 * way,
      Home: min - width,
      End: max - width,
    };
    const step = steps[event.key];
    if (step === undefined) return;
    event.preventDefault();
    set(width + step);
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a separator with a value is a control (ARIA 1.2)
    <div
      role="separator"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the same
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={label}
      aria-controls={controls}
      aria-valuenow={width}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={(event) => {
        from.current = { x: event.clientX, width };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        from.current = null;
      }}
      onDoubleClick={() => set(start)}
      onKeyDown={onKeyDown}
      className="relative z-10 w-px shrink-0 cursor-col-resize touch-none bg-line before:absolute before:inset-y-0 before:-inset-x-1 hover:bg-edge focus-visible:bg-focus print:hidden"
    />
  );
}
