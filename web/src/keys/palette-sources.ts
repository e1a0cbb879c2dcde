import { useEffect } from "react";
import { createStore } from "../lib/store.ts";

/** One line of the palette besides the commands: a place, a ticket, a setting. */
export interface PaletteItem {
  id: string;
  label: string;
  /** Said after the label, muted: what kind of thing it is. */
  hint?: string;
  run: () => void;
}

/** Gives what matches the words typed so far (empty at first). May ask the server. */
export type PaletteSource = (
  words: string,
  signal: AbortSignal,
) => readonly PaletteItem[] | Promise<readonly PaletteItem[]>;

export const paletteSources = createStore<readonly PaletteSource[]>([]);

/** Adds a source while the component is shown. Keep the function the same between renders (`useCallback`, or a module's). */
export function usePaletteSource(source: PaletteSource): void {
  useEffect(() => {
    paletteSources.set((sources) => [...sources, source]);
    return () => paletteSources.set((sources) => sources.filter((each) => each !== source));
  }, [source]);
}
