import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedDemo } from "../../src/cli/demo-data.ts";
import { createToken } from "../../src/desk/create-token.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { Faults } from "../../src/domain/faults.ts";
import { findAccountBySite } from "../../src/storage/accounts.ts";
import { type Got, type TestServer, send, startTestServer } from "../support/test-api.ts";
import { ENGINE, ENGINE_MISSING, type TestStorage, openTestStorage } from "../support/test-storage.ts";

interface Seeded {
  server: TestServer;
  storage: TestStorage;
  get(path: string): Promise<Got>;
}

async function seed(engine: "sqlite" | "postgres"): Promise<Seeded> {
  const storage = await openTestStorage(engine);
  await seedDemo(storage, { site: "twin", tickets: 300, seed: 7 }, () => undefined);
  const account = await findAccountBySite(storage.db, "twin");
  if (account === undefined) throw new Error("the demo made no account");
  const { token } = await storage.db.transact(async (tx) => {
    await updateAccount(tx, account.id, { credits_per_minute: 0, requests_per_second: 0 });
    return await createToken(tx, account.id, "Twin", new Faults());
  });
  const server = await startTestServer({}, storage);
  const headers = { Authorization: `Bearer ${token}` };
  return { server, storage, get: async (path) => await send(server, "GET", `/api/v1${path}`, { headers }) };
}

const ALIKE = [
  "/tickets?per_page=100&count=true",
  "/tickets?per_page=100&page=3&sort=created_at",
  "/tickets?sort=updated_at&per_page=37&page=4",
  "/tickets?sort=user_id&per_page=100",
  "/tickets?sort=-user_id&per_page=100",
  "/tickets?sort=user_id,-updated_at&per_page=50&page=2",
  "/tickets?user_id=null&count=true&per_page=100",
  "/tickets?state=open,hold,snoozed&count=true&sort=-updated_at",
  "/tickets?type=sms,chat,email&spam=false&trash=false&count=true",
  "/tickets?since_created_at=2026-03-01T00:00:00%2B02:00&count=true",
  "/tickets?q=order&count=true&per_page=100",
  "/tickets?q=ord*%20the&count=true",
  "/tickets?embed=customer,messages,labels,user,inbox&per_page=100&page=2",
  "/tickets?fields=id,last_message,message_count,attachment_count,failed_delivery,unread&per_page=100",
  "/tickets?q=%22order%20number%22&count=true",
  "/tickets?q=order%20-number&count=true",
  "/tickets?q=from:maria&count=true",
  "/tickets?q=to:maria%20is:closed&count=true",
  "/tickets?q=subject:order%20-is:open&count=true&per_page=100",
  "/tickets?q=has:attachment%20after:2026-01-01&count=true&per_page=100",
  "/tickets?q=label:refund%20assignee:none&count=true",
  "/folders",
  "/saved-replies",
  "/saved-searches",
  "/customers?count=true&per_page=100",
  "/customers?sort=created_at&per_page=100&page=2",
  "/customers?contacts.type=email&count=true",
  "/customers?q=maria&count=true",
  "/users?count=true",
  "/inboxes?fields=id,name,address,created_at",
  "/labels?count=true",
  "/tickets?state=lost",
  "/tickets/000000000000000000000000",
];

// On SQLite this compares two installations of the same seed; on PostgreSQL, the two engines.
describe.skipIf(ENGINE_MISSING !== null)(`a server on ${ENGINE}`, () => {
  let twins: Seeded[] = [];

  beforeAll(async () => {
    twins = await Promise.all([seed("sqlite"), seed(ENGINE)]);
  });

  afterAll(async () => {
    for (const { server, storage } of twins) {
      await server.close();
      await storage.remove();
    }
  });

  const shown = ({ status, headers, text }: Got): unknown => ({
    status,
    text,
    etag: headers.etag,
    total: headers["total-count"],
    used: headers["rate-limit-used"],
  });

  test.for(ALIKE)("answers %s byte for byte as an embedded one", async (path) => {
    const [embedded, other] = await Promise.all(twins.map(async (twin) => shown(await twin.get(path))));
    expect(other).toEqual(embedded);
  });

  test("answers every ticket, customer and message byte for byte as an embedded one", async () => {
    const [embedded, other] = twins as [Seeded, Seeded];
    const tickets: { id: string; customer_id: string }[] = [];
    for (const page of [1, 2, 3]) tickets.push(...(await embedded.get(`/tickets?per_page=100&page=${page}`)).body);
    expect(tickets).toHaveLength(300);
    for (const { id, customer_id } of tickets.slice(0, 60)) {
      for (const path of [
        `/tickets/${id}?embed=messages,customer`,
        `/customers/${customer_id}`,
        `/tickets/${id}/messages`,
      ]) {
        expect(shown(await other.get(path))).toEqual(shown(await embedded.get(path)));
      }
    }
  });
});
