import { Link } from "@tanstack/react-router";
import { ChevronRight, type LucideIcon } from "lucide-react";
import { type ReactNode, useState } from "react";
import { formatNumber } from "../../i18n/format.ts";
import { t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { readKept, writeKept } from "../../lib/kept.ts";
import { type Place, placePath, samePlace } from "../../lib/places.ts";
import { useShownPlace } from "../../lib/use-place.ts";
import { Icon } from "../../ui/icon.tsx";
import { tipProps } from "../../ui/tip.ts";

const LINE = "relative flex h-8 items-center gap-2 rounded px-2 text-sm hover:bg-ground-hover pointer-coarse:h-11";
/** Where one is: a bar at its side, a heavier name and another ground. */
const HERE =
  "bg-ground-selected font-semibold text-text before:absolute before:inset-y-1.5 before:start-0 before:w-[3px] before:rounded-full before:bg-accent";

/** A list, with how many tickets wait in it. */
export function PlaceLink({
  place,
  label,
  count,
  small,
  children,
}: {
  place: Place;
  label: string;
  count?: number;
  small: boolean;
  children: ReactNode;
}) {
  const shown = useShownPlace();
  const here = shown !== null && samePlace(shown.place, place);
  const counted = count !== undefined && count > 0;
  const name = counted ? t("rail.counted", { name: label, count }) : label;
  return (
    <li>
      <Link
        to={placePath(place)}
        aria-current={here ? "page" : undefined}
        aria-label={small ? name : undefined}
        {...(small ? tipProps({ tip: name }) : {})}
        className={cx(LINE, small && "justify-center px-0", here ? HERE : "text-muted hover:text-text")}
      >
        {children}
        {!small && (
          <span dir="auto" className="min-w-0 flex-1 truncate text-start">
            {label}
          </span>
        )}
        {!small && counted && (
          <span className="text-xs font-normal text-muted tabular-nums">{formatNumber(count)}</span>
        )}
      </Link>
    </li>
  );
}

export function ScreenLink({
  to,
  icon,
  label,
  small,
}: {
  to: string;
  icon: LucideIcon;
  label: string;
  small: boolean;
}) {
  return (
    <li>
      <Link
        to={to}
        activeProps={{ className: HERE, "aria-current": "page" }}
        aria-label={small ? label : undefined}
        {...(small ? tipProps({ tip: label }) : {})}
        className={cx(LINE, small && "justify-center px-0", "text-muted hover:text-text")}
      >
        <Icon icon={icon} />
        {!small && label}
      </Link>
    </li>
  );
}

/** Inboxes, labels, searches: each can be folded away; a browser keeps which are. */
export function RailGroup({
  name,
  heading,
  small,
  action,
  empty,
  children,
}: {
  name: string;
  heading: string;
  small: boolean;
  action?: ReactNode;
  /** Said when there is nothing in it. */
  empty?: string;
  children: readonly ReactNode[];
}) {
  const [open, setOpen] = useState(() => readKept(`rail-${name}`) !== "closed");
  if (small) {
    if (children.length === 0) return null;
    return (
      <section aria-label={heading} className="mt-2 border-t border-line pt-2">
        <ul>{children}</ul>
      </section>
    );
  }
  const toggle = (): void => {
    writeKept(`rail-${name}`, open ? "closed" : null);
    setOpen(!open);
  };
  return (
    <section className="pt-3">
      <div className="flex items-center">
        <h2 className="min-w-0 flex-1">
          <button
            type="button"
            aria-expanded={open}
            onClick={toggle}
            className="flex h-7 w-full items-center gap-1 rounded px-2 text-xs font-medium text-muted hover:text-text pointer-coarse:h-11"
          >
            <span className="truncate">{heading}</span>
            <Icon
              icon={ChevronRight}
              size={14}
              className={cx("transition-transform duration-100", open ? "rotate-90" : "rtl:-scale-x-100")}
            />
          </button>
        </h2>
        {action}
      </div>
      {open && children.length > 0 && <ul>{children}</ul>}
      {open && children.length === 0 && empty !== undefined && <p className="px-2 py-1 text-xs text-muted">{empty}</p>}
    </section>
  );
}
