import { useState } from "react";
import { keptNumber, writeKept } from "./kept.ts";

/** A number that this browser keeps, the width of a pane: none while it is `start`, which may change with the window. */
export function useKeptNumber(name: string, start: number): [number, (value: number) => void] {
  const [chosen, setChosen] = useState(() => keptNumber(name));
  return [
    chosen ?? start,
    (next) => {
      const differs = next !== start;
      setChosen(differs ? next : null);
      writeKept(name, differs ? String(next) : null);
    },
  ];
}
