import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { seedDemo } from "../../src/cli/demo-data.ts";
import { createUser } from "../../src/desk/create-user.ts";
import { openSession } from "../../src/desk/sessions.ts";
import { Faults } from "../../src/domain/faults.ts";
import { findAccountBySite } from "../../src/storage/accounts.ts";
import { openStorage } from "../../src/storage/open.ts";

const SITE = "web";

/** Of the demo's tickets some are spam or in the trash: so many leave 100,000 for the list of all. */
const TICKETS = 106_000;

export interface DeskToOpen {
  data: string;
  /** The value of the session's cookie of an agent who sees everything. */
  cookie: string;
}

/** A help desk with 100,000 tickets in one list, made once and kept in `folder`, and somebody who is signed in. */
export async function deskToOpen(folder: string, tell: (line: string) => void): Promise<DeskToOpen> {
  const data = join(folder, `web-${TICKETS}`);
  mkdirSync(data, { recursive: true });
  const storage = await openStorage({ data, databaseUrl: null });
  try {
    const { db } = storage;
    if ((await findAccountBySite(db, SITE)) === undefined) {
      const told = (done: number): void => void (done % 10_000 === 0 && tell(`${done} of ${TICKETS} tickets made`));
      await seedDemo(storage, { site: SITE, tickets: TICKETS, seed: 1, until: Date.now() }, told);
    }
    const account = await findAccountBySite(db, SITE);
    if (account === undefined) throw new Error("the demo makes its account");
    const person = { first_name: "Ada", last_name: "Byron", email: `web-${Date.now()}@desk.example`, role: "agent" };
    const cookie = await db.transact(async (tx) => {
      const { id } = await createUser(tx, account.id, person as Parameters<typeof createUser>[2], new Faults());
      return await openSession(tx, account.id, id, { address: "127.0.0.1", userAgent: "Bench" });
    });
    return { data, cookie };
  } finally {
    await storage.close();
  }
}
