import { Menu } from "@base-ui/react/menu";
import { Check, ChevronRight } from "lucide-react";
import { Fragment } from "react";
import { BINDINGS } from "../keys/bindings.ts";
import { cx } from "../lib/class-names.ts";
import type { FloatingContentProps, MenuEntry } from "./floating.tsx";
import { ignoresItsTrigger } from "./floating-close.ts";
import { Icon } from "./icon.tsx";
import { Kbd } from "./kbd.tsx";
import { usePortalContainer } from "./portal-container.ts";

const LINE =
  "flex min-h-8 w-full cursor-default items-center gap-2 rounded-sm px-2 py-1 text-base outline-none select-none " +
  "data-highlighted:bg-ground-hover data-disabled:opacity-50 pointer-coarse:min-h-11";

type Props = FloatingContentProps & { items: readonly MenuEntry[]; label: string };

export function FloatingMenu({ open, onOpenChange, anchor, align, side, className, items, label }: Props) {
  const container = usePortalContainer();
  return (
    <Menu.Root open={open} onOpenChange={ignoresItsTrigger(anchor, onOpenChange)} modal={false}>
      <Menu.Portal container={container}>
        <Menu.Positioner anchor={anchor} align={align} side={side} sideOffset={4} collisionPadding={8} className="z-50">
          <Menu.Popup aria-label={label} finalFocus={anchor} className={cx("min-w-48 p-1", className)}>
            <Entries items={items} className={className} />
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function Entries({ items, className }: { items: readonly MenuEntry[]; className: string }) {
  return runsOf(items).map((run, index) => {
    const [first = "line", ...others] = run;
    if (isChoice(first)) return <Choices key={keyOf(first, index)} choices={run.filter(isChoice)} name="" />;
    const choices = others.filter(isChoice);
    return (
      <Fragment key={keyOf(first, index)}>
        <Entry entry={first} className={className} />
        {choices.length > 0 && <Choices choices={choices} name={nameOf(first)} />}
      </Fragment>
    );
  });
}

type Choice = Extract<MenuEntry, { onSelect: () => void }> & { checked: boolean };

function isChoice(entry: MenuEntry): entry is Choice {
  return entry !== "line" && "checked" in entry && entry.checked !== undefined;
}

/** Each entry by itself, and with it the choices that follow: of those one is chosen. */
function runsOf(items: readonly MenuEntry[]): MenuEntry[][] {
  const runs: MenuEntry[][] = [];
  for (const item of items) {
    const run = runs.at(-1);
    if (run !== undefined && isChoice(item)) run.push(item);
    else runs.push([item]);
  }
  return runs;
}

function nameOf(entry: MenuEntry): string {
  return entry !== "line" && "heading" in entry ? entry.heading : "";
}

function Choices({ choices, name }: { choices: readonly Choice[]; name: string }) {
  return (
    <Menu.RadioGroup aria-label={name || undefined} value={choices.find(({ checked }) => checked)?.label ?? null}>
      {choices.map(({ label, icon, checked, disabled, onSelect }) => (
        <Menu.RadioItem
          key={label}
          value={label}
          disabled={disabled}
          closeOnClick
          onClick={() => !checked && onSelect()}
          className={LINE}
        >
          {icon !== undefined && <Icon icon={icon} className="text-muted" />}
          <span className="min-w-0 flex-1 truncate">{label}</span>
          {checked && <Icon icon={Check} />}
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

function keyOf(entry: MenuEntry, index: number): string {
  if (entry === "line") return `line ${index}`;
  return "heading" in entry ? `heading ${entry.heading}` : entry.label;
}

function Entry({ entry, className }: { entry: MenuEntry; className: string }) {
  const container = usePortalContainer();
  if (entry === "line") return <Menu.Separator className="mx-2 my-1 h-px bg-line" />;
  if ("heading" in entry) return <p className="px-2 pt-2 pb-1 text-xs font-medium text-muted">{entry.heading}</p>;
  const { label, icon } = entry;
  if ("items" in entry) {
    return (
      <Menu.SubmenuRoot>
        <Menu.SubmenuTrigger className={LINE}>
          {icon !== undefined && <Icon icon={icon} className="text-muted" />}
          <span className="flex-1">{label}</span>
          <Icon icon={ChevronRight} className="text-muted rtl:-scale-x-100" />
        </Menu.SubmenuTrigger>
        <Menu.Portal container={container}>
          <Menu.Positioner sideOffset={2} collisionPadding={8} className="z-50">
            <Menu.Popup className={cx("min-w-40 p-1", className)}>
              <Entries items={entry.items} className={className} />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.SubmenuRoot>
    );
  }
  const inside = (
    <>
      {icon !== undefined && <Icon icon={icon} className={entry.danger ? undefined : "text-muted"} />}
      <span className="min-w-0 flex-1 truncate">{label}</span>
      {entry.command !== undefined && <Kbd keys={BINDINGS[entry.command].keys[0]} />}
    </>
  );
  const common = { disabled: entry.disabled, className: cx(LINE, entry.danger && "text-danger-ink") };
  return (
    <Menu.Item {...common} onClick={entry.onSelect}>
      {inside}
    </Menu.Item>
  );
}
