import type { ColumnTypes } from "../migrate.ts";

/** What agents work with: what each has seen, mentions, drafts, saved replies and searches, and what can be taken back. */
export function statements({ id, time }: ColumnTypes): string[] {
  const key = `account_id ${id} not null, id ${id} not null`;
  const constraints = "primary key (account_id, id), foreign key (account_id) references accounts (id)";
  const ofUser = "foreign key (account_id, user_id) references users (account_id, id)";
  const ofTicket = "foreign key (account_id, ticket_id) references tickets (account_id, id)";
  return [
    `create table undos (
      ${key}, part_of ${id}, user_id ${id}, token_id ${id}, kind text not null, payload text not null,
      created_at ${time} not null, expires_at ${time} not null, done_at ${time},
      ${constraints})`,
    `create index undos_by_part on undos (account_id, part_of, id) where part_of is not null`,
    `create index undos_by_expiry on undos (expires_at)`,

    // What a ticket says that somebody should read: the time of its newest inbound reply or note.
    `alter table tickets add column news_at ${time} not null default 0`,
    `update tickets set news_at = coalesce((select max(messages.created_at) from messages
      where messages.account_id = tickets.account_id and messages.ticket_id = tickets.id
        and (messages.direction = 'in' or messages.type = 'note')), 0)`,
    `create table seen_tickets (
      account_id ${id} not null, user_id ${id} not null, ticket_id ${id} not null, seen_at ${time} not null,
      primary key (account_id, user_id, ticket_id), ${ofUser}, ${ofTicket})`,
    // With the time in it, so that a list of unread tickets reads the index only.
    `create index seen_tickets_in_full on seen_tickets (account_id, user_id, ticket_id, seen_at)`,

    `create table mentions (
      account_id ${id} not null, user_id ${id} not null, ticket_id ${id} not null, message_id ${id} not null,
      created_at ${time} not null,
      primary key (account_id, user_id, ticket_id, message_id), ${ofUser}, ${ofTicket},
      foreign key (account_id, message_id) references messages (account_id, id))`,
    `create index mentions_by_message on mentions (account_id, message_id)`,

    `create table drafts (
      ${key}, user_id ${id} not null, ticket_id ${id}, kind text not null, inbox_id ${id}, customer_id ${id},
      subject text, "to" text, cc text, bcc text, body text not null, htmlized smallint not null,
      attachment_ids text not null, version integer not null, created_at ${time} not null, updated_at ${time} not null,
      ${constraints}, unique (account_id, user_id, ticket_id), ${ofUser}, ${ofTicket})`,
    `create index drafts_by_update on drafts (account_id, user_id, updated_at, id)`,
    `create index drafts_by_ticket on drafts (account_id, ticket_id) where ticket_id is not null`,
    `create table draft_attachments (
      account_id ${id} not null, draft_id ${id} not null, attachment_id ${id} not null,
      primary key (account_id, draft_id, attachment_id),
      foreign key (account_id, draft_id) references drafts (account_id, id),
      foreign key (account_id, attachment_id) references attachments (account_id, id))`,
    `create index draft_attachments_by_attachment on draft_attachments (account_id, attachment_id)`,

    `create table saved_replies (
      ${key}, user_id ${id} not null, name text not null, body text not null, htmlized smallint not null,
      shared smallint not null, uses integer not null, last_used_at ${time}, version integer not null,
      created_at ${time} not null, updated_at ${time} not null,
      ${constraints}, ${ofUser})`,
    `create table saved_searches (
      ${key}, user_id ${id} not null, name text not null, query text not null, shared smallint not null,
      version integer not null, created_at ${time} not null,
      ${constraints}, ${ofUser})`,

    // The folders are counted from these alone, without looking at a ticket.
    `create index tickets_by_folder on tickets (account_id, trash, spam, state, inbox_id, user_id)`,
    `create index tickets_open_by_label on tickets (account_id, inbox_id, label_ids)
      where state = 'open' and spam = 0 and trash = 0`,
    `create index messages_failed on messages (account_id, ticket_id) where delivery_state = 'failed'`,
  ];
}
