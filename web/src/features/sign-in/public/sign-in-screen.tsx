import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../../../api/errors.ts";
import { type SignedIn, signIn } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { Button } from "../../../ui/button.tsx";
import { FormField, Input } from "../../../ui/field.tsx";
import { EntryPage } from "../entry-page.tsx";
import { ForgotPassword } from "../forgot-password.tsx";
import { FormErrors } from "../form-errors.tsx";
import { askForPasskey, hasPasskeys } from "../passkey.ts";
import { SecondFactor } from "../second-factor.tsx";
import { useEnter } from "../use-enter.ts";
import { useForm } from "../use-form.ts";

type Waiting = Extract<SignedIn, { state: "second_factor" }>;

export function SignInScreen() {
  const { next } = useSearch({ from: "/signin" });
  const enter = useEnter();
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  const [email, setEmail] = useState("");
  const [forgot, setForgot] = useState(false);
  const proceed = (answer: SignedIn): void => {
    if (answer.state === "second_factor") setWaiting(answer);
    else enter(next);
  };
  if (forgot) {
    return (
      <EntryPage title={t("signIn.forgotTitle")}>
        <ForgotPassword email={email} onBack={() => setForgot(false)} />
      </EntryPage>
    );
  }
  if (waiting !== null) {
    return (
      <EntryPage title={t("signIn.secondFactor")}>
        <SecondFactor methods={waiting.methods} onDone={() => enter(next)} onRestart={() => setWaiting(null)} />
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t("signIn.title")}>
      <PasswordForm email={email} onEmail={setEmail} onForgot={() => setForgot(true)} onSignedIn={proceed} />
    </EntryPage>
  );
}

interface PasswordFormProps {
  email: string;
  onEmail: (email: string) => void;
  onForgot: () => void;
  onSignedIn: (answer: SignedIn) => void;
}

function PasswordForm({ email, onEmail, onForgot, onSignedIn }: PasswordFormProps) {
  // People who use one address at several help desks say which they mean.
  const [needsSite, setNeedsSite] = useState(false);
  const { busy, errors, onSubmit, run } = useForm(async (text) => {
    const site = text("site").trim();
    const credentials = { email, password: text("password"), ...(site !== "" && { site }) };
    onSignedIn(
      await signIn(credentials).catch((error: unknown) => {
        if (error instanceof ApiError && error.errors.some((each) => each.startsWith("site is required"))) {
          setNeedsSite(true);
        }
        throw error instanceof ApiError && error.status === 401 ? new Error(t("signIn.wrong")) : error;
      }),
    );
  });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <FormField label={t("signIn.email")}>
        <Input
          name="email"
          type="email"
          required
          autoComplete="username webauthn"
          value={email}
          onChange={(event) => onEmail(event.target.value)}
        />
      </FormField>
      <FormField label={t("signIn.password")}>
        <Input name="password" type="password" required autoComplete="current-password" />
      </FormField>
      {needsSite && (
        <FormField label={t("signIn.site")} hint={t("signIn.siteHint")}>
          <Input name="site" required />
        </FormField>
      )}
      <FormErrors errors={errors} />
      <Button type="submit" kind="primary" busy={busy}>
        {t("signIn.submit")}
      </Button>
      {hasPasskeys() && (
        <Button onClick={() => run(async () => onSignedIn(await askForPasskey()))}>{t("signIn.withPasskey")}</Button>
      )}
      <Button kind="quiet" size="small" onClick={onForgot} className="self-start">
        {t("signIn.forgot")}
      </Button>
    </form>
  );
}
