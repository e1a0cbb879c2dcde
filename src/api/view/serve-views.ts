import { Readable } from "node:stream";
import { create as contentDisposition } from "content-disposition";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { NotFound } from "../../domain/errors.ts";
import { isId } from "../../domain/ids.ts";
import { isAttachmentWithin, isTicketWithin } from "../../storage/access.ts";
import { findAttachment, listAttachments } from "../../storage/attachments.ts";
import type { BlobStore } from "../../storage/blobs.ts";
import type { Db } from "../../storage/database.ts";
import { findMessage } from "../../storage/messages.ts";
import type { AttachmentRow, MessageRow } from "../../storage/schema.ts";
import { type AuthContext, type Caller, findSignedIn } from "../auth.ts";
import { HttpError } from "../errors.ts";
import { type Part, THEMES, type Theme, messagePage } from "./message-page.ts";
import { SNIFFED_BYTES, shownType } from "./sniff.ts";

export interface Views {
  db: Db;
  blobs: BlobStore;
  auth: AuthContext;
}

/**
 * What came from outside and is shown inside the web client: messages as pages for a frame without rights, attachments by
 * themselves. For who is signed in, by the cookie alone, since no frame and no image can send a header.
 */
export function serveViews(app: FastifyInstance, views: Views): void {
  app.get("/view/messages/:ticket_id/:message_id", async (request, reply) => await showMessage(views, request, reply));
  app.get("/view/attachments/:attachment_id", async (request, reply) => {
    return await showAttachment(views, request, reply);
  });
}

/** Who looks; throws 403 for plain HTTP and for a page of another site, 401 for nobody. */
async function identify({ auth }: Views, request: FastifyRequest, reply: FastifyReply): Promise<Caller> {
  void reply.header("Vary", "Cookie, Sec-Fetch-Site");
  if (!auth.transport.isSecure(request.raw)) throw new HttpError(403, "HTTPS is required");
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw new HttpError(403, "Forbidden: only a page of this server may show this");
  }
  const caller = await findSignedIn(auth, request.raw);
  if (caller === null) throw new HttpError(401, "Unauthorized: nobody is signed in");
  return caller;
}

async function showMessage(views: Views, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { account, user } = await identify(views, request, reply);
  const { db } = views;
  const [ticketId, messageId] = [idIn(request, "ticket_id"), idIn(request, "message_id")];
  const within = user?.inboxIds ?? null;
  if (within !== null && !(await isTicketWithin(db, account.id, ticketId, within))) throw new NotFound();
  const message = await findMessage(db, account.id, ticketId, messageId);
  if (message === undefined) throw new NotFound();
  const asked = new URL(request.raw.url ?? "/", "http://x").searchParams;
  const images = asked.get("images") === "1";
  const theme = THEMES.find((each) => each === asked.get("theme")) ?? "light";
  const attachments = await listAttachments(db, account.id, [message.id]);
  const locate = (contentId: string): string | null => locateInline(attachments, contentId);
  const parts = partsOf(message, asked.get("part"));
  const { html, blocked } = await messagePage(parts, theme satisfies Theme, { images, locate });
  return await reply
    .headers({
      ...FRAMED,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": messagePolicy(images),
      "Cache-Control": "private, no-store",
      "X-Blocked-Images": String(blocked),
    })
    .send(html);
}

/** For both: framed by ourselves only, never sniffed, and telling nobody where a link or an image was. */
const FRAMED = {
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "SAMEORIGIN",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** The same rights as the frame's: none but to open links. `allow-same-origin` lets the page around it measure its height. */
function messagePolicy(images: boolean): string {
  return [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `img-src 'self' data:${images ? " https: http:" : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
  ].join("; ");
}

function partsOf({ body, more_body, htmlized }: MessageRow, asked: string | null): Part[] {
  const texts = asked === "more" ? [more_body] : asked === "all" ? [body, more_body] : [body];
  return texts.flatMap((text) => (text === null || text === "" ? [] : [{ text, isHtml: htmlized === 1 }]));
}

/** RFC 2392: an image of the mail itself. */
function locateInline(attachments: readonly AttachmentRow[], contentId: string): string | null {
  const found = attachments.find(({ content_id }) => content_id !== null && content_id === contentId);
  return found === undefined ? null : `/view/attachments/${found.id}`;
}

async function showAttachment(views: Views, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { account, user } = await identify(views, request, reply);
  const { db, blobs } = views;
  const id = idIn(request, "attachment_id");
  const within = user?.inboxIds ?? null;
  if (within !== null && !(await isAttachmentWithin(db, account.id, id, within))) throw new NotFound();
  const attachment = await findAttachment(db, account.id, id);
  if (attachment === undefined) throw new NotFound();
  const download = new URL(request.raw.url ?? "/", "http://x").searchParams.get("download") === "1";
  const stream = await blobs.read(account.id, attachment.hash);
  const { head, whole } = await peek(stream);
  const type = download ? attachment.type : shownType(attachment.type, head);
  const etag = `"${attachment.hash.slice(0, 32)}${download ? ".d" : ""}"`;
  const isKnown = request.headers["if-none-match"]?.split(",").some((tag) => tag.trim() === etag) === true;
  if (type === null || isKnown) whole.destroy();
  if (type === null) throw new NotFound();
  void reply.headers({
    ...FRAMED,
    "Content-Type": type,
    // Kept by the browser, and asked for again: who is signed out sees nothing.
    "Cache-Control": "private, no-cache",
    ETag: etag,
    "Content-Security-Policy": FILE_POLICY,
    "Content-Disposition": contentDisposition(attachment.name, { type: download ? "attachment" : "inline" }),
  });
  if (isKnown) return await reply.code(304).send();
  return await reply.header("Content-Length", String(attachment.size)).send(whole);
}

/** No right at all. Chromium's PDF viewer shows a PDF under it too (tried with 156), outside of this origin. */
const FILE_POLICY = "sandbox; default-src 'none'; frame-ancestors 'self'";

/** The first bytes of a stream, and all of it. */
async function peek(stream: Readable): Promise<{ head: Buffer; whole: Readable }> {
  const chunks: Buffer[] = [];
  let length = 0;
  const iterator = stream[Symbol.asyncIterator]() as AsyncIterableIterator<Buffer>;
  while (length < SNIFFED_BYTES) {
    const { done, value } = await iterator.next();
    if (done === true) break;
    chunks.push(value);
    length += value.byteLength;
  }
  const head = Buffer.concat(chunks);
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (head.byteLength > 0) yield head;
      for (;;) {
        const { done, value } = await iterator.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      stream.destroy();
    }
  }
  const whole = Readable.from(all(), { objectMode: false });
  // Not begun, the generator never reaches its end.
  whole.on("close", () => stream.destroy());
  return { head: head.subarray(0, SNIFFED_BYTES), whole };
}

/** An id in the path; a malformed one is like one that is not there (T8). */
function idIn(request: FastifyRequest, name: string): string {
  const value = (request.params as Record<string, string>)[name];
  if (!isId(value)) throw new NotFound();
  return value;
}
