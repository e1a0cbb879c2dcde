// Longer than most: chips, typing and completion are one field to whoever writes into it.
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { userName } from "../../api/names.ts";
import { usersQuery } from "../../api/queries/folders.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Icon } from "../../ui/icon.tsx";
import { tipProps } from "../../ui/tip.ts";
import { type Address, isAddress, readAddresses, sameAddress, writeAddress } from "./addresses.ts";
import { useKnownAddresses } from "./use-known-addresses.ts";

interface RecipientFieldProps {
  label: string;
  addresses: readonly Address[];
  onChange: (addresses: Address[]) => void;
  /** Already in this field or another: not offered again. */
  taken: readonly Address[];
  /** It has just been asked for: one writes here first. */
  first?: boolean;
  children?: React.ReactNode;
}

/** Whom it goes to: a chip for each, and what completes a name to an address. */
export function RecipientField({ label, addresses, onChange, taken, first = false, children }: RecipientFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (first) input.current?.focus();
  }, [first]);
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const offered = useOffered(words, [...addresses, ...taken]);
  const shown = open && offered.length > 0;
  const chosen = offered[Math.min(at, offered.length - 1)];

  const add = (more: readonly Address[]): void => {
    const fresh = more.filter(({ address }) => !addresses.some((each) => sameAddress(each.address, address)));
    if (fresh.length > 0) onChange([...addresses, ...fresh]);
    setWords("");
    setWrong(null);
    setOpen(false);
    setAt(0);
  };
  const type = (text: string): void => {
    setWrong(null);
    setAt(0);
    setOpen(text.trim() !== "");
    // A separator at the end, or several at once: what is pasted from elsewhere.
    const { addresses: found, others } = readAddresses(text);
    if (/[,;\n]\s*$/.test(text) || found.length > 1 || (found.length === 1 && /\s$/.test(text))) {
      if (found.length > 0 && others.length === 0) {
        add(found);
        return;
      }
      if (found.length > 0) add(found);
      setWords(others.join(", "));
      return;
    }
    setWords(text);
  };
  /** Takes what was typed; false when it is no address. */
  const settle = (): boolean => {
    if (words.trim() === "") return true;
    const { addresses: found, others } = readAddresses(words);
    if (others.length > 0) {
      setWrong(t("composer.notAnAddress", { words: others.join(", ") }));
      return false;
    }
    add(found);
    return true;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.nativeEvent.isComposing) return;
    if (shown && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setAt((now) => (now + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length);
    } else if (
      (event.key === "Enter" || event.key === "Tab") &&
      !event.ctrlKey &&
      !event.metaKey &&
      words.trim() !== ""
    ) {
      if (event.key === "Tab" && event.shiftKey) return;
      event.preventDefault();
      if (shown && chosen !== undefined && !isAddress(words.trim())) add([chosen]);
      else settle();
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Backspace" && words === "" && addresses.length > 0) {
      onChange(addresses.slice(0, -1));
    }
  };
  return (
    <div className="relative">
      <div className="flex min-h-9 items-start gap-2 border-b border-line py-1 pointer-coarse:min-h-11">
        <label htmlFor={`${id}-input`} className="w-14 shrink-0 pt-1 text-sm text-muted">
          {label}
        </label>
        <ul aria-label={label} className="flex min-w-0 flex-1 flex-wrap items-center gap-1">
          {addresses.map((address) => (
            <Chip
              key={address.address}
              address={address}
              onRemove={() => {
                onChange(addresses.filter((each) => each !== address));
                input.current?.focus();
              }}
            />
          ))}
          <li className="min-w-14 flex-1">
            <input
              id={`${id}-input`}
              ref={input}
              role="combobox"
              aria-expanded={shown}
              aria-controls={shown ? `${id}-list` : undefined}
              aria-autocomplete="list"
              aria-activedescendant={shown ? `${id}-${offered.indexOf(chosen ?? offered[0]!)}` : undefined}
              aria-invalid={wrong === null ? undefined : true}
              aria-describedby={wrong === null ? undefined : `${id}-wrong`}
              type="text"
              inputMode="email"
              autoComplete="off"
              autoCapitalize="off"
              spellCheck={false}
              dir="auto"
              value={words}
              onChange={(event) => type(event.currentTarget.value)}
              onKeyDown={onKeyDown}
              onBlur={() => {
                setOpen(false);
                settle();
              }}
              className="h-7 w-full bg-transparent text-base outline-none pointer-coarse:h-9"
            />
          </li>
        </ul>
        {children}
      </div>
      {wrong !== null && (
        <p id={`${id}-wrong`} role="alert" className="py-1 ps-16 text-sm text-danger-ink">
          {wrong}
        </p>
      )}
      {shown && (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={t("composer.suggestions")}
          className="absolute start-16 top-full z-20 max-h-72 w-80 max-w-[calc(100%-4rem)] overflow-y-auto rounded border border-line bg-ground-float p-1 shadow-float"
        >
          {offered.map((address, index) => (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field has the keys
            <div
              key={address.address}
              id={`${id}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={address === chosen}
              // The field keeps the focus.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => add([address])}
              onPointerMove={() => setAt(index)}
              className={cx(
                "flex min-h-9 items-center gap-2 rounded-sm px-2 pointer-coarse:min-h-11",
                address === chosen && "bg-ground-hover",
              )}
            >
              <Avatar name={address.name || address.address} size="small" />
              <span className="min-w-0">
                <span dir="auto" className="block truncate">
                  {address.name || address.address}
                </span>
                {address.name !== "" && <span className="block truncate text-xs text-muted">{address.address}</span>}
              </span>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Chip({ address, onRemove }: { address: Address; onRemove: () => void }) {
  const name = address.name || address.address;
  return (
    <li className="flex max-w-full min-w-0 items-center gap-1 rounded-full border border-line bg-ground-low ps-2.5 pe-1 text-sm leading-6">
      <span dir="auto" className="min-w-0 truncate" {...tipProps({ tip: writeAddress(address) })}>
        {name}
      </span>
      <button
        type="button"
        aria-label={t("composer.removeRecipient", { name })}
        onClick={onRemove}
        className="grid size-5 shrink-0 place-items-center rounded-full text-muted hover:bg-ground-hover hover:text-text pointer-coarse:size-8"
      >
        <Icon icon={X} size={14} />
      </button>
    </li>
  );
}

const MOST = 8;

/** Customers whom the words fit, then colleagues. */
function useOffered(words: string, taken: readonly Address[]): Address[] {
  const { data: users = [] } = useQuery(usersQuery);
  const customers = useKnownAddresses(words.trim());
  const wanted = words.trim().toLowerCase();
  if (wanted === "") return [];
  const colleagues = users
    .map((user) => ({ name: userName(user), address: user.email }))
    .filter(({ name, address }) => `${name} ${address}`.toLowerCase().includes(wanted));
  return [...customers, ...colleagues]
    .filter(({ address }, index, all) => all.findIndex((each) => sameAddress(each.address, address)) === index)
    .filter(({ address }) => !taken.some((each) => sameAddress(each.address, address)))
    .slice(0, MOST);
}
