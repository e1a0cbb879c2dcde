import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler } from "fastify";
import { prefersHtml } from "./conventions/negotiation.ts";
import { matchesEtag } from "./conventions/etag.ts";
import { HttpError } from "./errors.ts";
import { type ClientFile, ClientFiles } from "./web-client-files.ts";
import { MISSING_CLIENT_PAGE } from "./missing-client-page.ts";

/** Where `npm run build:web` puts the client. */
export const BUILT_CLIENT = new URL("../../web/dist", import.meta.url);

/** Paths that are never a screen of the client: what lies there answers for itself, and what does not is not found. */
const RESERVED = /^\/(api|docs|view|healthz|readyz|metrics|assets|icons)(\/|$)/i;

/** Everything from this server, no script but its files, and no page around it. */
const CLIENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "media-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "object-src 'none'",
].join("; ");

const PAGE_HEADERS: Readonly<Record<string, string>> = {
  "Content-Security-Policy": CLIENT_POLICY,
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "X-Frame-Options": "DENY",
};

/** Serves the built web client from `folder`: its files, and its page for every path that may be one of its screens. */
export function serveWebClient(app: FastifyInstance, folder: string, refusePlain: onRequestHookHandler): void {
  const files = new ClientFiles(folder);
  const serve = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const file = path === "/" ? null : await files.find(path);
    if (file !== null && path !== "/index.html") return sendFile(request, reply, file);
    if (RESERVED.test(path) || (path !== "/" && !prefersHtml(request.headers.accept))) {
      throw new HttpError(404, "Not Found");
    }
    const page = await files.page();
    for (const [name, value] of Object.entries(PAGE_HEADERS)) void reply.header(name, value);
    return page === null ? sendMissing(reply) : sendFile(request, reply, page);
  };
  app.get("/", { onRequest: refusePlain }, serve);
  app.get("/*", { onRequest: refusePlain }, serve);
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: ClientFile): FastifyReply {
  void reply
    .header("Cache-Control", cachingOf(file, request.url))
    .header("ETag", file.etag)
    .header("Vary", "Accept-Encoding")
    .header("X-Content-Type-Options", "nosniff")
    .header("Referrer-Policy", "same-origin");
  const known = request.headers["if-none-match"];
  if (known !== undefined && matchesEtag(known, file.etag)) return reply.code(304).send();
  const { bytes, encoding } = encodedFor(request, file);
  if (encoding !== null) void reply.header("Content-Encoding", encoding);
  return reply.header("Content-Type", file.type).send(bytes);
}

/**
 * Files of a build are named by what is in them. A browser looks for the icon whenever the window's title changes, which is
 * with every ticket; for the page and the start script it asks each time, so that a new build is there at once.
 */
function cachingOf({ immutable }: ClientFile, url: string): string {
  if (immutable) return "public, max-age=31536000, immutable";
  return url.startsWith("/icons/") ? "public, max-age=86400" : "no-cache";
}

/** The smallest form that the browser takes (RFC 9110 12.5.3; a quality of 0 refuses one). */
function encodedFor(request: FastifyRequest, file: ClientFile): { bytes: Buffer; encoding: string | null } {
  const header = request.headers["accept-encoding"];
  const accepted = (Array.isArray(header) ? header.join(",") : (header ?? "")).toLowerCase();
  const takes = (coding: string): boolean =>
    accepted.split(",").some((each) => {
      const [name = "", ...parameters] = each.split(";").map((part) => part.trim());
      return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    });
  if (file.br !== null && takes("br")) return { bytes: file.br, encoding: "br" };
  if (file.gzip !== null && takes("gzip")) return { bytes: file.gzip, encoding: "gzip" };
  return { bytes: file.bytes, encoding: null };
}

function sendMissing(reply: FastifyReply): FastifyReply {
  return reply
    .code(503)
    .header(
      "Content-Security-Policy",
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    )
    .header("Cache-Control", "no-store")
    .header("Content-Type", "text/html; charset=utf-8")
    .send(MISSING_CLIENT_PAGE);
}
