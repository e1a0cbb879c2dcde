import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { type ServerParts, createApiServer } from "../../src/api/server.ts";
import { readConfig } from "../../src/config.ts";
import { deliveryMeans } from "../../src/outgoing-mail.ts";
import { createToken } from "../../src/desk/create-token.ts";
import { createUser } from "../../src/desk/create-user.ts";
import { createInbox } from "../../src/desk/inboxes.ts";
import { openSession } from "../../src/desk/sessions.ts";
import { newAccount } from "../../src/desk/set-up-account.ts";
import { Faults } from "../../src/domain/faults.ts";
import type { UserRole } from "../../src/domain/states.ts";
import { LiveStreams } from "../../src/realtime/live-streams.ts";
import { insertAccount } from "../../src/storage/accounts.ts";
import { openCreditMeter } from "../../src/storage/credit-windows.ts";
import type { AccountRow, InboxRow, UserRow } from "../../src/storage/schema.ts";
import { checkAgainstDocument } from "./openapi-check.ts";
import { type TestStorage, sharedStorage } from "./test-storage.ts";

/** What a request got. */
export interface Got {
  status: number;
  headers: IncomingHttpHeaders;
  /** Header lines as they were sent: name, value, name, value. */
  rawHeaders: string[];
  text: string;
  /** The parsed body; undefined when there is none or it is no JSON. */
  // oxlint-disable-next-line no-explicit-any -- tests look into it and say what they expect
  body: any;
}

export interface Ask {
  /** A value to send as JSON, or a string to send as it is. */
  body?: unknown;
  headers?: Record<string, string | string[]>;
}

/** One server over the worker's shared storage, or with settings or a storage of its own. */
export interface TestServer {
  url: string;
  port: number;
  storage: TestStorage;
  close(): Promise<void>;
}

/** Errors that the server logged since `logged` was last emptied: a test of robustness wants none. */
export const logged: object[] = [];

export async function startTestServer(
  settings: Partial<ServerParts["config"]> = {},
  storage?: TestStorage,
  webClient?: string,
): Promise<TestServer> {
  const used = storage ?? (await sharedStorage());
  const config = { ...readConfig({ data: used.data }, {}), ...settings };
  const log = { debug: () => undefined, error: (facts: object) => void logged.push(facts) };
  const live = new LiveStreams(used.db, (error) => log.error({ error }));
  const outgoing = deliveryMeans(config, used);
  const mailboxes = { ...outgoing, mailLimit: config.mailLimit };
  const parts = {
    config,
    storage: used,
    meter: openCreditMeter(used.db),
    live,
    log,
    outgoing,
    incoming: { mailboxes },
  };
  const app = await createApiServer({ ...parts, ...(webClient !== undefined && { webClient }) });
  await app.listen({ host: "127.0.0.1", port: 0 });
  app.server.unref();
  const { port } = app.server.address() as AddressInfo;
  const scheme = config.tlsCert === null ? "http" : "https";
  return { url: `${scheme}://127.0.0.1:${port}`, port, storage: used, close: async () => await app.close() };
}

let shared: Promise<TestServer> | undefined;

export async function sharedServer(): Promise<TestServer> {
  shared ??= startTestServer();
  return await shared;
}

/** Sends one request as it is, and checks what comes back against the API's description. */
export async function send(
  server: TestServer,
  method: string,
  path: string,
  { body, headers = {} }: Ask = {},
): Promise<Got> {
  const payload = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const request = httpRequest(server.url + "/", {
    method,
    path,
    headers: { ...(payload !== undefined && { "Content-Length": Buffer.byteLength(payload) }), ...headers } as Record<
      string,
      string
    >,
    rejectUnauthorized: false,
  } as object);
  request.end(payload);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  // A stream never ends by itself; what its beginning says is enough here.
  if (response.headers["content-type"]?.startsWith("text/event-stream") === true) response.destroy();
  else for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString("utf8");
  const isJson = response.headers["content-type"]?.startsWith("application/json") === true;
  const got: Got = {
    status: response.statusCode ?? 0,
    headers: response.headers,
    rawHeaders: response.rawHeaders,
    text,
    body: isJson && text !== "" && response.headers["content-encoding"] === undefined ? JSON.parse(text) : undefined,
  };
  checkAgainstDocument(method, path, headers, got);
  return got;
}

/** Somebody who asks, below `/api/v1`. */
export interface TestClient {
  /** A body makes the request `application/json`. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Got>;
  get(path: string, headers?: Record<string, string>): Promise<Got>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Got>;
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Got>;
}

/** Somebody who is signed in, in our own web client. */
export interface SignedIn extends TestClient {
  user: UserRow;
  /** The `Cookie` header. */
  cookie: string;
}

/** What our web client sends with every request, from a page of the server's. */
export function webHeaders(server: TestServer, cookie?: string): Record<string, string> {
  return { "X-Cantrip-Client": "web", Origin: server.url, ...(cookie !== undefined && { Cookie: cookie }) };
}

/** An account of a test's own, and a client of it, which sends the token. */
export interface TestDesk extends TestClient {
  server: TestServer;
  account: AccountRow;
  token: string;
  user: UserRow;
  inbox: InboxRow;
  /** Sends nothing of its own: nobody in particular. */
  bare: TestClient;
  /** Signs a person in: a new agent who sees everything, unless something else is said. */
  signIn(who?: { role?: UserRole; inboxIds?: readonly string[] | null; user?: UserRow }): Promise<SignedIn>;
  /** Creates a ticket and returns it; `more` goes into the request. */
  // oxlint-disable-next-line no-explicit-any -- as above
  ticket(more?: object): Promise<any>;
}

/** Makes an account with a user, an inbox and a token; without limits unless they are given. */
export async function openDesk(
  limits: Partial<Pick<AccountRow, "credits_per_minute" | "requests_per_second" | "undo_seconds">> = {},
  on?: TestServer,
): Promise<TestDesk> {
  const server = on ?? (await sharedServer());
  const { db } = server.storage;
  const site = `desk-${randomBytes(8).toString("hex")}`;
  const account: AccountRow = {
    ...newAccount(site, "Test desk"),
    credits_per_minute: 0,
    requests_per_second: 0,
    ...limits,
  };
  const faults = new Faults();
  const made = await db.transact(async (tx) => {
    await insertAccount(tx, account);
    const user = await createUser(
      tx,
      account.id,
      { first_name: "Mary", last_name: "Jones", email: "mary@desk.example" },
      faults,
    );
    const inbox = await createInbox(tx, account.id, { name: "Support", address: "help@desk.example" }, faults);
    const { token } = await createToken(tx, account.id, "Test", faults);
    return { user, inbox, token };
  });
  const client = clientOf(server, () => ({ Authorization: `Bearer ${made.token}` }));
  return {
    server,
    account,
    ...made,
    ...client,
    bare: clientOf(server, () => ({})),
    signIn: async (who) => await signIn(server, account, who),
    ticket: async (more = {}) => {
      const got = await client.ask("POST", "/tickets", {
        type: "email",
        subject: "A question",
        customer: { first_name: "Ruby", last_name: "Miller" },
        ...more,
      });
      if (got.status !== 201) throw new Error(`the ticket was refused: ${got.text}`);
      return got.body;
    },
  };
}

/** A client that sends some headers with everything it asks. */
export function clientOf(server: TestServer, own: () => Record<string, string>): TestClient {
  const ask: TestClient["ask"] = async (method, path, body, headers = {}) =>
    await send(server, method, `/api/v1${path}`, {
      body,
      headers: { ...own(), ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
    });
  return {
    ask,
    get: async (path, headers) => await ask("GET", path, undefined, headers),
    post: async (path, body, headers) => await ask("POST", path, body, headers),
    patch: async (path, body, headers) => await ask("PATCH", path, body, headers),
  };
}

async function signIn(
  server: TestServer,
  account: AccountRow,
  { role = "agent", inboxIds = null, user: known }: Parameters<TestDesk["signIn"]>[0] = {},
): Promise<SignedIn> {
  const { user, token } = await server.storage.db.transact(async (tx) => {
    const email = `${randomBytes(6).toString("hex")}@desk.example`;
    const input = { first_name: "Ada", last_name: "Byron", email, role, inbox_ids: inboxIds };
    const added = known ?? (await createUser(tx, account.id, input, new Faults()));
    const place = { address: "127.0.0.1", userAgent: "Test" };
    return { user: added, token: await openSession(tx, account.id, added.id, place) };
  });
  const cookie = `__Host-cantrip=${token}`;
  return { user, cookie, ...clientOf(server, () => webHeaders(server, cookie)) };
}
