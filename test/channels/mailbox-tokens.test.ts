import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RenewedTokens } from "../../src/channels/email/renewed-tokens.ts";
import { openToLook } from "../../src/desk/open-mailbox.ts";
import { reconcileMailbox } from "../../src/desk/reconcile-mailbox.ts";
import { tryMailbox } from "../../src/desk/try-mail.ts";
import type { MailboxRow } from "../../src/storage/schema.ts";
import { type ScriptedImap, startScriptedImap } from "../support/scripted-imap.ts";
import { ENGINE_MISSING, sharedStorage } from "../support/test-storage.ts";
import { type TokenServer, startTokenServer } from "../support/token-server.ts";
import { type MailDesk, openMailDesk } from "./mail-desk.ts";

describe.skipIf(ENGINE_MISSING !== null)("a mailbox whose refresh tokens are good once", () => {
  let desk: MailDesk;
  let imap: ScriptedImap;
  let tokens: TokenServer;
  beforeEach(async () => {
    desk = await openMailDesk(await sharedStorage());
    imap = await startScriptedImap(["a letter"], "IMAP4rev1 IDLE AUTH=XOAUTH2 SASL-IR");
    tokens = await startTokenServer();
  });
  afterEach(async () => {
    tokens.close();
    await imap.close();
  });

  const secret = (): string =>
    desk.means.vault.seal(JSON.stringify({ tokenUrl: tokens.url, clientId: "id", refreshToken: tokens.valid }));
  const add = async (): Promise<MailboxRow> => await desk.add(imap.port, { auth: "xoauth2", secret: secret() });
  const used = (): (string | null)[] => tokens.asked.map((form) => form.get("refresh_token"));

  test("is fetched after a trial, a comparison and a look, each with the token that the one before was given", async () => {
    const { id } = await add();
    expect(await tryMailbox(desk.means, await desk.mailbox(id), desk.storage.db)).toMatchObject({ ok: true });
    expect((await reconcileMailbox(desk.storage, desk.means, await desk.mailbox(id))).waiting).toHaveLength(1);
    (await openToLook(desk.storage.db, await desk.mailbox(id), desk.means)).close();
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.ledger()).toHaveLength(1);
    expect(used()).toEqual(["refresh-0", "refresh-1", "refresh-2", "refresh-3"]);
  });

  test("is fetched also when the trial found the mail server down after it had used the token up", async () => {
    const { id } = await add();
    imap.down = true;
    expect(await tryMailbox(desk.means, await desk.mailbox(id), desk.storage.db)).toMatchObject({ ok: false });
    expect(used()).toEqual(["refresh-0"]);
    imap.down = false;
    expect(await desk.fetch(id)).toBe(null);
    expect(await desk.ledger()).toHaveLength(1);
  });

  test("is fetched when it was tried out before it was kept, with the token that was typed in", async () => {
    const typed = secret();
    desk.means.renewed = new RenewedTokens();
    const kept = await desk.add(imap.port, { auth: "xoauth2", secret: typed });
    const unkept = { ...kept, id: "65f0c2a1e3b4d5f6a7b8c9d0" };
    expect(await tryMailbox(desk.means, unkept, desk.storage.db)).toMatchObject({ ok: true });
    expect((await desk.mailbox(kept.id)).secret).toBe(typed);
    expect(await desk.fetch(kept.id)).toBe(null);
    expect(used()).toEqual(["refresh-0", "refresh-1"]);
    const now = JSON.parse(desk.means.vault.unseal((await desk.mailbox(kept.id)).secret)) as { refreshToken: string };
    expect(now.refreshToken).toBe("refresh-2");
  });

  test("keeps the password that somebody gave it while it was opened with another", async () => {
    const { account_id, id } = await add();
    const before = await desk.mailbox(id);
    const given = secret();
    await desk.storage.db.transact(
      async (tx) =>
        await tx.query
          .updateTable("mailboxes")
          .set({ secret: given })
          .where("account_id", "=", account_id)
          .where("id", "=", id)
          .execute(),
    );
    (await openToLook(desk.storage.db, before, desk.means)).close();
    expect(used()).toEqual(["refresh-0"]);
    expect((await desk.mailbox(id)).secret).toBe(given);
  });
});
