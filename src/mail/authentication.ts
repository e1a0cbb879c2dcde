import type { ParsedMessage } from "./parsed-message.ts";

/** RFC 8601 2.7. What is newer or local ("policy") is neutral. */
export type Verdict = "pass" | "fail" | "softfail" | "neutral" | "none" | "temperror" | "permerror";

export type Verdicts = {
  /** Of the envelope sender (RFC 7208); says nothing of From. */
  spf: Verdict;
  /** Of the best signature (RFC 6376): a pass of the From domain, else any pass, else the first. */
  dkim: Verdict;
  /** Whether SPF or DKIM speaks for the domain in From (RFC 7489). Only this tells that From is genuine. */
  dmarc: Verdict;
  /** The domain in From, in lower case: what `dmarc` is about. */
  domain: string | null;
};

/** The signature of Node's `dns.promises.resolve`; rejects with a `code` such as ENOTFOUND. */
export type Resolver = (name: string, type: string) => Promise<string[] | string[][]>;

export type Connection = {
  /** The client that delivered the message to us; null when unknown (IMAP), and SPF is then "none". */
  ip: string | null;
  helo: string | null;
  /** The address of MAIL FROM; "" for the null reverse-path. */
  mailFrom: string;
  resolver: Resolver;
};

/** DNS questions that one message may cost: SPF is held to ten by RFC 7208 4.6.4, DMARC and DKIM by us. */
const MAX_LOOKUPS = 60;
const LOOKUP_TIMEOUT_MS = 5_000;
/** DKIM-Signature fields that are looked at; lists and relays add three or four. */
const MAX_SIGNATURES = 10;

/**
 * Judges the raw bytes of a message as they came, on the connection that brought it. All that it asks goes through
 * `resolver`. Never throws: where nothing can be said, the verdict is "temperror". mailauth is loaded on first use.
 */
export async function authenticate(raw: Uint8Array, connection: Connection): Promise<Verdicts> {
  const nothing: Verdicts = { spf: "temperror", dkim: "temperror", dmarc: "temperror", domain: null };
  try {
    const mailauth = await import("mailauth");
    const { ip, helo, mailFrom, resolver } = connection;
    const result = await mailauth.authenticate(withFewSignatures(Buffer.from(raw)), {
      ...(ip === null ? {} : { ip }),
      // Without HELO mailauth takes the address, which is what RFC 5321 4.1.3 would have there.
      ...(helo === null ? {} : { helo }),
      // An empty sender would make it read Return-Path, which anybody can write into a message.
      sender: mailFrom === "" ? `postmaster@${helo ?? "invalid"}` : mailFrom,
      mta: "localhost",
      resolver: bounded(resolver),
      disableArc: true,
      disableBimi: true,
    });
    const from = result.dkim.headerFrom?.[0];
    return {
      spf: ip === null || result.spf === false ? "none" : toVerdict(result.spf.status.result),
      dkim: bestOf(
        result.dkim.results.map(({ status, signingDomain }) => ({
          verdict: toVerdict(status.result),
          aligned: Boolean(status.aligned),
          domain: signingDomain,
        })),
      ),
      dmarc: result.dmarc === false ? "none" : toVerdict(result.dmarc.status.result),
      domain: from?.split("@").at(-1)?.toLowerCase() ?? null,
    };
  } catch {
    return nothing;
  }
}

/** Fails further lookups, and those that take too long, as a server that does not answer. */
function bounded(resolver: Resolver): (name: string, type: string) => Promise<string[] | string[][]> {
  let lookups = 0;
  return async (name, type) => {
    const timeout = (): Error => Object.assign(new Error(`no answer for ${type} ${name}`), { code: "ETIMEOUT" });
    if (++lookups > MAX_LOOKUPS) throw timeout();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(timeout()), LOOKUP_TIMEOUT_MS);
    });
    return Promise.race([resolver(name, type), late]).finally(() => clearTimeout(timer));
  };
}

/** Renames the signatures beyond the limit, so that they are not verified; a signature covers only itself. */
function withFewSignatures(raw: Buffer): Buffer {
  const end = headerEnd(raw);
  const header = raw.toString("latin1", 0, end);
  let seen = 0;
  const kept = header.replace(/^dkim-signature(?=[ \t]*:)/gim, (name) =>
    ++seen > MAX_SIGNATURES ? "x-skipped-sign" : name,
  );
  return seen <= MAX_SIGNATURES ? raw : Buffer.concat([Buffer.from(kept, "latin1"), raw.subarray(end)]);
}

/** Where the header of a message ends: at the blank line, which is not part of it. */
export function headerEnd(raw: Buffer): number {
  const ends = [raw.indexOf("\r\n\r\n"), raw.indexOf("\n\n")].filter((end) => end >= 0);
  return ends.length === 0 ? raw.length : Math.min(...ends);
}

/** From a keyword of RFC 8601 2.7 or its older spellings. */
export function toVerdict(word: string): Verdict {
  switch (word.toLowerCase()) {
    case "pass":
    case "fail":
    case "softfail":
    case "none":
    case "temperror":
    case "permerror":
      return word.toLowerCase() as Verdict;
    case "hardfail":
      return "fail";
    case "temperr":
    case "error":
      return "temperror";
    case "skipped":
    case "":
      return "none";
    default:
      return "neutral";
  }
}

/** One verdict for several signatures: one that passes is enough (RFC 6376 6.1). */
export function bestOf(signatures: { verdict: Verdict; aligned: boolean }[]): Verdict {
  const passed = signatures.find(({ verdict, aligned }) => verdict === "pass" && aligned);
  return (passed ?? signatures.find(({ verdict }) => verdict === "pass") ?? signatures[0])?.verdict ?? "none";
}

/** The domain of the only author, in lower case; null where From has none or several (RFC 7489 6.6.1). */
export function fromDomain(parsed: ParsedMessage): string | null {
  const domains = new Set(parsed.authors.map(({ address }) => address.split("@").at(-1)?.toLowerCase() ?? ""));
  const [only] = domains;
  return domains.size === 1 && only !== undefined && only !== "" ? only : null;
}
