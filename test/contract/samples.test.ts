import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createUser } from "../../src/desk/create-user.ts";
import { Faults } from "../../src/domain/faults.ts";
import { updateAccount } from "../../src/storage/accounts.ts";
import { type Got, type TestDesk, type TestServer, openDesk, send, startTestServer } from "../support/test-api.ts";
import { ENGINE_MISSING } from "../support/test-storage.ts";
import { IDS, type Role, SAMPLES, type Sample, type Shape } from "./samples.ts";

/** The account's limits in the document. */
const LIMITS = { credits_per_minute: 100, requests_per_second: 6 };

const unique = (): string => randomBytes(4).toString("hex");

/** Makes what a printed id stands for, and returns its id. `made` has the ids so far. */
const MAKE: Record<Role, (desk: TestDesk, made: ReadonlyMap<string, string>) => Promise<string>> = {
  user: async (desk) => {
    const person = { first_name: "John", last_name: "Smith", email: `john.${unique()}@desk.example` };
    const { db } = desk.server.storage;
    return (await db.transact(async (tx) => await createUser(tx, desk.account.id, person, new Faults()))).id;
  },
  inbox: (desk) => Promise.resolve(desk.inbox.id),
  label: async (desk) => (await desk.post("/labels", { name: `Label ${unique()}` })).body.id as string,
  customer: async (desk) => {
    const contacts = [{ type: "email", value: `maggie.${unique()}@example.com` }];
    return (await desk.post("/customers", { first_name: "Maggie", last_name: "Miller", contacts })).body.id as string;
  },
  john: async (desk) => {
    const contacts = [{ type: "email", value: "john@example.com" }];
    return (await desk.post("/customers", { first_name: "John", last_name: "Smith", contacts })).body.id as string;
  },
  contact: async (desk, made) => {
    const contact = { type: "phone", value: "+16502530000" };
    return (await desk.post(`/customers/${made.get("customer_id")}/contacts`, contact)).body.id as string;
  },
  "email address": async (desk) => {
    const value = `chris.${unique()}@example.com`;
    await desk.post("/customers", { first_name: "Chris", contacts: [{ type: "email", value }] });
    return value;
  },
  attachment: async (desk) => {
    const file = { name: "MyFile.zip", type: "application/zip", data: "UEsDBA==" };
    return (await desk.post("/attachments", file)).body.id as string;
  },
  ticket: async (desk) => {
    const note = { type: "note", user_id: desk.user.id, body: "I was trying to do something." };
    const { id } = await desk.ticket({ messages: [note] });
    await desk.ask("PUT", `/tickets/${id}/labels/${await MAKE.label(desk, new Map())}`);
    return id as string;
  },
  conversation: async (desk) => {
    const address = `michael.${unique()}@example.com`;
    const { id } = await desk.ticket({
      user_id: desk.user.id,
      customer: { first_name: "Michael", last_name: "Smith", contacts: [{ type: "email", value: address }] },
      messages: [
        {
          type: "reply",
          direction: "in",
          from: `Michael Smith <${address}>`,
          to: "help@desk.example",
          body: "It broke.",
        },
        { type: "reply", direction: "out", to: address, user_id: desk.user.id, body: "We will mend it." },
      ],
    });
    await desk.patch(`/tickets/${id}`, { label_ids: [await MAKE.label(desk, new Map())], state: "closed" });
    return id as string;
  },
};

/** A printed id where it is a whole path segment, list member or JSON string, never a member's name. */
const PRINTED_ID = new RegExp(`(?<=[/,=" ])(${Object.keys(IDS).join("|")})(?=[/,"&? ]|$)(?!"\\s*:)`, "gm");

function substitute(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replace(PRINTED_ID, (printed) => ids.get(printed) ?? printed);
}

/** Sends a sample as it is printed, with real ids and a real token. */
async function sendSample(desk: TestDesk, sample: Sample, ids: ReadonlyMap<string, string>): Promise<Got> {
  const path = substitute(sample.url.replace("https://site.enchant.com", ""), ids);
  // The printed line breaks within a string stand for \n (see the contract's introduction).
  const body = substitute(sample.body ?? "", ids).replace(/"[^"]*"/g, (text) => text.replaceAll("\n", "\\n"));
  const headers = { Authorization: "Bearer token", ...sample.headers };
  const [scheme, credentials = ""] = headers.Authorization.split(" ");
  const given = credentials.replace("token", desk.token);
  const authorization = scheme === "Basic" ? `Basic ${Buffer.from(given).toString("base64")}` : `Bearer ${given}`;
  return await send(desk.server, sample.method, path, {
    ...(sample.body !== undefined && { body }),
    headers: { ...headers, Authorization: authorization },
  });
}

/** An account with what a sample speaks of, then limited as the document says. */
async function prepare(server: TestServer, sample: Sample): Promise<{ desk: TestDesk; ids: Map<string, string> }> {
  const desk = await openDesk({}, server);
  const ids = new Map<string, string>();
  for (const role of sample.given ?? []) await MAKE[role](desk, ids);
  for (const [printed] of `${sample.url}\n${sample.body ?? ""}`.matchAll(PRINTED_ID)) {
    const role = IDS[printed];
    if (role !== undefined && !ids.has(printed)) ids.set(printed, await MAKE[role](desk, ids));
  }
  await server.storage.db.transact(async (tx) => {
    await updateAccount(tx, desk.account.id, LIMITS);
  });
  return { desk, ids };
}

/** What a value lacks of a printed shape, in words; more fields than printed are fine. */
function misfits(shape: Shape, value: unknown, nulls: readonly string[], path = ""): string[] {
  if (shape === "null") return value === null || typeof value === "string" ? [] : [`${path}: not null`];
  if (typeof shape === "string") {
    const missing = nulls.includes(path.split(".").at(-1) ?? "") ? value === null : typeof value === shape;
    return missing ? [] : [`${path}: ${JSON.stringify(value)} is no ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path}: no array`];
    if (shape.length > 0 && value.length < shape.length) return [`${path}: too few elements`];
    return value.flatMap((item, at) => {
      const element = (shape.length === 1 ? shape[0] : shape[at]) as Shape | undefined;
      return element === undefined ? [] : misfits(element, item, nulls, `${path}[${at}]`);
    });
  }
  if (typeof value !== "object" || value === null) return [`${path}: no object`];
  return Object.entries(shape).flatMap(([name, member]) =>
    name in value
      ? misfits(member, (value as Record<string, unknown>)[name], nulls, `${path}.${name}`)
      : [`${path}.${name} is missing`],
  );
}

describe.skipIf(ENGINE_MISSING !== null)("every sample of the document, sent as printed", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ publicUrl: "https://site.enchant.com" });
  });
  afterAll(async () => await server.close());

  test.for(SAMPLES.map((sample) => [`${sample.section}: ${sample.method} ${sample.url}`, sample] as const))(
    "%s",
    async ([, sample]) => {
      const { desk, ids } = await prepare(server, sample);
      const got = await sendSample(desk, sample, ids);
      expect(got).toMatchObject({ status: sample.status });
      expect(Object.keys(got.headers)).toEqual(
        expect.arrayContaining(sample.answers.map((name) => name.toLowerCase())),
      );
      expectRateHeaders(got, sample);
      if (got.status === 204) expect(got.text).toBe("");
      else expect(got.headers["content-type"]).toBe("application/json; charset=utf-8");
      if (sample.shape !== undefined) expect(misfits(sample.shape, got.body, sample.nulls ?? [])).toEqual([]);
      if (sample.results !== undefined) expect(got.body).toHaveLength(sample.results);
      await expectOutcome(desk, sample, got, ids);
    },
  );
});

function expectRateHeaders({ headers, body }: Got, sample: Sample): void {
  const used = Number(headers["rate-limit-used"]);
  if (sample.used !== undefined) expect(used).toBe(sample.used);
  expect(headers["rate-limit-limit"]).toBe("100");
  expect(headers["rate-limit-remaining"]).toBe(String(100 - used));
  expect(headers["rate-limit-reset"]).toMatch(/^(60|[1-5]\d|[1-9])$/);
  if (!sample.url.includes("envelope=true")) return;
  expect(body.status).toBe(404);
  expect(body.headers).toMatchObject({ "Rate-Limit-Limit": 100, "Rate-Limit-Remaining": 100, "Rate-Limit-Used": 0 });
  expect(body.response).toEqual({ message: "Not Found" });
}

/** What the document says of some answers beyond their form. */
async function expectOutcome(
  desk: TestDesk,
  { url, method, body }: Sample,
  got: Got,
  ids: Map<string, string>,
): Promise<void> {
  if (url.endsWith("count=true")) expect(got.headers["total-count"]).toBe("2");
  if (url.includes("per_page=1")) expect(got.body.length).toBeLessThan(16);
  if (url.includes("fields=")) for (const user of got.body) expect(Object.keys(user)).toEqual(["id", "first_name"]);
  if (got.status === 405) expect(got.headers.allow).toBe("GET, HEAD");
  if (body?.includes(`"state"`) === true) expect(got.body.state).toBe("closed");
  if (body?.includes(`"trash"`) === true) expect(got.body.trash).toBe(true);
  if (body?.includes("423ccc") === true) expect(got.body.label_ids).toEqual([ids.get("41e3dc"), ids.get("423ccc")]);
  if (url === "/api/v1/attachments") expect(got.body).toMatchObject({ name: "MyFile.zip", size: 197 });
  if (method === "POST" && got.status === 201) {
    const path = got.headers.location?.replace("https://site.enchant.com", "") ?? "";
    expect(path).toMatch(new RegExp(`^/api/v1/[a-z]+/.*${got.body.id}$`));
    const again = await desk.get(path.slice("/api/v1".length));
    expect(again.body).toEqual(got.body);
  }
  if (url.includes("/labels/")) {
    const ticket = await desk.get(`/tickets/${ids.get("ticket_id")}`);
    const asked = [...ids].filter(([printed]) => printed.startsWith("label_id")).map(([, id]) => id);
    expect(asked.length).toBeGreaterThan(0);
    const on = asked.filter((id) => (ticket.body.label_ids as string[]).includes(id));
    expect(on).toEqual(method === "PUT" ? asked : []);
  }
  if (method === "DELETE" && url.includes("/contacts/")) {
    const customer = await desk.get(`/customers/${ids.get("customer_id")}`);
    expect(customer.body.contacts).toHaveLength(1);
  }
}
