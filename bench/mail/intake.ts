import { setTimeout as sleep } from "node:timers/promises";
import { storeReceivedMessage } from "../../src/desk/receive-message.ts";
import { setUpAccount } from "../../src/desk/set-up-account.ts";
import { parseMessage } from "../../src/mail/parse.ts";
import { openStorage } from "../../src/storage/open.ts";
import { countOutcomes } from "../../src/storage/received-messages.ts";
import { openMailLine } from "../../src/tasks/mail-line.ts";
import { type Measured, perSecond, rounded } from "../bench.ts";
import type { Places } from "../places.ts";
import { sampleLetters } from "./sample-mail.ts";

const MESSAGES = 3000;

/** Connections that bring mail at the same time. */
const AT_ONCE = 8;

/** The first messages prepare statements and warm the parser: they do not count. */
const WARM_UP = 500;

/** Mail as the SMTP server takes it, with syncs as in production, against the parser alone on the same messages. */
export async function measureIntake(places: Places): Promise<Measured> {
  const letters = sampleLetters(MESSAGES);
  for (const raw of letters.slice(0, WARM_UP)) await parseMessage(raw);
  const parsing = performance.now();
  for (const raw of letters) await parseMessage(raw);
  const parser = perSecond(MESSAGES, parsing);

  const place = await places.newPlace();
  const storage = await openStorage(place);
  try {
    const { account, inbox } = await storage.db.transact(
      async (tx) =>
        await setUpAccount(tx, {
          site: "bench",
          name: "Bench",
          owner: { email: "owner@desk.example", password_hash: "none" },
          inbox: { name: "Support", address: "help@desk.example" },
        }),
    );
    const line = openMailLine(storage, (error) => {
      throw error;
    });
    const origin = { accountId: account.id, inboxId: inbox.id, source: "lmtp", sourcePosition: null } as const;
    const take = async (all: readonly Buffer[]): Promise<{ stored: number; filed: number }> => {
      const start = performance.now();
      const waiting = all.values();
      const connection = async (): Promise<void> => {
        for (const raw of waiting) line.add(account.id, await storeReceivedMessage(storage, { ...origin, raw }));
      };
      await Promise.all(Array.from({ length: AT_ONCE }, connection));
      const stored = perSecond(all.length, start);
      while (((await countOutcomes(storage.db, account.id)).pending ?? 0) > 0) await sleep(10);
      return { stored, filed: perSecond(all.length, start) };
    };
    await take(sampleLetters(WARM_UP, MESSAGES));
    const { stored, filed } = await take(letters);
    await line.stop();
    return {
      ratios: { mail_in: rounded(filed / parser) },
      figures: {
        parser_s: parser,
        mail_stored_s: stored,
        mail_filed_s: filed,
        mail_bytes: Math.round(letters.reduce((sum, { byteLength }) => sum + byteLength, 0) / MESSAGES),
      },
    };
  } finally {
    await storage.close();
    await place.remove();
  }
}
