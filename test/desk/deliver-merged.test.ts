import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deliverMessage } from "../../src/desk/deliver-message.ts";
import type { DeliveryPayload } from "../../src/desk/delivery-jobs.ts";
import { MINUTE, now } from "../../src/domain/time.ts";
import { claimJobs } from "../../src/storage/jobs.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { type PostOffice, openPostOffice } from "./post-office.ts";

describe.skipIf(ENGINE_MISSING !== null)("a delivery whose ticket is merged while it begins", () => {
  let office: PostOffice;
  beforeAll(async () => {
    office = await openPostOffice(null);
  });
  afterAll(async () => await office.close());

  test("goes on: the message is found where it is now", async () => {
    const { desk, means, storage } = office;
    const [target, source] = [await desk.ticket(), await desk.ticket()];
    const id = await office.reply(source.id);
    const [job] = await claimJobs(storage.db, ["deliver-message"], now(), now() + MINUTE, 1);
    if (job === undefined) throw new Error("there is no job to claim");
    const merged = await desk.post(`/tickets/${target.id}/merge`, { ticket_ids: [source.id] });
    expect(merged.status, merged.text).toBe(200);
    // What the worker read before the merge.
    const payload = JSON.parse(job.payload) as DeliveryPayload;
    expect(payload.ticket_id).toBe(source.id);
    await deliverMessage(means, job, payload);
    const message = await office.message(id);
    expect(message).toMatchObject({ ticket_id: target.id, delivery_state: "queued" });
    expect(message.delivery_error, "it was looked at: no mail server is configured here").not.toBeNull();
  });
});
