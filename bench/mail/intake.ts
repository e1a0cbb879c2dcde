import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseMessage } from "../../src/mail/parse.ts";
import { countOutcomes } from "../../src/storage/received-messages.ts";
import { startScriptedImap } from "../../test/support/scripted-imap.ts";
import { startScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import { type Measured, perSecond, rounded } from "../bench.ts";
import { type Desk, serve, setUpDesk } from "../crash/desk-under-test.ts";
import type { Places } from "../places.ts";
import { asSent, handOver } from "./lmtp-load.ts";
import { sampleLetters } from "./sample-mail.ts";

const MESSAGES = 6000;

/** Connections of the mail server in front: Postfix has up to a hundred (`default_process_limit`). */
const CONNECTIONS = 32;

/** The first messages prepare statements and warm the server and the parser: they do not count. */
const WARM_UP = 1500;

/**
 * Mail as the real server takes it, by LMTP from another process and with syncs as in production, against the parser alone on
 * the same messages.
 */
export async function measureIntake(places: Places): Promise<Measured> {
  const letters = sampleLetters(MESSAGES);
  const parser = await measureParser(letters);
  const protocol = await measureProtocol(letters);
  const place = await places.newPlace();
  const imap = await startScriptedImap([], "IMAP4rev1 IDLE");
  const sink = await startScriptedSmtp();
  const desk = await setUpDesk(place, imap.port, "leave");
  const served = serve(desk, sink.port, null);
  try {
    const ports = await served.ports;
    if (ports === null) throw new Error(`the server did not start: ${served.complaints.join("\n")}`);
    await handOver(ports.lmtp_port, asSent(sampleLetters(WARM_UP, MESSAGES)), CONNECTIONS);
    await untilFiled(desk);
    const sent = asSent(letters);
    const start = performance.now();
    await handOver(ports.lmtp_port, sent, CONNECTIONS);
    const stored = perSecond(MESSAGES, start);
    await untilFiled(desk);
    return {
      ratios: { mail_in: rounded(stored / parser) },
      figures: {
        parser_s: parser,
        mail_protocol_s: protocol,
        mail_stored_s: stored,
        mail_filed_s: perSecond(MESSAGES, start),
        mail_bytes: Math.round(letters.reduce((sum, { byteLength }) => sum + byteLength, 0) / MESSAGES),
      },
    };
  } finally {
    served.process.kill("SIGTERM");
    await served.died;
    await desk.storage.close();
    await imap.close();
    await sink.close();
    await place.remove();
  }
}

async function measureParser(letters: readonly Buffer[]): Promise<number> {
  for (const raw of letters.slice(0, WARM_UP)) await parseMessage(raw);
  const start = performance.now();
  for (const raw of letters) await parseMessage(raw);
  return perSecond(letters.length, start);
}

/** The same messages, taken by LMTP in the same way and kept nowhere. */
async function measureProtocol(letters: readonly Buffer[]): Promise<number> {
  const bare = spawn(process.execPath, [BARE], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const [line] = (await once(createInterface(bare.stdout), "line")) as [string];
    const { listening } = JSON.parse(line) as { listening: number };
    await handOver(listening, asSent(sampleLetters(WARM_UP, MESSAGES)), CONNECTIONS);
    const sent = asSent(letters);
    const start = performance.now();
    await handOver(listening, sent, CONNECTIONS);
    return perSecond(MESSAGES, start);
  } finally {
    bare.kill("SIGTERM");
  }
}

const BARE = join(import.meta.dirname, "bare-lmtp.ts");

/** Until every message that was taken has become something. */
async function untilFiled({ storage, setUp }: Desk): Promise<void> {
  while (((await countOutcomes(storage.db, setUp.account.id)).pending ?? 0) > 0) await sleep(50);
}
