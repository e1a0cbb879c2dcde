import { useEffect, useId, useRef, useState } from "react";
import { cx } from "../lib/class-names.ts";
import { type SnoozeChoice, parseWhen, snoozeChoices } from "../lib/snooze-times.ts";

interface Line {
  key: string;
  label: string;
  at: Date;
}

interface TimeListProps {
  label: string;
  placeholder: string;
  /** What the list of times is called. */
  listLabel: string;
  /** Said when nothing is offered for what is typed. */
  notUnderstood: string;
  nameOf: (choice: SnoozeChoice) => string;
  whenOf: (at: Date) => string;
  /** No time that is further away, in milliseconds. */
  furthest?: number;
  onChoose: (at: Date) => void;
}

/** Times to choose from, and a field that takes any other in plain words: "fri 9am", "in 2 hours". */
export function TimeList(props: TimeListProps) {
  const { label, placeholder, listLabel, notUnderstood, whenOf, onChoose } = props;
  const id = useId();
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const [now] = useState(() => new Date());
  const field = useRef<HTMLInputElement>(null);
  // What floats has the focus already when the code of this comes after it.
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const lines = linesFor(words, now, props);
  const chosen = lines[Math.min(active, lines.length - 1)];
  return (
    <div data-keys="own">
      <input
        ref={field}
        role="combobox"
        aria-expanded={lines.length > 0}
        aria-controls={`${id}-times`}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${chosen.key}`}
        aria-label={label}
        placeholder={placeholder}
        autoComplete="off"
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
          if (step !== undefined) {
            event.preventDefault();
            setActive((before) => (before + step + lines.length) % Math.max(1, lines.length));
          }
          if (event.key === "Enter" && chosen !== undefined && !event.nativeEvent.isComposing) {
            event.preventDefault();
            onChoose(chosen.at);
          }
        }}
        className="h-10 w-full border-b border-line bg-transparent px-3 text-base outline-none placeholder:text-faint"
      />
      <div id={`${id}-times`} role="listbox" aria-label={listLabel} className="p-1">
        {lines.map((line) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field above has the keys
          <div
            key={line.key}
            id={`${id}-${line.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={line === chosen}
            onClick={() => onChoose(line.at)}
            onPointerMove={() => setActive(lines.indexOf(line))}
            className={cx(
              "flex min-h-8 items-center gap-3 rounded-sm px-2 select-none pointer-coarse:min-h-11",
              line === chosen && "bg-ground-hover",
            )}
          >
            <span className="flex-1 whitespace-nowrap">{line.label}</span>
            <span className="truncate text-sm text-muted tabular-nums">{whenOf(line.at)}</span>
          </div>
        ))}
      </div>
      {lines.length === 0 && (
        <p role="status" className="px-3 pb-3 text-sm text-muted">
          {notUnderstood}
        </p>
      )}
    </div>
  );
}

function linesFor(words: string, now: Date, { nameOf, furthest = Infinity }: TimeListProps): Line[] {
  const offered = snoozeChoices(now).map(({ choice, at }) => ({ key: choice, label: nameOf(choice), at }));
  const typed = words.trim();
  // On a Sunday Monday is tomorrow: said once.
  const isFirst = ({ at }: Line, index: number): boolean =>
    offered.findIndex((each) => each.at.getTime() === at.getTime()) === index;
  if (typed === "") return offered.filter(isFirst);
  const meant = parseWhen(typed, now);
  const alike = offered.filter(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase()));
  if (meant === null || meant.getTime() - now.getTime() > furthest) return alike;
  return [{ key: "typed", label: typed, at: meant }, ...alike.filter(({ at }) => at.getTime() !== meant.getTime())];
}
