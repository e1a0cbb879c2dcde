import { setTimeout as sleep } from "node:timers/promises";
import { relayOfUrl } from "../../src/channels/email/relay.ts";
import { readConfig } from "../../src/config.ts";
import { createTicket } from "../../src/desk/create-ticket.ts";
import { setUpAccount } from "../../src/desk/set-up-account.ts";
import { SYSTEM } from "../../src/domain/events.ts";
import { Faults } from "../../src/domain/faults.ts";
import { deliveryMeans } from "../../src/outgoing-mail.ts";
import { startWorker } from "../../src/queue/queue.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { type Storage, openStorage } from "../../src/storage/open.ts";
import { deliveryTasks } from "../../src/tasks/deliveries.ts";
import { startScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import { type Measured, perSecond } from "../bench.ts";
import type { Places } from "../places.ts";

const REPLIES = 500;

/** As the server has. */
const AT_ONCE = 8;

/** Replies of one help desk to a server that takes everything at once. */
export async function measureDelivery(places: Places): Promise<Measured> {
  const place = await places.newPlace();
  const storage = await openStorage(place);
  const sink = await startScriptedSmtp();
  try {
    await writeReplies(storage);
    const relay = relayOfUrl(`smtp://127.0.0.1:${sink.port}?tls=none`);
    const means = { ...deliveryMeans({ ...readConfig({}, {}), data: place.data }, storage), relay };
    const start = performance.now();
    const worker = startWorker(
      storage.db,
      deliveryTasks(means),
      (error) => process.stderr.write(`${String(error)}\n`),
      AT_ONCE,
    );
    while (sink.accepted.length < REPLIES) await sleep(5);
    const rate = perSecond(REPLIES, start);
    await worker.stop();
    means.smtp.close();
    return { ratios: {}, figures: { delivered_s: rate } };
  } finally {
    await storage.close();
    await sink.close();
    await place.remove();
  }
}

async function writeReplies({ db }: Storage): Promise<void> {
  await db.transact(async (tx) => {
    const { account, user } = await setUpAccount(tx, {
      site: "bench",
      name: "Bench",
      owner: { email: "owner@desk.example", password_hash: "none" },
      inbox: { name: "Support", address: "help@desk.example" },
    });
    await updateAccount(tx, account.id, { undo_seconds: 0 });
    const reply = {
      type: "reply",
      direction: "out",
      body: "Hello, it left our house today.",
      user_id: user.id,
    } as const;
    for (let n = 0; n < REPLIES; n += 1) {
      const messages = [{ ...reply, to: `customer${n}@mail.example` }];
      const input = { type: "email", subject: `Order ${n}`, customer: { first_name: "Ruby" }, messages } as const;
      await createTicket(tx, account.id, SYSTEM, input, new Faults());
    }
  });
}
