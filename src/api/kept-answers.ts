import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { FastifyRequest } from "fastify";
import { SECOND } from "../domain/time.ts";
import { accessChanges } from "../storage/access-changes.ts";
import type { AskedAccount } from "../storage/api-tokens.ts";
import type { CreditMeter } from "../storage/credit-windows.ts";
import type { Db } from "../storage/database.ts";
import { type Sent, writeSent } from "./conventions/answer.ts";
import { chargeAtOnce } from "./conventions/credits.ts";
import type { FairTurns } from "./fair-turns.ts";
import type { Query } from "./conventions/query.ts";
import type { Route } from "./router.ts";
import type { TellRequest } from "./told-requests.ts";
import type { TokenUses } from "./token-uses.ts";

/** What one answer takes at most, in bytes; a larger one would push out many that are asked for more often. */
const LARGEST = 256 * 1024;

/** What an answer takes beside its key and its body, in bytes: the rest of its head, and the objects that hold it. */
const OVERHEAD = 1024;

/** So many requests are remembered that were made once; see `KeptAnswers`. */
const MOST_ONCE = 4096;

/** An answer as it was sent, and what sending it again is charged and told. */
interface Kept {
  sent: Sent;
  account: AskedAccount;
  tokenId: string;
  price: number;
  route: string;
  bytes: number;
}

type Answers = Map<string, Kept>;

export interface KeptParts {
  db: Db;
  meter: CreditMeter;
  uses: TokenUses;
  turns: FairTurns;
  tell: TellRequest;
  /** What all take together, in bytes; 0 keeps none. */
  most: number;
}

/**
 * Answers to reads, sent again as they are for as long as nobody has committed anything: the rule of `KnownTokens`. Clients
 * poll, and many look at the same lists; what they ask again needs no SQL, no presenting, no JSON and no framework. Every
 * commit drops all, so that nothing that changed is ever shown as it was. Kept is what was asked for a second time since the last
 * commit: most never is, and would cost more in memory to collect than it saves. On PostgreSQL commits leave no mark: nothing is kept.
 */
export class KeptAnswers {
  readonly #parts: KeptParts;
  /** Of requests that go on to be answered: under what, and among which answers if nothing is committed meanwhile. */
  readonly #asked = new WeakMap<IncomingMessage, { key: string; among: Answers }>();
  /** Those as of the mark; the one that was sent longest ago first. */
  #answers: Answers = new Map();
  #bytes = 0;
  /** What was asked for since the last commit, once so far. */
  readonly #once = new Set<string>();
  #mark: number | null = null;
  #changes = 0;

  constructor(parts: KeptParts) {
    this.#parts = parts;
  }

  /** Sends what is kept; everything else goes on to `handler`. */
  before(handler: RequestListener): RequestListener {
    if (this.#parts.most === 0 || this.#parts.db.engine === "postgres") return handler;
    const { turns } = this.#parts;
    return (request, response) => {
      const since = performance.now();
      const key = keyOf(request);
      const account = key === null ? undefined : this.#current()?.get(key)?.account;
      const goOn = (): void => {
        if (key === null || !this.#send(key, request, response, since)) handler(request, response);
      };
      const turn = account === undefined ? undefined : turns.take(account.id);
      if (turn === undefined) goOn();
      else void turn.then(goOn);
    };
  }

  /** Keeps what is about to be sent, where it is the answer to the same request until something is committed. */
  keep({ raw, call, asked: query, routeOptions }: FastifyRequest, sent: Sent): void {
    const asked = this.#asked.get(raw);
    const { endpoint } = routeOptions.config;
    if (asked === undefined || call?.charged == null || endpoint === undefined) return;
    if (!dependsOnRowsAlone(endpoint, query) || (sent.status !== 200 && sent.status !== 304)) return;
    const { key, among } = asked;
    const bytes = key.length + sent.body.length + OVERHEAD;
    if (bytes > LARGEST || this.#current() !== among) return;
    this.#forget(key);
    const { account, actor, charged } = call;
    // One character a byte: nothing is encoded when it is sent, and it leaves with its head in one write.
    const body = Buffer.from(sent.body as string).toString("latin1");
    const kept = { sent: { ...sent, body }, account, tokenId: actor.tokenId ?? "", price: charged.price, bytes };
    among.set(key, { ...kept, route: routeOptions.url ?? "none" });
    this.#bytes += bytes;
    while (this.#bytes > this.#parts.most) this.#forget(among.keys().next().value ?? "");
  }

  /** Whether it was kept, and is sent: what is not all paid for at once is refused, or waited for, as everything is (C3). */
  #send(key: string, request: IncomingMessage, response: ServerResponse, since: number): boolean {
    const among = this.#current();
    if (among === null) return false;
    const kept = among.get(key);
    if (kept === undefined) {
      if (this.#once.delete(key)) this.#asked.set(request, { key, among });
      else this.#noteOnce(key);
      return false;
    }
    const { meter, uses, tell } = this.#parts;
    const { account, tokenId, price, route, sent } = kept;
    const charged = chargeAtOnce(meter, account, price);
    if (charged === undefined) return false;
    among.delete(key);
    among.set(key, kept);
    uses.note(account.id, tokenId);
    writeSent(response, charged, sent, "latin1");
    const seconds = (performance.now() - since) / SECOND;
    tell({ method: "GET", route, status: sent.status, seconds, credits: price }, request, response, account.id);
    return true;
  }

  /** The answers that hold now; null where that cannot be told: whoever asks the database next says why. */
  #current(): Answers | null {
    const mark = markOf(this.#parts.db);
    const changes = accessChanges();
    if (mark === null) return null;
    if (mark !== this.#mark || changes !== this.#changes) {
      this.#answers = new Map();
      this.#bytes = 0;
      this.#once.clear();
      this.#mark = mark;
      this.#changes = changes;
    }
    return this.#answers;
  }

  #noteOnce(key: string): void {
    if (this.#once.size >= MOST_ONCE) this.#once.clear();
    this.#once.add(key);
  }

  #forget(key: string): void {
    const kept = this.#answers.get(key);
    if (kept === undefined) return;
    this.#answers.delete(key);
    this.#bytes -= kept.bytes;
  }
}

function markOf(db: Db): number | null {
  try {
    return db.changeMark();
  } catch {
    return null;
  }
}

function dependsOnRowsAlone({ byTheClock, parameters = [] }: Route, query: Query): boolean {
  if (byTheClock === true) return false;
  return !parameters.some((parameter) => parameter.byTheClock === true && query.text(parameter.name) !== undefined);
}

/** Headers that an answer may depend on; its request is known by their values. */
const COUNTED = new Set([
  "host",
  "authorization",
  "accept",
  "accept-encoding",
  "if-none-match",
  "x-forwarded-proto",
  "x-forwarded-host",
  "x-forwarded-for",
  "x-real-ip",
  "forwarded",
  "via",
]);

/** Headers that the answer to a read by a token does not depend on. With any other the request is answered anew. */
const PASSED_OVER = new Set([
  "accept-language",
  "cache-control",
  "connection",
  "content-type",
  "keep-alive",
  "pragma",
  "traceparent",
  "tracestate",
  "user-agent",
]);

/**
 * All that the answer to a read by a token depends on beside the database: null for every other request, and for those with
 * headers that would have to be thought about.
 */
function keyOf({ method, url, rawHeaders, socket }: IncomingMessage): string | null {
  if (method !== "GET") return null;
  // Who sends it tells whether its forwarding headers are believed, and without them whether it is secure (T2).
  let key = `${url} ${socket.remoteAddress}`;
  let authorized = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    if (COUNTED.has(name)) key += `\n${name}:${rawHeaders[index + 1]}`;
    else if (!PASSED_OVER.has(name)) return null;
    authorized ||= name === "authorization";
  }
  return authorized ? key : null;
}
