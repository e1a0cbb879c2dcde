import type { Bench, Measured } from "../bench.ts";
import { openPlaces } from "../places.ts";
import { measureDelivery } from "./delivery.ts";
import { measureDisk } from "./disk.ts";
import { measureIntake } from "./intake.ts";
import { measureMailbox } from "./mailbox-memory.ts";

/**
 * `mail_in`: messages a second stored durably, until the last 250, as a share of what the parser alone reads in the same run
 * (goal: 0.5); how many are filed a second is a figure beside it. `mail_mb`: the largest memory of a server that fetches a
 * mailbox, as a share of 250 MB (goal: at most 1).
 */
export const mailBench: Bench = async ({ engine, messages, tell, wants }) => {
  const places = await openPlaces(engine, { durable: true });
  const parts: [string, string, () => Promise<Measured>][] = [
    ["mail_in", "the disk", async () => await measureDisk(places)],
    ["mail_in", "mail in", async () => await measureIntake(places)],
    ["mail_in", "mail out", async () => await measureDelivery(places)],
    ["mail_mb", `a mailbox of ${messages} messages`, async () => await measureMailbox(places, messages, tell)],
  ];
  const all: Measured = { ratios: {}, figures: {} };
  try {
    for (const [ratio, name, measure] of parts) {
      if (!wants(ratio)) continue;
      tell(name);
      const { ratios, figures } = await measure();
      Object.assign(all.ratios, ratios);
      Object.assign(all.figures, figures);
    }
    return all;
  } finally {
    await places.close();
  }
};
