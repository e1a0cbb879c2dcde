import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/errors.ts";
import { t } from "../../i18n/t.ts";

/** A form of this feature: what it does when sent, whether it is at it, and what was wrong with it. */
export function useForm(send: (text: (name: string) => string) => Promise<void>): {
  busy: boolean;
  /** Every fault, in words. */
  errors: readonly string[];
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  /** Runs something else that the form offers, a passkey for instance, with the same states. */
  run: (work: () => Promise<void>) => void;
} {
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<readonly string[]>([]);
  const run = (work: () => Promise<void>): void => {
    setBusy(true);
    setErrors([]);
    work()
      .catch((error: unknown) => setErrors(wordsOf(error)))
      .finally(() => setBusy(false));
  };
  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    run(async () => {
      await send((name) => {
        const value = form.get(name);
        return typeof value === "string" ? value : "";
      });
    });
  };
  return { busy, errors, onSubmit, run };
}

function wordsOf(error: unknown): readonly string[] {
  if (error instanceof ApiError && error.status === 429) return [t("signIn.wait", { count: error.retryAfter ?? 60 })];
  if (error instanceof ApiError && error.errors.length > 0) return error.errors;
  return [error instanceof Error ? error.message : t("error.unknown")];
}
