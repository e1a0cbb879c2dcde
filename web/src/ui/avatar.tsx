import { cx } from "../lib/class-names.ts";

const SIZES = { small: "size-5 text-[10px]", normal: "size-7 text-xs", large: "size-10 text-base" };
const COLORS = ["red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"] as const;

/** A person's initials on a colour of their own. The name is said elsewhere, so a screen reader skips this. */
export function Avatar({ name, size = "normal" }: { name: string; size?: keyof typeof SIZES }) {
  return (
    <span
      aria-hidden
      className={cx(
        "inline-grid shrink-0 place-items-center rounded-full font-semibold text-text select-none",
        "bg-[color-mix(in_oklab,var(--label-color)_24%,var(--ground))]",
        `label-${colorOf(name)}`,
        SIZES[size],
      )}
    >
      {initials(name)}
    </span>
  );
}

/** "Maria de la Cruz" is MC, "ben@acme.example" is B. */
export function initials(name: string): string {
  const words = name
    .replace(/@.*/, "")
    .split(/[\s._-]+/)
    .filter(Boolean);
  const first = firstLetter(words[0] ?? "?");
  const last = words.length > 1 && !name.includes("@") ? firstLetter(words.at(-1) ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

const PLAIN = /^[A-Za-z0-9][\x20-\x7e]?$/;

/** A letter with its accents, an emoji with its parts. */
function firstLetter(word: string): string {
  // Of most names in Latin letters: nothing can belong to it.
  if (PLAIN.test(word.slice(0, 2))) return word.charAt(0);
  for (const { segment } of letters.segment(word)) return segment;
  return "";
}

const letters = new Intl.Segmenter();

function colorOf(name: string): string {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 99_991;
  return COLORS[sum % COLORS.length] ?? "gray";
}
