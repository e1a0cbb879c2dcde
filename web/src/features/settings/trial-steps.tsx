import { Check, X } from "lucide-react";
import type { Trial, TrialStep } from "../../api/queries/mail-settings.ts";
import { type MessageKey, t } from "../../i18n/t.ts";
import { cx } from "../../lib/class-names.ts";
import { Icon } from "../../ui/icon.tsx";

const STEP_WORDS: Record<TrialStep["name"], MessageKey> = {
  dns: "trial.dns",
  connect: "trial.connect",
  tls: "trial.tls",
  sign_in: "trial.signIn",
  folder: "trial.folder",
  send: "trial.send",
};

/** What a try of a mail server found, step by step, and what to do about the one that failed. */
export function TrialSteps({ title, trial }: { title: string; trial: Trial }) {
  return (
    <section
      role="status"
      aria-label={title}
      className={cx("rounded border px-3 py-2.5", trial.ok ? "border-line" : "border-danger")}
    >
      <p className={cx("pb-1.5 font-medium", trial.ok ? "text-good-ink" : "text-danger-ink")}>
        {t(trial.ok ? "trial.works" : "trial.fails", { name: title })}
      </p>
      <ol className="flex flex-col gap-1.5">
        {trial.steps.map(({ name, ok, message }) => (
          <li key={name} className="flex gap-2">
            <Icon icon={ok ? Check : X} className={cx("mt-0.5 shrink-0", ok ? "text-good-ink" : "text-danger-ink")} />
            <span className="min-w-0 flex-1">
              <span className="font-medium">{t(STEP_WORDS[name])}</span>
              <span className="sr-only">{t(ok ? "trial.ok" : "trial.failed")}</span>
              <span className="block text-sm text-muted wrap-anywhere">{message}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
