import { useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import { type Person, addPerson } from "../../api/queries/people.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import type { Id, Role } from "../../api/types.ts";
import { t } from "../../i18n/t.ts";
import { useGo } from "../../lib/use-go.ts";
import { SelectField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { InboxAccess } from "./inbox-access.tsx";
import { LinkDialog } from "./link-dialog.tsx";
import { ButtonLink, Page } from "./page.tsx";
import { ROLES, ROLE_ABOUT, ROLE_WORDS } from "./roles.ts";
import { isAtLeast } from "./sections.ts";
import { useForm } from "./use-form.ts";

interface NewValues {
  email: string;
  first_name: string;
  last_name: string;
  role: Role;
  inbox_ids: Id[] | null;
}

/** Adds a person; the link by which they join is shown, and mailed where mail can be sent. */
export function NewPerson() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const go = useGo();
  const [added, setAdded] = useState<Person | null>(null);
  const form = useForm<NewValues>({
    initial: {
      email: "",
      first_name: "",
      last_name: "",
      role: "agent",
      inbox_ids: null,
    },
    always: true,
    save: async (person) => setAdded(await addPerson(person)),
    done: t("people.added"),
  });
  const { role, inbox_ids } = form.values;
  return (
    <Page
      title={t("people.invite")}
      about={t("people.inviteAbout")}
      back={{ to: "/settings/people", label: t("settings.people") }}
    >
      <SettingsForm
        form={form}
        action={t("people.inviteAction")}
        beside={<ButtonLink to="/settings/people">{t("action.cancel")}</ButtonLink>}
      >
        <TextField form={form} name="email" type="email" label={t("person.email")} />
        <div className="grid gap-4 medium:grid-cols-2">
          <TextField form={form} name="first_name" label={t("person.firstName")} />
          <TextField form={form} name="last_name" label={t("person.lastName")} />
        </div>
        <SelectField
          form={form}
          name="role"
          label={t("people.role")}
          hint={t(ROLE_ABOUT[role])}
          options={ROLES.filter((each) => isAtLeast(session.user.role, each)).map((each) => [
            each,
            t(ROLE_WORDS[each]),
          ])}
        />
        <InboxAccess
          role={role}
          value={inbox_ids}
          error={form.errorOf("inbox_ids")}
          onChange={(ids) => form.set("inbox_ids", ids)}
        />
      </SettingsForm>
      {added !== null && (
        <LinkDialog
          title={t("people.invitationTitle")}
          text={t(added.mailed === true ? "people.invitationMailed" : "people.invitationGive", { email: added.email })}
          label={t("people.invitationLink")}
          link={added.invitation_url ?? ""}
          onClose={() => go.to("/settings/people")}
        />
      )}
    </Page>
  );
}
