import type { FastifyInstance, FastifyRequest } from "fastify";
import type { TObject, TSchema } from "typebox";
import type { BlobStore } from "../storage/blobs.ts";
import type { Db, Tx } from "../storage/database.ts";
import type { Call } from "./call.ts";
import { type Answer, type SendContext, chargedHeaders, sendAnswer, writeHeaders } from "./conventions/answer.ts";
import { runOnce } from "./conventions/idempotency.ts";

export type Verb = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** A query parameter as the documentation shows it. */
export interface Parameter {
  name: string;
  about: string;
  schema: TSchema;
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
  db: Db;
  blobs: BlobStore;
  attachmentLimit: number;
  mailLimit: number;
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
    this.#add({ ...options, verb: "GET", path }, handle);
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
      runOnce(db, call.idempotent, async (tx) => await handle(tx, call)),
    );
  }

  /** A write that has work to do before its transaction; it calls `runOnce` itself. */
  writeAfter(
    verb: Exclude<Verb, "GET">,
    path: string,
    options: RouteOptions,
    handle: (call: Call) => Promise<Answer>,
  ): void {
    this.#add({ ...options, verb, path }, handle);
  }

  /** Bytes: answers by itself. */
  bytes(
    path: string,
    options: RouteOptions,
    handle: (call: Call) => Promise<{ headers: Record<string, string>; stream: NodeJS.ReadableStream }>,
  ): void {
    const route: Route = { ...options, verb: "GET", path, binary: true };
    this.routes.push(route);
    this.#app.get(path, { config: { endpoint: route }, compress: false }, async (request, reply) => {
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
