import { cx } from "../lib/class-names.ts";
import { printedKeys } from "../keys/presses.ts";

/** Keys as they are printed on the keyboard. */
export function Kbd({ keys, onDark = false }: { keys: string; onDark?: boolean }) {
  return (
    <span className="inline-flex gap-1" dir="ltr">
      {printedKeys(keys).map((press, index) => (
        // oxlint-disable-next-line react/no-array-index-key -- the presses of a binding never change places
        <span key={index} className="inline-flex gap-0.5">
          {press.map((key) => (
            <kbd
              key={key}
              className={cx(
                "min-w-4 rounded-sm px-1 text-center font-sans text-xs leading-4 font-medium",
                onDark ? "bg-ground/20" : "border border-line bg-ground-low text-muted",
              )}
            >
              {key}
            </kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
