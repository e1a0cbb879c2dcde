import { type PointerEvent, useRef } from "react";

/** As long as phones take for their own menus, in milliseconds. */
const LONG = 500;
const STEADY = 10;

interface Point {
  target: EventTarget;
  clientX: number;
  clientY: number;
}

/** A finger that rests on something: what a right click is with a mouse. The click that follows it is no click. */
export function useLongPress(onLongPress: (point: Point) => boolean) {
  const state = useRef<{ timer?: ReturnType<typeof setTimeout>; start?: Point; taken: boolean }>({ taken: false });
  const stop = (): void => clearTimeout(state.current.timer);
  return {
    onPointerDown: (event: PointerEvent) => {
      stop();
      state.current.taken = false;
      if (event.pointerType === "mouse") return;
      const { target, clientX, clientY } = event;
      const start = { target, clientX, clientY };
      state.current.start = start;
      state.current.timer = setTimeout(() => {
        state.current.taken = onLongPress(start);
      }, LONG);
    },
    onPointerMove: ({ clientX, clientY }: PointerEvent) => {
      const { start } = state.current;
      if (start === undefined) return;
      if (Math.hypot(clientX - start.clientX, clientY - start.clientY) > STEADY) stop();
    },
    onPointerUp: stop,
    onPointerCancel: stop,
    // The mouse events that some browsers send after it would be a press outside of what has just been opened.
    onTouchEnd: (event: { preventDefault: () => void }) => {
      if (state.current.taken) event.preventDefault();
    },
    onClickCapture: (event: { preventDefault: () => void; stopPropagation: () => void }) => {
      if (!state.current.taken) return;
      state.current.taken = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
}
