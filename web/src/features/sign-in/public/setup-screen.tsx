import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { ApiError } from "../../../api/errors.ts";
import { queryClient } from "../../../api/query-client.ts";
import { setUp, setupQuery } from "../../../api/queries/session.ts";
import { t } from "../../../i18n/t.ts";
import { Button } from "../../../ui/button.tsx";
import { FormField, Input } from "../../../ui/field.tsx";
import { EntryPage } from "../entry-page.tsx";
import { FormErrors } from "../form-errors.tsx";
import { Names } from "../names.tsx";
import { NewPassword } from "../new-password.tsx";
import { useEnter } from "../use-enter.ts";
import { useForm } from "../use-form.ts";

/** The first run: whoever has the link that the server printed names the help desk and becomes its owner. */
export function SetupScreen() {
  const { key } = useSearch({ from: "/setup" });
  const setup = useQuery(setupQuery);
  if (setup.data?.needed === false) {
    return (
      <EntryPage title={t("signIn.setupDone")}>
        <Link to="/signin" className="font-medium text-accent-ink underline">
          {t("signIn.title")}
        </Link>
      </EntryPage>
    );
  }
  if (key === undefined || key === "") {
    return (
      <EntryPage title={t("signIn.setup")}>
        <p>{t("signIn.setupNeedsKey")}</p>
      </EntryPage>
    );
  }
  return (
    <EntryPage title={t("signIn.setup")}>
      <SetupForm setupKey={key} />
    </EntryPage>
  );
}

/** Where a new owner goes next: to connect the mailbox that customers write to, or to skip that. */
const NEXT = "/welcome";

function SetupForm({ setupKey }: { setupKey: string }) {
  const enter = useEnter();
  const { busy, errors, onSubmit } = useForm(async (text) => {
    await setUp({
      key: setupKey,
      name: text("name"),
      first_name: text("first_name"),
      last_name: text("last_name"),
      email: text("email"),
      password: text("password"),
    }).catch((error: unknown) => {
      const used = error instanceof ApiError && error.errors.some((each) => each.startsWith("key "));
      throw used ? new Error(t("signIn.setupKeyWrong")) : error;
    });
    queryClient.setQueryData(setupQuery.queryKey, { needed: false });
    enter(NEXT);
  });
  return (
    <form onSubmit={onSubmit} className="flex flex-col gap-4">
      <p className="text-muted">{t("signIn.setupText")}</p>
      <FormField label={t("signIn.deskName")} hint={t("signIn.deskNameHint")}>
        <Input name="name" required autoComplete="organization" />
      </FormField>
      <Names />
      <FormField label={t("signIn.email")}>
        <Input name="email" type="email" required autoComplete="username" />
      </FormField>
      <NewPassword label={t("signIn.password")} />
      <FormErrors errors={errors} />
      <Button type="submit" kind="primary" busy={busy}>
        {t("signIn.create")}
      </Button>
    </form>
  );
}
