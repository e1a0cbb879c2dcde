import { useEffect, useState } from "react";

/** A value that waits until it has stayed the same for so many milliseconds: what is typed, before it is searched for. */
export function useDebounced<T>(value: T, wait: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), wait);
    return () => clearTimeout(timer);
  }, [value, wait]);
  return settled;
}
