import { create as contentDisposition } from "content-disposition";
import { NotFound } from "../../domain/errors.ts";
import { Faults } from "../../domain/faults.ts";
import { createAttachment } from "../../desk/create-attachment.ts";
import { findAttachment } from "../../storage/attachments.ts";
import { hashBytes } from "../../storage/blobs.ts";
import { pathId } from "../call.ts";
import { created, ok } from "../conventions/answer.ts";
import { decodeBase64 } from "../conventions/base64.ts";
import { checkBody } from "../conventions/body.ts";
import { readFields } from "../conventions/fields.ts";
import { runOnce } from "../conventions/idempotency.ts";
import { HttpError } from "../errors.ts";
import { OF_RESOURCE } from "../parameters.ts";
import { presentAttachment } from "../present/attachment.ts";
import type { Router } from "../router.ts";
import { Attachment, CreateAttachment } from "../schemas/attachments.ts";

export function declareAttachments(router: Router): void {
  const { db, blobs, attachmentLimit } = router.context;

  router.read(
    "/attachments/:attachment_id",
    {
      tag: "Attachments",
      summary: "Get an attachment's metadata",
      parameters: OF_RESOURCE,
      answer: Attachment,
      status: 200,
    },
    async (call) => {
      const attachment = await findAttachment(db, call.account.id, pathId(call, "attachment_id"));
      if (attachment === undefined) throw new NotFound();
      return ok(presentAttachment(attachment, readFields(call.query)), 1);
    },
  );

  router.bytes(
    "/attachments/:attachment_id/content",
    { tag: "Attachments", summary: "Get an attachment's bytes", status: 200 },
    async (call) => {
      const attachment = await findAttachment(db, call.account.id, pathId(call, "attachment_id"));
      if (attachment === undefined) throw new NotFound();
      return {
        stream: await blobs.read(call.account.id, attachment.hash),
        headers: {
          "Content-Type": attachment.type,
          "Content-Length": String(attachment.size),
          // Bytes from outside: downloaded, never sniffed, and without a right if a browser shows them all the same (F3).
          "Content-Disposition": contentDisposition(attachment.name),
          "X-Content-Type-Options": "nosniff",
          "Content-Security-Policy": "sandbox; default-src 'none'",
        },
      };
    },
  );

  router.writeAfter(
    "POST",
    "/attachments",
    {
      tag: "Attachments",
      summary: "Upload a file for a message to come",
      parameters: OF_RESOURCE,
      body: CreateAttachment,
      answer: Attachment,
      status: 201,
    },
    async ({ account, query, request, idempotent }) => {
      const faults = new Faults();
      const { name, type, data, content_id } = checkBody(CreateAttachment, request.body, faults);
      const bytes = data === undefined ? undefined : decodeBase64(data, faults, "data");
      if (bytes !== undefined && bytes.byteLength > attachmentLimit) {
        throw new HttpError(413, `Payload Too Large: data must have at most ${attachmentLimit} bytes, decoded`);
      }
      faults.throwIfAny();
      const given = { ...(name !== undefined && { name }), ...(type !== undefined && { type }) };
      const input = { ...given, contentId: content_id ?? null };
      const stored = bytes === undefined ? {} : { bytes, hash: hashBytes(bytes) };
      // Before the transaction, so that no writer waits for the disk; the transaction finds them there.
      if (stored.bytes !== undefined) await blobs.put(account.id, stored.hash, stored.bytes);
      return await runOnce(db, idempotent, async (tx) => {
        const attachment = await createAttachment(tx, blobs, account.id, { ...input, ...stored }, faults);
        return created(presentAttachment(attachment, readFields(query)), `/attachments/${attachment.id}`, 1);
      });
    },
  );
}
