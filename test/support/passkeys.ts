import { newId } from "../../src/domain/ids.ts";
import { insertPasskey } from "../../src/storage/second-factors.ts";
import type { TestDesk } from "./test-api.ts";

/** A passkey that no device has. */
export async function addPasskey({ server, account }: TestDesk, userId: string): Promise<string> {
  const id = newId();
  const key = { credential_id: id, public_key: "", sign_count: 0, transports: "[]", name: "Key", created_at: 0 };
  await server.storage.db.transact(
    async (tx) => await insertPasskey(tx, { account_id: account.id, id, user_id: userId, ...key, last_used_at: null }),
  );
  return id;
}
