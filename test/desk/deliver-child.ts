// Runs what is due once, in a process that may die at a named step: `deliver-child.ts <port>`, settings as the product's.
import { relayOfUrl } from "../../src/channels/email/relay.ts";
import { readConfig } from "../../src/config.ts";
import { deliveryMeans } from "../../src/outgoing-mail.ts";
import { runDueJobs } from "../../src/queue/queue.ts";
import { openStorage } from "../../src/storage/open.ts";
import { deliveryTasks } from "../../src/tasks/deliveries.ts";

const config = readConfig();
const storage = await openStorage({ ...config, strict: true });
const means = { ...deliveryMeans(config, storage), relay: relayOfUrl(`smtp://127.0.0.1:${process.argv[2]}?tls=none`) };
await runDueJobs(storage.db, deliveryTasks(means));
means.smtp.close();
await storage.close();
