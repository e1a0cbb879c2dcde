import { useState } from "react";
import { readKept, writeKept } from "./kept.ts";

/** A number that this browser keeps: the width of a pane. */
export function useKeptNumber(name: string, start: number): [number, (value: number) => void] {
  const [value, setValue] = useState(() => {
    const kept = Number(readKept(name));
    return Number.isFinite(kept) && kept > 0 ? kept : start;
  });
  return [
    value,
    (next) => {
      setValue(next);
      writeKept(name, String(next));
    },
  ];
}
