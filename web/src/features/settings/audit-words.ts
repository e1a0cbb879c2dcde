import type { AuditEntry } from "../../api/queries/account.ts";
import { userName } from "../../api/names.ts";
import type { User } from "../../api/types.ts";
import { type MessageKey, t } from "../../i18n/t.ts";

/** What the log can be narrowed to: the first word of its actions. */
export const AUDIT_THINGS: readonly (readonly [thing: string, words: MessageKey])[] = [
  ["session", "audit.thing.session"],
  ["password", "audit.thing.password"],
  ["second-factor", "audit.thing.secondFactor"],
  ["recovery-codes", "audit.thing.recoveryCodes"],
  ["person", "audit.thing.person"],
  ["inbox", "audit.thing.inbox"],
  ["mailbox", "audit.thing.mailbox"],
  ["transport", "audit.thing.transport"],
  ["label", "audit.thing.label"],
  ["app", "audit.thing.app"],
  ["account", "audit.thing.account"],
];

const ACTIONS: Readonly<Record<string, MessageKey>> = {
  "account.updated": "audit.accountUpdated",
  "app.created": "audit.appCreated",
  "app.revoked": "audit.appRevoked",
  "inbox.created": "audit.inboxCreated",
  "inbox.updated": "audit.inboxUpdated",
  "inbox.deleted": "audit.inboxDeleted",
  "inbox.dkim_created": "audit.dkimCreated",
  "inbox.dkim_deleted": "audit.dkimDeleted",
  "label.created": "audit.labelCreated",
  "label.updated": "audit.labelUpdated",
  "label.deleted": "audit.labelDeleted",
  "mailbox.created": "audit.mailboxCreated",
  "mailbox.updated": "audit.mailboxUpdated",
  "mailbox.deleted": "audit.mailboxDeleted",
  "transport.created": "audit.transportCreated",
  "transport.updated": "audit.transportUpdated",
  "transport.deleted": "audit.transportDeleted",
  "person.created": "audit.personCreated",
  "person.updated": "audit.personUpdated",
  "person.disabled": "audit.personDisabled",
  "person.enabled": "audit.personEnabled",
  "person.invited": "audit.personInvited",
  "person.reset_link_made": "audit.resetLink",
  "person.second_factor_removed": "audit.personFactorRemoved",
  "person.handed_over": "audit.handedOver",
  "password.changed": "audit.passwordChanged",
  "recovery-codes.renewed": "audit.codesRenewed",
  "second-factor.added": "audit.factorAdded",
  "second-factor.removed": "audit.factorRemoved",
  "session.created": "audit.signedIn",
  "session.refused": "audit.refused",
};

/** By what somebody proved who they are. */
const MEANS: Readonly<Record<string, MessageKey>> = {
  password: "audit.by.password",
  current_password: "audit.by.password",
  passkey: "audit.by.passkey",
  invitation: "audit.by.invitation",
  "password-reset": "audit.by.reset",
  setup: "audit.by.setup",
  second_factor: "audit.by.secondFactor",
  totp: "audit.by.totp",
  recovery: "audit.by.recovery",
};

/** What was done, in words; what has none yet as the server names it. */
export function actionWords(action: string): string {
  const words = ACTIONS[action];
  return words === undefined ? action : t(words);
}

/** What there is to know of it: to whom, and each value before and after. */
export function detailWords({ action, subject, user_id, details }: AuditEntry, users: readonly User[]): string {
  const whom = action.startsWith("person.") && subject !== user_id ? users.find(({ id }) => id === subject) : undefined;
  const facts = Object.entries(details ?? {}).flatMap(([name, value]) => {
    if (["from", "to"].includes(name)) return [];
    const means = ["by", "second_factor", "kind"].includes(name) ? MEANS[wordOf(value)] : undefined;
    if (means !== undefined) return [t(means)];
    if (Array.isArray(value) && value.length === 2) {
      return wordOf(value[0]) === wordOf(value[1]) ? [] : [`${name}: ${wordOf(value[0])} → ${wordOf(value[1])}`];
    }
    if (Array.isArray(value)) return value.length === 0 ? [] : [value.map(wordOf).join(", ")];
    return [name === "name" ? wordOf(value) : `${name}: ${wordOf(value)}`];
  });
  return [whom === undefined ? "" : userName(whom), ...facts].filter(Boolean).join(" · ");
}

function wordOf(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : JSON.stringify(value);
}
