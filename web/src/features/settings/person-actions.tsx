import { useSuspenseQuery } from "@tanstack/react-query";
import { type ComponentProps, useState } from "react";
import {
  type Person,
  changePerson,
  handOver,
  inviteAgain,
  makeResetLink,
  removeSecondFactors,
} from "../../api/queries/people.ts";
import { sessionQuery } from "../../api/queries/session.ts";
import { useChange } from "../../api/use-change.ts";
import { t } from "../../i18n/t.ts";
import { toastSaid } from "../../lib/toasts.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { LinkDialog } from "./link-dialog.tsx";
import { Part } from "./page.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { nameOf } from "./person-marks.tsx";

/** Letting in, letting go, and handing over. */
export function PersonActions({ person }: { person: Person }) {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const own = session.user.id === person.id;
  if (person.disabled_at !== null) return <Enable person={person} />;
  return (
    <>
      {!own && <SignInLink person={person} />}
      {!own && person.second_factor && <SecondFactor person={person} hasPassword={session.user.has_password} />}
      {!own && session.user.role === "owner" && person.role !== "owner" && !person.invited && (
        <HandOver person={person} hasPassword={session.user.has_password} />
      )}
      {!own && <Disable person={person} />}
    </>
  );
}

/** Who has not joined yet is invited again; who has gets a link to choose another password. */
function SignInLink({ person }: { person: Person }) {
  const [link, setLink] = useState<Person | null>(null);
  const waits = person.last_seen_at === null && person.invited;
  const make = useChange({
    send: async () => {
      // Somebody whose invitation ran out has no password yet, and the server says so.
      setLink(
        await (waits
          ? inviteAgain(person.id)
          : makeResetLink(person.id).catch(async () => await inviteAgain(person.id))),
      );
    },
    failed: t("people.noLink"),
  });
  return (
    <Part
      title={t(waits ? "people.inviteAgain" : "people.reset")}
      about={t(waits ? "people.inviteAgainAbout" : "people.resetAbout")}
      action={
        <Button busy={make.running} onClick={() => make.run(undefined)}>
          {t("people.makeLink")}
        </Button>
      }
    >
      {link !== null && (
        <LinkDialog
          title={t(link.reset_url === undefined ? "people.invitationTitle" : "people.resetTitle")}
          text={t(link.mailed === true ? "people.invitationMailed" : "people.invitationGive", { email: person.email })}
          label={t(link.reset_url === undefined ? "people.invitationLink" : "people.resetLink")}
          link={link.reset_url ?? link.invitation_url ?? ""}
          onClose={() => setLink(null)}
        />
      )}
    </Part>
  );
}

/** Who has lost their phone and their recovery codes is let in again by the password alone. */
function SecondFactor({ person, hasPassword }: { person: Person; hasPassword: boolean }) {
  return (
    <Guarded
      title={t("people.factor")}
      about={t("people.factorAbout")}
      action={t("people.factorRemove")}
      question={t("people.factorRemoveOf", { name: nameOf(person) })}
      text={t("people.factorRemoveText")}
      hasPassword={hasPassword}
      onConfirm={async (password) => {
        await removeSecondFactors(person.id, password);
        toastSaid(t("people.factorRemoved", { name: nameOf(person) }));
      }}
    />
  );
}

function HandOver({ person, hasPassword }: { person: Person; hasPassword: boolean }) {
  return (
    <Guarded
      title={t("people.handOver")}
      about={t("people.handOverAbout")}
      action={t("people.handOver")}
      question={t("people.handOverTo", { name: nameOf(person) })}
      text={t("people.handOverText", { name: nameOf(person) })}
      hasPassword={hasPassword}
      onConfirm={async (password) => await handOver(person.id, password)}
    />
  );
}

/** What one does only by one's own password. */
function Guarded({
  title,
  about,
  action,
  question,
  ...asked
}: { title: string; about: string; question: string } & Omit<
  ComponentProps<typeof PasswordDialog>,
  "title" | "onClose"
>) {
  const [asking, setAsking] = useState(false);
  return (
    <Part title={title} about={about} action={<Button onClick={() => setAsking(true)}>{action}</Button>}>
      {asking && <PasswordDialog title={question} action={action} {...asked} onClose={() => setAsking(false)} />}
    </Part>
  );
}

function Disable({ person }: { person: Person }) {
  const [asking, setAsking] = useState(false);
  const change = useChange({
    send: async () => await changePerson(person.id, { disabled: true }),
    done: () => ({
      text: t("people.disabledDone", { name: nameOf(person) }),
      undo: async () => await changePerson(person.id, { disabled: false }),
    }),
    failed: t("people.notDisabled"),
  });
  return (
    <Part
      title={t("people.disable")}
      about={t("people.disableAbout")}
      action={<Button onClick={() => setAsking(true)}>{t("people.disable")}</Button>}
    >
      <Confirm
        open={asking}
        title={t("people.disableName", { name: nameOf(person) })}
        text={t("people.disableText")}
        action={t("people.disable")}
        onClose={() => setAsking(false)}
        onConfirm={() => {
          change.run(undefined);
          setAsking(false);
        }}
      />
    </Part>
  );
}

function Enable({ person }: { person: Person }) {
  const change = useChange({
    send: async () => await changePerson(person.id, { disabled: false }),
    done: () => ({ text: t("people.enabledDone", { name: nameOf(person) }) }),
    failed: t("people.notEnabled"),
  });
  return (
    <Part
      title={t("people.enable")}
      about={t("people.enableAbout")}
      action={
        <Button busy={change.running} onClick={() => change.run(undefined)}>
          {t("people.enable")}
        </Button>
      }
    />
  );
}
