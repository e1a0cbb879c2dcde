import { Search, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { noteSearch, readSearches } from "./recent-searches.ts";
import { type Suggestion, partAt, suggest } from "./search-suggestions.ts";
import { useSearchValues } from "./use-search-values.ts";

/** What is searched for, with what may be meant by what is typed so far. */
export function SearchField({
  start,
  focus,
  onSearch,
  onLeave,
}: {
  start: string;
  /** Each number above 0 is a wish for the focus. */
  focus: number;
  onSearch: (q: string) => void;
  onLeave: () => void;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(start);
  const [caret, setCaret] = useState(start.length);
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const values = useSearchValues(partAt(text, caret), open);
  const lines = open ? suggest(text, caret, values, readSearches()) : [];
  useEffect(() => {
    if (focus === 0) return;
    input.current?.focus();
    input.current?.select();
  }, [focus]);
  const write = (next: string, at: number): void => {
    setText(next);
    setCaret(at);
    setChosen(-1);
    setOpen(true);
  };
  const submit = (q: string): void => {
    setOpen(false);
    noteSearch(q);
    onSearch(q.trim());
  };
  const take = (line: Suggestion): void => {
    if (line.kind === "recent") {
      setText(line.text);
      submit(line.text);
      return;
    }
    // At once: the next letter may be on its way, and belongs behind what was taken.
    flushSync(() => write(line.text, line.caret));
    input.current?.focus();
    input.current?.setSelectionRange(line.caret, line.caret);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const line = lines[chosen];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen((at) => ((at + 1 + step + lines.length + 1) % (lines.length + 1)) - 1);
    } else if (event.key === "Enter" || (event.key === "Tab" && line !== undefined)) {
      event.preventDefault();
      if (line === undefined) submit(text);
      else take(line);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (open && lines.length > 0) setOpen(false);
      else onLeave();
    }
  };
  return (
    <search className="relative flex min-w-0 flex-1">
      <Icon icon={Search} className="pointer-events-none absolute start-2.5 top-1/2 -translate-y-1/2 text-muted" />
      <input
        ref={input}
        role="combobox"
        type="text"
        enterKeyHint="search"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        dir="auto"
        aria-label={t("search.label")}
        aria-expanded={lines.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={chosen < 0 || lines[chosen] === undefined ? undefined : `${id}-${chosen}`}
        placeholder={t("search.placeholder")}
        value={text}
        onChange={({ target }) => write(target.value, target.selectionStart ?? target.value.length)}
        onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? 0)}
        onClick={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        className="h-8 w-full rounded border border-edge bg-ground-float ps-8 pe-8 text-sm focus-visible:outline-offset-0 pointer-coarse:h-11"
      />
      <IconButton
        icon={X}
        size="small"
        label={t("search.leave")}
        onClick={onLeave}
        className="absolute end-0.5 top-1/2 -translate-y-1/2"
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("search.suggestions")}
        className={cx(
          "floats-in absolute inset-x-0 top-full z-40 mt-1 max-h-80 overflow-y-auto rounded border border-line bg-ground-float p-1 shadow-float",
          lines.length === 0 && "hidden",
        )}
      >
        {lines.map((line, index) => (
          <Line
            key={`${line.kind} ${line.operator ?? ""} ${line.label}`}
            id={`${id}-${index}`}
            line={line}
            chosen={index === chosen}
            onTake={() => take(line)}
          />
        ))}
      </div>
    </search>
  );
}

function Line({ id, line, chosen, onTake }: { id: string; line: Suggestion; chosen: boolean; onTake: () => void }) {
  const { kind, operator, label } = line;
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field has the focus and the keys
    <div
      id={id}
      role="option"
      aria-selected={chosen}
      // The field keeps the focus.
      onPointerDown={(event) => event.preventDefault()}
      onClick={onTake}
      className={cx(
        "flex min-h-8 cursor-default items-baseline gap-2 rounded-sm px-2 py-1 text-sm hover:bg-ground-hover pointer-coarse:min-h-11 pointer-coarse:items-center",
        chosen && "bg-ground-selected outline-2 -outline-offset-2 outline-focus",
      )}
    >
      {kind === "value" && <span className="shrink-0 text-muted">{`${operator ?? ""}:`}</span>}
      <span dir="auto" className={cx("min-w-0 truncate", kind === "operator" && "shrink-0 font-medium")}>
        {label}
      </span>
      {kind === "operator" && operator !== undefined && (
        <span className="min-w-0 truncate text-muted">{t(`search.about.${operator}`)}</span>
      )}
      {kind === "recent" && <span className="ms-auto shrink-0 text-xs text-muted">{t("search.recent")}</span>}
    </div>
  );
}
