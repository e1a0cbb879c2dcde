import { setTimeout as sleep } from "node:timers/promises";
import { type ScriptedImap, startScriptedImap } from "../../test/support/scripted-imap.ts";
import { type ScriptedSmtp, startScriptedSmtp } from "../../test/support/scripted-smtp.ts";
import { compareSets } from "./compare-sets.ts";
import {
  type Desk,
  type Place,
  type Served,
  type Waiting,
  endLeases,
  prepareServer,
  setUpDesk,
} from "./desk-under-test.ts";
import type { Death } from "./fail-plan.ts";
import { type Findings, isQuiet } from "./findings.ts";
import { openSales } from "./sales-inbox.ts";
import {
  type Traffic,
  newTraffic,
  postEmpty,
  postLetter,
  sendAgain,
  sendLetter,
  sendReport,
  writeReply,
} from "./traffic.ts";

/** How long a process may take to reach its step before it is killed where it is: for the first time, and for a later one. */
const FIRST_WAIT = 30_000;
const LATER_WAIT = 5000;

/** A process that is killed at any moment lives so long at most, after it listens. */
const LONGEST_LIFE = 500;

/** How long the last process may take to do all that is left. */
const QUIET_WAIT = 120_000;

/** Letters and replies of one run: enough for every step, few enough for thousands of runs. */
const MOST_OF_A_RUN = 12;

/** One desk, whose process dies again and again while mail comes in and goes out. */
export interface Lane {
  name: string;
  place: Place;
  deaths: readonly Death[];
  /** Whether the mailbox is told of what was taken, and how. */
  afterImport: "seen" | "move:Done";
  /** Told of each death: the step, or null for any moment or a step that was never reached. */
  onDeath: (step: string | null) => void;
  /** Whether nobody wants more deaths: what is there by then is settled and compared. */
  isOver: () => boolean;
}

interface Running {
  desk: Desk;
  imap: ScriptedImap;
  sink: ScriptedSmtp;
  traffic: Traffic;
  /** The process whose turn is next: it reads the program while the one before it dies. */
  next: Waiting;
}

/** Kills one process after the other as planned; then lets one live, until nothing is left to do, and compares. */
export async function runLane(lane: Lane): Promise<Findings> {
  const imap = await startScriptedImap([], "IMAP4rev1 IDLE MOVE");
  const sink = await startScriptedSmtp();
  const desk = await setUpDesk(lane.place, imap.port, lane.afterImport);
  await openSales(desk);
  const running = { desk, imap, sink, traffic: newTraffic(lane.name), next: prepareServer(desk, sink.port) };
  try {
    for (const death of lane.deaths) {
      if (lane.isOver()) break;
      lane.onDeath(await dieOnce(running, death));
      await endLeases(desk);
      imap.said = [];
    }
    const problem = await recover(running);
    const findings = await compareSets(desk, running.traffic, { imap, sink, afterImport: lane.afterImport });
    return problem === null ? findings : { ...findings, problems: [...findings.problems, problem] };
  } finally {
    running.next.dismiss();
    await desk.storage.close();
    await imap.close();
    await sink.close();
  }
}

function begin(running: Running, death: Death | null): Served {
  const served = running.next.begin(death);
  running.next = prepareServer(running.desk, running.sink.port);
  return served;
}

/** Returns the step at which the process died; null when it did not get there and was killed. */
async function dieOnce(running: Running, death: Death): Promise<string | null> {
  const served = begin(running, death);
  const traffic = feed(running, served);
  const ports = await served.ports;
  const wait = death.times === 1 ? FIRST_WAIT : LATER_WAIT;
  const span = death.step === null ? Math.random() * LONGEST_LIFE : wait;
  const late = new AbortController();
  if (ports !== null) {
    await Promise.race([served.died, sleep(span, undefined, { signal: late.signal }).catch(() => undefined)]);
    late.abort();
  }
  const reached = served.process.exitCode === null && served.process.signalCode !== null;
  if (served.process.exitCode === null && !reached) served.process.kill("SIGKILL");
  await served.died;
  running.traffic.ports = null;
  await traffic;
  if (served.process.exitCode !== null) {
    throw new Error(`the server ended by itself, with ${served.process.exitCode}: ${served.complaints.join("\n")}`);
  }
  return reached ? death.step : null;
}

/** Mail comes in on all ways, and replies are written, until the process is dead or there was enough. */
async function feed({ desk, imap, sink, traffic }: Running, served: Served): Promise<void> {
  traffic.ports = await served.ports;
  const each = async (work: (turn: number) => Promise<void> | void, pause = 20): Promise<void> => {
    for (let turn = 0; turn < MOST_OF_A_RUN && traffic.ports !== null; turn += 1) {
      await work(turn);
      await sleep(pause * Math.random());
    }
  };
  if (traffic.ports === null) return;
  await Promise.all([
    sendAgain(traffic),
    each(async (turn) => await sendLetter(traffic, "lmtp", turn)),
    each(async (turn) => await sendLetter(traffic, "smtp", turn)),
    each(() => postLetter(traffic, imap)),
    each(async () => await writeReply(traffic, desk), 30),
    // Less often than the rest.
    each(async () => await sendReport(traffic, sink), 60),
    each(() => postEmpty(traffic, imap), 60),
  ]);
}

/** A last process, which lives: everything is answered and settled in the end. Returns what was not. */
async function recover(running: Running): Promise<string | null> {
  const { desk, imap, traffic } = running;
  const served = begin(running, null);
  const ports = await served.ports;
  if (ports === null) throw new Error(`the server did not start: ${served.complaints.join("\n")}`);
  const deadline = Date.now() + QUIET_WAIT;
  let quiet = false;
  traffic.ports = ports;
  while (!quiet && Date.now() < deadline) {
    quiet = (await sendAgain(traffic)) && (await isQuiet(desk, imap));
    if (!quiet) await sleep(100);
  }
  served.process.kill("SIGTERM");
  await served.died;
  return quiet ? null : `not all was settled in ${QUIET_WAIT / 1000} s: ${served.complaints.join("\n")}`;
}
