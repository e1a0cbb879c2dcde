import { bestOf, fromDomain, toVerdict, type Verdict, type Verdicts } from "./authentication.ts";
import { splitComments } from "./comments.ts";
import type { ParsedMessage } from "./parsed-message.ts";

/**
 * The verdicts that a mail server of the operator has written into Authentication-Results (RFC 8601), null if it has
 * not. Anybody can write that field, so only the topmost one with this authserv-id counts, and only above the first
 * Received field of a host that is not the operator's (RFC 8601 7.1): hosts of the authserv-id's domain, and those
 * without a public name. The server must remove fields that claim its id from mail that comes in (RFC 8601 5).
 */
export function readTrustedResults(parsed: ParsedMessage, trustedAuthservId: string): Verdicts | null {
  const trusted = trustedAuthservId.trim().toLowerCase();
  if (trusted === "") return null;
  const received = parsed.headers.all("received").values();
  const results = parsed.headers.all("authentication-results").values();
  for (const name of parsed.headers.names()) {
    if (name === "received" && !isOurs(received.next().value ?? "", trusted)) return null;
    if (name !== "authentication-results") continue;
    const field = readResults(results.next().value ?? "");
    if (field.authservId === trusted) return verdictsOf(field.methods, parsed);
  }
  return null;
}

/** Whether a Received field was written by a host of the trusted domain, or inside of it. */
function isOurs(received: string, trusted: string): boolean {
  const by = /(?:^|\s)by\s+([^\s;()]{1,255})/i.exec(splitComments(received.slice(0, 4000)).text)?.[1]?.toLowerCase();
  // A local delivery names no host, a host name without dot, or an address.
  if (by === undefined || !by.includes(".") || /^\[?[\d.:a-f]+\]?$/.test(by)) return true;
  const parent = trusted.slice(trusted.indexOf(".") + 1);
  const zone = parent.includes(".") && !publicSuffix.test(parent) ? parent : trusted;
  return by === trusted || by.endsWith(`.${trusted}`) || by === zone || by.endsWith(`.${zone}`);
}

/** Such as co.uk, under which strangers live. A real domain of this form is only judged more strictly. */
const publicSuffix = /^(?:[a-z]{2,3}|asso|gouv|govt|school|info|police)\.[a-z]{2}$/;

type Method = { name: string; result: string; properties: Map<string, string> };

/** RFC 8601 2.2: `authserv-id [version]; method=result [reason=…] property=value …; …` */
function readResults(text: string): { authservId: string; methods: Method[] } {
  const [id = "", ...rest] = splitOutsideQuotes(splitComments(text.slice(0, 20_000)).text);
  const authservId = id.trim().split(/\s+/)[0]?.replaceAll('"', "").toLowerCase() ?? "";
  const methods = rest.slice(0, 100).map((part) => {
    const [first, ...properties] = [
      ...part.matchAll(/([\w.-]{1,60})(?:\s?\/\s?\d+)?\s?=\s?("[^"]{0,300}"|[^\s;]{1,300})/g),
    ];
    return {
      name: first?.[1]?.toLowerCase() ?? "",
      result: first?.[2]?.toLowerCase() ?? "",
      properties: new Map(
        properties.map((match) => [(match[1] ?? "").toLowerCase(), (match[2] ?? "").replaceAll('"', "")]),
      ),
    };
  });
  return { authservId, methods };
}

function splitOutsideQuotes(text: string): string[] {
  return [...text.matchAll(/(?:^|;)((?:[^";]|"[^"]*"|")*)/g)].map((match) => match[1] ?? "");
}

function verdictsOf(methods: Method[], parsed: ParsedMessage): Verdicts {
  const domain = fromDomain(parsed);
  const first = (name: string): Verdict => toVerdict(methods.find((method) => method.name === name)?.result ?? "none");
  const dmarc = methods.find(({ name }) => name === "dmarc");
  const about = dmarc?.properties.get("header.from")?.split("@").at(-1)?.toLowerCase();
  const signatures = methods.filter(({ name }) => name === "dkim");
  return {
    spf: first("spf"),
    dkim: bestOf(
      signatures.map(({ result, properties }) => ({
        verdict: toVerdict(result),
        aligned: properties.get("header.d")?.toLowerCase() === domain,
      })),
    ),
    // A verdict about another From than the one that we show is none.
    dmarc: about === undefined || about === domain ? first("dmarc") : "none",
    domain,
  };
}
