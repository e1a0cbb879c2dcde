import { Invalid, NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { isId } from "../../domain/ids.ts";
import { dkimOf, makeInboxDkim, removeInboxDkim } from "../../desk/inbox-dkim.ts";
import { checkTemplate } from "../../desk/inbox-mail.ts";
import { SIGNATURE_VARIABLES, signatureOf } from "../../desk/signatures.ts";
import { findAccount } from "../../storage/accounts.ts";
import { recordAudit } from "../../storage/audit-entries.ts";
import { findInbox } from "../../storage/inboxes.ts";
import { findUser } from "../../storage/users.ts";
import { pathId } from "../call.ts";
import { NO_CONTENT, created, ok } from "../conventions/answer.ts";
import { checkBody } from "../conventions/body.ts";
import { runOnce } from "../conventions/idempotency.ts";
import { ENVELOPE, OF_RESOURCE, parameter } from "../parameters.ts";
import type { Router } from "../router.ts";
import { CreateDkim, Dkim, PreviewSignature, SignaturePreview } from "../schemas/inboxes.ts";

/** What an inbox adds to the mail that goes out of it: a DKIM signature, and the one that people read. */
export function declareInboxMail(router: Router): void {
  const { db, vault } = router.context;
  const tag = "Inboxes";
  const path = "/inboxes/:inbox_id/dkim";
  const least = "admin" as const;

  router.read(
    path,
    {
      tag,
      summary: "Get the DNS record of an inbox's DKIM key",
      parameters: [ENVELOPE],
      answer: Dkim,
      status: 200,
      least,
    },
    async (call) => {
      const inbox = await findInbox(db, call.account.id, pathId(call, "inbox_id"));
      if (inbox === undefined) throw new NotFound();
      const dkim = dkimOf(vault, inbox);
      if (dkim === null) throw new NotFound();
      if (typeof dkim === "string") throw new Invalid([dkim]);
      return ok(dkim);
    },
  );

  router.writeAfter(
    "POST",
    path,
    {
      tag,
      summary: "Make a DKIM key that signs what an inbox sends from now on",
      parameters: [ENVELOPE],
      body: CreateDkim,
      answer: Dkim,
      status: 201,
      least,
    },
    async (call) => {
      const faults = new Faults();
      const { domain } = checkBody(CreateDkim, call.request.body, faults);
      const id = pathId(call, "inbox_id");
      const make = await makeInboxDkim(db, call.account.id, id, { domain: domain ?? null }, faults);
      return await runOnce(db, call.idempotent, async (tx) => {
        const dkim = await make(tx, vault);
        const details = { domain: dkim.domain, selector: dkim.selector };
        await recordAudit(tx, call, { action: "inbox.dkim_created", subject: id, details });
        return created(dkim, `/inboxes/${id}/dkim`);
      });
    },
  );

  router.write(
    "DELETE",
    path,
    { tag, summary: "Sign an inbox's mail no more", parameters: [ENVELOPE], status: 204, least },
    async (tx, call) => {
      const id = pathId(call, "inbox_id");
      await removeInboxDkim(tx, call.account.id, id);
      await recordAudit(tx, call, { action: "inbox.dkim_deleted", subject: id });
      return NO_CONTENT;
    },
  );

  router.read(
    "/inboxes/:inbox_id/signature-preview",
    {
      tag,
      summary: "See the signature under what a user writes from an inbox",
      parameters: [parameter("user_id", "Whose; without it that of nobody in particular"), ...OF_RESOURCE],
      answer: SignaturePreview,
      status: 200,
    },
    async (call) => {
      const { account, query } = call;
      const inbox = await findInbox(db, account.id, pathId(call, "inbox_id"));
      if (inbox === undefined) throw new NotFound();
      const asked = query.text("user_id");
      const user = asked === undefined || !isId(asked) ? undefined : await findUser(db, account.id, asked);
      const faults = new Faults();
      if (asked !== undefined && asked !== "" && user === undefined) faults.add("user_id must be the id of a user");
      faults.throwIfAny();
      const signatory = { account: await findAccount(db, account.id), inbox, user };
      return ok({ text: signatureOf(signatory, "text"), html: signatureOf(signatory, "html") });
    },
  );

  declareTrial(router);
}

/** For forms: how a signature would look that is not kept yet. Nothing changes, so whoever reads may ask. */
function declareTrial(router: Router): void {
  const { db } = router.context;
  router.writeAfter(
    "POST",
    "/inboxes/:inbox_id/signature-preview",
    {
      tag: "Inboxes",
      summary: "See a signature that is not kept yet, as it would be under what you write",
      parameters: [ENVELOPE],
      body: PreviewSignature,
      answer: SignaturePreview,
      status: 200,
      least: "read_only",
    },
    async (call) => {
      const { account, request, user } = call;
      const faults = new Faults();
      const { signature, user_signature } = checkBody(PreviewSignature, request.body, faults);
      checkTemplate(signature, SIGNATURE_VARIABLES, "signature", faults);
      checkTemplate(user_signature, SIGNATURE_VARIABLES, "user_signature", faults);
      faults.throwIfAny();
      const inbox = await findInbox(db, account.id, pathId(call, "inbox_id"));
      if (inbox === undefined) throw new NotFound();
      const own = user === null ? undefined : await findUser(db, account.id, user.id);
      const signatory = {
        account: await findAccount(db, account.id),
        inbox: signature === undefined ? inbox : { ...inbox, signature },
        user: own === undefined || user_signature === undefined ? own : { ...own, signature: user_signature },
      };
      return await runOnce(db, call.idempotent, async () =>
        Promise.resolve(ok({ text: signatureOf(signatory, "text"), html: signatureOf(signatory, "html") })),
      );
    },
  );
}
