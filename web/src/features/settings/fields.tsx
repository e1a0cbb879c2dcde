import type { ComponentProps, ReactNode } from "react";
import { Checkbox, FormField, Input, Select, Textarea } from "../../ui/field.tsx";
import type { Form } from "./use-form.ts";

/** The names of the members of a form that hold such values. */
type NamesOf<T, V> = { [K in keyof T]: T[K] extends V ? K : never }[keyof T] & string;

interface FieldProps<T extends object, V> {
  form: Form<T>;
  name: NamesOf<T, V>;
  label: string;
  hint?: ReactNode;
}

/** One line of text. */
export function TextField<T extends object>({
  form,
  name,
  label,
  hint,
  ...rest
}: FieldProps<T, string> & Omit<ComponentProps<"input">, "form" | "name" | "value" | "onChange">) {
  return (
    <FormField label={label} hint={hint} error={form.errorOf(name)}>
      <Input
        autoComplete="off"
        {...rest}
        name={name}
        value={String(form.values[name])}
        onChange={(event) => form.set(name, event.target.value as T[typeof name])}
      />
    </FormField>
  );
}

export function AreaField<T extends object>({
  form,
  name,
  label,
  hint,
  ...rest
}: FieldProps<T, string> & Omit<ComponentProps<"textarea">, "form" | "name" | "value" | "onChange">) {
  return (
    <FormField label={label} hint={hint} error={form.errorOf(name)}>
      <Textarea
        {...rest}
        name={name}
        value={String(form.values[name])}
        onChange={(event) => form.set(name, event.target.value as T[typeof name])}
      />
    </FormField>
  );
}

export function SelectField<T extends object>({
  form,
  name,
  label,
  hint,
  options,
  onChosen,
}: FieldProps<T, string> & {
  options: readonly (readonly [value: string, words: string])[];
  /** For what else changes with it. */
  onChosen?: (value: string) => void;
}) {
  return (
    <FormField label={label} hint={hint} error={form.errorOf(name)}>
      <Select
        name={name}
        value={String(form.values[name])}
        onChange={(event) => {
          form.set(name, event.target.value as T[typeof name]);
          onChosen?.(event.target.value);
        }}
      >
        {options.map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </Select>
    </FormField>
  );
}

export function CheckField<T extends object>({ form, name, label, hint }: FieldProps<T, boolean>) {
  return (
    <div className="flex flex-col gap-1">
      <Checkbox
        name={name}
        label={label}
        hint={hint}
        checked={form.values[name] === true}
        onChange={(event) => form.set(name, event.target.checked as T[typeof name])}
      />
      {form.errorOf(name) !== null && (
        <p role="alert" className="text-sm text-danger-ink">
          {form.errorOf(name)}
        </p>
      )}
    </div>
  );
}
