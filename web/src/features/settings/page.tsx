import { Link } from "@tanstack/react-router";
import { ArrowLeft, ChevronRight } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "../../lib/class-names.ts";
import { useTitle } from "../../lib/use-title.ts";
import { Icon } from "../../ui/icon.tsx";

/** A section of the settings, or one thing in it: its name, what it is for, what can be done. */
export function Page({
  title,
  about,
  back,
  action,
  children,
}: {
  title: string;
  about?: ReactNode;
  /** For one thing: the list that it is of. */
  back?: { to: string; label: string };
  action?: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <div className="flex flex-col gap-6">
      <header className="flex flex-col gap-1">
        {back !== undefined && (
          <Link
            to={back.to}
            className="-ms-1 inline-flex h-7 items-center gap-1 self-start rounded px-1 text-sm text-muted hover:text-text pointer-coarse:h-11"
          >
            <Icon icon={ArrowLeft} size={14} className="rtl:-scale-x-100" />
            {back.label}
          </Link>
        )}
        <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
          <h1 dir="auto" className="min-w-0 text-start text-xl font-semibold wrap-anywhere">
            {title}
          </h1>
          {action}
        </div>
        {about !== undefined && <p className="max-w-[65ch] text-muted">{about}</p>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page, set apart by a hairline. */
export function Part({
  title,
  about,
  action,
  children,
}: {
  title: string;
  about?: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <section className="flex flex-col gap-4 border-t border-line pt-5">
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <h2 className="font-semibold">{title}</h2>
          {about !== undefined && <p className="max-w-[65ch] text-sm text-muted">{about}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

/** A place to go to that looks like a button. */
export function ButtonLink({ to, primary = false, children }: { to: string; primary?: boolean; children: ReactNode }) {
  return (
    <Link
      to={to}
      className={cx(
        "inline-flex h-8 shrink-0 items-center justify-center rounded border px-3 font-medium whitespace-nowrap transition-colors duration-100 pointer-coarse:min-h-11",
        primary
          ? "border-transparent bg-accent text-on-accent hover:bg-accent-hover"
          : "border-edge bg-ground-float hover:bg-ground-hover",
      )}
    >
      {children}
    </Link>
  );
}

export function Items({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul aria-label={label} className="-mx-2 flex flex-col">
      {children}
    </ul>
  );
}

/** A line of a list. With `to` the whole of it leads there. */
export function Item({
  to,
  before,
  title,
  detail,
  after,
}: {
  to?: string;
  before?: ReactNode;
  title: string;
  detail?: ReactNode;
  /** Marks and buttons at its end. */
  after?: ReactNode;
}) {
  const words = (
    <span className="flex min-w-0 flex-1 flex-col">
      <span dir="auto" className="truncate text-start font-medium">
        {title}
      </span>
      {detail !== undefined && <span className="truncate text-sm text-muted">{detail}</span>}
    </span>
  );
  return (
    <li className="border-b border-line last:border-b-0">
      {to === undefined ? (
        <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-2 py-2">
          {before}
          {words}
          {after}
        </div>
      ) : (
        <Link to={to} className="flex min-h-12 items-center gap-3 rounded px-2 py-2 hover:bg-ground-hover">
          {before}
          {words}
          {after}
          <Icon icon={ChevronRight} className="shrink-0 text-faint rtl:-scale-x-100" />
        </Link>
      )}
    </li>
  );
}

/** Nothing in a list yet: what it is for. */
export function Nothing({ children }: { children: ReactNode }) {
  return <p className="rounded border border-dashed border-line px-4 py-6 text-center text-muted">{children}</p>;
}
