import type { Editor } from "@tiptap/core";
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { t } from "../../i18n/t.ts";
import { announce } from "../../lib/announce.ts";
import { cx } from "../../lib/class-names.ts";
import type { Trigger } from "./trigger.ts";

/** One line of what is offered while one writes. */
export interface Suggestion {
  id: string;
  title: string;
  detail?: string;
  before?: ReactNode;
}

interface SuggestionsOptions {
  editor: Editor | null;
  trigger: Trigger | null;
  label: string;
  suggestions: readonly Suggestion[];
  /** The trigger and its words are gone from the text by then. */
  onChoose: (id: string) => void;
}

/** What floats at the cursor, and the keys that it takes while it does. */
export function useSuggestions({ editor, trigger, label, suggestions, onChoose }: SuggestionsOptions) {
  const id = useId();
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [words, setWords] = useState("");
  if (trigger !== null && trigger.words !== words) {
    setWords(trigger.words);
    setAt(0);
  }
  const shown = trigger !== null && trigger.from !== dismissed && suggestions.length > 0;
  const chosen = Math.min(at, suggestions.length - 1);
  useMarks(editor, shown ? id : null, chosen);
  useCount(shown ? suggestions.length : null);
  const choose = (index: number): void => {
    const suggestion = suggestions[index];
    if (editor === null || trigger === null || suggestion === undefined) return;
    editor.chain().focus().deleteRange({ from: trigger.from, to: trigger.to }).run();
    onChoose(suggestion.id);
  };
  const onKey = (event: KeyboardEvent): boolean => {
    if (!shown || event.isComposing || event.ctrlKey || event.metaKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setAt((chosen + step + suggestions.length) % suggestions.length);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(chosen);
    else if (event.key === "Escape") {
      setDismissed(trigger.from);
      // The composer would close on it.
      event.stopPropagation();
    } else return false;
    return true;
  };
  const list =
    shown && editor !== null ? (
      <AtCursor editor={editor} at={trigger.from}>
        <div id={id} role="listbox" aria-label={label} className="p-1">
          {suggestions.map((suggestion, index) => (
            <Line
              key={suggestion.id}
              id={`${id}-${index}`}
              suggestion={suggestion}
              chosen={index === chosen}
              onPoint={() => setAt(index)}
              onChoose={() => choose(index)}
            />
          ))}
        </div>
      </AtCursor>
    ) : null;
  return { list, onKey };
}

interface LineProps {
  id: string;
  suggestion: Suggestion;
  chosen: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

function Line({ id, suggestion: { title, detail, before }, chosen, onPoint, onChoose }: LineProps) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (chosen) line.current?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the text has the focus and the keys
    <div
      id={id}
      ref={line}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onChoose}
      onPointerMove={onPoint}
      className={cx(
        "flex min-h-9 items-center gap-2 rounded-sm px-2 py-1 pointer-coarse:min-h-11",
        chosen && "bg-ground-hover",
      )}
    >
      {before}
      <span className="min-w-0">
        <span dir="auto" className="block truncate">
          {title}
        </span>
        {detail !== undefined && (
          <span dir="auto" className="block truncate text-xs text-muted">
            {detail}
          </span>
        )}
      </span>
    </div>
  );
}

const MARGIN = 8;

/** Below the cursor, or above it where there is no room; never beyond the window. */
function AtCursor({ editor, at, children }: { editor: Editor; at: number; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || at > editor.state.doc.content.size) return;
    const cursor = editor.view.coordsAtPos(at);
    const { offsetWidth: width, offsetHeight: height } = element;
    const below = cursor.bottom + 4;
    const fits = below + height + MARGIN <= innerHeight;
    element.style.top = `${fits ? below : Math.max(MARGIN, cursor.top - height - 4)}px`;
    element.style.left = `${Math.max(MARGIN, Math.min(cursor.left, innerWidth - width - MARGIN))}px`;
  });
  return (
    <div
      ref={box}
      className="floats-in fixed z-50 max-h-72 w-80 max-w-[calc(100vw-1rem)] overflow-y-auto rounded border border-line bg-ground-float shadow-float"
    >
      {children}
    </div>
  );
}

/** What tells a screen reader that the text has a list beside it, and which line is chosen. */
function useMarks(editor: Editor | null, listId: string | null, chosen: number): void {
  useEffect(() => {
    if (editor === null || listId === null) return undefined;
    const { dom } = editor.view;
    dom.setAttribute("aria-controls", listId);
    dom.setAttribute("aria-activedescendant", `${listId}-${chosen}`);
    return () => {
      dom.removeAttribute("aria-controls");
      dom.removeAttribute("aria-activedescendant");
    };
  }, [editor, listId, chosen]);
}

function useCount(count: number | null): void {
  useEffect(() => {
    if (count !== null) announce(t("palette.count", { count }));
  }, [count]);
}
