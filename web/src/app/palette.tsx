import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useId, useState } from "react";
import { t } from "../i18n/t.ts";
import { useStore } from "../lib/store.ts";
import { paletteSources } from "../keys/palette-sources.ts";
import { cx } from "../lib/class-names.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { closeOverlay } from "./overlays.ts";
import { type Line, useOwnLines } from "./palette-lines.ts";

/** Everything one can do or go to, found by typing. */
export function Palette() {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const id = useId();
  const lines = useLines(words);
  const chosen = Math.min(at, lines.length - 1);
  const run = (line: Line | undefined): void => {
    if (line === undefined) return;
    closeOverlay();
    // After the dialog has given the focus back: what runs may want it.
    setTimeout(() => line.run());
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const last = lines.length - 1;
    const moves: Record<string, number> = {
      ArrowDown: chosen >= last ? 0 : chosen + 1,
      ArrowUp: chosen <= 0 ? last : chosen - 1,
      Home: 0,
      End: last,
    };
    const next = moves[event.key];
    if (next !== undefined && !(words !== "" && ["Home", "End"].includes(event.key))) {
      event.preventDefault();
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
    }
    if (event.key === "Enter") run(lines[chosen]);
  };
  return (
    <Dialog open onClose={closeOverlay} title={t("palette.title")} hideTitle from="top">
      <input
        data-autofocus
        role="combobox"
        aria-expanded
        aria-controls={`${id}-list`}
        aria-activedescendant={lines.length === 0 ? undefined : `${id}-${chosen}`}
        aria-label={t("palette.title")}
        placeholder={t("palette.placeholder")}
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        className="sticky top-0 h-12 w-full border-b border-line bg-ground-float px-4 text-lg outline-none placeholder:text-faint"
      />
      <div id={`${id}-list`} role="listbox" aria-label={t("palette.results")} className="min-h-40 p-1">
        {lines.map((line, index) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the input has the focus and the keys
          <div
            key={line.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            onClick={() => run(line)}
            onPointerMove={() => setAt(index)}
            className={cx(
              "flex min-h-9 cursor-default items-center gap-3 rounded-sm px-3 pointer-coarse:min-h-11",
              index === chosen && "bg-ground-selected",
            )}
          >
            <span className="min-w-0 flex-1 truncate">{line.label}</span>
            {line.hint !== undefined && <span className="truncate text-sm text-muted">{line.hint}</span>}
            {line.keys !== undefined && <Kbd keys={line.keys} />}
          </div>
        ))}
      </div>
      <p role="status" className={lines.length === 0 ? "px-4 pb-6 text-center text-muted" : "sr-only"}>
        {lines.length === 0 ? t("picker.nothing") : t("palette.count", { count: lines.length })}
      </p>
    </Dialog>
  );
}

/** Our own lines at once; those of the features as they come. */
function useLines(words: string): readonly Line[] {
  const sources = useStore(paletteSources);
  const own = useOwnLines(words);
  const { data: others } = useQuery({
    queryKey: ["palette", words, sources.length],
    queryFn: async ({ signal }) =>
      (await Promise.all(sources.map(async (source) => await source(words, signal)))).flat(),
    placeholderData: (before) => before,
    gcTime: 0,
  });
  return [...own, ...(others ?? [])].slice(0, 50);
}
