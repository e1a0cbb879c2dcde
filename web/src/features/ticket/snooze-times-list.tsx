import { useId, useState } from "react";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { parseWhen, snoozeChoices } from "../../lib/snooze-times.ts";
import { whenWords } from "./when-words.ts";

interface Line {
  key: string;
  label: string;
  at: Date;
}

/** Times to choose from, and a field that takes any other: "fri 9am", "in 2 hours". */
export function SnoozeTimes({ onChoose }: { onChoose: (until: Date) => void }) {
  const id = useId();
  const [words, setWords] = useState("");
  const [active, setActive] = useState(0);
  const [now] = useState(() => new Date());
  const lines = linesFor(words, now);
  const chosen = lines[Math.min(active, lines.length - 1)];
  const move = (step: number): void => setActive((at) => (at + step + lines.length) % Math.max(1, lines.length));
  return (
    <div data-keys="own">
      <input
        role="combobox"
        aria-expanded
        aria-controls={`${id}-times`}
        aria-activedescendant={chosen === undefined ? undefined : `${id}-${chosen.key}`}
        aria-label={t("snooze.until")}
        placeholder={t("snooze.placeholder")}
        autoComplete="off"
        value={words}
        onChange={(event) => {
          setWords(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            event.preventDefault();
            move(event.key === "ArrowDown" ? 1 : -1);
          }
          if (event.key === "Enter" && chosen !== undefined && !event.nativeEvent.isComposing) {
            event.preventDefault();
            onChoose(chosen.at);
          }
        }}
        className="h-10 w-full border-b border-line bg-transparent px-3 text-base outline-none placeholder:text-faint"
      />
      <div id={`${id}-times`} role="listbox" aria-label={t("snooze.times")} className="p-1">
        {lines.map((line) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the field above has the keys
          <div
            key={line.key}
            id={`${id}-${line.key}`}
            role="option"
            aria-selected={line === chosen}
            onClick={() => onChoose(line.at)}
            onPointerMove={() => setActive(lines.indexOf(line))}
            className={cx(
              "flex min-h-8 items-center gap-3 rounded-sm px-2 select-none pointer-coarse:min-h-11",
              line === chosen && "bg-ground-hover",
            )}
          >
            <span className="flex-1 whitespace-nowrap">{line.label}</span>
            <span className="truncate text-sm text-muted tabular-nums">{whenWords(line.at)}</span>
          </div>
        ))}
      </div>
      {lines.length === 0 && (
        <p role="status" className="px-3 pb-3 text-sm text-muted">
          {t("snooze.notUnderstood")}
        </p>
      )}
    </div>
  );
}

function linesFor(words: string, now: Date): Line[] {
  const offered = snoozeChoices(now).map(({ choice, at }) => ({ key: choice, label: t(`snooze.${choice}`), at }));
  const typed = words.trim();
  if (typed === "") return offered;
  const meant = parseWhen(typed, now);
  const alike = offered.filter(({ label }) => label.toLowerCase().startsWith(typed.toLowerCase()));
  const others = alike.filter(({ at }) => at.getTime() !== meant?.getTime());
  return meant === null ? others : [{ key: "typed", label: typed, at: meant }, ...others];
}
