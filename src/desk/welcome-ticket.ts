import { SYSTEM } from "../domain/events.ts";
import { Faults } from "../domain/faults.ts";
import { escapeHtml } from "../domain/templates.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import { findFirstInbox } from "../storage/inboxes.ts";
import { prepareMessage, writeMessage } from "./add-message.ts";
import { writeCustomer } from "./create-customer.ts";
import { openTicket } from "./create-ticket.ts";
import { NO_SUMMARY, summaryWith } from "./ticket-summary.ts";

const SENDER = "Cantrip";
const SUBJECT = "Welcome: the keys in two minutes";

/** What is pressed, and what it does; as the client's `keys/bindings.ts` has them. */
const KEYS: readonly (readonly [keys: string, does: string])[] = [
  ["j  k", "the next ticket, the one before"],
  ["r", "reply"],
  ["n", "a note that only your colleagues see"],
  ["e", "close this ticket"],
  ["z", "take back what you did last"],
  ["Ctrl K", "find anything, do anything (⌘ K on a Mac)"],
  ["?", "all keys"],
];

/**
 * The first ticket of a help desk that a person has just set up: it teaches the keys, and can be closed, labelled and
 * deleted like any other. Nobody is told of it by mail, and nobody is behind it. Does nothing without an inbox.
 */
export async function createWelcomeTicket(tx: Tx, accountId: string, firstName: string | null): Promise<void> {
  const inbox = await findFirstInbox(tx, accountId);
  if (inbox === undefined) return;
  const at = now();
  const faults = new Faults();
  const input = { type: "reply", direction: "in", from: SENDER, body: welcomeText(firstName), htmlized: true } as const;
  const message = await prepareMessage(tx, accountId, "email", input, faults);
  faults.throwIfAny();
  const customer = await writeCustomer(tx, accountId, { first_name: SENDER }, []);
  const ticket = await openTicket(tx, SYSTEM, {
    account_id: accountId,
    customer_id: customer.id,
    user_id: null,
    inbox_id: inbox.id,
    subject: SUBJECT,
    reply_to: null,
    reply_cc: null,
    ...(summaryWith(NO_SUMMARY, message.row) ?? NO_SUMMARY),
    created_at: at,
    news_at: at,
  });
  await writeMessage(tx, ticket, SYSTEM, { ...message, quiet: true }, at);
}

function welcomeText(firstName: string | null): string {
  const name = firstName?.trim() ?? "";
  const lines = KEYS.map(
    ([keys, does]) => `<tr><td><code>${escapeHtml(keys)}</code>&nbsp; </td><td>${escapeHtml(does)}</td></tr>`,
  );
  return [
    `<p>Hello${name === "" ? "" : ` ${escapeHtml(name)}`},</p>`,
    "<p>mail from your customers arrives here, one ticket for each conversation. You need no mouse for any of it:</p>",
    `<table>${lines.join("")}</table>`,
    "<p>Try it on this ticket: press <code>n</code> and write a note, then <code>e</code> to close it. " +
      "Nobody is behind it, so nothing goes out.</p>",
    "<p>Colleagues, mailboxes and signatures are in the settings: <code>Ctrl K</code>, then “settings”.</p>",
  ].join("\n");
}
