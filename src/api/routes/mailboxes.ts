import { type Static, Type } from "typebox";
import { type MailboxMeans, openMailbox } from "../../channels/email/mailbox-connection.ts";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { type MailboxInput, addMailbox, changeMailbox, prepareMailbox, removeMailbox } from "../../desk/mailboxes.ts";
import { tryMailbox } from "../../desk/try-mail.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import { findFirstInbox } from "../../storage/inboxes.ts";
import { advanceMailbox, findMailbox, listMailboxes } from "../../storage/mailboxes.ts";
import type { MailboxRow } from "../../storage/schema.ts";
import type { Vault } from "../../storage/secrets.ts";
import { type Call, pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { type Checked, checkBody } from "../conventions/body.ts";
import { readPrecondition } from "../conventions/etag.ts";
import { readFields } from "../conventions/fields.ts";
import { answerBefore, runInSteps, runOnce } from "../conventions/idempotency.ts";
import { ENVELOPE, OF_RESOURCE, OF_WHOLE } from "../parameters.ts";
import { presentMailbox } from "../present/mail-settings.ts";
import type { Router } from "../router.ts";
import { CreateMailbox, Mailbox, TestMailbox, Trial, UpdateMailbox } from "../schemas/mail-settings.ts";
import { grantOf } from "./transports.ts";

const tag = "Mail settings";
const path = "/mailboxes/:mailbox_id";
const least = "admin" as const;

/** The mailboxes that mail is fetched from. Where they may be is the operator's: no `allow_private` here. */
export function declareMailboxes(router: Router): void {
  const { db } = router.context;

  router.read(
    "/mailboxes",
    {
      tag,
      summary: "List the mailboxes that are fetched",
      parameters: OF_WHOLE,
      collection: true,
      least,
      answer: Type.Array(Mailbox),
      status: 200,
    },
    async ({ account, query }) => {
      const asked = readFields(query);
      const body = (await listMailboxes(db, account.id)).map((mailbox) => presentMailbox(mailbox, asked));
      return query.isTrue("count") ? { status: 200, body, total: body.length } : ok(body);
    },
  );

  router.read(
    path,
    { tag, summary: "Get a mailbox that is fetched", parameters: OF_RESOURCE, answer: Mailbox, status: 200, least },
    async (call) => {
      const mailbox = await findMailbox(db, call.account.id, pathId(call, "mailbox_id"));
      if (mailbox === undefined) throw new NotFound();
      return ok(presentMailbox(mailbox, readFields(call.query)), mailbox.version);
    },
  );

  declareCreate(router);
  declareChanges(router);
  declareTest(router);
}

function declareCreate(router: Router): void {
  const { db, vault, incoming } = router.context;
  router.writeAfter(
    "POST",
    "/mailboxes",
    {
      tag,
      summary: "Fetch a mailbox into an inbox from now on",
      parameters: OF_RESOURCE,
      least,
      body: CreateMailbox,
      answer: Mailbox,
      status: 201,
    },
    async (call) => {
      const before = await answerBefore(db, call.idempotent);
      if (before !== null) return before;
      const faults = new Faults();
      const body = checkBody(CreateMailbox, call.request.body, faults);
      const input = inputOf(vault, body, faults);
      const prepared = await db.transact(async (tx) => await prepareMailbox(tx, call.account.id, input, faults));
      const last = body.from_now === true ? await lastIn(incoming.mailboxes, prepared, input) : null;
      return await runOnce(db, call.idempotent, async (tx) => {
        const mailbox = await addMailbox(tx, call.account.id, input, new Faults());
        if (last !== null) await advanceMailbox(tx, call.account.id, { mailboxId: mailbox.id, ...last });
        const details = { host: input.host, user: input.username };
        await recordAudit(tx, call, { action: "mailbox.created", subject: mailbox.id, details });
        const shown = presentMailbox(mailbox, readFields(call.query));
        return created(shown, `/mailboxes/${mailbox.id}`, mailbox.version);
      });
    },
  );
}

function declareChanges(router: Router): void {
  const { vault } = router.context;
  router.write(
    "PATCH",
    path,
    {
      tag,
      summary: "Change how a mailbox is fetched",
      parameters: OF_RESOURCE,
      least,
      body: UpdateMailbox,
      answer: Mailbox,
      status: 200,
    },
    async (tx, call) => {
      const faults = new Faults();
      const { inbox_id, port, security, after, authserv_id, ...secrets } = checkBody(
        UpdateMailbox,
        call.request.body,
        faults,
      );
      const condition = readPrecondition(call.request.headers["if-match"]);
      const id = pathId(call, "mailbox_id");
      const secret = secretOf(vault, secrets);
      const update = {
        ...(inbox_id !== undefined && { inboxId: inbox_id }),
        ...(port !== undefined && { port }),
        ...(security !== undefined && { security }),
        ...(after !== undefined && { afterImport: after }),
        ...(authserv_id !== undefined && { authservId: authserv_id }),
        ...secret,
      };
      const mailbox = await changeMailbox(tx, call.account.id, id, update, faults, condition);
      await recordAudit(tx, call, { action: "mailbox.updated", subject: id, details: { fields: Object.keys(update) } });
      return ok(presentMailbox(mailbox, readFields(call.query)), mailbox.version);
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Fetch a mailbox no more; what was taken stays", parameters: [ENVELOPE], status: 204, least },
    async (tx, call) => {
      const id = pathId(call, "mailbox_id");
      await removeMailbox(tx, call.account.id, id);
      await recordAudit(tx, call, { action: "mailbox.deleted", subject: id });
      return NO_CONTENT;
    },
  );
}

function declareTest(router: Router): void {
  const { db, incoming } = router.context;
  router.writeAfter(
    "POST",
    "/mailboxes/test",
    {
      tag,
      summary: "Try a mailbox out, kept or not, step by step; nothing is taken",
      parameters: OF_RESOURCE,
      body: TestMailbox,
      answer: Trial,
      status: 200,
      least,
    },
    async (call) =>
      await runInSteps(db, call.idempotent, async () => {
        const faults = new Faults();
        const body = checkBody(TestMailbox, call.request.body, faults);
        const mailbox = await chooseMailbox(router, call, body, faults);
        faults.throwIfAny();
        if (mailbox === null || incoming.mailboxes === null) throw new NotFound();
        return ok(await tryMailbox(incoming.mailboxes, mailbox, db));
      }),
  );
}

/** The one that is kept, or the one that the body describes. */
async function chooseMailbox(
  { context: { db, vault } }: Router,
  { account }: Call,
  body: Checked<typeof TestMailbox>,
  faults: Faults,
): Promise<MailboxRow | null> {
  if (body.id !== undefined) {
    const known = await findMailbox(db, account.id, body.id);
    if (known === undefined) faults.add("id must be the id of a mailbox");
    return known ?? null;
  }
  for (const field of ["host", "user"] as const) {
    if (body[field] === undefined && !faults.names(field)) faults.add(`${field} is required`);
  }
  // Where its mail would go does not matter yet.
  const inboxId = body.inbox_id ?? (await findFirstInbox(db, account.id))?.id ?? "";
  const input = inputOf(vault, { ...body, inbox_id: inboxId }, faults);
  return await db.transact(async (tx) => await prepareMailbox(tx, account.id, input, faults, { mayBeKept: true }));
}

type Given = Partial<Omit<Static<typeof CreateMailbox>, "from_now">>;

function inputOf(vault: Vault, body: Given, faults: Faults): MailboxInput {
  const { inbox_id, host, port, security, user, folder, after, authserv_id } = body;
  const secret = secretOf(vault, body);
  if (secret === null && !faults.names("password")) faults.add("password is required to sign in, or oauth");
  return {
    inboxId: inbox_id ?? "",
    host: host ?? "",
    ...(port !== undefined && { port }),
    security: security ?? "tls",
    username: user ?? "",
    ...(secret ?? { auth: "password" as const, secret: "" }),
    ...(folder !== undefined && { folder }),
    ...(after !== undefined && { afterImport: after }),
    authservId: authserv_id ?? null,
  };
}

/** As `MailboxSecret` has it, sealed; null when the body has none. */
function secretOf(
  vault: Vault,
  { password, oauth }: Pick<Given, "password" | "oauth">,
): { auth: MailboxRow["auth"]; secret: string } | null {
  if (oauth !== undefined) return { auth: "xoauth2", secret: vault.seal(JSON.stringify(grantOf(oauth))) };
  return password === undefined ? null : { auth: "password", secret: vault.seal(JSON.stringify({ password })) };
}

/** Where a folder ends now. What the authorization server gives anew goes into `input`, to be kept. */
async function lastIn(
  means: MailboxMeans | null,
  mailbox: MailboxRow,
  input: MailboxInput,
): Promise<{ uidValidity: number; uid: number } | null> {
  if (means === null) return null;
  const session = await openMailbox(mailbox, means, async (sealed) => {
    input.secret = await Promise.resolve(sealed);
  });
  try {
    return { uidValidity: session.uidValidity, uid: (await session.uidsAfter(0)).at(-1) ?? 0 };
  } finally {
    session.close();
  }
}
