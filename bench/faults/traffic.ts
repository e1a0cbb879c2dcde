import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import type { KeptServer } from "./server.ts";

/** What came of the traffic of one fault. */
export interface Outcome {
  /** Writes that were answered 201. */
  acknowledged: number;
  /** Of these, not there afterwards; and there more than once, acknowledged or not. */
  lost: number;
  doubled: number;
  /** Answers and failures that were no success, by status or code. */
  errors: Record<string, number>;
  /** The longest that nothing succeeded, in milliseconds, and how long after the fault's end it lasted. */
  longest_gap_ms: number;
  back_after_ms: number | null;
  write_p50_ms: number;
  write_p99_ms: number;
}

export interface Traffic {
  /** Says that the fault is over now. */
  mended(): void;
  /** Resolves once some requests in a row succeed; rejects when that takes more than two minutes. */
  wellAgain(): Promise<void>;
  /** Stops asking, and counts. */
  end(): Promise<Outcome>;
}

const WRITERS = 4;
const READERS = 2;
/** A request that is not answered by then counts as failed, and is sent again. */
const PATIENCE = 10_000;
const MOST_TRIES = 60;

/**
 * Clients that create tickets, each with a subject of its own and a key under which a retry is the same request (as every
 * client does that must not double), and others that list them.
 */
export function startTraffic({ url, token }: Pick<KeptServer, "url" | "token">): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: WRITERS + READERS });
  const acknowledged = new Set<string>();
  const errors: Record<string, number> = {};
  const times: number[] = [];
  const state = { ended: false, inARow: 0 };
  let last = performance.now();
  let longest = 0;
  let mendedAt: number | null = null;
  let backAfter: number | null = null;

  const send = async (
    method: string,
    path: string,
    body?: object,
    key?: string,
  ): Promise<{ status: number; text: string }> => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(text !== undefined && { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) }),
      ...(key !== undefined && { "Idempotency-Key": key }),
    };
    return await new Promise((resolve, reject) => {
      const asking = request(`${url}/api/v1${path}`, { agent, method, headers, timeout: PATIENCE }, (response) => {
        let answer = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: answer }));
        response.on("error", reject);
      });
      asking.on("timeout", () => asking.destroy(Object.assign(new Error("no answer"), { code: "NO_ANSWER" })));
      asking.on("error", reject);
      asking.end(text);
    });
  };
  /** Whether it succeeded; keeps the tally. */
  const tally = async (wanted: number, ask: () => Promise<{ status: number }>): Promise<boolean> => {
    const failure = await ask().then(
      ({ status }) => (status === wanted ? null : String(status)),
      (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : String(error)),
    );
    const at = performance.now();
    if (failure === null) {
      longest = Math.max(longest, at - last);
      last = at;
      if (mendedAt !== null) backAfter ??= at - mendedAt;
      state.inARow += 1;
      return true;
    }
    state.inARow = 0;
    errors[failure] = (errors[failure] ?? 0) + 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    return false;
  };
  const write = async (): Promise<void> => {
    while (!state.ended) {
      const subject = randomUUID();
      const ticket = { type: "email", subject, customer: { first_name: "Ruby", last_name: "Miller" } };
      for (let count = 0; count < MOST_TRIES; count += 1) {
        const start = performance.now();
        if (await tally(201, async () => await send("POST", "/tickets", ticket, subject))) {
          acknowledged.add(subject);
          times.push(performance.now() - start);
          break;
        }
      }
    }
  };
  const read = async (): Promise<void> => {
    while (!state.ended) await tally(200, async () => await send("GET", "/tickets?state=open&count=true"));
  };
  const running = [...Array.from({ length: WRITERS }, write), ...Array.from({ length: READERS }, read)];

  return {
    mended: () => {
      mendedAt = performance.now();
      state.inARow = 0;
    },
    wellAgain: async () => {
      for (const end = performance.now() + 120_000; state.inARow < 20;) {
        if (performance.now() > end) throw new Error(`it did not come back: ${JSON.stringify(errors)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    end: async () => {
      state.ended = true;
      await Promise.all(running);
      const there = await subjects(send);
      agent.destroy();
      times.sort((a, b) => a - b);
      const at = (share: number): number => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
      return {
        acknowledged: acknowledged.size,
        lost: [...acknowledged].filter((subject) => !there.has(subject)).length,
        doubled: [...there.values()].filter((count) => count > 1).length,
        errors,
        longest_gap_ms: Math.round(longest),
        back_after_ms: backAfter === null ? null : Math.round(backAfter),
        write_p50_ms: at(0.5),
        write_p99_ms: at(0.99),
      };
    },
  };
}

/** The subjects of all tickets, and how often each is there. */
async function subjects(
  send: (method: string, path: string) => Promise<{ status: number; text: string }>,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  let after = "";
  for (;;) {
    const { status, text } = await send("GET", `/tickets?sort=created_at&per_page=100${after}`);
    if (status !== 200) throw new Error(`the tickets cannot be listed: ${status} ${text}`);
    const page = JSON.parse(text) as { id: string; subject: string | null }[];
    for (const { subject } of page) if (subject !== null) found.set(subject, (found.get(subject) ?? 0) + 1);
    const last = page.at(-1);
    if (last === undefined || page.length < 100) return found;
    after = `&after_id=${last.id}`;
  }
}
