import { existsSync } from "node:fs";
import { access } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { takeServerLock } from "../storage/server-lock.ts";
import { type Check, ok, wrong } from "./doctor-check.ts";

/** Whether a server runs, or could: its port, and the files of TLS. */
export async function checkServer(config: Config): Promise<Check[]> {
  return [await checkPort(config, isServed(config)), ...(await checkTls(config))];
}

/** Whether a server holds the data folder. Only the embedded database is bound to one server. */
function isServed({ data, databaseUrl }: Config): boolean {
  // Asking takes the lock for a moment, and would make the file.
  if (databaseUrl !== null || !existsSync(join(data, "server.lock"))) return false;
  const lock = takeServerLock(data);
  lock?.release();
  return lock === null;
}

async function checkPort(config: Config, served: boolean): Promise<Check> {
  const { host, port } = config;
  const place = `port ${port} on ${host}`;
  const trouble = port === 0 ? null : await tryPort(host, port);
  const free = port === 0 ? "any free port will do" : `${place} is free`;
  if (trouble === null) return ok("server", served ? `one runs on this folder; ${free}` : `${free} for one`);
  if (trouble === "EADDRINUSE") {
    if (served || (await isCantrip(config))) return ok("server", `a Cantrip server has ${place}`);
    return wrong("server", `another program has ${place}`, "choose another port with --port or CANTRIP_PORT");
  }
  if (trouble === "EACCES") {
    return wrong(
      "server",
      `this user may not listen on ${place}`,
      "choose a port above 1023 with --port or CANTRIP_PORT",
    );
  }
  return wrong(
    "server",
    `cannot listen on ${place} (${trouble})`,
    "name an address of this machine with --host or CANTRIP_HOST",
  );
}

/** The system's error code; null when the port can be had. */
async function tryPort(host: string, port: number): Promise<string | null> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: Error & { code?: string }) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** Whether what answers on the port is a Cantrip: it serves the description of its API to anyone. */
async function isCantrip({ host, port, tlsCert }: Config): Promise<boolean> {
  // A certificate is for a name, and this asks an address: reaching it is answer enough.
  if (tlsCert !== null) return true;
  const address = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  try {
    const signal = AbortSignal.timeout(2000);
    const answer = await fetch(`http://${address}:${port}/api/v1/openapi.json`, { signal, redirect: "manual" });
    await answer.body?.cancel();
    return answer.ok && answer.headers.has("request-id");
  } catch {
    return false;
  }
}

async function checkTls({ tlsCert, tlsKey }: Config): Promise<Check[]> {
  const files = [tlsCert, tlsKey].filter((file) => file !== null);
  const checks = files.map(async (file) =>
    access(file).then(
      () => ok("TLS", `${file} is there`),
      () => wrong("TLS", `${file} cannot be read`, "mend --tls-cert and --tls-key (CANTRIP_TLS_CERT, CANTRIP_TLS_KEY)"),
    ),
  );
  return await Promise.all(checks);
}
