import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openStorage } from "../../src/storage/open.ts";
import { createToken } from "../../src/desk/create-token.ts";
import { setUpAccount } from "../../src/desk/set-up-account.ts";
import { Faults } from "../../src/domain/faults.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { type Measured, percentile, rounded } from "../bench.ts";
import type { Place } from "../crash/desk-under-test.ts";
import { ask } from "../load/ask.ts";
import { type Served, memoryOf, serveFrom } from "../load/served.ts";
import { type Engine, openPlaces } from "../places.ts";

const CLIENTS = 8;
/** How long it is asked for all it can do, to know what half of that is; before, so long that what runs often is compiled. */
const WARM_UP = 5_000;
const FULL = 10_000;
/** Looks at the server so often in a run. */
const LOOKS = 30;
/** A write, then so many reads. */
const READS = 4;

interface Look {
  memory: number;
  files: number;
  p50: number;
  p99: number;
  asked: number;
}

/** Half of what a new help desk can do, for some minutes: reads, lists, and writes that are kept. */
export async function soak(engine: Engine, minutes: number, tell: (line: string) => void): Promise<Measured> {
  const places = await openPlaces(engine, { durable: true });
  const place = await places.newPlace();
  try {
    const token = await furnish(place);
    const server = await serveFrom(place);
    try {
      return await measure(server, token, minutes, tell);
    } finally {
      await server.stop();
    }
  } finally {
    await place.remove();
    await places.close();
  }
}

async function measure(
  server: Served,
  token: string,
  minutes: number,
  tell: (line: string) => void,
): Promise<Measured> {
  const failures: string[] = [];
  await run(server.url, token, WARM_UP, Infinity, failures);
  const full = (await run(server.url, token, FULL, Infinity, failures)).length / (FULL / 1000);
  tell(`all it can do: ${Math.round(full)} a second; from now on half of that for ${minutes} minutes`);
  const looks: Look[] = [];
  for (let count = 0; count < LOOKS; count += 1) {
    const times = await run(server.url, token, (minutes * 60_000) / LOOKS, full / 2, failures);
    const look = {
      memory: memoryOf(server).now,
      files: readdirSync(`/proc/${server.process.pid}/fd`).length,
      p50: rounded(percentile(times, 50)),
      p99: rounded(percentile(times, 99)),
      asked: times.length,
    };
    looks.push(look);
    tell(
      `${String(count + 1).padStart(2)}/${LOOKS}  ${look.memory} MB  ${look.files} files  p50 ${look.p50} ms  p99 ${look.p99} ms`,
    );
  }
  for (const failure of failures.slice(0, 5)) tell(failure);
  return summed(looks, full, failures.length);
}

/** The last third by the second: the first belongs to what is compiled, cached and pooled once. */
function summed(looks: readonly Look[], full: number, failed: number): Measured {
  const third = looks.length / 3;
  const middle = (of: keyof Look, from: number, to: number): number =>
    percentile(
      looks.slice(from, to).map((look) => look[of]),
      50,
    );
  const growth = (of: keyof Look): number => rounded(middle(of, 2 * third, 3 * third) / middle(of, third, 2 * third));
  return {
    ratios: {
      soak_memory: growth("memory"),
      soak_files: growth("files"),
      soak_p50: growth("p50"),
      soak_p99: growth("p99"),
    },
    figures: {
      soak_full_s: Math.round(full),
      soak_failed: failed,
      soak_asked: looks.reduce((sum, { asked }) => sum + asked, 0),
      soak_memory_mb: looks.map(({ memory }) => memory).join(" "),
      soak_files_open: looks.map(({ files }) => files).join(" "),
      soak_p50_ms: looks.map(({ p50 }) => p50).join(" "),
      soak_p99_ms: looks.map(({ p99 }) => p99).join(" "),
    },
  };
}

/** Asks for so many milliseconds, at most so many times a second; returns what each took, and notes what failed. */
async function run(
  url: string,
  token: string,
  milliseconds: number,
  perSecond: number,
  failures: string[],
): Promise<number[]> {
  const times: number[] = [];
  const start = performance.now();
  let asked = 0;
  const client = async (): Promise<void> => {
    let last = "";
    for (;;) {
      const turn = asked;
      asked += 1;
      const due = start + (turn * 1000) / perSecond;
      if (due > start + milliseconds || performance.now() > start + milliseconds) return;
      if (due > performance.now()) await sleep(due - performance.now());
      const [path, body] = question(turn, last);
      const answer = await ask(url, token, `/api/v1${path}`, body);
      times.push(answer.milliseconds);
      if (answer.status >= 400) failures.push(`${path.slice(0, 40)}: ${answer.status} ${answer.body.slice(0, 300)}`);
      else if (body !== undefined) last = (JSON.parse(answer.body) as { id: string }).id;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return times;
}

function question(turn: number, last: string): [string, object?] {
  if (turn % (READS + 1) === 0 || last === "") {
    const customer = { first_name: "Ruby", contacts: [{ type: "email", value: `ruby${turn % 5000}@example.com` }] };
    const messages = [{ type: "reply", direction: "in", from: `ruby${turn % 5000}@example.com`, body: BODY }];
    return ["/tickets", { type: "email", subject: `Soaked ${turn}`, customer, messages }];
  }
  const reads = [`/tickets/${last}?embed=customer,messages`, `/tickets/${last}`, "/tickets?state=open", "/folders"];
  return [reads[turn % reads.length] ?? ""];
}

const BODY = "Thank you, it arrived this morning and everything is in order. ".repeat(8);

async function furnish(place: Place): Promise<string> {
  const { db, close } = await openStorage(place);
  try {
    return await db.transact(async (tx) => {
      const owner = { email: "owner@desk.example", password_hash: null };
      const inbox = { name: "Support", address: "help@desk.example" };
      const { account } = await setUpAccount(tx, { site: "soak", name: "Soak", owner, inbox });
      await updateAccount(tx, account.id, { credits_per_minute: 0, requests_per_second: 0 });
      return (await createToken(tx, account.id, "soak", new Faults())).token;
    });
  } finally {
    await close();
  }
}
