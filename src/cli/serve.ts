import type { Command } from "commander";
import { type Config, type Flags, readConfig } from "../config.ts";
import { SECOND } from "../domain/time.ts";
import { type RunningServer, startServer } from "../main.ts";
import { WorkerFailed, isWorker, startWorkers, stopAsked, tellServing } from "../workers.ts";
import type { CommonOptions } from "./context.ts";
import { CommandFailure, FAILED } from "./failure.ts";
import { examples } from "./options.ts";
import { print, tell } from "./output.ts";

type ServeOptions = CommonOptions &
  Pick<Flags, "host" | "port" | "publicUrl" | "tlsCert" | "tlsKey" | "smtpPort" | "lmtpPort" | "smtpHost" | "workers">;

export function addServeCommand(program: Command): void {
  const command = program
    .command("serve")
    .summary("run the help desk")
    .description("Runs the help desk until it is stopped. The first start sets one up by itself.")
    .option("--host <host>", "where to listen (default: 127.0.0.1, this machine only)")
    .option("--port <port>", "the port (default: 3000; 0 takes a free one)")
    .option("--site <site>", "serve this help desk only, whatever host a request names")
    .option("--public-url <url>", "how clients reach it; links begin with it")
    .option("--tls-cert <file>", "serve HTTPS with this certificate chain (PEM)")
    .option("--tls-key <file>", "the certificate's private key (PEM)")
    .option("--smtp-port <port>", "take mail for the inboxes by SMTP on this port")
    .option("--lmtp-port <port>", "take mail by LMTP on this port, from a mail server beside it")
    .option("--smtp-host <host>", "where SMTP and LMTP listen (default: 127.0.0.1, this machine only)")
    .option("--workers <count>", "serve with so many processes, one for each core (PostgreSQL only; default: 1)")
    .action(serve);
  examples(
    command,
    "cantrip serve --port 4000",
    "cantrip serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --public-url https://help.example.com",
  );
}

async function serve(options: ServeOptions): Promise<void> {
  const { data, host, port, site, publicUrl, tlsCert, tlsKey, smtpPort, lmtpPort, smtpHost, workers } = options;
  const flags = { data, host, port, site, publicUrl, tlsCert, tlsKey, smtpPort, lmtpPort, smtpHost, workers };
  const config = readConfig(flags);
  if (isWorker()) {
    await serveAsWorker(config);
    return;
  }
  const stop = stopSignal();
  const asked = signalOf(stop);
  const server = config.workers === 1 ? await startServer(config, asked) : await startAll(config, asked);
  const url = config.publicUrl ?? server.url;
  const { firstRun, setupPage } = server;
  const mail = { smtp_port: server.smtpPort, lmtp_port: server.lmtpPort };
  const setup = { first_run: firstRun, setup_url: setupPage === null ? null : url + setupPage };
  print(options, { url, listening: server.url, data: config.data, ...mail, ...setup }, welcome(server, url));
  const drain = drainOf(config, await stop);
  tell("Stopping: finishing what is running.");
  endAfter(drain + HARD_END);
  await server.close(drain);
}

/** One of several processes: the primary says when it stops, or whoever means this one alone. */
async function serveAsWorker(config: Config): Promise<void> {
  const stop = Promise.race([stopAsked(), stopSignal(["SIGTERM"])]);
  // The terminal tells the whole group. The primary has heard it too, and asks.
  for (const signal of ["SIGINT", "SIGHUP"]) process.on(signal, () => undefined);
  const server = await startServer(config, signalOf(stop));
  tellServing(server);
  const drain = drainOf(config, "SIGTERM");
  await stop;
  endAfter(drain + HARD_END);
  await server.close(drain);
}

async function startAll(config: Config, asked: AbortSignal): Promise<RunningServer> {
  try {
    return await startWorkers(config, asked);
  } catch (error) {
    // It has told why.
    if (error instanceof WorkerFailed) throw new CommandFailure("", error.exitCode);
    throw error;
  }
}

/** Milliseconds to go on serving for. Ctrl-C comes from a person in front of it, with no load balancer to wait for. */
function drainOf({ drainSeconds }: Config, signal: string): number {
  return signal === "SIGINT" ? 0 : drainSeconds * SECOND;
}

/** Whatever still runs then is as good as hung, and whoever stops servers kills them soon after. */
const HARD_END = 25 * SECOND;

function endAfter(milliseconds: number): void {
  const end = (): void => {
    tell("Not everything ended in time: stopping all the same. What was not finished is taken up at the next start.");
    process.exit(FAILED);
  };
  setTimeout(end, milliseconds).unref();
}

function welcome({ firstRun, setupPage }: Pick<RunningServer, "firstRun" | "setupPage">, url: string): string {
  const lines = ["", `  Cantrip is running at ${url}`, ""];
  if (setupPage !== null) lines.push("  To set it up, open", "", `    ${url}${setupPage}`, "");
  if (firstRun === null) {
    lines.push(
      `  The API          ${url}/api/v1/tickets  (a browser asks for a token as user name)`,
      `  Documentation    ${url}/docs`,
      `  A new token      npx cantrip token create --name "My script"`,
    );
  } else {
    lines.push(
      `  The API token of the help desk "${firstRun.site}". It is shown this once; keep it:`,
      "",
      `    ${firstRun.token}`,
      "",
      "  A first call:",
      "",
      `    curl -H 'Authorization: Bearer ${firstRun.token}' ${url}/api/v1/tickets`,
      "",
      `  Documentation to browse and try: ${url}/docs`,
      "",
      "  Some tickets to look at:",
      "",
      `    npx cantrip demo --site ${firstRun.site} --tickets 1000`,
    );
  }
  return [...lines, ""].join("\n");
}

/** Ends what a start waits for once the process is asked to stop. */
function signalOf(stop: Promise<unknown>): AbortSignal {
  const asked = new AbortController();
  void stop.then(() => asked.abort());
  return asked.signal;
}

/** Resolves with the signal that asks the process to stop. A second one then ends it at once, as the default does. */
async function stopSignal(names: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"]): Promise<string> {
  return await new Promise((resolve) => {
    const stop = (signal: string): void => {
      for (const name of names) process.off(name, stop);
      resolve(signal);
    };
    for (const name of names) process.on(name, stop);
  });
}
