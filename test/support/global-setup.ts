import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** An empty server's database, in the "postgres" project; null in the others, and where there is no server. */
    databaseUrl: string | null;
    /** Why the "postgres" project cannot run here: its tests are then skipped. */
    postgresMissing: string | null;
  }
}

/** The PostgreSQL that the "postgres" project's tests share, for the length of one run. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const server = await startPostgres();
  if ("missing" in server) {
    if (process.env["CI"] === "true") throw new Error(`CI needs PostgreSQL: ${server.missing}`);
    project.provide("databaseUrl", null);
    project.provide("postgresMissing", server.missing);
    return undefined;
  }
  project.provide("databaseUrl", server.url);
  project.provide("postgresMissing", null);
  return () => server.stop();
}
