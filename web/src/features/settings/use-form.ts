import { type FormEvent, useRef, useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { t } from "../../i18n/t.ts";
import { announce } from "../../lib/announce.ts";
import { forgetUnsaved, useUnsaved } from "./unsaved.ts";

export interface Form<T extends object> {
  /** What the form shows: what is saved, with what was typed over it. */
  values: T;
  set: <K extends keyof T>(name: K, value: T[K]) => void;
  /** What is wrong with a field, in the server's words. */
  errorOf: (name: keyof T) => string | null;
  /** What is wrong and belongs to no field. */
  errors: readonly string[];
  busy: boolean;
  dirty: boolean;
  /** Saved, and not changed since. */
  saved: boolean;
  /** Saves; false when it was refused: what was typed stays. */
  submit: () => Promise<boolean>;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** Shows what else that the form offers was refused for: a try of a server. */
  fail: (error: unknown) => void;
}

type FieldNames<T> = Readonly<Record<string, keyof T>>;

export interface FormSpec<T extends object> {
  /** What is saved now. It may change while one types: untouched fields follow. */
  initial: T;
  /** Sends it, and waits until `initial` shows it. Throws `ApiError`. */
  save: (values: T, changed: Partial<T>) => Promise<void>;
  /** Which field stands for a name of the API's, where they differ; by what is typed where not every field is shown. */
  fields?: FieldNames<T> | ((values: T) => FieldNames<T>);
  /** What is said when it is saved. */
  done?: string;
  /** Fields that are not saved: they hold nobody back. */
  aside?: readonly (keyof T)[];
  /** For a form that makes something: it saves what was not touched too. */
  always?: boolean;
}

/** A form of the settings: what was typed, what is wrong with it, and whether it is saved. */
export function useForm<T extends object>(spec: FormSpec<T>): Form<T> {
  const { initial, save, done, aside = [], always = false } = spec;
  const [edits, setEdits] = useState<Partial<T>>({});
  const [faults, setFaults] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const [saved, setSaved] = useState(false);
  const running = useRef(false);
  const values = { ...initial, ...edits };
  const fields = (typeof spec.fields === "function" ? spec.fields(values) : spec.fields) ?? {};
  const changed = changesOf(initial, edits);
  for (const name of aside) delete changed[name];
  const dirty = Object.keys(changed).length > 0;
  const holdAgain = useUnsaved(dirty);
  const names = new Set(Object.keys(initial));
  const fieldOf = (fault: string): keyof T | null => {
    const path = /^[\w.]+/.exec(fault)?.[0].replace(/\.$/, "") ?? "";
    const found = [path, path.split(".")[0] ?? ""].find((name) => name in fields || names.has(name));
    return found === undefined ? null : (fields[found] ?? (found as keyof T));
  };
  const fail = (error: unknown): void => {
    setFaults(wordsOf(error));
    if (dirty) holdAgain();
    focusFault();
  };
  const submit = async (): Promise<boolean> => {
    if (running.current) return false;
    running.current = true;
    setBusy(true);
    setFaults([]);
    try {
      if (dirty || always) {
        forgetUnsaved();
        await save(values, changed);
      }
      setEdits({});
      setSaved(true);
      announce(done ?? t("settings.saved"));
      return true;
    } catch (error) {
      fail(error);
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return {
    values,
    fail,
    set: (name, value) => {
      setEdits((before) => ({ ...before, [name]: value }));
      setSaved(false);
      setFaults((before) => (before.length === 0 ? before : before.filter((fault) => fieldOf(fault) !== name)));
    },
    errorOf: (name) => faults.find((fault) => fieldOf(fault) === name) ?? null,
    errors: faults.filter((fault) => fieldOf(fault) === null),
    busy,
    dirty,
    saved: saved && !dirty,
    submit,
    onSubmit: (event) => {
      event.preventDefault();
      void submit();
    },
  };
}

function changesOf<T extends object>(initial: T, edits: Partial<T>): Partial<T> {
  const differing = Object.entries(edits).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(initial[name as keyof T]),
  );
  return Object.fromEntries(differing) as Partial<T>;
}

/** Every fault of a refused write in words. */
export function wordsOf(error: unknown): readonly string[] {
  if (error instanceof ApiError && error.errors.length > 0) return error.errors;
  return [error instanceof Error && error.message !== "" ? error.message : t("error.unknown")];
}

/** To the first field that is wrong, once it is marked as such. */
function focusFault(): void {
  requestAnimationFrame(() => {
    document.querySelector<HTMLElement>('#main [aria-invalid="true"], dialog [aria-invalid="true"]')?.focus();
  });
}
