import { type Static, Type } from "typebox";
import { isEmailAddress } from "../../domain/contact-values.ts";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import {
  type TransportInput,
  addTransport,
  changeTransport,
  prepareTransport,
  removeTransport,
} from "../../desk/transports.ts";
import { tryTransport } from "../../desk/try-mail.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import { findFirstInbox, findInbox } from "../../storage/inboxes.ts";
import type { TransportRow } from "../../storage/schema.ts";
import { findTransportById, listTransports } from "../../storage/transports.ts";
import { type Call, pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { type Checked, checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { runInSteps } from "../conventions/idempotency.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentTransport } from "../present/mail-settings.ts";
import type { Router } from "../router.ts";
import { CreateTransport, TestTransport, Transport, Trial, UpdateTransport } from "../schemas/mail-settings.ts";

const tag = "Mail settings";
const path = "/transports/:transport_id";
const least = "admin" as const;

/** Which mail servers take what the help desk sends. Where they may be is the operator's: no `allow_private` here. */
export function declareTransports(router: Router): void {
  const { db, vault } = router.context;

  router.read(
    "/transports",
    {
      tag,
      summary: "List the mail servers that replies go to",
      parameters: OF_WHOLE,
      collection: true,
      least,
      answer: Type.Array(Transport),
      status: 200,
    },
    async ({ account, query }) => {
      const transports = await listTransports(db, account.id);
      const asked = readFields(query);
      const body = transports.map((transport) => presentTransport(transport, asked));
      return query.isTrue("count") ? { status: 200, body, total: body.length } : ok(body);
    },
  );

  router.write(
    "POST",
    "/transports",
    {
      tag,
      summary: "Set the mail server of an inbox, or of all that have none",
      parameters: OF_RESOURCE,
      least,
      body: CreateTransport,
      answer: Transport,
      status: 201,
    },
    async (tx, call) => {
      const faults = new Faults();
      const body = checkBody(CreateTransport, call.request.body, faults);
      const input = inputOf(body);
      if (faults.empty) checkWhole(input, faults);
      const inboxId = body.inbox_id ?? null;
      const transport = await addTransport(tx, vault, call.account.id, inboxId, input, faults);
      await recordAudit(tx, call, {
        action: "transport.created",
        subject: transport.id,
        details: { host: input.host },
      });
      const shown = presentTransport(transport, readFields(call.query));
      return created(shown, `/transports/${transport.id}`, transport.version);
    },
  );

  router.write(
    "PATCH",
    path,
    {
      tag,
      summary: "Change a mail server; a new host or user needs the password again",
      parameters: OF_RESOURCE,
      body: UpdateTransport,
      answer: Transport,
      status: 200,
      least,
    },
    async (tx, call) => {
      const faults = new Faults();
      const body = checkBody(UpdateTransport, call.request.body, faults);
      const condition = readPrecondition(call.request.headers["if-match"]);
      const id = pathId(call, "transport_id");
      const transport = await changeTransport(tx, vault, call.account.id, id, givenOf(body), faults, condition);
      await recordAudit(tx, call, { action: "transport.updated", subject: id, details: { fields: Object.keys(body) } });
      return ok(presentTransport(transport, readFields(call.query)), transport.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Send by a mail server no more", parameters: [ENVELOPE], status: 204, least },
    async (tx, call) => {
      const id = pathId(call, "transport_id");
      await removeTransport(tx, call.account.id, id);
      await recordAudit(tx, call, { action: "transport.deleted", subject: id });
      return NO_CONTENT;
    },
  );

  declareTest(router);
  router.read(
    path,
    { tag, summary: "Get a mail server", parameters: OF_RESOURCE, answer: Transport, status: 200, least },
    async (call) => {
      const transport = await findTransportById(db, call.account.id, pathId(call, "transport_id"));
      if (transport === undefined) throw new NotFound();
      return ok(presentTransport(transport, readFields(call.query)), transport.version);
    },
  );
}

function declareTest(router: Router): void {
  const { db, outgoing } = router.context;
  router.writeAfter(
    "POST",
    "/transports/test",
    {
      tag,
      summary: "Try a mail server out, kept or not, step by step",
      parameters: OF_RESOURCE,
      least,
      body: TestTransport,
      answer: Trial,
      status: 200,
    },
    // With a key a test message is sent once.
    async (call) =>
      await runInSteps(db, call.idempotent, async () => {
        const faults = new Faults();
        const body = checkBody(TestTransport, call.request.body, faults);
        const transport = await chooseTransport(router, call, body, faults);
        const inboxId = body.inbox_id ?? transport?.inbox_id ?? null;
        const inbox =
          inboxId === null ? await findFirstInbox(db, call.account.id) : await findInbox(db, call.account.id, inboxId);
        if (inboxId !== null && inbox === undefined) faults.add("inbox_id must be the id of an inbox");
        const sendTo = body.send_to ?? null;
        const from = body.from ?? inbox?.address ?? null;
        if (body.from != null && !isEmailAddress(body.from)) faults.add("from must be an email address");
        if (sendTo !== null && !isEmailAddress(sendTo)) faults.add("send_to must be an email address");
        if (sendTo !== null && from === null) faults.add("inbox_id must be an inbox with an address");
        faults.throwIfAny();
        if (transport === null || outgoing === null) throw new NotFound();
        const test = sendTo === null || inbox === undefined ? null : { inbox: { ...inbox, address: from }, sendTo };
        return ok(await tryTransport(outgoing, transport, test));
      }),
  );
}

/** The one that is kept, with what the body changes of it; or the one that the body describes. */
async function chooseTransport(
  { context: { db, vault } }: Router,
  { account }: Call,
  body: Checked<typeof TestTransport>,
  faults: Faults,
): Promise<TransportRow | null> {
  if (body.id !== undefined) {
    const known = await findTransportById(db, account.id, body.id);
    if (known === undefined) faults.add("id must be the id of a mail server");
    return known ?? null;
  }
  if (body.host === undefined && !faults.names("host")) faults.add("host is required: a host name or an address");
  const input = inputOf(body);
  checkWhole(input, faults);
  return faults.empty ? prepareTransport(vault, account.id, null, input, faults) : null;
}

type Given = Pick<Static<typeof TestTransport>, "host" | "port" | "security" | "user" | "password" | "oauth">;

function inputOf(body: Given): TransportInput {
  const given = givenOf(body);
  const auth = given.grant !== undefined ? "xoauth2" : given.username === undefined ? "none" : "password";
  return { host: "", security: "starttls", auth, ...given, allowPrivate: false };
}

/** What a body says, under the names that the desk knows. */
function givenOf({ user, oauth, password, host, port, security, ...rest }: Given & { auth?: TransportInput["auth"] }) {
  const auth = rest.auth ?? (oauth !== undefined ? "xoauth2" : password !== undefined ? "password" : undefined);
  return {
    ...(host !== undefined && { host }),
    ...(port !== undefined && { port }),
    ...(security !== undefined && { security }),
    ...(auth !== undefined && { auth }),
    ...(user != null && { username: user }),
    ...(password !== undefined && { password }),
    ...(oauth !== undefined && { grant: grantOf(oauth) }),
  };
}

/** A password without a user would be kept and never used. */
function checkWhole({ username, password }: TransportInput, faults: Faults): void {
  if (password !== undefined && username === undefined) faults.add("user is required to sign in");
}

export function grantOf({ token_url, client_id, client_secret, refresh_token }: NonNullable<Given["oauth"]>) {
  return {
    tokenUrl: token_url,
    clientId: client_id,
    ...(client_secret != null && { clientSecret: client_secret }),
    refreshToken: refresh_token,
  };
}
