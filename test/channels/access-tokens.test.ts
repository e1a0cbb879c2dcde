import { readFileSync } from "node:fs";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openAccessTokens } from "../../src/channels/email/access-tokens.ts";
import { relayOf } from "../../src/channels/email/relay.ts";
import { setTransport } from "../../src/desk/transports.ts";
import { Faults } from "../../src/domain/faults.ts";
import { HOUR, MINUTE, setClock } from "../../src/domain/time.ts";
import type { TransportRow } from "../../src/storage/schema.ts";
import { openVault } from "../../src/storage/secrets.ts";
import { findTransport } from "../../src/storage/transports.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type TokenServer, startTokenServer } from "../support/token-server.ts";
import { type PostOffice, localServer, openPostOffice } from "../desk/post-office.ts";

const tls = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/tls", name), "utf8");

describe.skipIf(ENGINE_MISSING !== null)("a transport that signs in with XOAUTH2", () => {
  let office: PostOffice;
  let tokens: TokenServer;
  let clock: number;

  beforeAll(async () => {
    office = await openPostOffice(localServer(1), 1000);
  });
  beforeEach(async () => {
    clock = Date.now();
    setClock(() => clock);
    tokens = await startTokenServer();
    office.means.accessTokens = openAccessTokens(office.storage.db, office.means.vault);
    await office.forget();
    await set();
  });
  afterEach(() => {
    setClock();
    tokens.close();
  });
  afterAll(async () => {
    await office.close();
  });

  const set = async (host = "127.0.0.1", port = 465): Promise<void> => {
    const grant = { tokenUrl: tokens.url, clientId: "id", clientSecret: "s3cret", refreshToken: tokens.valid };
    const input = {
      host,
      port,
      security: "tls",
      auth: "xoauth2",
      username: "help@desk.example",
      grant,
      allowPrivate: true,
    };
    await office.storage.db.transact(
      async (tx) =>
        await setTransport(tx, office.means.vault, office.desk.account.id, null, input as never, new Faults()),
    );
  };

  const row = async (): Promise<TransportRow> => {
    const found = await findTransport(office.storage.db, office.desk.account.id, null);
    if (found === undefined) throw new Error("there is no transport");
    return found;
  };

  const token = async (means = office.means): Promise<string> => {
    const { auth } = relayOf(await row(), means);
    return auth.kind === "xoauth2" ? await auth.accessToken() : auth.kind;
  };

  test("asks for a token once, and again before it ends", async () => {
    expect(await token()).toBe("access-1");
    clock += HOUR - MINUTE - 1;
    expect(await token()).toBe("access-1");
    clock += 2;
    expect(await token()).toBe("access-2");
    expect(Object.fromEntries(tokens.asked[0] ?? [])).toEqual({
      grant_type: "refresh_token",
      client_id: "id",
      client_secret: "s3cret",
      refresh_token: "refresh-0",
    });
  });

  test("keeps the refresh token that it is given anew, sealed, also over a restart", async () => {
    await token();
    clock += 2 * HOUR;
    await token();
    expect(tokens.asked.map((form) => form.get("refresh_token"))).toEqual(["refresh-0", "refresh-1"]);
    const { secret, version } = await row();
    expect(secret).not.toContain("refresh");
    expect(version).toBeGreaterThan(0);
    const fresh = openVault({ data: office.storage.data, key: null });
    expect(
      await token({ ...office.means, vault: fresh, accessTokens: openAccessTokens(office.storage.db, fresh) }),
    ).toBe("access-3");
  });

  test("goes on from the refresh token that a trial of the same settings used up", async () => {
    const typed = await row();
    const { auth } = relayOf({ ...typed, id: "65f0c2a1e3b4d5f6a7b8c9d0" }, office.means);
    expect(auth.kind === "xoauth2" && (await auth.accessToken())).toBe("access-1");
    expect(await token()).toBe("access-2");
    expect(tokens.asked.map((form) => form.get("refresh_token"))).toEqual(["refresh-0", "refresh-1"]);
  });

  test("uses a refresh token once, however many deliveries want to sign in at a time", async () => {
    expect(await Promise.all([token(), token(), token()])).toEqual(["access-1", "access-1", "access-1"]);
    expect(tokens.asked).toHaveLength(1);
  });

  test("follows another process that has used its refresh token", async () => {
    const before = await row();
    const other = { ...office.means, accessTokens: openAccessTokens(office.storage.db, office.means.vault) };
    expect(await token(other)).toBe("access-1");
    const { auth } = relayOf(before, office.means);
    expect(auth.kind === "xoauth2" && (await auth.accessToken())).toBe("access-3");
    expect(tokens.asked.map((form) => form.get("refresh_token"))).toEqual(["refresh-0", "refresh-0", "refresh-1"]);
  });

  test("sends with it; consent that was withdrawn fails the reply in words, a server that is down puts it off", async () => {
    const seen: string[] = [];
    const server = new SMTPServer({
      secure: true,
      key: tls("localhost.key"),
      cert: tls("localhost.crt"),
      authMethods: ["XOAUTH2"],
      onAuth: ({ username = "", accessToken = "" }, _, done) => {
        seen.push(`${username} ${accessToken}`);
        done(null, { user: username });
      },
      onData: (stream, _, done) => void stream.resume().on("end", () => done(null)),
    });
    server.on("error", () => undefined);
    server.listen(0, "127.0.0.1");
    await once(server.server, "listening");
    await set("localhost", (server.server.address() as AddressInfo).port);
    const { deliver } = office.means.smtp;
    // The certificate of the test's own authority; nothing else of the way is different.
    office.means.smtp.deliver = async (to, mail) => await deliver({ ...to, ca: tls("localhost.crt") }, mail);
    try {
      const ticket = (await office.desk.ticket()).id as string;
      const sent = await office.reply(ticket);
      await office.run();
      expect(await office.message(sent)).toMatchObject({ delivery_state: "sent" });
      expect(seen).toEqual(["help@desk.example access-1"]);
      office.means.smtp.close();
      clock += 2 * HOUR;
      tokens.down = true;
      const put = await office.reply(ticket);
      await office.run();
      expect(await office.message(put)).toMatchObject({
        delivery_state: "queued",
        delivery_error: expect.stringMatching(/gives no access token \(503\)/),
      });
      tokens.down = false;
      tokens.revoked = true;
      const failed = await office.reply(ticket);
      await office.run();
      expect(await office.message(failed)).toMatchObject({
        delivery_state: "failed",
        delivery_error: "127.0.0.1 gives no access token (400): invalid_grant: Token has been expired or revoked.",
      });
    } finally {
      office.means.smtp.deliver = deliver;
      office.means.smtp.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  });
});
