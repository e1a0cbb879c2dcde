import { Combobox } from "@base-ui/react/combobox";
import { Check, Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { t } from "../i18n/t.ts";
import { cx } from "../lib/class-names.ts";
import type { FloatingPickerProps, PickerOption } from "./floating.tsx";
import { ignoresItsTrigger } from "./floating-close.ts";
import { Icon } from "./icon.tsx";
import { usePortalContainer } from "./portal-container.ts";

const LINE =
  "flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-base outline-none select-none " +
  "data-highlighted:bg-ground-hover pointer-coarse:min-h-11";

export function FloatingPicker({
  open,
  onOpenChange,
  anchor,
  align,
  side,
  className,
  label,
  placeholder,
  options,
  value,
  multiple,
  onChange,
  onCreate,
}: FloatingPickerProps) {
  const container = usePortalContainer();
  const [words, setWords] = useState("");
  const chosen = useMemo(() => options.filter((option) => value.includes(option.value)), [options, value]);
  const close = ignoresItsTrigger(anchor, onOpenChange);
  const creates = onCreate !== undefined && words.trim() !== "";
  const shared = {
    items: options,
    open,
    inputValue: words,
    onInputValueChange: setWords,
    onOpenChange: (next: boolean, details: { event: Event }) => {
      if (!next) setWords("");
      close(next, details);
    },
    filter: (option: PickerOption, query: string) => matches(option, query),
    isItemEqualToValue: (one: PickerOption, other: PickerOption) => one.value === other.value,
    itemToStringLabel: (option: PickerOption) => option.label,
    autoHighlight: true,
  };
  const popup = (
    <Combobox.Portal container={container}>
      <Combobox.Positioner
        anchor={anchor}
        align={align}
        side={side}
        sideOffset={4}
        collisionPadding={8}
        className="z-50"
      >
        <Combobox.Popup
          aria-label={label}
          finalFocus={anchor}
          className={cx("flex w-64 flex-col overflow-hidden", className)}
        >
          <Combobox.Input
            aria-label={label}
            placeholder={placeholder}
            className="h-9 shrink-0 border-b border-line bg-transparent px-3 text-base outline-none placeholder:text-faint"
          />
          <Combobox.Empty className="px-3 py-2 text-sm text-muted empty:hidden">
            {creates ? null : t("picker.nothing")}
          </Combobox.Empty>
          <Combobox.List className="min-h-0 overflow-y-auto p-1 empty:hidden">
            {(option: PickerOption) => (
              <Combobox.Item key={option.value} value={option} className={LINE}>
                {option.before}
                <span className="min-w-0 flex-1 truncate">{option.label}</span>
                <Combobox.ItemIndicator>
                  <Icon icon={Check} />
                </Combobox.ItemIndicator>
              </Combobox.Item>
            )}
          </Combobox.List>
          {creates && (
            <button
              type="button"
              className={cx(LINE, "m-1 border-t border-line hover:bg-ground-hover")}
              onClick={() => {
                onCreate(words.trim());
                setWords("");
                onOpenChange(false);
              }}
            >
              <Icon icon={Plus} className="text-muted" />
              <span className="truncate">{t("picker.create", { words: words.trim() })}</span>
            </button>
          )}
        </Combobox.Popup>
      </Combobox.Positioner>
    </Combobox.Portal>
  );
  return multiple ? (
    <Combobox.Root
      {...shared}
      multiple
      value={chosen}
      onValueChange={(next: PickerOption[]) => onChange(next.map((each) => each.value))}
    >
      {popup}
    </Combobox.Root>
  ) : (
    <Combobox.Root
      {...shared}
      value={chosen[0] ?? null}
      onValueChange={(next: PickerOption | null) => {
        if (next !== null) onChange([next.value]);
        setWords("");
        onOpenChange(false);
      }}
    >
      {popup}
    </Combobox.Root>
  );
}

/** Every word typed begins a word of the option, whatever its accents and case. */
function matches({ label, words = "" }: PickerOption, query: string): boolean {
  const text = ` ${fold(`${label} ${words}`)}`;
  return fold(query)
    .split(/\s+/)
    .every((word) => text.includes(` ${word}`) || (word.length > 2 && text.includes(word)));
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
