import { contactKey, isEmailAddress } from "../domain/contact-values.ts";
import { NotFound } from "../domain/errors.ts";
import type { Faults } from "../domain/faults.ts";
import { newId } from "../domain/ids.ts";
import { now } from "../domain/time.ts";
import type { Tx } from "../storage/database.ts";
import {
  deleteInbox as deleteRow,
  findInbox,
  findInboxByAddress,
  insertInbox,
  isInboxInUse,
  lockInbox,
  updateInbox as updateRow,
} from "../storage/inboxes.ts";
import { type InboxRow, NEW_INBOX } from "../storage/schema.ts";
import { type InboxMailInput, inboxMailColumns } from "./inbox-mail.ts";
import type { Precondition } from "./precondition.ts";

export interface InboxInput extends InboxMailInput {
  name: string;
  address?: string | null;
}

export async function createInbox(
  tx: Tx,
  accountId: string,
  input: Partial<InboxInput>,
  faults: Faults,
): Promise<InboxRow> {
  const inbox: InboxRow = {
    account_id: accountId,
    id: newId(),
    name: input.name ?? "",
    ...addressColumns(input.address ?? null),
    ...NEW_INBOX,
    ...inboxMailColumns(NEW_INBOX, input, faults),
    version: 1,
    created_at: now(),
  };
  await checkInbox(tx, accountId, inbox.id, input, faults);
  faults.throwIfAny();
  if (!(await insertInbox(tx, inbox))) faults.add("address is already used");
  faults.throwIfAny();
  return inbox;
}

export async function updateInbox(
  tx: Tx,
  accountId: string,
  id: string,
  input: Partial<InboxInput>,
  faults: Faults,
  precondition: Precondition,
): Promise<InboxRow> {
  const inbox = await lockInbox(tx, accountId, id);
  if (inbox === undefined) throw new NotFound();
  precondition(inbox.version);
  await checkInbox(tx, accountId, id, input, faults);
  const mail = inboxMailColumns(inbox, input, faults);
  faults.throwIfAny();
  const name = input.name ?? inbox.name;
  const address = input.address === undefined ? inbox.address : input.address;
  const isSame = Object.entries(mail).every(([column, value]) => inbox[column as keyof InboxRow] === value);
  if (isSame && name === inbox.name && address === inbox.address) return inbox;
  const columns = { name, ...addressColumns(address), ...mail };
  await updateRow(tx, accountId, id, columns);
  return { ...inbox, ...columns, version: inbox.version + 1 };
}

/** Deletes an inbox that nothing belongs to; one with tickets is a fault (B1). */
export async function deleteInbox(tx: Tx, accountId: string, id: string, faults: Faults): Promise<void> {
  if ((await findInbox(tx, accountId, id)) === undefined) throw new NotFound();
  if (await isInboxInUse(tx, accountId, id)) {
    faults.add("inbox has tickets: move them to another inbox first");
  }
  faults.throwIfAny();
  await deleteRow(tx, accountId, id);
}

function addressColumns(address: string | null): Pick<InboxRow, "address" | "address_key"> {
  return { address: address?.trim() ?? null, address_key: address === null ? null : contactKey("email", address) };
}

async function checkInbox(
  tx: Tx,
  accountId: string,
  id: string,
  { name, address }: Partial<InboxInput>,
  faults: Faults,
): Promise<void> {
  if (name?.trim() === "") faults.add("name must not be empty");
  if (address == null) return;
  if (!isEmailAddress(address)) {
    faults.add("address must be an email address, such as help@example.com");
    return;
  }
  const holder = await findInboxByAddress(tx, accountId, contactKey("email", address));
  if (holder !== undefined && holder.id !== id) faults.add("address is already used");
}
