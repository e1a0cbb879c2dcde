import { useSuspenseQuery } from "@tanstack/react-query";
import { type Person, changePerson } from "../../api/queries/people.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { t } from "../../i18n/t.ts";
import { SelectField, TextField } from "./fields.tsx";
import { SettingsForm } from "./form.tsx";
import { InboxAccess } from "./inbox-access.tsx";
import { Page } from "./page.tsx";
import { PersonMarks, nameOf } from "./person-marks.tsx";
import { PersonActions } from "./person-actions.tsx";
import { ROLES, ROLE_ABOUT, ROLE_WORDS } from "./roles.ts";
import { isAtLeast } from "./sections.ts";
import { useForm } from "./use-form.ts";

/** One person: what they are called, what they may do, what they see. Nobody changes somebody above themselves. */
export function PersonPage({ person }: { person: Person }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const mayChange = isAtLeast(session.user.role, person.role);
  return (
    <Page
      title={nameOf(person)}
      back={{ to: "/settings/people", label: t("settings.people") }}
      action={<PersonMarks person={person} />}
    >
      {mayChange ? (
        <>
          <PersonForm person={person} />
          <PersonActions person={person} />
        </>
      ) : (
        <p className="text-muted">{t("people.above", { role: t(ROLE_WORDS[person.role]) })}</p>
      )}
    </Page>
  );
}

function PersonForm({ person }: { person: Person }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const form = useForm({
    initial: {
      first_name: person.first_name ?? "",
      last_name: person.last_name ?? "",
      email: person.email,
      role: person.role,
      inbox_ids: person.inbox_ids,
    },
    save: async (_values, changed) => await changePerson(person.id, changed),
  });
  const { role } = form.values;
  return (
    <SettingsForm form={form} label={nameOf(person)}>
      <div className="grid gap-4 medium:grid-cols-2">
        <TextField form={form} name="first_name" label={t("person.firstName")} />
        <TextField form={form} name="last_name" label={t("person.lastName")} />
      </div>
      <TextField form={form} name="email" type="email" label={t("person.email")} />
      <SelectField
        form={form}
        name="role"
        label={t("people.role")}
        hint={t(ROLE_ABOUT[role])}
        options={ROLES.filter((each) => isAtLeast(session.user.role, each)).map((each) => [each, t(ROLE_WORDS[each])])}
      />
      <InboxAccess
        role={role}
        value={form.values.inbox_ids}
        error={form.errorOf("inbox_ids")}
        onChange={(ids) => form.set("inbox_ids", ids)}
      />
    </SettingsForm>
  );
}
