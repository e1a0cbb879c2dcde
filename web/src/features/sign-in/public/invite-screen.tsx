import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { statusOf } from "../../../api/errors.ts";
import { acceptInvitation, invitationQuery } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { Button } from "../../../ui/button.tsx";
import { ErrorState } from "../../../ui/states.tsx";
import { EntryPage } from "../entry-page.tsx";
import { FormErrors } from "../form-errors.tsx";
import { Names } from "../names.tsx";
import { NewPassword } from "../new-password.tsx";
import { useEnter } from "../use-enter.ts";
import { useForm } from "../use-form.ts";

/** Joins a help desk by the link that one was sent. */
export function InviteScreen() {
  const { key } = useParams({ from: "/invitations/$key" });
  const invitation = useQuery(invitationQuery(key));
  const enter = useEnter();
  const { busy, errors, onSubmit } = useForm(async (text) => {
    await acceptInvitation(key, {
      first_name: text("first_name"),
      last_name: text("last_name"),
      password: text("password"),
    });
    enter();
  });
  if (invitation.isError && statusOf(invitation.error) === 404) {
    return (
      <EntryPage title={t("signIn.linkOver")}>
        <p>{t("signIn.inviteOverText")}</p>
      </EntryPage>
    );
  }
  if (invitation.isError) {
    return (
      <EntryPage title={t("signIn.invite")}>
        <ErrorState title={t("error.unknown")} error={invitation.error} onRetry={() => void invitation.refetch()} />
      </EntryPage>
    );
  }
  if (invitation.data === undefined) return <EntryPage title={t("signIn.invite")}>{null}</EntryPage>;
  const { account, email, first_name, last_name } = invitation.data;
  return (
    <EntryPage title={t("signIn.inviteTo", { name: account.name })}>
      <form onSubmit={onSubmit} className="flex flex-col gap-4">
        <p className="text-muted">{t("signIn.inviteText", { email })}</p>
        <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
        <Names firstName={first_name} lastName={last_name} />
        <NewPassword label={t("signIn.password")} />
        <FormErrors errors={errors} />
        <Button type="submit" kind="primary" busy={busy}>
          {t("signIn.join")}
        </Button>
      </form>
    </EntryPage>
  );
}
