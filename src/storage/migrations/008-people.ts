import type { ColumnTypes } from "../migrate.ts";

/** Signing in: sessions, second factors, one-time keys; what people may see; who changed which setting. */
export function statements({ id, time }: ColumnTypes): string[] {
  const key = `account_id ${id} not null, id ${id} not null`;
  const constraints = "primary key (account_id, id), foreign key (account_id) references accounts (id)";
  const ofUser = "foreign key (account_id, user_id) references users (account_id, id)";
  return [
    `alter table users add column disabled_at ${time}`,
    `alter table users add column inbox_ids text`,
    `alter table users add column preferences text`,
    `alter table users add column totp_secret text`,
    `alter table users add column totp_confirmed_at ${time}`,
    `alter table users add column totp_last_step ${time}`,
    `create index users_by_email on users (email_key, account_id)`,

    `create table sessions (
      ${key}, user_id ${id} not null, token_hash ${id} not null, pending smallint not null,
      failures integer not null, address text, user_agent text,
      created_at ${time} not null, last_seen_at ${time} not null,
      ${constraints}, unique (account_id, token_hash), ${ofUser})`,
    `create index sessions_by_user on sessions (account_id, user_id, id)`,
    `create index sessions_by_age on sessions (last_seen_at)`,

    `create table recovery_codes (
      account_id ${id} not null, user_id ${id} not null, code_hash ${id} not null, created_at ${time} not null,
      primary key (account_id, user_id, code_hash), ${ofUser})`,

    `create table passkeys (
      ${key}, user_id ${id} not null, credential_id ${id} not null, public_key text not null,
      sign_count ${time} not null, transports text not null, name text not null,
      created_at ${time} not null, last_used_at ${time},
      ${constraints}, unique (account_id, credential_id), ${ofUser})`,
    `create index passkeys_by_user on passkeys (account_id, user_id, id)`,

    `create table one_time_keys (
      ${key}, kind text not null, user_id ${id}, key_hash ${id} not null, created_at ${time} not null,
      expires_at ${time}, used_at ${time},
      ${constraints}, unique (account_id, key_hash), ${ofUser})`,
    `create index one_time_keys_by_user on one_time_keys (account_id, user_id, kind)`,
    `create index one_time_keys_by_end on one_time_keys (expires_at)`,

    `create table audit_entries (
      ${key}, user_id ${id}, token_id ${id}, action text not null, subject text, details text, address text,
      created_at ${time} not null,
      ${constraints})`,
    `create index audit_entries_by_creation on audit_entries (account_id, created_at, id)`,
    `create index audit_entries_by_user on audit_entries (account_id, user_id, created_at, id)`,
  ];
}
