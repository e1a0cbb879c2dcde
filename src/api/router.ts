import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { TObject, TSchema } from "typebox";
import type { UserRole } from "../domain/states.ts";
import type { IncomingMail } from "../desk/requeue-received.ts";
import type { OutgoingMail } from "../desk/try-mail.ts";
import type { BlobStore } from "../storage/blobs.ts";
import type { Db, Tx } from "../storage/database.ts";
import type { Vault } from "../storage/secrets.ts";
import { readFor } from "../storage/who-waits.ts";
import type { AuthContext, Caller } from "./auth.ts";
import type { Call, OpenCall } from "./call.ts";
import { type Answer, type SendContext, chargedHeaders, sendAnswer, writeHeaders } from "./conventions/answer.ts";
import { runOnce } from "./conventions/idempotency.ts";
import type { LiveUpdates } from "./live.ts";
import type { SignInThrottle } from "./sign-in-throttle.ts";

export type Verb = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A query parameter as the documentation shows it. */
export interface Parameter {
  name: string;
  about: string;
  schema: TSchema;
  /** What it asks for depends on the time, as `before:yesterday` does. */
  byTheClock?: true;
}

/** What a route is, for the conventions (price) and the documentation. */
export interface RouteOptions {
  tag: string;
  summary: string;
  parameters?: readonly Parameter[];
  /** Recognises `embed`; each costs a credit (C1). */
  embeds?: boolean;
  /** Recognises `count=true`, which costs a credit. */
  collection?: boolean;
  body?: TObject;
  /** The type of a body that is no JSON; it is handed over as the bytes that it is. */
  rawType?: string;
  /** The schema of the body of a success; absent for 204. */
  answer?: TSchema;
  status: 200 | 201 | 202 | 204;
  /** Answers bytes, not JSON. */
  binary?: boolean;
  /** Answers events as they happen (`text/event-stream`). */
  stream?: boolean;
  /** The least role of who is signed in (A3); by default `read_only` reads and `agent` writes. A token may do everything. */
  least?: UserRole;
  /** Only for who is signed in: to a token it is not there (404). */
  signedIn?: true;
  /** Answers something that is stored as a hash only: where an answer is kept for a repeat (B2), it is sealed. */
  secret?: true;
  /** Answers by the time too, not by what is stored alone: such an answer is never kept (`KeptAnswers`). */
  byTheClock?: true;
  /** For everybody, signed in or not: see `Router.open`. */
  open?: true;
}

export interface Route extends RouteOptions {
  verb: Verb;
  path: string;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The endpoint as it was declared; absent for what is not the API's. */
    endpoint?: Route;
  }
}

export interface ApiContext extends SendContext {
  auth: AuthContext;
  vault: Vault;
  throttle: SignInThrottle;
  /** How clients reach this server, when that was configured. */
  publicUrl: string | null;
  /** Whether the operator has a mail server for all inboxes. */
  hasRelay: boolean;
  db: Db;
  blobs: BlobStore;
  live: LiveUpdates;
  /** Who a request is from, asked again while it goes on; null when they may no longer ask. */
  identify: (request: IncomingMessage) => Promise<Caller | null>;
  attachmentLimit: number;
  mailLimit: number;
  incoming: IncomingMail;
  /** How mail goes out; null where none does. */
  outgoing: OutgoingMail | null;
}

/** Where the endpoints are declared: each once, for HTTP, for the price list and for the documentation. */
export class Router {
  readonly routes: Route[] = [];
  readonly context: ApiContext;
  readonly #app: FastifyInstance;

  constructor(app: FastifyInstance, context: ApiContext) {
    this.#app = app;
    this.context = context;
  }

  /** A plain read: route, storage, present. */
  read(path: string, options: RouteOptions, handle: (call: Call) => Promise<Answer>): void {
    this.#add({ ...options, verb: "GET", path }, async (call) => {
      const { socket } = call.request.raw;
      return await readFor(
        () => socket.destroyed,
        async () => await handle(call),
      );
    });
  }

  /** A write: one transaction, and with an Idempotency-Key once only. */
  write(
    verb: Exclude<Verb, "GET">,
    path: string,
    options: RouteOptions,
    handle: (tx: Tx, call: Call) => Promise<Answer>,
  ): void {
    const { db } = this.context;
    this.#add({ ...options, verb, path }, async (call) =>
      runOnce(db, call.idempotent, async (tx) => {
        tx.touch(call.account.id);
        return await handle(tx, call);
      }),
    );
  }

  /** A write that has work to do before its transaction; it calls `runOnce` itself. */
  writeAfter(
    verb: Exclude<Verb, "GET">,
    path: string,
    options: RouteOptions,
    handle: (call: Call) => Promise<Answer>,
  ): void {
    this.#add({ ...options, verb, path }, async (call) => {
      const answer = await handle(call);
      await this.context.db.announce("events", [call.account.id]);
      return answer;
    });
  }

  /** For whoever asks, known or not: signing in, links that were mailed. Costs nothing; limits itself. */
  open(verb: Verb, path: string, options: RouteOptions, handle: (call: OpenCall) => Promise<Answer>): void {
    const route: Route = { ...options, verb, path, open: true };
    this.routes.push(route);
    this.#app.route({
      method: verb,
      url: path,
      config: { endpoint: route },
      handler: async (request, reply) => {
        const address = this.context.transport.clientOf(request.raw);
        return await sendAnswer(this.context, request, reply, await handle({ request, query: request.asked, address }));
      },
    });
  }

  /** Events as they happen, until either side ends it: `handle` refuses, or returns what takes the response over. */
  stream(
    path: string,
    options: RouteOptions,
    handle: (call: Call) => (response: ServerResponse) => Promise<void>,
  ): void {
    const route: Route = { ...options, verb: "GET", path, stream: true };
    this.routes.push(route);
    this.#app.get(path, { config: { endpoint: route } }, async (request, reply) => {
      const takeOver = handle(callOf(request));
      writeHeaders(reply, await chargedHeaders(this.context.meter, request.call, 200));
      if (request.method === "HEAD") return await reply.header("Content-Type", "text/event-stream").send();
      reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value ?? "");
      await takeOver(reply.raw);
      return undefined;
    });
  }

  /** Bytes: answers by itself. */
  bytes(
    path: string,
    options: RouteOptions,
    handle: (call: Call) => Promise<{ headers: Record<string, string>; stream: NodeJS.ReadableStream }>,
  ): void {
    const route: Route = { ...options, verb: "GET", path, binary: true };
    this.routes.push(route);
    this.#app.get(path, { config: { endpoint: route } }, async (request, reply) => {
      const { headers, stream } = await handle(callOf(request));
      writeHeaders(reply, await chargedHeaders(this.context.meter, request.call, 200));
      return reply.headers(headers).send(stream);
    });
  }

  #add(route: Route, handle: (call: Call) => Promise<Answer>): void {
    this.routes.push(route);
    this.#app.route({
      method: route.verb,
      url: route.path,
      config: { endpoint: route },
      handler: async (request, reply) => {
        const answer = await handle(callOf(request));
        return await sendAnswer(this.context, request, reply, answer);
      },
    });
  }
}

function callOf(request: FastifyRequest): Call {
  if (request.call === null) throw new Error("a route ran without its call");
  return request.call;
}
