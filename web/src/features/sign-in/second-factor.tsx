import { useState } from "react";
import { type SignedIn, giveSecondFactor } from "../../api/queries/session.ts";
import { t } from "../../i18n/t.ts";
import { Button } from "../../ui/button.tsx";
import { FormField, Input } from "../../ui/field.tsx";
import { FormErrors } from "./form-errors.tsx";
import { askForPasskey, hasPasskeys } from "./passkey.ts";
import { useForm } from "./use-form.ts";

type Methods = Extract<SignedIn, { state: "second_factor" }>["methods"];

/** After the password: a code of the app, a passkey, or a recovery code. */
export function SecondFactor({
  methods,
  onDone,
  onRestart,
}: {
  methods: Methods;
  onDone: () => void;
  onRestart: () => void;
}) {
  const [recovers, setRecovers] = useState(!methods.includes("totp"));
  const { busy, errors, onSubmit, run } = useForm(async (text) => {
    await giveSecondFactor(text("code").trim());
    onDone();
  });
  const passkey = methods.includes("passkey") && hasPasskeys();
  const codes = methods.includes("totp") || methods.includes("recovery");
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      {passkey && (
        <Button
          kind={codes ? "plain" : "primary"}
          busy={busy}
          onClick={() =>
            run(async () => {
              await askForPasskey();
              onDone();
            })
          }
        >
          {t("signIn.usePasskey")}
        </Button>
      )}
      {codes && (
        <>
          <FormField
            label={recovers ? t("signIn.recoveryCode") : t("signIn.code")}
            hint={recovers ? t("signIn.recoveryHint") : t("signIn.codeHint")}
          >
            <Input
              key={String(recovers)}
              name="code"
              required
              // oxlint-disable-next-line jsx-a11y/no-autofocus -- the one thing there is to do here
              autoFocus
              autoComplete="one-time-code"
              inputMode={recovers ? "text" : "numeric"}
            />
          </FormField>
          <FormErrors errors={errors} />
          <Button type="submit" kind="primary" busy={busy}>
            {t("signIn.continue")}
          </Button>
        </>
      )}
      {!codes && <FormErrors errors={errors} />}
      <div className="flex flex-wrap justify-between gap-2">
        <Button kind="quiet" size="small" onClick={onRestart}>
          {t("signIn.restart")}
        </Button>
        {methods.includes("totp") && methods.includes("recovery") && (
          <Button kind="quiet" size="small" onClick={() => setRecovers(!recovers)}>
            {recovers ? t("signIn.useCode") : t("signIn.useRecovery")}
          </Button>
        )}
      </div>
    </form>
  );
}
