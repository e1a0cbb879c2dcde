import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startScriptedImap } from "../../test/support/scripted-imap.ts";
import { startScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import { type Measured, perSecond, rounded } from "../bench.ts";
import { isQuiet } from "../crash/findings.ts";
import { serve, setUpDesk } from "../crash/desk-under-test.ts";
import type { Places } from "../places.ts";
import { sampleLetter } from "./sample-mail.ts";

const GOAL_MB = 250;
const MEGABYTE = 1_000_000;

/** How much the server may need, in memory and time, to fetch a mailbox of so many messages. */
export async function measureMailbox(
  places: Places,
  messages: number,
  tell: (line: string) => void,
): Promise<Measured> {
  const place = await places.newPlace();
  const imap = await startScriptedImap([], "IMAP4rev1 IDLE");
  imap.messages = new WrittenWhenAsked(messages);
  imap.lastUid = messages;
  const sink = await startScriptedSmtp();
  const desk = await setUpDesk(place, imap.port, "leave");
  const served = serve(desk, sink.port, null);
  try {
    const start = performance.now();
    if ((await served.ports) === null) throw new Error(`the server did not start: ${served.complaints.join("\n")}`);
    const idle = peakMegabytes(served.process.pid);
    let told = start;
    while (!(await isQuiet(desk, imap))) {
      if (served.process.exitCode !== null) throw new Error(`the server ended: ${served.complaints.join("\n")}`);
      imap.said = [];
      await sleep(200);
      if (performance.now() - told < 10_000) continue;
      told = performance.now();
      tell(`${Math.round((told - start) / 1000)} s, ${peakMegabytes(served.process.pid)} MB at most`);
    }
    const peak = peakMegabytes(served.process.pid);
    return {
      ratios: { mail_mb: rounded(peak / GOAL_MB) },
      figures: {
        mailbox_messages: messages,
        mailbox_peak_mb: peak,
        mailbox_started_mb: idle,
        mailbox_fetched_s: perSecond(messages, start),
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

/** The most memory that a process ever had resident, as Linux says. */
function peakMegabytes(pid: number | undefined): number {
  const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Math.round((Number(kibibytes) * 1024) / MEGABYTE);
}

const NOTHING = Buffer.alloc(0);

/** A mailbox of this process that takes no memory: each letter is written when it is asked for. */
class WrittenWhenAsked extends Map<number, Buffer> {
  constructor(count: number) {
    super(Array.from({ length: count }, (_, index) => [index + 1, NOTHING]));
  }

  override get(uid: number): Buffer | undefined {
    return this.has(uid) ? sampleLetter(uid) : undefined;
  }
}
