import type { Config } from "./config.ts";
import type { openLog } from "./log.ts";
import { waitForDatabase } from "./storage/wait-for-database.ts";

/** How a start runs what needs the database: a PostgreSQL may be ready later than this server, or be started again meanwhile. */
export function startPatience(
  { databaseUrl }: Pick<Config, "databaseUrl">,
  log: ReturnType<typeof openLog>,
  signal: AbortSignal | undefined,
): <T>(work: () => Promise<T>) => Promise<T> {
  const onWait = (error: unknown): void =>
    log.warn({ error }, "the database cannot be used yet: it is tried again for a minute");
  return async (work) => (databaseUrl === null ? await work() : await waitForDatabase(work, { onWait, signal }));
}
