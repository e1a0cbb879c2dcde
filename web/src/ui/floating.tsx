import type { LucideIcon } from "lucide-react";
import { type ReactNode, type RefObject, useRef, useState } from "react";
import type { CommandId } from "../keys/bindings.ts";
import { cx } from "../lib/class-names.ts";
import { lazyPart } from "./lazy-part.tsx";

/**
 * Menus, popovers and pickers. Their code (Base UI) is half as large as everything else, so it comes when a trigger is
 * touched for the first time; until then a trigger is a plain button.
 */
const load = {
  menu: async () => await import("./floating-menu.tsx"),
  popover: async () => await import("./floating-popover.tsx"),
  picker: async () => await import("./floating-picker.tsx"),
};
const CLOSES = { close: ({ onOpenChange }: Opened): void => onOpenChange(false) };
const LazyMenu = lazyPart(async () => (await load.menu()).FloatingMenu, CLOSES);
const LazyPopover = lazyPart(async () => (await load.popover()).FloatingPopover, CLOSES);
const LazyPicker = lazyPart(async () => (await load.picker()).FloatingPicker, CLOSES);

export interface TriggerProps {
  ref: RefObject<HTMLButtonElement | null>;
  "aria-haspopup": "menu" | "dialog" | "listbox";
  "aria-expanded": boolean;
  onClick: () => void;
  onPointerEnter: () => void;
  onFocus: () => void;
}

export interface Opened {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

interface FloatingProps {
  /** Draws the button; hand the props on: `trigger={(props) => <IconButton icon={Tag} label={…} {...props} />}`. */
  trigger?: (props: TriggerProps) => ReactNode;
  /** Where it floats, when it has no trigger of its own (opened by a key, say). */
  anchor?: RefObject<HTMLElement | null>;
  /** For an opening that is steered from outside: by a command. */
  opened?: Opened;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom" | "inline-start" | "inline-end";
  className?: string;
}

/** What the three loaded parts get. */
export interface FloatingContentProps extends Opened {
  anchor: RefObject<HTMLElement | null>;
  align: "start" | "center" | "end";
  side: "top" | "bottom" | "inline-start" | "inline-end";
  className: string;
}

const POPUP =
  "floats-in max-h-[min(28rem,var(--available-height))] max-w-[min(24rem,var(--available-width))] overflow-y-auto rounded border " +
  "border-line bg-ground-float text-text shadow-float outline-none";

function useFloating(
  { trigger, anchor, opened, align = "start", side = "bottom", className }: FloatingProps,
  kind: keyof typeof load,
) {
  const ref = useRef<HTMLButtonElement>(null);
  const [own, setOwn] = useState(false);
  const [touched, setTouched] = useState(false);
  const open = opened?.open ?? own;
  const onOpenChange = opened?.onOpenChange ?? setOwn;
  const fetchCode = (): void => void load[kind]().catch(() => undefined);
  // oxlint-disable-next-line react/refs -- the ref is handed on to the button, not read
  const button = trigger?.({
    ref,
    "aria-haspopup": kind === "menu" ? "menu" : kind === "picker" ? "listbox" : "dialog",
    "aria-expanded": open,
    onClick: () => {
      setTouched(true);
      onOpenChange(!open);
    },
    onPointerEnter: fetchCode,
    onFocus: fetchCode,
  });
  const content: FloatingContentProps = {
    open,
    onOpenChange,
    anchor: anchor ?? ref,
    align,
    side,
    className: cx(POPUP, className),
  };
  return { button, content, wanted: open || touched };
}

/** One line of a menu. It is data, so that what draws it can be loaded when it is needed. */
export type MenuEntry =
  | {
      label: string;
      icon?: LucideIcon;
      /** Its key is shown at the end of the line. */
      command?: CommandId;
      onSelect: () => void;
      disabled?: boolean;
      danger?: boolean;
      /** For a choice of one: whether it is this. Those that stand together are one choice, named by the heading before. */
      checked?: boolean;
    }
  | { label: string; icon?: LucideIcon; items: readonly MenuEntry[] }
  | { heading: string }
  | "line";

/** Actions behind a button. */
export function Menu({ items, label, ...props }: FloatingProps & { items: readonly MenuEntry[]; label: string }) {
  const { button, content, wanted } = useFloating(props, "menu");
  return (
    <>
      {button}
      {wanted && <LazyMenu {...content} items={items} label={label} />}
    </>
  );
}

/** Anything that floats beside its button and takes the focus. */
export function Popover({ label, children, ...props }: FloatingProps & { label: string; children: ReactNode }) {
  const { button, content, wanted } = useFloating(props, "popover");
  return (
    <>
      {button}
      {wanted && (
        <LazyPopover {...content} label={label}>
          {children}
        </LazyPopover>
      )}
    </>
  );
}

export interface PickerOption {
  value: string;
  label: string;
  /** Found by these words too: an address, say. */
  words?: string;
  /** Stands before the label: an avatar, a dot. */
  before?: ReactNode;
}

interface PickerProps extends FloatingProps {
  label: string;
  placeholder: string;
  options: readonly PickerOption[];
  /** What is chosen now. */
  value: readonly string[];
  /** Several may be chosen; it stays open. Else the first choice closes it. */
  multiple?: boolean;
  onChange: (value: string[]) => void;
  /** Offered when nothing matches: make a new label, say. */
  onCreate?: (words: string) => void;
}

/** A list that is searched by typing: assignee, labels, inbox. */
export function Combobox(props: PickerProps) {
  const { button, content, wanted } = useFloating(props, "picker");
  const { label, placeholder, options, value, multiple = false, onChange, onCreate } = props;
  return (
    <>
      {button}
      {wanted && <LazyPicker {...content} {...{ label, placeholder, options, value, multiple, onChange, onCreate }} />}
    </>
  );
}

export type FloatingPickerProps = FloatingContentProps &
  Pick<PickerProps, "label" | "placeholder" | "options" | "value" | "onChange" | "onCreate"> & { multiple: boolean };
