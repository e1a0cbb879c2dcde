import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { statusOf } from "../../../api/errors.ts";
import { type SignedIn, resetPassword } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { Button } from "../../../ui/button.tsx";
import { EntryPage } from "../entry-page.tsx";
import { FormErrors } from "../form-errors.tsx";
import { NewPassword } from "../new-password.tsx";
import { SecondFactor } from "../second-factor.tsx";
import { useEnter } from "../use-enter.ts";
import { useForm } from "../use-form.ts";

/** Chooses a new password by the link that one was sent; who has a second factor gives it, too. */
export function ResetScreen() {
  const { key } = useParams({ from: "/password-resets/$key" });
  const enter = useEnter();
  const [over, setOver] = useState(false);
  const [waiting, setWaiting] = useState<Extract<SignedIn, { state: "second_factor" }> | null>(null);
  const { busy, errors, onSubmit } = useForm(async (text) => {
    try {
      const answer = await resetPassword(key, text("password"));
      if (answer.state === "second_factor") setWaiting(answer);
      else enter();
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
      setOver(true);
    }
  });
  if (over) {
    return (
      <EntryPage title={t("signIn.linkOver")}>
        <p className="pb-4">{t("signIn.resetOverText")}</p>
        <Link to="/signin" className="font-medium text-accent-ink underline">
          {t("signIn.title")}
        </Link>
      </EntryPage>
    );
  }
  if (waiting !== null) {
    return (
      <EntryPage title={t("signIn.secondFactor")}>
        <SecondFactor methods={waiting.methods} onDone={() => enter()} onRestart={() => setWaiting(null)} />
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t("signIn.reset")}>
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        <NewPassword label={t("signIn.newPassword")} />
        <FormErrors errors={errors} />
        <Button type="submit" kind="primary" busy={busy}>
          {t("signIn.savePassword")}
        </Button>
      </form>
    </EntryPage>
  );
}
