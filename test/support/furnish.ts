import { storeReceivedMessage } from "../../src/desk/store-received.ts";
import { addPasskey } from "./passkeys.ts";
import type { SignedIn, TestDesk } from "./test-api.ts";

/** One of each of what stands in a path beside tickets, customers, people, inboxes and labels, under the name that it has there. */
export async function furnish(desk: TestDesk, person: SignedIn): Promise<Record<string, string>> {
  const make = async (path: string, body: object): Promise<string> => {
    const got = await person.post(path, body);
    if (got.status !== 201) throw new Error(`${path} was refused: ${got.text}`);
    return got.body.id;
  };
  const mailbox = { inbox_id: desk.inbox.id, host: "127.0.0.1", port: 1, user: "x", password: "x" };
  return {
    transport_id: await make("/transports", { host: "127.0.0.1", port: 1 }),
    mailbox_id: await make("/mailboxes", mailbox),
    draft_id: await make("/drafts", {}),
    saved_reply_id: await make("/saved-replies", { name: "x", body: "x" }),
    saved_search_id: await make("/saved-searches", { name: "x", query: "x" }),
    passkey_id: await addPasskey(desk, person.user.id),
    app_id: await make("/apps", { name: "x" }),
    received_message_id: await receiveRefused(desk),
  };
}

/** Takes a message that is put aside. Returns its id in the ledger. */
export async function receiveRefused(
  { server: { storage }, account, inbox }: TestDesk,
  inboxId = inbox.id,
): Promise<string> {
  const raw = Buffer.from("From: ruby@example.com\r\nSubject: Taken\r\n\r\nHello\r\n");
  const origin = { accountId: account.id, inboxId, source: "pipe", sourcePosition: null } as const;
  return await storeReceivedMessage(storage, { ...origin, raw, refused: "a test says so" });
}
