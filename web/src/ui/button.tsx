import type { ComponentProps, ReactNode } from "react";
import type { LucideIcon } from "lucide-react";
import { cx } from "../lib/class-names.ts";
import { Icon } from "./icon.tsx";
import { Spinner } from "./spinner.tsx";
import { type TipProps, tipProps } from "./tip.ts";

export type ButtonKind = "primary" | "plain" | "quiet" | "danger";

const KINDS: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover border border-transparent",
  plain: "bg-ground-float border border-edge text-text hover:bg-ground-hover active:bg-ground-press",
  quiet: "border border-transparent text-text hover:bg-ground-hover active:bg-ground-press",
  danger: "bg-danger text-on-accent hover:bg-danger-hover border border-transparent",
};

export interface ButtonProps extends Omit<ComponentProps<"button">, "children">, TipProps {
  kind?: ButtonKind;
  size?: "small" | "normal";
  icon?: LucideIcon;
  /** Shows that it works, and takes no second press. */
  busy?: boolean;
  children: ReactNode;
}

/** A verb. `command` shows its key in the tooltip. */
export function Button({
  kind = "plain",
  size = "normal",
  icon,
  busy = false,
  tip,
  command,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...tipProps({ tip, command })}
      disabled={rest.disabled}
      aria-disabled={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : rest.onClick}
      className={cx(
        "inline-flex shrink-0 select-none items-center justify-center gap-1.5 rounded font-medium whitespace-nowrap",
        "transition-colors duration-100 disabled:opacity-50 pointer-coarse:min-h-11",
        size === "small" ? "h-7 px-2 text-sm" : "h-8 px-3 text-base",
        KINDS[kind],
        className,
      )}
    >
      {busy ? <Spinner size={14} /> : icon !== undefined && <Icon icon={icon} />}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "children" | "aria-label"> {
  icon: LucideIcon;
  /** What it does: its name, and its tooltip. */
  label: string;
  command?: TipProps["command"];
  size?: "small" | "normal";
  /** For a button that stays down. */
  pressed?: boolean;
}

export function IconButton({ icon, label, command, size = "normal", pressed, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      {...tipProps({ tip: label, command })}
      aria-label={label}
      aria-pressed={pressed}
      className={cx(
        "inline-grid shrink-0 place-items-center rounded text-muted transition-colors duration-100 hover:bg-ground-hover",
        "hover:text-text active:bg-ground-press aria-expanded:bg-ground-press aria-pressed:bg-ground-selected",
        "aria-pressed:text-accent-ink disabled:opacity-50 pointer-coarse:size-11",
        size === "small" ? "size-7" : "size-8",
        className,
      )}
    >
      <Icon icon={icon} />
    </button>
  );
}
