import type { IncomingMessage } from "node:http";

/** The longest URL that is read, in characters: room for `LIST_LIMIT` ids. */
export const URL_LIMIT = 16_384;

export interface UrlFault {
  status: 400 | 414;
  message: string;
}

const faults = new WeakMap<IncomingMessage, UrlFault>();

/** Where a request goes whose URL cannot be read: a path that no route has, so that the refusal keeps its turn (T13). */
const UNREADABLE = "/api/v1/-/unreadable-url";

/** Reads a URL before it is routed: `&` where `?` belongs (T9); what cannot be read is kept as the request's fault. */
export function rewriteUrl(request: IncomingMessage): string {
  const url = request.url ?? "/";
  if (url.length > URL_LIMIT) {
    return unreadable(request, { status: 414, message: `URI Too Long: a URL has at most ${URL_LIMIT} characters` });
  }
  const question = url.indexOf("?");
  const ampersand = url.indexOf("&");
  const misplaced = ampersand !== -1 && (question === -1 || ampersand < question);
  const split = misplaced ? ampersand : question;
  const path = split === -1 ? url : url.slice(0, split);
  const query = split === -1 ? "" : `?${url.slice(split + 1).replaceAll("?", "&")}`;
  if (path.includes("%") && !isDecodable(path)) {
    return unreadable(request, { status: 400, message: "Bad Request: the URL holds a broken % escape" }, query);
  }
  return misplaced ? path + query : url;
}

export function urlFaultOf(request: IncomingMessage): UrlFault | undefined {
  return faults.get(request);
}

/** The query stays: it may ask for an envelope (R5). */
function unreadable(request: IncomingMessage, fault: UrlFault, query = ""): string {
  faults.set(request, fault);
  return UNREADABLE + query;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}
