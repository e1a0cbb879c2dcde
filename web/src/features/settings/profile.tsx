import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { changePassword } from "../../api/queries/me.ts";
import { changeMe, sessionQuery } from "../../api/queries/session.ts";
import { inboxesQuery } from "../../api/queries/folders.ts";
import type { Session } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { AreaField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { Page, Part } from "./page.tsx";
import { Preferences } from "./preferences.tsx";
import { SignaturePreview } from "./signature-preview.tsx";
import { useForm } from "./use-form.ts";
import { SIGNATURE_VARIABLES, Variables, insertInto } from "./variables.tsx";

/** What people see and change of themselves. */
export function Profile() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  return (
    <Page title={t("settings.profile")}>
      <You user={session.user} />
      <Part title={t("profile.signature")} about={t("profile.signatureAbout")}>
        <Signature user={session.user} />
      </Part>
      <Preferences user={session.user} />
      <Part title={t("profile.password")} about={t("profile.passwordAbout")}>
        <Password hasOne={session.user.has_password} email={session.user.email} />
      </Part>
    </Page>
  );
}

function You({ user }: { user: Session["user"] }) {
  const form = useForm({
    initial: {
      first_name: user.first_name ?? "",
      last_name: user.last_name ?? "",
      email: user.email,
      current_password: "",
    },
    save: async (_values, changed) => await changeMe(changed),
  });
  const moves = form.values.email.trim() !== user.email;
  return (
    <SettingsForm form={form} label={t("profile.you")}>
      <div className="grid gap-4 medium:grid-cols-2">
        <TextField form={form} name="first_name" label={t("person.firstName")} autoComplete="given-name" />
        <TextField form={form} name="last_name" label={t("person.lastName")} autoComplete="family-name" />
      </div>
      <TextField
        form={form}
        name="email"
        type="email"
        label={t("person.email")}
        hint={t("profile.emailHint")}
        autoComplete="email"
      />
      {moves && user.has_password && (
        <TextField
          form={form}
          name="current_password"
          type="password"
          label={t("profile.currentPassword")}
          hint={t("profile.confirmEmail")}
          autoComplete="current-password"
        />
      )}
    </SettingsForm>
  );
}

function Signature({ user }: { user: Session["user"] }) {
  const { data: inboxes = [] } = useQuery(inboxesQuery);
  const field = useRef<HTMLTextAreaElement>(null);
  const form = useForm({
    initial: { signature: user.signature ?? "" },
    save: async ({ signature }) => await changeMe({ signature: signature.trim() === "" ? null : signature }),
  });
  const { signature } = form.values;
  const within = user.inbox_ids;
  const inbox = inboxes.find(({ id }) => within === null || within.includes(id));
  return (
    <SettingsForm form={form} label={t("profile.signature")}>
      <AreaField
        form={form}
        name="signature"
        ref={field}
        rows={4}
        label={t("profile.yourSignature")}
        hint={t("signature.hint")}
      />
      <Variables
        names={SIGNATURE_VARIABLES}
        onPick={(text) => insertInto(field.current, signature, text, (value) => form.set("signature", value))}
      />
      {inbox !== undefined && <SignaturePreview inboxId={inbox.id} texts={{ user_signature: signature }} />}
    </SettingsForm>
  );
}

function Password({ hasOne, email }: { hasOne: boolean; email: string }) {
  const form = useForm({
    initial: { current_password: "", password: "" },
    always: true,
    save: async ({ current_password, password }) =>
      await changePassword({ password, ...(hasOne && { current_password }) }),
    done: t("profile.passwordChanged"),
  });
  return (
    <SettingsForm form={form} label={t("profile.password")} action={t("profile.changePassword")} kind="plain">
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      {hasOne && (
        <TextField
          form={form}
          name="current_password"
          type="password"
          label={t("profile.currentPassword")}
          autoComplete="current-password"
        />
      )}
      <TextField
        form={form}
        name="password"
        type="password"
        label={t("profile.newPassword")}
        hint={t("profile.passwordHint")}
        autoComplete="new-password"
      />
    </SettingsForm>
  );
}
