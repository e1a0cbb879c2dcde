import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { MINUTE, setClock } from "../../src/domain/time.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import type { MessageRow } from "../../src/storage/schema.ts";
import { type Act, type ScriptedSmtp, type Stage, startScriptedSmtp } from "../support/scripted-smtp.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, localServer, openPostOffice } from "./post-office.ts";

const MANY = 60;
const WORKERS = 4;

/** Always the same numbers from 0 to 1 (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(ENGINE_MISSING !== null)("many deliveries", () => {
  let smtp: ScriptedSmtp;
  let office: PostOffice;

  beforeAll(async () => {
    smtp = await startScriptedSmtp();
    office = await openPostOffice(localServer(smtp.port));
  });
  afterEach(() => setClock());
  afterAll(async () => {
    await office.close();
    await smtp.close();
  });

  const ticketOf = async (): Promise<string> => (await office.desk.ticket()).id as string;

  test("M3: through a server that misbehaves at every step end sent, or failed for a person: none twice, none lost", async () => {
    const next = numbers(20_261_124);
    smtp.act = (stage: Stage): Act | undefined => {
      const roll = next();
      if (stage === "body" && roll < 0.1) return roll < 0.05 ? "take-and-drop" : "drop";
      if (roll < 0.06) return "drop";
      if (roll < 0.12) return "451 try later";
      return undefined;
    };
    const ids: string[] = [];
    for (let index = 0; index < MANY; index += 1) ids.push(await office.reply(await ticketOf()));
    let clock = Date.now() + MINUTE;
    setClock(() => clock);
    for (let round = 0; round < 200 && (await office.waiting()).length > 0; round += 1) {
      await Promise.all(Array.from({ length: WORKERS }, async () => await office.run()));
      clock += 10 * MINUTE;
    }
    expect(await office.waiting()).toEqual([]);
    const arrived = new Map<string, number>();
    for (const { raw } of smtp.accepted) {
      const mailId = (await parseMessage(Buffer.from(raw, "latin1"))).messageId ?? "";
      arrived.set(mailId, (arrived.get(mailId) ?? 0) + 1);
    }
    const messages: MessageRow[] = [];
    for (const id of ids) messages.push(await office.message(id));
    const times = (message: MessageRow): number => arrived.get(message.mail_id ?? "") ?? 0;
    const sent = messages.filter(({ delivery_state }) => delivery_state === "sent");
    const failed = messages.filter(({ delivery_state }) => delivery_state === "failed");
    expect(sent.length + failed.length).toBe(MANY);
    expect(sent.length).toBeGreaterThan(MANY / 2);
    expect(failed.length).toBeGreaterThan(0);
    expect(sent.map(times).filter((count) => count !== 1)).toEqual([]);
    expect(failed.map(times).filter((count) => count > 1)).toEqual([]);
    for (const { delivery_error } of failed) expect(delivery_error).toContain("it may have been delivered");
  }, 60_000);
});
