import { once } from "node:events";
import type { Command } from "commander";
import { type Flags, readConfig } from "../config.ts";
import { type RunningServer, startServer } from "../main.ts";
import type { CommonOptions } from "./context.ts";
import { examples } from "./options.ts";
import { print, tell } from "./output.ts";

type ServeOptions = CommonOptions &
  Pick<Flags, "host" | "port" | "publicUrl" | "tlsCert" | "tlsKey" | "smtpPort" | "lmtpPort" | "smtpHost">;

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
    .action(serve);
  examples(
    command,
    "cantrip serve --port 4000",
    "cantrip serve --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem --public-url https://help.example.com",
  );
}

async function serve(options: ServeOptions): Promise<void> {
  const { data, host, port, site, publicUrl, tlsCert, tlsKey, smtpPort, lmtpPort, smtpHost } = options;
  const config = readConfig({ data, host, port, site, publicUrl, tlsCert, tlsKey, smtpPort, lmtpPort, smtpHost });
  const stop = stopSignal();
  const server = await startServer(config);
  const url = config.publicUrl ?? server.url;
  const { firstRun } = server;
  const mail = { smtp_port: server.smtpPort, lmtp_port: server.lmtpPort };
  print(options, { url, listening: server.url, data: config.data, ...mail, first_run: firstRun }, welcome(server, url));
  await stop;
  tell("Stopping: finishing what is running.");
  await server.close();
}

function welcome({ firstRun }: RunningServer, url: string): string {
  const lines = ["", `  Cantrip is running at ${url}`, ""];
  if (firstRun === null) {
    lines.push(
      `  The API          ${url}/api/v1/tickets  (a browser asks for a token as user name)`,
      `  Documentation    ${url}/docs`,
      `  A new token      npx cantrip token create --name "My script"`,
    );
  } else {
    lines.push(
      `  It set up the help desk "${firstRun.site}" by itself. This is shown once; keep it:`,
      "",
      `  Owner            ${firstRun.email}`,
      `  Password         ${firstRun.password}`,
      `  API token        ${firstRun.token}`,
      "",
      `  To sign in, open ${url}/api/v1/tickets and give the token as the user name, with any password.`,
      `  Documentation to browse and try: ${url}/docs`,
      "",
      "  A first call:",
      "",
      `    curl -H 'Authorization: Bearer ${firstRun.token}' ${url}/api/v1/tickets`,
      "",
      "  Some tickets to look at:",
      "",
      `    npx cantrip demo --site ${firstRun.site} --tickets 1000`,
    );
  }
  return [...lines, ""].join("\n");
}

/** Resolves when the process is asked to stop. A second signal then ends it at once, as the default does. */
async function stopSignal(): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"].map(async (name) => await once(process, name, { signal }));
  await Promise.race(signals);
  for (const waiting of signals) waiting.catch(() => undefined);
  stopping.abort();
}
