import { useState } from "react";
import { keptNumber, writeKept } from "./kept.ts";

/** A number that this browser keeps: the width of a pane. */
export function useKeptNumber(name: string, start: number): [number, (value: number) => void] {
  const [value, setValue] = useState(() => keptNumber(name, start));
  return [
    value,
    (next) => {
      setValue(next);
      writeKept(name, String(next));
    },
  ];
}
