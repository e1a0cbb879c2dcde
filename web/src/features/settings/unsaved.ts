import { useEffect, useId } from "react";

/** The forms on the screen that hold something that is not saved. */
const unsaved = new Set<string>();

export function hasUnsaved(): boolean {
  return unsaved.size > 0;
}

/** What was typed is given up, or has just been saved: nothing holds the reader back now. */
export function forgetUnsaved(): void {
  unsaved.clear();
}

/** While `dirty`, whoever leaves the screen is asked first. Returns what holds them back again after a save was refused. */
export function useUnsaved(dirty: boolean): () => void {
  const id = useId();
  useEffect(() => {
    if (!dirty) return undefined;
    unsaved.add(id);
    return () => void unsaved.delete(id);
  }, [dirty, id]);
  return () => void unsaved.add(id);
}
