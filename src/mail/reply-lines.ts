import {
  forwardedMessage,
  hasDate,
  headerLabel,
  namesDay,
  opensAttribution,
  originalMessage,
  phoneSignature,
  saysWrote,
  type HeaderLabel,
} from "./reply-words.ts";

/** One line that is not blank, of a text or of HTML as it is shown. */
export type ReplyLine = {
  /** Trimmed, without quote marks. */
  text: string;
  /** Stands behind ">" or in a quoting element. */
  quoted: boolean;
  /** What markup says of the line: history from here to the end, a header of a quote, a signature. */
  mark: "history" | "attribution" | "signature" | null;
};

/** A signature has four lines by custom and seldom over a dozen; what is longer is text below dashes. */
const MAX_SIGNATURE_LINES = 20;
/** Lines that one "On …, … wrote:" is wrapped over. */
const MAX_ATTRIBUTION_LINES = 4;
const MAX_ATTRIBUTION_LENGTH = 500;
/** Headers of an Outlook block, Cc and wrapped recipients included. */
const MAX_BLOCK_LINES = 10;
/** So many quoted lines at the end are history even without a header; fewer may be what the writer talks about. */
const MIN_BARE_QUOTE = 3;

type Kind = "text" | "quoted" | "history" | "attribution" | "part" | "signature" | "phone" | "forward";

/**
 * The index of the line at which history or a signature begins and goes on to the end, or -1 where everything is to
 * be shown: nothing found, text below or between the quotes, nothing above them, or a forwarded message. `forwarded`
 * says that the subject calls the message a forward, so that Outlook's header block is no history.
 */
export function findHistory(lines: ReplyLine[], forwarded: boolean): number {
  const kinds = classify(lines, forwarded);
  const firstForward = kinds.indexOf("forward");
  const end = firstForward < 0 ? lines.length : firstForward;
  const tail = tailsFromBelow(lines, kinds);
  for (let i = 0; i < end; i++) {
    if (tail[i] !== 1 || kinds[i] === "part") continue;
    if (kinds[i] === "quoted" && !isHistoryRun(lines, kinds, i)) continue;
    // All of it is history: then it is what the writer wants to show.
    return i === 0 ? -1 : i;
  }
  return -1;
}

/** For each line whether it and all below is history or signature. One pass from below. */
function tailsFromBelow(lines: ReplyLine[], kinds: Kind[]): Uint8Array {
  const tail = new Uint8Array(lines.length + 1);
  tail[lines.length] = 1;
  // The nearest line below that is not text, and the lines of text between.
  let nextStop = lines.length;
  for (let i = lines.length - 1; i >= 0; i--) {
    const kind = kinds[i];
    if (kind === "history") tail[i] = 1;
    else if (kind === "signature") tail[i] = nextStop - i <= MAX_SIGNATURE_LINES && tail[nextStop] === 1 ? 1 : 0;
    else if (kind !== "text" && kind !== "forward") tail[i] = tail[i + 1] ?? 0;
    if (kind !== "text") nextStop = i;
  }
  return tail;
}

/** Whether quoted lines without a header are a quoted message, not an example that the text above introduces. */
function isHistoryRun(lines: ReplyLine[], kinds: Kind[], start: number): boolean {
  if (lines[start]?.mark === "history") return true;
  if (/[:：]$/.test(lines[start - 1]?.text ?? "")) return false;
  // An element that only indents is no sign: people indent their own lists.
  const run = lines.slice(start, start + MIN_BARE_QUOTE);
  return (
    run.length === MIN_BARE_QUOTE && run.every(({ text }, i) => kinds[start + i] === "quoted" && text.startsWith(">"))
  );
}

function classify(lines: ReplyLine[], forwarded: boolean): Kind[] {
  const kinds: Kind[] = lines.map((line, i) => kindOf(lines, i, line, forwarded));
  for (let end = 0; end < lines.length; end++) {
    if (kinds[end] !== "text" || !endsAttribution.test(lines[end]?.text ?? "")) continue;
    const start = attributionStart(lines, kinds, end);
    if (start < 0) continue;
    const isHistory = lines[end + 1]?.quoted !== true;
    for (let i = start; i <= end; i++) kinds[i] = i > start ? "part" : isHistory ? "history" : "attribution";
  }
  return kinds;
}

/** Zoho writes no colon, but dashes around it or nothing at all. */
const endsAttribution = /(?:[:：]\W{0,3}| wrote(?: -{2,20})?)$/u;

function kindOf(lines: ReplyLine[], i: number, line: ReplyLine, forwarded: boolean): Kind {
  // Inside a quote nothing counts: a forward that is quoted is history.
  if (line.quoted) return "quoted";
  const { text, mark } = line;
  if (text.length > MAX_ATTRIBUTION_LENGTH) return "text";
  if (forwardedMessage.test(text)) return "forward";
  if (forwarded && (mark === "history" || originalMessage.test(text))) return "forward";
  if (mark !== null) return mark;
  if (originalMessage.test(text)) return "history";
  const isRule = /^[_*\u2500-]{5,}$/.test(text);
  if (!forwarded && (isRule ? startsBlock(lines, i + 1) : startsBlock(lines, i))) return "history";
  if (forwarded && isRule && startsBlock(lines, i + 1)) return "forward";
  // RFC 3676 4.3; the blank is often lost on the way. The rule is drawn by mailing lists above their footer.
  if (/^(?:--|—|_{2,})$/.test(text)) return "signature";
  return text.length <= 100 && phoneSignature.test(text.replace(/<[^>]*>?$/, "").trim()) ? "phone" : "text";
}

/** Whether a block of From, Sent, To, Subject starts here, in any order and language. */
function startsBlock(lines: ReplyLine[], start: number): boolean {
  const first = lines[start];
  if (first === undefined || first.quoted || headerLabel(first.text) === null) return false;
  const found = new Set<HeaderLabel>();
  for (let i = start, misses = 0; i < Math.min(lines.length, start + MAX_BLOCK_LINES); i++) {
    const label = headerLabel(lines[i]?.text ?? "");
    // A long To is wrapped over lines of its own.
    if (label === null && ++misses > 2) break;
    if (label !== null) found.add(label);
  }
  // A form or a travel plan has one of these, hardly ever the three.
  return found.has("from") && found.has("date") && found.has("subject");
}

/**
 * Where the "On …, … wrote:" that ends in line `end` starts, or -1. One above quoted lines may be in any language if
 * it names a date and an address, or, in words that are known, a day alone; one above unquoted lines must name the year and an address in brackets.
 */
function attributionStart(lines: ReplyLine[], kinds: Kind[], end: number): number {
  const isQuoteBelow = lines[end + 1]?.quoted === true;
  let joined = "";
  let found = -1;
  for (let i = end; i >= 0 && i > end - MAX_ATTRIBUTION_LINES && kinds[i] === "text"; i--) {
    joined = `${lines[i]?.text ?? ""} ${joined}`.trimEnd();
    if (joined.length > MAX_ATTRIBUTION_LENGTH) break;
    if (!isAttribution(joined, isQuoteBelow)) continue;
    const isCut = kinds[i - 1] === "text" && isCutAbove(lines[i - 1]?.text ?? "", joined);
    if (found < 0 || isCut) found = isCut ? i - 1 : i;
    // Without its date it may have begun further up.
    if (hasDate.test(joined)) return isCut ? i - 1 : i;
  }
  return found;
}

function isCutAbove(above: string, joined: string): boolean {
  const opens = opensAttribution.test(above) && !opensAttribution.test(joined);
  return opens && above.length < 100 && !/[.!?]$/.test(above);
}

function isAttribution(text: string, isQuoteBelow: boolean): boolean {
  const wrote = saysWrote.test(text);
  if (isQuoteBelow && wrote && (hasDate.test(text) || text.includes("@") || namesDay(text))) return true;
  if (isQuoteBelow) return hasDate.test(text) && /[^\s@]@[^\s@]/.test(text);
  const bracketed = /[<([]\s?[^\s@]{1,100}@[^\s@]{1,200}[>)\]]|[<([]\s?[^\s@]{1,100}@[^\s@]{1,200} [>)\]]/.test(text);
  const hasYear = /(?:^|\D)(?:19|20)\d\d(?:\D|$)/.test(text);
  const isZoho = /^-{2,20} On .+ wrote -{2,20}$/.test(text);
  return hasYear && hasDate.test(text) && (isZoho || (bracketed && (wrote || /[>)\]]\s?[:：]$/.test(text))));
}
