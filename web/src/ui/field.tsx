import { type ComponentProps, type ReactNode, createContext, use, useId } from "react";
import { cx } from "../lib/class-names.ts";

interface FieldIds {
  input: string;
  hint: string | undefined;
  error: string | undefined;
}

const FieldContext = createContext<FieldIds | null>(null);

/** A label, a control, what helps with it, and what is wrong with it. The control inside finds its names by itself. */
export function FormField({
  label,
  hint,
  error,
  children,
}: {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  children: ReactNode;
}) {
  const id = useId();
  const wrong = error !== undefined && error !== null && error !== "";
  const ids = {
    input: id,
    hint: hint === undefined ? undefined : `${id}-hint`,
    error: wrong ? `${id}-error` : undefined,
  };
  return (
    <FieldContext value={ids}>
      <div className="flex flex-col gap-1">
        <label htmlFor={id} className="text-sm font-medium">
          {label}
        </label>
        {children}
        {hint !== undefined && (
          <p id={ids.hint} className="text-sm text-muted">
            {hint}
          </p>
        )}
        {wrong && (
          <p id={ids.error} className="text-sm text-danger-ink">
            {error}
          </p>
        )}
      </div>
    </FieldContext>
  );
}

/** What connects a control with the field around it. */
export function useField(): { id?: string; "aria-describedby"?: string; "aria-invalid"?: true } {
  const ids = use(FieldContext);
  if (ids === null) return {};
  const described = [ids.error, ids.hint].filter(Boolean).join(" ");
  return {
    id: ids.input,
    "aria-describedby": described || undefined,
    "aria-invalid": ids.error === undefined ? undefined : true,
  };
}

const BOX =
  "w-full rounded border border-edge bg-ground-float px-2.5 text-base placeholder:text-faint aria-invalid:border-danger " +
  "disabled:opacity-60 focus-visible:outline-offset-0";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input {...useField()} {...rest} className={cx(BOX, "h-8 pointer-coarse:h-11", className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={4} {...useField()} {...rest} className={cx(BOX, "py-1.5", className)} />;
}

/** The browser's own list: right on every phone and with every screen reader. */
export function Select({ className, ...rest }: ComponentProps<"select">) {
  return <select {...useField()} {...rest} className={cx(BOX, "h-8 pe-1 pointer-coarse:h-11", className)} />;
}

export function Checkbox({
  label,
  hint,
  ...rest
}: Omit<ComponentProps<"input">, "type"> & { label: ReactNode; hint?: ReactNode }) {
  const id = useId();
  return (
    <div className="flex items-start gap-2 pointer-coarse:min-h-11">
      <input type="checkbox" id={id} {...rest} className="mt-0.5 size-4 shrink-0 accent-accent" />
      <label htmlFor={id} className="flex flex-col">
        {label}
        {hint !== undefined && <span className="text-sm text-muted">{hint}</span>}
      </label>
    </div>
  );
}

/** For what takes effect at once; a checkbox is for what is saved with its form. */
export function Switch({
  label,
  hint,
  ...rest
}: Omit<ComponentProps<"input">, "type"> & { label: ReactNode; hint?: ReactNode }) {
  const id = useId();
  return (
    <div className="flex items-start justify-between gap-4 pointer-coarse:min-h-11">
      <label htmlFor={id} className="flex flex-col">
        {label}
        {hint !== undefined && <span className="text-sm text-muted">{hint}</span>}
      </label>
      <input
        type="checkbox"
        // oxlint-disable-next-line jsx-a11y/role-has-required-aria-props -- a checkbox says by itself whether it is on
        role="switch"
        id={id}
        {...rest}
        className={cx(
          "relative h-5 w-9 shrink-0 appearance-none rounded-full border border-edge bg-ground-press transition-colors duration-100",
          "before:absolute before:inset-y-0.5 before:start-0.5 before:w-3.5 before:rounded-full before:bg-edge",
          "before:transition-transform before:duration-100 checked:border-accent checked:bg-accent",
          "checked:before:translate-x-4 checked:before:bg-on-accent rtl:checked:before:-translate-x-4",
        )}
      />
    </div>
  );
}
